//! A change to a plan of the same tier: standbys are added or removed, the primary stays as it is.
//!
//! Source: Aiven, "Upgrade and failover procedures": connections to the primary are not affected.
//! Knows nothing of servers. Kept here: nothing is removed unless the primary is heard.

use super::action::{Action, Numbers};
use super::decide::Decision;
use super::manager::Manager;
use super::replace::build_missing;
use super::rule::Rule;
use super::switchover::{publish_replicas, set_plan, trim};
use crate::knob::{Knobs, Mutant};
use crate::model::{Endpoint, Plan};

/// Adds standbys or removes them until the service has what its new plan says.
///
/// Whoever asks has made sure that the primary is heard and that nothing else is under way.
pub(super) fn begin(knobs: &Knobs, manager: &mut Manager, plan: Plan) -> Decision {
    let mut decision = Decision::none(Rule::ChangePlan);
    let had_replicas = manager.plan.standbys() > 0;
    set_plan(manager, plan, &mut decision);
    if knobs.mutant == Some(Mutant::ChangePlanBySwitchover) {
        // The name of the primary goes through its motions though nothing has moved.
        let numbers = Numbers::of([manager.primary]);
        let primary = Endpoint::Primary;
        decision.actions.push(Action::Publish(primary, Numbers::of([])));
        decision.actions.push(Action::Publish(primary, numbers));
    }
    trim(knobs, manager, &mut decision);
    if had_replicas || manager.plan.standbys() > 0 {
        publish_replicas(knobs, manager, &mut decision);
    }
    build_missing(knobs, manager, &mut decision);
    decision
}
