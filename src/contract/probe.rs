//! Checks of statements that no invariant covers, on the outcome of one run.
//!
//! Knows nothing of the table. Kept here: a run in which nothing happened that the statement speaks
//! of says nothing about it.

use crate::control::ServiceState;
use crate::kernel::{Instant, Span};
use crate::knob::StandbyReplacement;
use crate::model::{Endpoint, Plan};
use crate::sim::{DnsChange, FaultOutcome, Outcome, Promotion, ServiceOutcome};

/// By when a name has moved, if nothing is in its way.
const MOVED: Span = Span::from_secs(60);

/// What a run says of a statement: nothing, that it is upheld, or what refutes it.
pub(super) type Finding = Option<Result<(), String>>;

/// Joins what is found at each occasion: the first refutation counts.
pub(super) fn joined(findings: impl IntoIterator<Item = Finding>) -> Finding {
    let mut all = None;
    for finding in findings.into_iter().flatten() {
        match finding {
            Err(why) => return Some(Err(why)),
            Ok(()) => all = Some(Ok(())),
        }
    }
    all
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a probe returns at its end")]
pub(super) fn upheld_if(condition: bool, otherwise: impl FnOnce() -> String) -> Finding {
    Some(if condition { Ok(()) } else { Err(otherwise()) })
}

/// Returns each unplanned promotion of a standby whose old primary did not come back and of whose
/// nodes nothing else befell one, with its service and the fault that took the primary.
fn clean_failovers(
    outcome: &Outcome,
) -> impl Iterator<Item = (&ServiceOutcome, &Promotion, &FaultOutcome)> {
    let services = outcome.services.iter();
    let of_service = |service: &'_ ServiceOutcome| -> Vec<(usize, usize)> {
        let failover = |one: &Promotion| one.cause == "failover" && one.finished.is_some();
        let fault = |one: &Promotion| {
            outcome.faults.iter().position(|fault| {
                let gone = fault.fault == "HostDeath" && !fault.healed;
                gone && fault.node.as_deref() == Some(one.from.as_str())
            })
        };
        let of_service = |fault: &&FaultOutcome| fault.service.as_ref() == Some(&service.name);
        if outcome.faults.iter().filter(of_service).count() != 1 {
            return Vec::new();
        }
        let all = service.promotions.iter().enumerate().filter(|(_, one)| failover(one));
        all.filter_map(|(index, one)| Some((index, fault(one)?))).collect()
    };
    services.flat_map(move |service| {
        let found = of_service(service).into_iter();
        found.map(move |(one, fault)| (service, &service.promotions[one], &outcome.faults[fault]))
    })
}

/// Returns the changes of a name of a service in order.
fn changes(service: &ServiceOutcome, endpoint: Endpoint) -> Vec<&DnsChange> {
    service.dns.iter().filter(|change| change.endpoint == endpoint).collect()
}

/// Returns the nodes that a name points to at an instant.
fn targets(service: &ServiceOutcome, endpoint: Endpoint, at: Instant) -> Vec<String> {
    let mut past = changes(service, endpoint).into_iter().filter(|change| change.at <= at);
    past.next_back().map(|change| change.targets.clone()).unwrap_or_default()
}

/// A primary that is lost for good is succeeded by a standby, where there is one.
pub(super) fn standby_promoted(outcome: &Outcome) -> Finding {
    let lost = outcome
        .faults
        .iter()
        .filter(|fault| !fault.healed && fault.fault == "HostDeath" && fault.primary);
    if outcome.faults.iter().filter(|fault| !fault.healed).count() > 1 {
        // Who is promoted after several faults depends on whom they left.
        return None;
    }
    joined(lost.map(|fault| {
        let node = fault.node.as_deref()?;
        let of_fault = |service: &&ServiceOutcome| Some(&service.name) == fault.service.as_ref();
        let service = outcome.services.iter().find(of_fault)?;
        let mark = service.marked_down.iter().find(|mark| mark.node == node)?;
        // An upgrade takes the standbys away, and power off everything.
        let ordered = service.states.iter().rev().find(|(at, _)| *at <= fault.at);
        let ordered = ordered.is_some_and(|(_, state)| *state != ServiceState::Running);
        if service.plan.standbys() == 0 || mark.at == outcome.until || ordered {
            return None;
        }
        let took_over = service.finished().any(|one| one.from == node && one.cause == "failover");
        upheld_if(took_over, || format!("nobody succeeded {node}"))
    }))
}

/// During the timeout nobody is answered through the primary name.
pub(super) fn primary_name_dead_in_timeout(outcome: &Outcome) -> Finding {
    joined(clean_failovers(outcome).map(|(service, promotion, fault)| {
        let sessions = service.sessions.iter().filter(|session| session.node == promotion.from);
        let mut writers = sessions.filter(|session| session.acknowledged > 0).peekable();
        writers.peek()?;
        let answered = writers.find(|session| {
            let after = fault.at + Span::from_secs(1);
            session.acknowledged_from(after) > 0
        });
        upheld_if(answered.is_none(), || {
            format!("{} still answered after {}", promotion.from, fault.at)
        })
    }))
}

/// After a promotion the primary name points to the new primary.
pub(super) fn primary_name_follows(outcome: &Outcome) -> Finding {
    joined(clean_failovers(outcome).map(|(service, promotion, _)| {
        let published = promotion.published?;
        let now = targets(service, Endpoint::Primary, published);
        upheld_if(now == [promotion.node.clone()], || format!("it points to {now:?}"))
    }))
}

/// With one standby, the replica name points to nobody after its promotion.
pub(super) fn replica_name_unreachable(outcome: &Outcome) -> Finding {
    let business = clean_failovers(outcome).filter(|(service, ..)| service.plan == Plan::Business);
    joined(business.map(|(service, promotion, _)| {
        let finished = promotion.finished?;
        if promotion.candidates.len() > 1 {
            return None;
        }
        let after = changes(service, Endpoint::Replica).into_iter().find(|one| one.at > finished);
        let empty = after?.targets.is_empty();
        upheld_if(empty, || format!("it points to {:?}", after.map(|one| &one.targets)))
    }))
}

/// A new standby is built after a failover, and the replica name ends with it.
pub(super) fn replica_name_returns(outcome: &Outcome) -> Finding {
    joined(clean_failovers(outcome).map(|(service, promotion, _)| {
        let finished = promotion.finished?;
        let changes = changes(service, Endpoint::Replica);
        let back = changes.iter().find(|one| one.at > finished && !one.targets.is_empty())?;
        let old = [&promotion.node, &promotion.from];
        let wrong = back.targets.iter().any(|node| old.contains(&node));
        upheld_if(!wrong, || format!("it points to {:?}", back.targets))
    }))
}

/// Returns each standby that was lost for good and given up, with its service and the instant.
fn lost_standbys(outcome: &Outcome) -> impl Iterator<Item = (&ServiceOutcome, &str, Instant)> {
    let lost = outcome
        .faults
        .iter()
        .filter(|fault| !fault.healed && fault.fault == "HostDeath" && !fault.primary);
    lost.filter_map(|fault| {
        let node = fault.node.as_deref()?;
        let of_fault = |service: &&ServiceOutcome| Some(&service.name) == fault.service.as_ref();
        let service = outcome.services.iter().find(of_fault)?;
        let mark = service.marked_down.iter().find(|mark| mark.node == node)?;
        Some((service, node, mark.at))
    })
}

/// A lost standby is replaced by a new one.
pub(super) fn standby_replaced(outcome: &Outcome) -> Finding {
    joined(lost_standbys(outcome).map(|(service, node, at)| {
        let back = changes(service, Endpoint::Replica).into_iter().rfind(|one| one.at > at)?;
        let known = targets(service, Endpoint::Replica, Instant::ZERO);
        let new = back.targets.iter().any(|target| target != node && !known.contains(target));
        upheld_if(new, || format!("the replica name points to {:?}", back.targets))
    }))
}

/// With one standby, reads through the replica name fail until its substitute serves.
pub(super) fn reads_wait_for_the_substitute(outcome: &Outcome) -> Finding {
    let business = lost_standbys(outcome).filter(|(service, ..)| service.plan == Plan::Business);
    joined(business.map(|(service, _, at)| {
        let back = changes(service, Endpoint::Replica).into_iter().rfind(|one| one.at > at)?;
        let readers = outcome.clients.iter().filter(|client| {
            client.service == service.name && client.endpoint == Endpoint::Replica
        });
        joined(readers.map(|reader| {
            let outage = reader.outages.iter().find(|outage| outage.start <= at)?;
            upheld_if(outage.end.is_none_or(|end| end >= back.at), || {
                format!("{} could read again before {}", reader.name, back.at)
            })
        }))
    }))
}

/// With two standbys, the replica name goes on pointing to one that serves.
pub(super) fn second_standby_serves(outcome: &Outcome) -> Finding {
    let alone = outcome.faults.iter().filter(|fault| !fault.healed).count() == 1;
    let premium = lost_standbys(outcome)
        .filter(|(service, ..)| service.plan == Plan::Premium)
        .filter(|_| alone);
    joined(premium.map(|(service, node, _)| {
        let changes = changes(service, Endpoint::Replica);
        let left = changes.iter().all(|one| one.targets.iter().any(|target| target != node));
        upheld_if(left, || "the replica name points to nobody that serves".to_owned())
    }))
}

/// After a planned operation the primary name points to the new primary.
pub(super) fn primary_name_switched(outcome: &Outcome) -> Finding {
    joined(outcome.services.iter().flat_map(|service| {
        let planned = service.finished().filter(|one| one.cause == "switchover");
        planned.map(move |promotion| match promotion.published {
            Some(published) => {
                let now = targets(service, Endpoint::Primary, published);
                upheld_if(now == [promotion.node.clone()], || format!("it points to {now:?}"))
            }
            // Whatever else befell the service may have been in the way.
            None if !outcome.faults.is_empty() || promotion.finished? + MOVED > outcome.until => {
                None
            }
            None => upheld_if(false, || format!("it never led to {}", promotion.node)),
        })
    }))
}

/// When the primary of a service is to be changed as planned, it has one server more than its plan.
pub(super) fn one_server_more(outcome: &Outcome) -> Finding {
    let one_by_one = outcome.knobs.standby_replacement == StandbyReplacement::OneByOne;
    let changed = |service: &ServiceOutcome| {
        let mut orders = outcome.orders.iter().filter(|order| order.service == service.name);
        orders.any(|order| ["ChangeTier", "ChangePlan"].contains(&order.order))
    };
    if !outcome.faults.is_empty() || !one_by_one {
        return None;
    }
    joined(outcome.services.iter().filter(|service| !changed(service)).map(|service| {
        let planned = service.finished().find(|one| one.cause == "switchover")?;
        let until = service.census.iter().filter(|census| census.at <= planned.ordered);
        let most = until.map(|census| census.existing).max()?;
        upheld_if(most == service.plan.nodes() + 1, || {
            format!("{} had {most} nodes, its plan has {}", service.name, service.plan.nodes())
        })
    }))
}

/// A service without a standby loses what was not uploaded when its node is lost.
pub(super) fn lone_node_loses_what_was_not_uploaded(outcome: &Outcome) -> Finding {
    joined(outcome.services.iter().filter(|service| service.plan.standbys() == 0).map(|service| {
        let restored = service.promotions.iter().find(|one| one.cause == "restore")?;
        restored.finished?;
        upheld_if(service.loss.lost_commits > 0 || service.loss.acked_commits == 0, || {
            "nothing was lost".to_owned()
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;
    use crate::sim;

    #[test]
    fn a_name_that_is_not_moved_or_moved_elsewhere_refutes_a_switchover() {
        let loaded = scenario::load("scenarios/maintenance-business.ron".as_ref());
        let mut outcome = sim::run(&loaded.expect("it is valid").setup, 0);
        assert_eq!(primary_name_switched(&outcome), Some(Ok(())));
        let mut unmoved = outcome.clone();
        unmoved.services[0].promotions[0].published = None;
        assert!(matches!(primary_name_switched(&unmoved), Some(Err(_))));
        for change in &mut outcome.services[0].dns {
            change.targets = vec!["orders-1".to_owned()];
        }
        assert!(matches!(primary_name_switched(&outcome), Some(Err(_))));
    }

    #[test]
    fn a_server_that_is_not_built_or_built_too_often_refutes_the_count() {
        let loaded = scenario::load("scenarios/maintenance-premium.ron".as_ref());
        let mut outcome = sim::run(&loaded.expect("it is valid").setup, 0);
        assert_eq!(one_server_more(&outcome), Some(Ok(())));
        let planned = outcome.services[0].plan.nodes();
        for census in &mut outcome.services[0].census {
            census.existing = census.existing.min(planned);
        }
        let refuted = Some(Err("orders had 3 nodes, its plan has 3".to_owned()));
        assert_eq!(one_server_more(&outcome), refuted);
    }
}
