//! A node as the platform knows it: what it is regarded as, and what it said of itself.
//!
//! Knows nothing of the node itself. Kept here: everything about it comes from its reports, or from
//! their absence.

use crate::kernel::{Instant, Position};
use crate::model::{Condition, Report};

/// A node as the platform knows it.
///
/// # Examples
/// At the start of a run nothing has been heard of anybody:
/// ```
/// use cutover::control::{Manager, Standing};
/// use cutover::model::Plan;
/// let manager = Manager::new(Plan::Business);
/// let [first, second] = manager.members[..] else { unreachable!("there are two nodes") };
/// assert_eq!((first.standing, second.standing), (Standing::Primary, Standing::Standby));
/// assert!(first.report.is_none() && first.missed.is_none() && first.ordered.is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its number.
    pub number: u16,
    /// What the platform regards it as.
    pub standing: Standing,
    /// Its last report.
    pub report: Option<Report>,
    /// When a report was first missed, if the last one was.
    pub missed: Option<Instant>,
    /// When it was ordered to be built; nothing for the nodes of the start.
    pub ordered: Option<Instant>,
}

/// What the platform regards a node as.
///
/// # Examples
/// A silent primary is given up, and its standby takes its place when it says so:
/// ```
/// # use cutover::kernel::{Instant, Lsn, Position};
/// # use cutover::knob::Knobs;
/// # use cutover::model::{Plan, Signal};
/// # use cutover::model::{Condition, Report};
/// # let heard = |manager: &mut Manager, number: u16, lsn: u64| {
/// #     let member = manager.member_mut(number).expect("it is known");
/// #     member.report = Some(Report {
/// #         arrived: Instant::ZERO,
/// #         condition: Condition::Standby,
/// #         received: Position::from_lsn(Lsn(lsn)),
/// #         replayed: Position::from_lsn(Lsn(lsn)),
/// #         timeline: 1,
/// #     });
/// # };
/// use cutover::control::{Manager, Standing, decide};
/// let mut manager = Manager::new(Plan::Business);
/// heard(&mut manager, 2, 500);
/// let knobs = Knobs::default();
/// decide(&knobs, &mut manager, Instant::ZERO, Signal::SilenceDue(1));
/// assert!(manager.standing(Standing::GivenUp).eq([1]));
/// assert!(manager.standing(Standing::Standby).eq([2]));
/// let news = Signal::Reported(2, Condition::Primary);
/// decide(&knobs, &mut manager, Instant::ZERO, news);
/// assert!(manager.standing(Standing::Primary).eq([2]));
/// assert!(manager.standing(Standing::Building).eq([3]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The primary.
    Primary,
    /// A standby that serves and may be promoted.
    Standby,
    /// A standby that is being built or catches up.
    Building,
    /// A node that was given up.
    GivenUp,
    /// A node that is to be deleted when it is not needed any more.
    Leaving,
}

impl Member {
    /// Returns the position that counts in an election by the furthest of both.
    ///
    /// # Examples
    /// A standby that was restarted may have replayed more than it has received since:
    /// ```
    /// # use cutover::control::Manager;
    /// # use cutover::kernel::{Instant, Lsn, Position};
    /// # use cutover::model::{Condition, Plan, Report};
    /// # let mut manager = Manager::new(Plan::Business);
    /// # let member = manager.member_mut(2).expect("it is known");
    /// let at = |lsn| Position::from_lsn(Lsn(lsn));
    /// assert_eq!(member.furthest(), None);
    /// member.report = Some(Report {
    ///     arrived: Instant::ZERO,
    ///     condition: Condition::Standby,
    ///     received: at(100),
    ///     replayed: at(900),
    ///     timeline: 1,
    /// });
    /// assert_eq!(member.furthest(), Some(at(900)));
    /// ```
    pub fn furthest(&self) -> Option<Position> {
        self.report.map(|report| report.received.max(report.replayed))
    }

    /// Returns what the node said of itself last.
    ///
    /// # Examples
    /// ```
    /// # use cutover::control::Manager;
    /// # use cutover::kernel::{Instant, Position};
    /// # use cutover::model::{Condition, Plan, Report};
    /// # let mut manager = Manager::new(Plan::Business);
    /// # let member = manager.member_mut(2).expect("it is known");
    /// assert_eq!(member.condition(), None);
    /// member.report = Some(Report {
    ///     arrived: Instant::ZERO,
    ///     condition: Condition::CatchingUp,
    ///     received: Position::ZERO,
    ///     replayed: Position::ZERO,
    ///     timeline: 1,
    /// });
    /// assert_eq!(member.condition(), Some(Condition::CatchingUp));
    /// ```
    pub fn condition(&self) -> Option<Condition> {
        self.report.map(|report| report.condition)
    }
}
