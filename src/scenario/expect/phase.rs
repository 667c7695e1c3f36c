//! Whether the platform went through the phases that were expected, with as many nodes.
//!
//! Knows nothing of what happens in a phase. Kept here: phases may lie between those that are
//! expected, and a phase counts when it is entered.

use super::Finding;
use crate::control::PhaseName;
use crate::kernel::Instant;
use crate::sim::ServiceOutcome;

/// Judges whether a service enters phases in an order.
pub(super) fn order(service: &ServiceOutcome, phases: &[PhaseName], until: Instant) -> Finding {
    let mut wanted = phases.iter().peekable();
    let mut last = None;
    for entered in &service.phases {
        if wanted.peek().is_some_and(|phase| **phase == entered.phase) {
            wanted.next();
            last = Some(entered.at);
        }
    }
    let went: Vec<String> =
        service.phases.iter().map(|entered| format!("{:?}", entered.phase)).collect();
    let went = if went.is_empty() { "no other phase".to_owned() } else { went.join(", ") };
    let detail = format!("{} entered {went}", service.name);
    match wanted.next() {
        None => Finding::met(last, detail),
        Some(missing) => {
            let busy = service.phases.last().is_some_and(|last| last.phase != PhaseName::Steady);
            let detail = format!("{detail}; {missing:?} is missing at that place");
            Finding::not_met(busy && until < Instant::FAR, None, detail)
        }
    }
}

/// Judges how many nodes a service has at most.
pub(super) fn peak(service: &ServiceOutcome, nodes: u8) -> Finding {
    let most = service.census.iter().max_by_key(|census| census.existing);
    let (found, at) = most.map_or((0, None), |census| (census.existing, Some(census.at)));
    let detail = format!("{} had {found} nodes at most", service.name);
    if found == nodes { Finding::met(at, detail) } else { Finding::missed(at, detail) }
}

#[cfg(test)]
mod tests {
    use super::super::made::{self, inconclusive, met, missed, secs};
    use super::*;
    use crate::sim::PhaseChange;
    use PhaseName::{AddingServer, Promoting, QuorumCommit, Steady, Stopping};

    #[test]
    fn phases_are_expected_in_an_order_with_others_in_between() {
        let mut outcome = made::outcome();
        let service = &mut outcome.services[0];
        let at = |at, phase| PhaseChange { at: secs(at), phase };
        service.phases =
            vec![at(1, AddingServer), at(2, Stopping), at(3, Promoting), at(9, Steady)];
        let detail = "orders entered AddingServer, Stopping, Promoting, Steady";
        let judged = |phases: &[PhaseName]| order(&outcome.services[0], phases, secs(900));
        assert_eq!(judged(&[AddingServer, Promoting]), met(Some(3), detail));
        let detail = format!("{detail}; AddingServer is missing at that place");
        assert_eq!(judged(&[Promoting, AddingServer]), missed(None, &detail));
    }

    #[test]
    fn a_phase_may_still_come_while_the_platform_is_busy() {
        let mut outcome = made::outcome();
        let phases = &mut outcome.services[0].phases;
        *phases = vec![PhaseChange { at: secs(1), phase: AddingServer }];
        let detail = "orders entered AddingServer; QuorumCommit is missing at that place";
        let found = order(&outcome.services[0], &[QuorumCommit], secs(900));
        assert_eq!(found, inconclusive(detail));
    }

    #[test]
    fn the_peak_is_the_largest_number_of_nodes_at_one_instant() {
        let outcome = made::outcome();
        let detail = "orders had 2 nodes at most";
        assert_eq!(peak(&outcome.services[0], 2), met(Some(460), detail));
        assert_eq!(peak(&outcome.services[0], 3), missed(Some(460), detail));
    }
}
