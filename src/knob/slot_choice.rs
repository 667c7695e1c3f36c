//! The closed sets of the knobs that speak of logical slots.
//!
//! Knows nothing of what a choice leads to. Kept here: the first variant is the default.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling::read_or;
use crate::kernel::{Bytes, QuantityError};

/// Who keeps logical slots on standbys.
///
/// # Examples
/// ```
/// use cutover::knob::{SlotPolicy, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("slot_policy", "FailoverSlots").expect("it is one of its words");
/// assert_eq!(knobs.slot_policy, SlotPolicy::FailoverSlots);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SlotPolicy {
    /// The platform's two jobs: dependencies, then positions.
    PlatformJobs,
    /// The server itself: each standby's slot synchronisation, as of `PostgreSQL` 17.
    FailoverSlots,
    /// Nobody, as for services that were last updated before January 2023.
    NotKept,
}

/// What the copying job makes of a slot on a standby that has the same name and is not its own.
///
/// # Examples
/// ```
/// use cutover::knob::{LeftoverSlot, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("leftover_slot", "TakenOver").expect("it is one of its words");
/// assert_eq!(knobs.leftover_slot, LeftoverSlot::TakenOver);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LeftoverSlot {
    /// It leaves it alone, and the primary's slot is kept on no such standby.
    LeftAlone,
    /// It moves it as if it had created it.
    TakenOver,
}

/// Whether the jobs that keep logical slots on standbys run on one clock.
///
/// # Examples
/// ```
/// use cutover::knob::{SlotClocks, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("slot_jobs", "SharedClock").expect("it is one of its words");
/// assert_eq!(knobs.slot_jobs, SlotClocks::SharedClock);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SlotClocks {
    /// Each has its own phase.
    SeparateClocks,
    /// Positions are copied with the phase of the dependency job, and right after each of its runs.
    SharedClock,
}

/// Which position of a standby bounds those of the slots on it.
///
/// # Examples
/// ```
/// use cutover::knob::{SlotLimit, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("slot_position_limit", "Received").expect("it is one of its words");
/// assert_eq!(knobs.slot_position_limit, SlotLimit::Received);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SlotLimit {
    /// What it has replayed.
    Replayed,
    /// What it has received.
    Received,
}

/// How much WAL a server keeps for logical slots.
///
/// # Examples
/// ```
/// use cutover::knob::KeptWal;
/// assert_eq!("unlimited".parse(), Ok(KeptWal::Unlimited));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeptWal {
    /// As much as they need.
    Unlimited,
    /// This much; a slot that needs more is given up at the next checkpoint.
    UpTo(Bytes),
}

impl fmt::Display for KeptWal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("unlimited"),
            Self::UpTo(bytes) => bytes.fmt(f),
        }
    }
}

impl FromStr for KeptWal {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        if text == "unlimited" { Ok(Self::Unlimited) } else { text.parse().map(Self::UpTo) }
    }
}

impl Serialize for KeptWal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeptWal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_or(deserializer, "unlimited")
    }
}
