//! What the platform can hear: the only way by which truth becomes news.
//!
//! Knows nothing of the truth itself. Kept here: a signal names nodes by their numbers and carries
//! positions as they were when it was sent.

use super::plan::Endpoint;
use crate::kernel::{Instant, Position};

/// News for a decider.
///
/// # Examples
/// A primary dies, and the platform hears nothing of it any more:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::Signal;
/// use cutover::trace::What;
/// let mut heard = Vec::new();
/// let watched = sim.watch(|_, note| {
///     if let What::Decided(_, signal, rule, _) = &note.what {
///         heard.push((note.at.to_string(), *signal, rule.name()));
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert_eq!(heard[0].1, Signal::Missed(1));
/// let due = heard.iter().find(|(_, signal, _)| *signal == Signal::SilenceDue(1));
/// let (at, _, rule) = due.expect("the timeout passes");
/// assert_eq!((at.as_str(), *rule), ("1m57.005s", "promote-for-silent-primary"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// A report that was due did not arrive.
    Missed(u16),
    /// A report arrived whose kind differs from the one before, or the first after a miss.
    Reported(u16, Condition),
    /// A silent node's patience is over; raised by the decider's own timer.
    SilenceDue(u16),
    /// A promotion takes too long; raised by the decider's own timer.
    PromotionDue(u16),
    /// A step of a planned operation, or an election, has waited long enough; raised by the
    /// decider's own timer.
    StepDue,
    /// Standbys take too long to say how far they are; raised by the decider's own timer.
    ElectionDue,
    /// A node has carried an order out.
    Answered(u16, Answer),
    /// A changed name is served.
    Served(Endpoint),
    /// A primary answers that it has stopped writing, and where.
    Demoted(u16),
}

/// What a node says when it has carried an order out.
///
/// # Examples
/// What the primary answers in the course of a switchover:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/maintenance-business.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::{Answer, Signal};
/// use cutover::trace::What;
/// let mut answers = Vec::new();
/// let watched = sim.watch(|_, note| {
///     if let What::Decided(_, Signal::Answered(1, answer), ..) = note.what {
///         answers.push(answer);
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert_eq!(answers, [Answer::QuorumInForce, Answer::StopBegun, Answer::Stopped]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Commits wait for standbys from now on.
    QuorumInForce,
    /// Its server has begun to stop.
    StopBegun,
    /// Its server is stopped.
    Stopped,
    /// It receives no more, and this is how far it has come.
    Detached,
    /// Its logical slots are on the standbys.
    SlotsCopied,
    /// Its logical slots are not all on the standbys yet.
    SlotsBehind,
    /// It can be upgraded to the next major version.
    CanUpgrade,
    /// Its server answers again, upgraded.
    Upgraded,
    /// Its server answers again, as it was.
    NotUpgraded,
    /// A full backup of it is taken.
    BackedUp,
    /// A standby has all that was written before commits waited for standbys.
    StandbyCaughtUp,
}

impl Signal {
    /// Returns the number of the node that the news is of.
    ///
    /// # Examples
    /// ```
    /// use cutover::model::Signal;
    /// assert_eq!((Signal::Missed(2).node(), Signal::Demoted(1).node()), (2, 1));
    /// // Of no node in particular:
    /// assert_eq!(Signal::StepDue.node(), 0);
    /// ```
    pub fn node(self) -> u16 {
        match self {
            Self::Missed(number)
            | Self::Reported(number, _)
            | Self::SilenceDue(number)
            | Self::PromotionDue(number)
            | Self::Answered(number, _)
            | Self::Demoted(number) => number,
            Self::StepDue | Self::ElectionDue | Self::Served(_) => 0,
        }
    }
}

/// What a node says of itself.
///
/// # Examples
/// What the platform hears of the node that replaces a lost one:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::{Condition, Signal};
/// use cutover::trace::What;
/// let mut heard = Vec::new();
/// let watched = sim.watch(|_, note| {
///     if let What::Decided(_, Signal::Reported(3, condition), ..) = note.what {
///         heard.push(condition);
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert_eq!(heard, [Condition::CatchingUp, Condition::Standby]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// It accepts writes.
    Primary,
    /// It follows and is close enough to serve.
    Standby,
    /// It follows and is not yet close enough.
    CatchingUp,
    /// It cannot follow: it has replayed past the point where the new timeline begins.
    CannotFollow,
}

/// The content of a report: what a node says of itself and how far it has come.
///
/// # Examples
/// The primary died at one minute; what the platform has is its report of three seconds before:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::{Condition, ServiceId};
/// sim.run_until(Instant::ZERO + Span::from_secs(70));
/// let platform = sim.belief(ServiceId(0)).expect("it decides");
/// let report = platform.members[0].report.expect("it has reported");
/// assert_eq!(report.arrived.to_string(), "57.005s");
/// assert_eq!((report.condition, report.timeline), (Condition::Primary, 1));
/// assert!(report.received < sim.world().branches[0].written.at(sim.now()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Report {
    /// When it arrived.
    pub arrived: Instant,
    /// What the node says of itself.
    pub condition: Condition,
    /// How far it had received, when the report was sent.
    pub received: Position,
    /// How far it had replayed, when the report was sent.
    pub replayed: Position,
    /// The number of its timeline.
    pub timeline: u32,
}
