//! Planned operations and standstills as they were seen, from an order to its end.
//!
//! Knows nothing of how they are done. Kept here: what happened is written down, not what was
//! ordered.

use cutover::control::{Manager, PhaseName, Rule, Window};
use cutover::model::{DeciderId, Endpoint, NodeId, Plan, ServiceId};
use cutover::sim::{Operator, Sim};
use cutover::trace::{Note, What};

use super::deeds::OfService;

/// Maintenance, a migration or a change of the tier.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: ServiceId,
    pub(crate) began: u64,
    /// Whether the service gets another tier.
    pub(crate) changes_tier: bool,
    /// Whether its service followed another.
    pub(crate) follows: bool,
    /// The windows that it is bound to, as long as it is.
    pub(crate) windows: Vec<Window>,
    /// Whether there were any when it began.
    pub(crate) in_windows: bool,
    /// The nodes that there were when it began, but for those that are being deleted.
    pub(crate) old: Vec<NodeId>,
    /// The first node that could be made in it.
    pub(crate) first_new: NodeId,
    /// Who passed connections on, from when on.
    pub(crate) forwards: Vec<(u64, NodeId)>,
    pub(crate) deleted: Vec<(u64, NodeId)>,
    pub(crate) ended: Option<(u64, Rule)>,
    /// The plan that its service had then.
    pub(crate) plan: Option<Plan>,
}

impl Operation {
    /// Returns when it was over; the greatest number if it never was.
    pub(crate) fn over(&self) -> u64 {
        self.ended.map_or(u64::MAX, |(at, _)| at)
    }
}

/// A time in which an operator has a whole service down.
#[derive(Debug)]
pub(crate) struct Standstill {
    /// Whether it is an upgrade; it is power off otherwise.
    pub(crate) upgrade: bool,
    pub(crate) began: u64,
    pub(crate) primary: NodeId,
    /// Whom the primary name pointed to then.
    pub(crate) named: Vec<NodeId>,
    /// When the primary answered again, upgraded, and who else was there then.
    pub(crate) upgraded: Option<(u64, Vec<NodeId>)>,
    /// When the machines were removed.
    pub(crate) removed: Option<u64>,
    /// When the platform had heard of the upgrade.
    pub(crate) heard: Option<u64>,
    /// When the platform was done with the upgrade, or told to power the service on.
    pub(crate) over: Option<u64>,
}

impl Standstill {
    /// Returns until when nobody minds that the service is silent.
    pub(crate) fn silent_until(&self) -> u64 {
        if self.upgrade { self.heard } else { self.over }.unwrap_or(u64::MAX)
    }
}

impl OfService {
    /// Notes that an order was taken.
    pub(crate) fn ordered(&mut self, sim: &Sim, (id, operator): (ServiceId, Operator), now: u64) {
        let world = sim.world();
        match operator {
            Operator::Maintain | Operator::Migrate(_) | Operator::ChangeTier(_) => {
                let Some(belief) = sim.belief(id).filter(|belief| belief.operates()) else {
                    return;
                };
                let bound = operator == Operator::Maintain;
                self.operations.push(Operation {
                    service: id,
                    began: now,
                    changes_tier: matches!(operator, Operator::ChangeTier(_)),
                    follows: belief.follows.is_some(),
                    windows: if bound { belief.windows.clone() } else { Vec::new() },
                    in_windows: bound && !belief.windows.is_empty(),
                    old: world
                        .existing(id)
                        .filter(|node| belief.members.iter().any(|one| one.number == node.number))
                        .map(|node| node.id)
                        .collect(),
                    first_new: NodeId::at(world.nodes.len()),
                    forwards: Vec::new(),
                    deleted: Vec::new(),
                    ended: None,
                    plan: None,
                });
            }
            Operator::RemoveWindows => {
                if let Some(last) = self.operations.last_mut().filter(|one| one.ended.is_none()) {
                    last.windows.clear();
                }
            }
            Operator::ChangePlan(_) => self.plans.push(now),
            Operator::MajorUpgrade | Operator::PowerOffService => {
                let service = world.service(id);
                self.standstills.push(Standstill {
                    upgrade: operator == Operator::MajorUpgrade,
                    began: now,
                    primary: service.primary,
                    named: service.record(Endpoint::Primary).now().iter().collect(),
                    upgraded: None,
                    removed: None,
                    heard: None,
                    over: None,
                });
            }
            Operator::PowerOnService => {
                if let Some(last) = self.standstills.last_mut() {
                    last.over.get_or_insert(now);
                }
            }
            Operator::StartServer
            | Operator::Promote
            | Operator::RemoveIntegration
            | Operator::Switchover
            | Operator::Switchback
            | Operator::Failover
            | Operator::RecreatePrimary
            | Operator::TakeOver
            | Operator::PromoteToMaster
            | Operator::ReverseIntegration
            | Operator::SwitchByTerraform
            | Operator::PromoteSecondary
            | Operator::AddSecondary
            | Operator::SetUpRecovery
            | Operator::DeleteRecovery => {}
        }
    }

    /// Notes what is over by now.
    pub(crate) fn go_on(&mut self, (id, belief): (ServiceId, &Manager), notes: &[Note], now: u64) {
        if belief.operates() {
            if let Some(last) = self.standstills.last_mut().filter(|one| one.upgrade)
                && !matches!(belief.phase_name(), PhaseName::Upgrading | PhaseName::Returning)
            {
                last.heard.get_or_insert(now);
            }
            return;
        }
        if let Some(last) = self.standstills.last_mut().filter(|one| one.upgrade) {
            last.heard.get_or_insert(now);
            last.over.get_or_insert(now);
        }
        let own = |by: &DeciderId| by.index() == id.index();
        let mut rules = notes.iter().rev().filter_map(|note| {
            let (What::Decided(by, _, rule, _)
            | What::Ordered(_, by, rule, _)
            | What::Paired(by, rule, _)) = &note.what
            else {
                return None;
            };
            own(by).then_some(*rule)
        });
        if let Some(last) = self.operations.last_mut().filter(|one| one.ended.is_none()) {
            last.ended = Some((now, rules.next().unwrap_or(Rule::NoteNews)));
            last.plan = Some(belief.plan);
        }
    }
}
