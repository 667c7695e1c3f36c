//! A service that follows another: it has standbys and no primary, and its names point to them.
//!
//! Sources: Aiven, "Create and manage read replicas" and "Upgrade and failover procedures" (only
//! built-in standbys are promotable). Knows nothing of the service that is followed. Kept here:
//! nobody of such a service is promoted unless an operator orders it.

use super::action::{Action, Numbers};
use super::command::Refusal;
use super::decide::Decision;
use super::elect::{chosen, elect};
use super::follower;
use super::manager::{Manager, SOURCE};
use super::member::Standing;
use super::phase::Phase;
use super::rule::Rule;
use crate::kernel::Instant;
use crate::knob::{EmptyReplicaName, Knobs};
use crate::model::{Endpoint, IntegrationKind};

/// How a service follows another.
///
/// # Examples
/// ```
/// # let follows = |name: &str| {
/// #     let path = format!("scenarios/{name}.ron");
/// #     let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     let sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// #     [0, 1].map(|number| {
/// #         let belief = sim.belief(cutover::model::ServiceId(number));
/// #         belief.expect("the platform decides for every service").follows
/// #     })
/// # };
/// use cutover::control::Following;
/// assert_eq!(follows("crdr-local-failover"), [None, Some(Following::Passive)]);
/// assert_eq!(follows("read-replica-promoted"), [None, Some(Following::ReadReplica)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Following {
    /// As a read replica, with a name of its own for its first node.
    ReadReplica,
    /// As the passive one of a pair, with a name of its own for its standbys alone.
    Passive,
}

impl Following {
    /// Returns how the destination of an integration follows.
    pub(crate) fn of(kind: IntegrationKind) -> Self {
        match kind {
            IntegrationKind::ReadReplica | IntegrationKind::GlobalActiveDatabase => {
                Self::ReadReplica
            }
            IntegrationKind::DisasterRecovery => Self::Passive,
        }
    }
}

/// Points the names to the standbys: the service's own to the first, the replica name to the rest.
///
/// Without a standby both keep the dead address, as everywhere.
pub(super) fn publish(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    let standbys: Vec<u16> = manager.standing(Standing::Standby).collect();
    if manager.follows == Some(Following::Passive) {
        if !standbys.is_empty() {
            let standbys = Numbers::of(standbys);
            decision.actions.push(Action::Publish(Endpoint::Replica, standbys));
            publish_opted_in(knobs, manager, standbys, decision);
        }
        return;
    }
    if let Some(first) = standbys.first().filter(|_| !standbys.contains(&manager.primary)) {
        manager.primary = *first;
        decision.actions.push(Action::Publish(Endpoint::Primary, Numbers::of([*first])));
    }
    let others = Numbers::of(standbys.into_iter().filter(|number| *number != manager.primary));
    let kept = knobs.replica_name_when_empty == EmptyReplicaName::DeadAddress;
    if manager.plan.standbys() > 0 && (others.iter().next().is_some() || !kept) {
        decision.actions.push(Action::Publish(Endpoint::Replica, others));
    }
    let alone = others.iter().next().is_none();
    let named = manager.member(manager.primary);
    if named.is_some_and(|named| named.standing == Standing::Standby) {
        let serving = if alone { Numbers::of([manager.primary]) } else { others };
        publish_opted_in(knobs, manager, serving, decision);
    }
}

/// Points the opt-in replica name to those of a service that serve reads beside the one that its
/// own name points to, or to that one.
fn publish_opted_in(knobs: &Knobs, manager: &Manager, to: Numbers, decision: &mut Decision) {
    if knobs.ha_replica_name && manager.plan.standbys() > 0 {
        decision.actions.push(Action::Publish(Endpoint::HaReplica, to));
    }
}

/// Promotes the furthest node of a read replica service whose integration is removed.
pub(super) fn become_independent(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
) -> Result<Decision, Refusal> {
    let candidates = elect(knobs, manager, now, SOURCE);
    let Some(node) = chosen(&candidates) else { return Err(Refusal::NobodyToPromote) };
    let mut decision = Decision::none(Rule::PromoteReadReplica);
    follower::abandon(manager, &mut decision);
    manager.follows = None;
    manager.phase = Phase::Promoting { node, ordered: now };
    decision.actions.push(Action::Promote(node));
    decision.candidates = candidates;
    Ok(decision)
}
