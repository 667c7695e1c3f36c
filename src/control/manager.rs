//! What one decider believes of one service.
//!
//! It knows nodes by their numbers, what they reported and when; the truth is unknown here. Kept
//! here: a timer is a field or follows from fields, so setting it again replaces it.

use serde::{Deserialize, Serialize};

use super::follow::Following;
use super::handover::forwards_until;
use super::operation::{Operation, Step};
use super::window::Window;
use super::{drain, upgrade};
use crate::kernel::{Bytes, Instant, Position, Span};
use crate::knob::{Knobs, Mutant, Policy, TimeoutOrigin};
use crate::model::{Condition, Plan, Report};

/// What one decider believes of one service.
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
    pub operation: Option<Operation>,
    /// Standbys that were asked how far they are and have not answered.
    pub asked: Vec<u16>,
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

/// What the platform is doing with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The primary is regarded as up.
    Steady,
    /// A standby has been told to become primary.
    Promoting {
        /// Which one.
        node: u16,
        /// When it was told, or when the patience for it was renewed.
        ordered: Instant,
    },
    /// A new primary is being restored from a backup.
    Restoring {
        /// Which node.
        node: u16,
    },
    /// Standbys were told to receive no more and to say how far they are.
    Electing {
        /// When they were told.
        ordered: Instant,
    },
    /// The service has no machines.
    PoweredOff,
}

/// The phases of the platform's work with a service, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PhaseName {
    /// The primary is regarded as up.
    Steady,
    /// A standby has been told to become primary.
    Promoting,
    /// A new primary is being restored from a backup.
    Restoring,
    /// Standbys say how far they are before one of them is promoted.
    Electing,
    /// Old standbys are replaced by new ones.
    ReplacingStandbys,
    /// An additional server is built.
    AddingServer,
    /// The primary is told to let commits wait for standbys.
    QuorumCommit,
    /// The old primary is stopped in a controlled way.
    Stopping,
    /// The old primary passes connections on.
    Forwarding,
    /// The old primary starts again since nobody else can take over.
    Returning,
    /// Consumers of logical slots are waited for.
    DrainingSlots,
    /// A switchover waits for its window.
    PendingWindow,
    /// The primary is asked whether it can be upgraded, is stopped for it and upgraded.
    Upgrading,
    /// A full backup of the upgraded primary is taken.
    BackingUp,
    /// The primary is stopped before all machines are removed.
    ShuttingDown,
    /// The service has no machines.
    PoweredOff,
}

impl PhaseName {
    /// Every phase.
    pub const ALL: [Self; 16] = [
        Self::Steady,
        Self::Promoting,
        Self::Restoring,
        Self::Electing,
        Self::ReplacingStandbys,
        Self::AddingServer,
        Self::QuorumCommit,
        Self::Stopping,
        Self::Forwarding,
        Self::Returning,
        Self::DrainingSlots,
        Self::PendingWindow,
        Self::Upgrading,
        Self::BackingUp,
        Self::ShuttingDown,
        Self::PoweredOff,
    ];

    /// Returns the phase as scenario files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steady => "Steady",
            Self::Promoting => "Promoting",
            Self::Restoring => "Restoring",
            Self::Electing => "Electing",
            Self::ReplacingStandbys => "ReplacingStandbys",
            Self::AddingServer => "AddingServer",
            Self::QuorumCommit => "QuorumCommit",
            Self::Stopping => "Stopping",
            Self::Forwarding => "Forwarding",
            Self::Returning => "Returning",
            Self::DrainingSlots => "DrainingSlots",
            Self::PendingWindow => "PendingWindow",
            Self::Upgrading => "Upgrading",
            Self::BackingUp => "BackingUp",
            Self::ShuttingDown => "ShuttingDown",
            Self::PoweredOff => "PoweredOff",
        }
    }
}

/// A node as the platform knows it.
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

impl Manager {
    /// Returns the belief at the start of a run: the service is whole and node 1 is primary.
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
    pub fn upstream(&self) -> u16 {
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
    pub fn silence_due(&self, knobs: &Knobs, member: &Member) -> Option<Instant> {
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
    pub fn next_wake(&self, knobs: &Knobs) -> Option<(Instant, Timer)> {
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

    /// Returns whether a planned operation is handing the service over to a new primary.
    pub fn is_handing_over(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.step == Step::Handing)
    }

    /// Returns the name of what the platform is doing.
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
pub enum Timer {
    /// A node has been silent for the timeout.
    Silence(u16),
    /// A promotion takes too long.
    Promotion(u16),
    /// Standbys take too long to say how far they are.
    Election,
    /// A step of a planned operation has waited long enough.
    Step,
}

impl Member {
    /// Returns the position that counts in an election by the furthest of both.
    pub fn furthest(&self) -> Option<Position> {
        self.report.map(|report| report.received.max(report.replayed))
    }

    /// Returns what the node said of itself last.
    pub fn condition(&self) -> Option<Condition> {
        self.report.map(|report| report.condition)
    }
}
