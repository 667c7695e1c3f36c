//! What one decider believes of one service.
//!
//! It knows nodes by their numbers, what they reported and when; the truth is unknown here. Kept
//! here: a timer is a field or follows from fields, so setting it again replaces it.

use super::follow::Following;
use super::handover::forwards_until;
use super::member::{Member, Standing};
use super::operation::{Operation, Step};
use super::phase::{Phase, PhaseName};
use super::window::Window;
use super::{drain, upgrade};
use crate::kernel::{Bytes, Instant, Span};
use crate::knob::{Knobs, Mutant, Policy, TimeoutOrigin};
use crate::model::Plan;

/// What one decider believes of one service.
///
/// # Examples
/// What is believed need not be true; a minute after its death a primary is believed to be one:
/// ```
/// # let path = "scenarios/business-primary-crash.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// use cutover::control::{Phase, Standing};
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::ServiceId;
/// let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// sim.run_until(Instant::ZERO + Span::from_secs(100));
/// let belief = sim.belief(ServiceId(0)).expect("the platform decides for every service");
/// let primary = belief.member(belief.primary).expect("it is known");
/// assert_eq!((belief.phase, primary.standing), (Phase::Steady, Standing::Primary));
/// assert!(primary.missed.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Manager {
    /// The plan that the service is to have.
    pub plan: Plan,
    /// The nodes that it knows, by number.
    pub members: Vec<Member>,
    /// What it is doing.
    pub phase: Phase,
    /// The node that it regards as primary.
    pub primary: u16,
    /// Whether the present primary was promoted during the run.
    pub has_promoted: bool,
    /// The number of the next node that is built.
    pub next_number: u16,
    /// How it follows another service, if it does: then it has no primary, and `primary` is the
    /// node that its name points to.
    pub follows: Option<Following>,
    /// The planned operation under way.
    pub(crate) operation: Option<Operation>,
    /// Standbys that were asked how far they are and have not answered.
    pub(crate) asked: Vec<u16>,
    /// Whether the service has logical slots, which its jobs keep on standbys.
    pub keeps_slots: bool,
    /// The times of the day at which maintenance may change the primary.
    pub windows: Vec<Window>,
    /// How large the service's database is.
    pub database_size: Bytes,
}

/// Stands for the primary of the service that is followed, where a node's number is wanted: nodes
/// are counted from 1.
pub(crate) const SOURCE: u16 = 0;

impl Manager {
    /// Returns the belief at the start of a run: the service is whole and node 1 is primary.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Manager, Standing};
    /// use cutover::model::Plan;
    /// let manager = Manager::new(Plan::Premium);
    /// assert_eq!((manager.primary, manager.members.len(), manager.next_number), (1, 3, 4));
    /// assert!(manager.standing(Standing::Primary).eq([1]));
    /// ```
    pub fn new(plan: Plan) -> Self {
        let member = |number: u16| Member {
            number,
            standing: if number == 1 { Standing::Primary } else { Standing::Standby },
            report: None,
            missed: None,
            ordered: None,
        };
        let nodes = u16::from(plan.nodes());
        let members = (1..=nodes).map(member).collect();
        Self {
            plan,
            members,
            phase: Phase::Steady,
            primary: 1,
            has_promoted: false,
            next_number: nodes + 1,
            follows: None,
            operation: None,
            asked: Vec::new(),
            keeps_slots: false,
            windows: Vec::new(),
            database_size: Bytes(0),
        }
    }

    /// Makes every node a standby if the service follows another.
    pub(crate) fn follow_from_the_start(&mut self) {
        let follows = self.follows.is_some();
        for member in self.members.iter_mut().filter(|_| follows) {
            member.standing = Standing::Standby;
        }
    }

    /// Returns the node that its standbys are to follow.
    pub(crate) fn upstream(&self) -> u16 {
        if self.follows.is_some() { SOURCE } else { self.primary }
    }

    /// Returns a node that the platform knows.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Manager;
    /// use cutover::model::Plan;
    /// let manager = Manager::new(Plan::Premium);
    /// assert!(manager.member(3).is_some() && manager.member(4).is_none());
    /// ```
    pub fn member(&self, number: u16) -> Option<&Member> {
        self.members.iter().find(|member| member.number == number)
    }

    /// Returns a node that the platform knows, to change it.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Manager, Standing};
    /// use cutover::model::Plan;
    /// let mut manager = Manager::new(Plan::Premium);
    /// manager.member_mut(3).expect("it is known").standing = Standing::GivenUp;
    /// assert!(manager.standing(Standing::Standby).eq([2]));
    /// assert!(manager.member_mut(4).is_none());
    /// ```
    pub fn member_mut(&mut self, number: u16) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.number == number)
    }

    /// Returns the numbers of the nodes of a standing.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Manager, Standing};
    /// use cutover::model::Plan;
    /// let manager = Manager::new(Plan::Premium);
    /// assert_eq!(manager.standing(Standing::Standby).collect::<Vec<_>>(), [2, 3]);
    /// ```
    pub fn standing(&self, standing: Standing) -> impl Iterator<Item = u16> + '_ {
        self.members.iter().filter(move |member| member.standing == standing).map(|m| m.number)
    }

    /// Returns when a silent member's patience is over; nothing while it is heard or given up.
    ///
    /// A new node that has never reported has the patience for a build instead.
    pub(crate) fn silence_due(&self, knobs: &Knobs, member: &Member) -> Option<Instant> {
        if let (Standing::Building, None) = (member.standing, member.report) {
            return member.ordered.map(|ordered| ordered + knobs.build_patience);
        }
        let missed = member.missed?;
        if matches!(member.standing, Standing::GivenUp | Standing::Leaving) {
            return None;
        }
        let left_to_daemons = knobs.policy == Policy::Pglookout
            && member.standing == Standing::Primary
            && self.standing(Standing::Standby).next().is_some();
        if left_to_daemons {
            return None;
        }
        let candidate =
            matches!(self.phase, Phase::Promoting { node, .. } if node == member.number);
        let timeout = if member.standing == Standing::Primary || candidate {
            self.primary_timeout(knobs)
        } else {
            knobs.standby_timeout
        };
        let origin = match knobs.timeout_origin {
            TimeoutOrigin::LastReport => member.report.map_or(missed, |report| report.arrived),
            TimeoutOrigin::FirstMissed => missed,
        };
        Some((origin + timeout).max(missed))
    }

    fn primary_timeout(&self, knobs: &Knobs) -> Span {
        match knobs.mutant {
            Some(Mutant::ImpatientDetection) => Span::from_secs(6),
            Some(Mutant::ForgetLastReport) if self.has_promoted => Span::ZERO,
            Some(Mutant::PromoteAtFirstMiss) => Span::ZERO,
            Some(Mutant::DoublePatience) => knobs.detection_timeout * 2,
            _ => knobs.detection_timeout,
        }
    }

    /// Returns when the next of its own timers is due, and which.
    pub(crate) fn next_wake(&self, knobs: &Knobs) -> Option<(Instant, Timer)> {
        let silence = self.members.iter().filter_map(|member| {
            let due = self.silence_due(knobs, member)?;
            Some((due, Timer::Silence(member.number)))
        });
        let promotion = match self.phase {
            Phase::Promoting { node, ordered } => {
                Some((ordered + knobs.promotion_patience, Timer::Promotion(node)))
            }
            Phase::Electing { ordered } => Some((ordered + knobs.order_patience, Timer::Election)),
            Phase::Steady | Phase::Restoring { .. } | Phase::PoweredOff => None,
        };
        let step = self.step_due(knobs).map(|due| (due, Timer::Step));
        silence.chain(promotion).chain(step).min()
    }
}

impl Manager {
    /// Returns when a step of the operation under way has waited long enough.
    fn step_due(&self, knobs: &Knobs) -> Option<Instant> {
        match self.operation.as_ref()?.step {
            Step::Draining { since, asked } => {
                Some(drain::asks_next(knobs, since, asked).min(since + knobs.slot_drain_limit))
            }
            Step::Pending { until } => Some(until),
            Step::Securing { since } => Some(since + knobs.order_patience),
            Step::Verifying { asked, .. } => Some(asked + knobs.heartbeat_period),
            Step::Stopping { since, .. } => Some(since + knobs.stop_patience),
            Step::Returning { since } => Some(since + knobs.promotion_patience),
            Step::Forwarding { since, named } => forwards_until(knobs, since, named),
            step @ (Step::Checking { .. }
            | Step::Upgrading { .. }
            | Step::BackingUp { .. }
            | Step::ShuttingDown { .. }) => upgrade::due(knobs, self, step),
            Step::Replacing { .. }
            | Step::Renaming { .. }
            | Step::Adding { .. }
            | Step::Handing => None,
        }
    }

    /// Returns whether a planned operation is under way on the service.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Manager;
    /// use cutover::model::Plan;
    /// assert!(!Manager::new(Plan::Business).operates());
    /// ```
    pub fn operates(&self) -> bool {
        self.operation.is_some()
    }

    /// Returns whether a planned operation is handing the service over to a new primary.
    pub(crate) fn is_handing_over(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.step == Step::Handing)
    }

    /// Returns the name of what the platform is doing.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Manager, Phase, PhaseName};
    /// use cutover::kernel::Instant;
    /// use cutover::model::Plan;
    /// let mut manager = Manager::new(Plan::Business);
    /// assert_eq!(manager.phase_name(), PhaseName::Steady);
    /// manager.phase = Phase::Promoting { node: 2, ordered: Instant::ZERO };
    /// assert_eq!(manager.phase_name(), PhaseName::Promoting);
    /// ```
    pub fn phase_name(&self) -> PhaseName {
        match (self.phase, self.operation.as_ref().map(|operation| operation.step)) {
            (Phase::Promoting { .. }, _) => PhaseName::Promoting,
            (Phase::Restoring { .. }, _) => PhaseName::Restoring,
            (Phase::Electing { .. }, _) => PhaseName::Electing,
            (Phase::PoweredOff, _) => PhaseName::PoweredOff,
            (Phase::Steady, None | Some(Step::Handing)) => PhaseName::Steady,
            (Phase::Steady, Some(Step::Replacing { .. } | Step::Renaming { .. })) => {
                PhaseName::ReplacingStandbys
            }
            (Phase::Steady, Some(Step::Adding { .. })) => PhaseName::AddingServer,
            (Phase::Steady, Some(Step::Draining { .. })) => PhaseName::DrainingSlots,
            (Phase::Steady, Some(Step::Pending { .. })) => PhaseName::PendingWindow,
            (Phase::Steady, Some(Step::Securing { .. } | Step::Verifying { .. })) => {
                PhaseName::QuorumCommit
            }
            (Phase::Steady, Some(Step::Stopping { .. })) => PhaseName::Stopping,
            (Phase::Steady, Some(Step::Forwarding { .. })) => PhaseName::Forwarding,
            (Phase::Steady, Some(Step::Returning { .. })) => PhaseName::Returning,
            (Phase::Steady, Some(Step::Checking { .. } | Step::Upgrading { .. })) => {
                PhaseName::Upgrading
            }
            (Phase::Steady, Some(Step::BackingUp { .. })) => PhaseName::BackingUp,
            (Phase::Steady, Some(Step::ShuttingDown { .. })) => PhaseName::ShuttingDown,
        }
    }
}

/// A timer of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Timer {
    /// A node has been silent for the timeout.
    Silence(u16),
    /// A promotion takes too long.
    Promotion(u16),
    /// Standbys take too long to say how far they are.
    Election,
    /// A step of a planned operation has waited long enough.
    Step,
}
