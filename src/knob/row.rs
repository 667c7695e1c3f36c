//! What the registry says of one knob: its default, where that comes from, and when it matters.
//!
//! Knows nothing of any value of a running simulation. Kept here: every default is either
//! documented by a source or a stance with a reason, never neither.

use std::fmt;

/// One line of the knob registry.
///
/// # Examples
/// ```
/// use cutover::knob::KNOBS;
/// let row = KNOBS.iter().find(|row| row.name == "dns_ttl").expect("it is a knob");
/// assert!(!row.default.is_empty() && !row.meaning.is_empty());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name used by `tuning`, `--set` and every result.
    pub name: &'static str,
    /// The default, written as a scenario would write it.
    pub default: &'static str,
    /// What the knob means, in a sentence or two.
    pub meaning: &'static str,
    /// Where the default comes from.
    pub basis: Basis,
    /// What has to happen in a run before the knob can have mattered.
    pub touch: Touch,
}

/// Where a default comes from.
///
/// # Examples
/// ```
/// use cutover::knob::{Basis, KNOBS};
/// assert!(KNOBS.iter().any(|row| matches!(row.basis, Basis::Documented(_))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A source states the value; the text names it.
    Documented(&'static str),
    /// No source states it; the text gives the reason for the choice.
    Stance(&'static str),
}

impl Basis {
    /// Returns whether this is a value that no source gives.
    ///
    /// # Examples
    /// ```
    /// assert!(cutover::knob::Basis::Stance("nobody says").is_stance());
    /// ```
    pub fn is_stance(self) -> bool {
        matches!(self, Self::Stance(_))
    }

    /// Returns the source or the reason.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::knob::Basis::Stance("nobody says").text(), "nobody says");
    /// ```
    pub fn text(self) -> &'static str {
        match self {
            Self::Documented(text) | Self::Stance(text) => text,
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Documented(text) => write!(f, "documented: {text}"),
            Self::Stance(text) => write!(f, "stance: {text}"),
        }
    }
}

/// Something that happens in a run and makes certain knobs matter.
///
/// A result names the stances whose touch occurred, so that nobody takes a guess for a fact.
///
/// # Examples
/// ```
/// use cutover::knob::{KNOBS, Touch};
/// let row = KNOBS.iter().find(|row| row.name == "quorum_size").expect("it is a knob");
/// assert_eq!(row.touch, Touch::Quorum);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    /// Commits were written.
    Commit,
    /// A report of a node did not come when it was due.
    Silence,
    /// The platform compared candidates.
    Election,
    /// A node was promoted.
    Promotion,
    /// An old node was to be kept from writing.
    Fence,
    /// A DNS record was changed.
    Publish,
    /// A client looked a name up after the run had begun.
    Lookup,
    /// A client lost its connection and had to get another.
    Reconnect,
    /// A replacement was built.
    Replacement,
    /// A node was restored from a backup because no standby was left.
    Restore,
    /// A host died.
    HostDeath,
    /// A server process crashed.
    ProcessCrash,
    /// A link was cut.
    LinkCut,
    /// A node's own daemon took part in deciding.
    Lookout,
    /// Commits were to wait for standbys.
    Quorum,
    /// A service followed another.
    Integration,
    /// A logical slot was read, or a job worked for one.
    Slot,
    /// A planned operation began.
    Switchover,
    /// A server was stopped in a controlled way.
    Stop,
    /// An order was given to a group.
    Group,
    /// A major version upgrade began.
    Upgrade,
    /// A service was powered off.
    Power,
    /// The lag of a link was drawn from a law.
    Lag,
}

impl Touch {
    const fn bit(self) -> u32 {
        match self {
            Self::Commit => 1,
            Self::Silence => 1 << 1,
            Self::Election => 1 << 2,
            Self::Promotion => 1 << 3,
            Self::Fence => 1 << 4,
            Self::Publish => 1 << 5,
            Self::Lookup => 1 << 6,
            Self::Reconnect => 1 << 7,
            Self::Replacement => 1 << 8,
            Self::Restore => 1 << 9,
            Self::HostDeath => 1 << 10,
            Self::ProcessCrash => 1 << 11,
            Self::LinkCut => 1 << 12,
            Self::Lookout => 1 << 13,
            Self::Quorum => 1 << 14,
            Self::Integration => 1 << 20,
            Self::Slot => 1 << 21,
            Self::Switchover => 1 << 15,
            Self::Stop => 1 << 16,
            Self::Group => 1 << 24,
            Self::Upgrade => 1 << 25,
            Self::Power => 1 << 26,
            Self::Lag => 1 << 27,
        }
    }
}

/// The set of touches that occurred in a run.
///
/// # Examples
/// ```
/// use cutover::knob::{Touch, Touched};
/// assert!(!Touched::default().has(Touch::Silence));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Touched(u32);

impl Touched {
    /// Adds one touch.
    ///
    /// # Examples
    /// ```
    /// use cutover::knob::{Touch, Touched};
    /// let mut touched = Touched::default();
    /// touched.add(Touch::Fence);
    /// assert!(touched.has(Touch::Fence) && !touched.has(Touch::Publish));
    /// ```
    pub fn add(&mut self, touch: Touch) {
        self.0 |= touch.bit();
    }

    /// Returns whether the touch occurred.
    ///
    /// # Examples
    /// ```
    /// use cutover::knob::{Touch, Touched};
    /// let mut touched = Touched::default();
    /// touched.add(Touch::Slot);
    /// assert!(touched.has(Touch::Slot));
    /// ```
    pub fn has(self, touch: Touch) -> bool {
        self.0 & touch.bit() != 0
    }
}
