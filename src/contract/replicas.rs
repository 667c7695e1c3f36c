//! Checks of what is said of read replica services, on the outcome of one run.
//!
//! Knows nothing of the table. Kept here: what an operator asked for and what was refused are told
//! apart.

use super::probe::{Finding, joined, upheld_if};
use crate::kernel::Instant;
use crate::model::Endpoint;
use crate::sim::{
    ClientOutcome, IntegrationOutcome, OrderOutcome, Outcome, PhaseChange, PhaseName,
    ServiceOutcome,
};

/// Returns each pair of a source and its read replica.
fn pairs(
    outcome: &Outcome,
) -> impl Iterator<Item = (&IntegrationOutcome, &ServiceOutcome, &ServiceOutcome)> {
    let of = |name: &String| outcome.services.iter().find(|service| service.name == *name);
    let replicas = outcome.integrations.iter().filter(|pair| pair.kind == "read_replica");
    replicas.filter_map(move |pair| Some((pair, of(&pair.source)?, of(&pair.destination)?)))
}

/// Returns when an operator removed the integration of a replica, if it was done.
fn removed(outcome: &Outcome, replica: &ServiceOutcome) -> Option<Instant> {
    let done = |order: &&OrderOutcome| order.refusal.is_none() && order.service == replica.name;
    outcome
        .orders
        .iter()
        .filter(done)
        .find(|order| order.order == "RemoveIntegration")
        .map(|o| o.at)
}

/// A read replica has the history of its source, until its integration is removed.
pub(super) fn replicates(outcome: &Outcome) -> Finding {
    joined(pairs(outcome).map(|(pair, source, replica)| {
        if removed(outcome, replica).is_some() || source.loss.acked_commits == 0 {
            return None;
        }
        upheld_if(pair.parted.is_none(), || format!("the histories parted: {:?}", pair.parted))
    }))
}

/// Nobody can write to a read replica service before its integration is removed.
pub(super) fn is_read_only(outcome: &Outcome) -> Finding {
    joined(pairs(outcome).map(|(_, _, replica)| {
        let end = removed(outcome, replica).unwrap_or(outcome.until);
        let mut tried = outcome.clients.iter().filter(|client| {
            let early = client.outages.first().is_some_and(|outage| outage.start < end);
            client.writes && client.service == replica.name && early
        });
        tried.next()?;
        let told = |session: &crate::sim::SessionOutcome| {
            session.acknowledged - session.acknowledged_from(end)
        };
        let early: u64 = replica.sessions.iter().map(told).sum();
        upheld_if(early == 0, || format!("{early} commits before {end}"))
    }))
}

/// Removing its integration makes a read replica a service that accepts writes.
pub(super) fn is_promoted_by_removal(outcome: &Outcome) -> Finding {
    joined(pairs(outcome).map(|(_, _, replica)| {
        let at = removed(outcome, replica)?;
        let ordered = |one: &&crate::sim::Promotion| {
            one.cause == "read_replica_promotion" && one.ordered >= at
        };
        let promoted = replica.finished().find(ordered);
        let writes = replica.sessions.iter().any(|session| session.acknowledged_from(at) > 0);
        upheld_if(promoted.is_some() && writes, || format!("it accepts no writes after {at}"))
    }))
}

/// The source of a promoted read replica goes on as if nothing had happened.
pub(super) fn source_goes_on(outcome: &Outcome) -> Finding {
    joined(pairs(outcome).map(|(_, source, replica)| {
        let at = removed(outcome, replica)?;
        if outcome.faults.iter().any(|fault| fault.service.as_ref() == Some(&source.name)) {
            return None;
        }
        let writes = source.sessions.iter().any(|session| session.acknowledged_from(at) > 0);
        let mut clients = outcome.clients.iter().filter(|client| client.service == source.name);
        let quiet = clients.all(|client| client.outages.iter().all(|outage| outage.start < at));
        let moved = source.finished().any(|one| one.ordered >= at);
        upheld_if(writes && quiet && !moved, || "the source was disturbed".to_owned())
    }))
}

/// Returns when maintenance of a service went on because its window opened.
fn changed_in_window(service: &ServiceOutcome) -> Vec<Instant> {
    let steps = service.phases.windows(2);
    let opened = |two: &&[PhaseChange]| {
        two[0].phase == PhaseName::PendingWindow
            && matches!(two[1].phase, PhaseName::QuorumCommit | PhaseName::Stopping)
    };
    steps.filter(opened).map(|two| two[1].at).collect()
}

/// Where the windows of a source and its replica open at once, nobody can write and nobody can
/// read for a time.
pub(super) fn is_interrupted_together(outcome: &Outcome) -> Finding {
    joined(pairs(outcome).flat_map(|(_, source, replica)| {
        let theirs = changed_in_window(replica);
        let both = changed_in_window(source).into_iter().filter(move |at| theirs.contains(at));
        both.map(move |at| {
            let of = |name: &String, writes: bool| {
                let name = name.clone();
                let ours = move |one: &&ClientOutcome| one.service == name && one.writes == writes;
                outcome.clients.iter().filter(ours)
            };
            let out = |one: &ClientOutcome| {
                let after = one.outages.iter().filter(|outage| outage.start >= at);
                after.map(|outage| (outage.start, outage.end)).next()
            };
            let writer = of(&source.name, true).next()?;
            let readers = of(&replica.name, false).filter(|one| one.endpoint == Endpoint::Primary);
            let reader = readers.into_iter().next()?;
            let together = out(writer).zip(out(reader)).is_some_and(|(one, other)| {
                let ends = |end: Option<Instant>| end.unwrap_or(outcome.until);
                one.0.max(other.0) < ends(one.1).min(ends(other.1))
            });
            upheld_if(together, || format!("{} and {} were not", writer.name, reader.name))
        })
    }))
}
