//! The closed sets that knobs of a controlled switchover choose from: who takes over, and how
//! connections are passed on.
//!
//! Knows nothing of what a choice leads to. Kept here: the first variant is the default.

use serde::{Deserialize, Serialize};

/// Which standbys of a controlled switchover may be promoted.
///
/// # Examples
/// ```
/// use cutover::knob::{SwitchoverCandidates, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("switchover_candidates", "ReplacementOnly").expect("it is one of its words");
/// assert_eq!(knobs.switchover_candidates, SwitchoverCandidates::ReplacementOnly);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverCandidates {
    /// Every new one, the furthest first.
    AnyNew,
    /// The additional server.
    AdditionalOnly,
    /// Those that took the place of old standbys.
    ReplacementOnly,
}

/// What becomes of a controlled switchover whose old primary cannot be stopped in time.
///
/// # Examples
/// ```
/// use cutover::knob::{SwitchoverFault, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("switchover_fault", "Rollback").expect("it is one of its words");
/// assert_eq!(knobs.switchover_fault, SwitchoverFault::Rollback);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverFault {
    /// It goes on, after the old primary was stopped by force.
    Continue,
    /// The old primary is started again.
    Rollback,
}

/// From when on the forwarding of connections is counted.
///
/// # Examples
/// ```
/// use cutover::knob::{ForwardStart, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("forward_start", "AtDnsUpdate").expect("it is one of its words");
/// assert_eq!(knobs.forward_start, ForwardStart::AtDnsUpdate);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ForwardStart {
    /// From the promotion of the new primary.
    AtPromotion,
    /// From the change of the primary name.
    AtDnsUpdate,
}

/// When the forwarding of connections ends.
///
/// # Examples
/// ```
/// use cutover::knob::{ForwardEnd, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("forward_end", "AfterTtl").expect("it is one of its words");
/// assert_eq!(knobs.forward_end, ForwardEnd::AfterTtl);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ForwardEnd {
    /// After its time, whatever resolvers still believe.
    AfterItsTime,
    /// When no resolver can believe the old address any more, but not before its time.
    AfterTtl,
}

/// To whom connections are forwarded when the new primary fails as well.
///
/// # Examples
/// ```
/// use cutover::knob::{ForwardTarget, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("forward_target", "Retargeted").expect("it is one of its words");
/// assert_eq!(knobs.forward_target, ForwardTarget::Retargeted);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ForwardTarget {
    /// To the node that was promoted first.
    Fixed,
    /// To whoever takes over.
    Retargeted,
}
