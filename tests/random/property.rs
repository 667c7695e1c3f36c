//! What holds in every run, whatever the scenario.
//!
//! Knows nothing of how scenarios are made. Kept here: each property is judged on whole runs
//! through the public face of the library.

use std::sync::Arc;

use cutover::blame::{self, Kind};
use cutover::check::Amount;
use cutover::kernel::{Instant, Span};
use cutover::model::{Arrivals, Endpoint};
use cutover::scenario::{Client, Loaded, parse};
use cutover::sim::{self, FaultOutcome, Line, Outcome, Reached, Setup, Sim};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::explained::{operated, unexplained};
use super::listing::relisted;
use super::scenario::{Case, text};

type Checked = Result<(), TestCaseError>;

/// More events than any of these runs can have.
const EVENTS_MAX: u64 = 3_000_000;

/// Checks everything of a case.
pub(crate) fn check(case: &Case) -> Checked {
    let loaded = Loaded::from_scenario(case.scenario.clone());
    let loaded = loaded.map_err(|errors| TestCaseError::fail(errors.to_string()))?;
    a_scenario_is_its_text(case, &loaded)?;
    listing_changes_nothing(case, &loaded.setup)?;
    let setup = Arc::new(loaded.setup);
    let (run, steps) = run(Sim::new(Arc::clone(&setup), case.seed))?;
    let outcome = run.outcome();
    runs_agree(case, &setup, (&run, &outcome), steps)?;
    a_shorter_run_is_the_beginning(case, &setup, &outcome)?;
    outages_add_up(&outcome)?;
    lists_are_in_order(&outcome)?;
    promotions_make_sense(&outcome)?;
    if !operated(&setup) {
        nothing_breaks_by_itself(&outcome)?;
    }
    accounts_agree(&outcome)?;
    the_ledger_adds_up(&outcome)?;
    invariants_hold(&setup, &outcome)
}

/// Takes a run to its end and counts its steps.
fn run(mut sim: Sim) -> Result<(Sim, u64), TestCaseError> {
    let mut steps = 0;
    while sim.step() {
        steps += 1;
        prop_assert!(steps < EVENTS_MAX, "the run stands still at {}", sim.now());
    }
    Ok((sim, steps))
}

fn a_scenario_is_its_text(case: &Case, loaded: &Loaded) -> Checked {
    let read = parse("random.ron", &text(&case.scenario));
    let read = read.map_err(|errors| TestCaseError::fail(errors.to_string()))?;
    prop_assert_eq!(&read.scenario, &case.scenario);
    prop_assert_eq!(&read.setup, &loaded.setup);
    Ok(())
}

/// Steps that cannot meet happen alike wherever the file lists them.
fn listing_changes_nothing(case: &Case, setup: &Setup) -> Checked {
    let Some(other) = relisted(&case.scenario) else { return Ok(()) };
    let other = Loaded::from_scenario(other);
    let other = other.map_err(|errors| TestCaseError::fail(errors.to_string()))?;
    let outcomes = [setup, &other.setup].map(|setup| sim::run(setup, case.seed));
    same_lines("the listing matters", &outcomes[1].timeline, &outcomes[0].timeline)?;
    prop_assert_eq!(&outcomes[1], &outcomes[0], "the listing matters");
    Ok(())
}

fn runs_agree(
    case: &Case,
    setup: &Arc<Setup>,
    (first, outcome): (&Sim, &Outcome),
    steps: u64,
) -> Checked {
    let (again, _) = run(Sim::new(Arc::clone(setup), case.seed))?;
    prop_assert!(again == *first, "the same seed gives another run");
    let mut half = Sim::new(Arc::clone(setup), case.seed);
    for _ in 0..steps * case.share / 1_000 {
        half.step();
    }
    let (clone, _) = run(half.clone())?;
    prop_assert!(clone == *first, "a clone at {} goes another way", half.now());
    let (quiet, _) = run(Sim::without_notes(Arc::clone(setup), case.seed))?;
    let reached = Reached::default();
    let bare = Outcome { timeline: Vec::new(), reached, ..outcome.clone() };
    prop_assert_eq!(quiet.outcome(), bare, "a run without notes is another");
    let (eager, _) = run(Sim::with_eager_ticks(Arc::clone(setup), case.seed))?;
    let eager = eager.outcome();
    same_lines("skipped reports matter", &eager.timeline, &outcome.timeline)?;
    // Where commits are drawn, what follows is planned for anew at each of them in the slow
    // reference; how often it was is part of the fingerprint.
    let drawn = case.scenario.clients.iter().any(|client| match client {
        Client::Writer(writer) => writer.arrivals == Arrivals::Poisson,
        Client::Reader(_) | Client::SlotConsumer(_) => false,
    });
    let fingerprint = if drawn { eager.fingerprint } else { outcome.fingerprint };
    prop_assert_eq!(&eager, &Outcome { fingerprint, ..outcome.clone() }, "skipped reports matter");
    Ok(())
}

/// Checks that two timelines are the same, and shows the first difference.
fn same_lines(what: &str, left: &[Line], right: &[Line]) -> Checked {
    for (one, other) in left.iter().zip(right) {
        prop_assert_eq!(one, other, "{}", what);
    }
    prop_assert_eq!(left.len(), right.len(), "{}", what);
    Ok(())
}

/// What happens later changes nothing of what happened before, nor of how it is told.
fn a_shorter_run_is_the_beginning(case: &Case, setup: &Setup, whole: &Outcome) -> Checked {
    let end = Instant::from_micros(setup.until.as_micros() / 1_000 * case.share);
    let shorter = Setup { until: end, ..setup.clone() };
    let (sim, _) = run(Sim::new(Arc::new(shorter), case.seed))?;
    let part = sim.outcome();
    let begun: Vec<_> = whole.timeline.iter().filter(|line| line.at <= end).cloned().collect();
    same_lines("the beginning depends on the end", &part.timeline, &begun)?;
    let struck: Vec<_> = whole.faults.iter().filter(|fault| fault.at <= end).collect();
    prop_assert_eq!(part.faults.len(), struck.len());
    for (known, fault) in part.faults.iter().zip(struck) {
        // What lasts may reach nodes that are built later, and be healed or over later. That no
        // report was missed is known when the next one is sent.
        let known_yet = |over: &Instant| *over > fault.at || known.over.is_some();
        let over = fault.over.filter(|over| *over <= end && known_yet(over));
        let ended = fault.ended.filter(|ended| *ended <= end);
        let nodes = known.nodes.clone();
        let grown = FaultOutcome { nodes, ended, over, ..fault.clone() };
        prop_assert_eq!(known, &grown);
        prop_assert!(fault.nodes.starts_with(&known.nodes), "{:?} of {:?}", known, fault);
    }
    Ok(())
}

fn outages_add_up(outcome: &Outcome) -> Checked {
    for client in &outcome.clients {
        let mut before = Instant::ZERO;
        for outage in &client.outages {
            let sum = outage.parts.sum();
            prop_assert_eq!(sum, outage.length(outcome.until), "{:?}", outage);
            prop_assert!(outage.start >= before, "outages of {} overlap", client.name);
            let end = outage.end.unwrap_or(outcome.until);
            prop_assert!(outage.start < end && end <= outcome.until, "{:?}", outage);
            before = end;
        }
        let open = client.outages.iter().filter(|outage| outage.end.is_none()).count();
        prop_assert!(open <= 1, "{} has {open} outages without an end", client.name);
    }
    Ok(())
}

/// Checks that intervals follow one another within the run.
fn follow(what: &str, until: Instant, intervals: &[(Instant, Option<Instant>)]) -> Checked {
    for (index, (start, end)) in intervals.iter().enumerate() {
        let end = end.unwrap_or(until);
        prop_assert!(*start <= end && end <= until, "{what} {index}: {start} to {end}");
        if let Some((next, _)) = intervals.get(index + 1) {
            prop_assert!(end <= *next, "{what} {index} ends at {end}, the next begins at {next}");
        }
    }
    Ok(())
}

fn lists_are_in_order(outcome: &Outcome) -> Checked {
    let until = outcome.until;
    for service in &outcome.services {
        let duals: Vec<_> =
            service.dual_writers.iter().map(|dual| (dual.start, dual.end)).collect();
        follow("dual writers", until, &duals)?;
        let bare: Vec<_> = service.exposure.iter().map(|bare| (bare.start, bare.end)).collect();
        follow("exposure", until, &bare)?;
        let at = |at: Instant| (at, Some(at));
        let dns: Vec<_> = service.dns.iter().map(|change| at(change.at)).collect();
        follow("dns", until, &dns)?;
        let census: Vec<_> = service.census.iter().map(|entry| at(entry.at)).collect();
        follow("census", until, &census)?;
        for entry in &service.census {
            prop_assert!(entry.serving <= entry.existing, "{:?}", entry);
        }
        let down: Vec<_> = service.marked_down.iter().map(|down| at(down.at)).collect();
        follow("marked down", until, &down)?;
        let orders: Vec<_> = service.promotions.iter().map(|one| at(one.ordered)).collect();
        follow("promotions", until, &orders)?;
    }
    let faults: Vec<_> = outcome.faults.iter().map(|fault| (fault.at, Some(fault.at))).collect();
    follow("faults", until, &faults)?;
    let lines: Vec<_> = outcome.timeline.iter().map(|line| (line.at, Some(line.at))).collect();
    follow("timeline", until, &lines)
}

fn promotions_make_sense(outcome: &Outcome) -> Checked {
    for promotion in outcome.services.iter().flat_map(|service| &service.promotions) {
        prop_assert!(promotion.fork_lsn <= promotion.old_end_lsn, "{:?}", promotion);
        prop_assert!(promotion.marked_down <= promotion.ordered, "{:?}", promotion);
        prop_assert_ne!(&promotion.node, &promotion.from);
        if let Some(finished) = promotion.finished {
            prop_assert!(promotion.ordered <= finished, "{:?}", promotion);
            prop_assert!(promotion.timeline > 1, "{:?}", promotion);
        } else {
            prop_assert!(promotion.published.is_none(), "{:?}", promotion);
        }
    }
    Ok(())
}

/// Without a fault nobody is given up or promoted, and nothing is lost.
fn nothing_breaks_by_itself(outcome: &Outcome) -> Checked {
    let struck = |name: &str| {
        let service = |fault: &FaultOutcome| fault.service.as_deref().is_none_or(|of| of == name);
        outcome.faults.iter().any(service)
    };
    // WAL that is kept for a slot fills a disk without any fault.
    let calm = outcome.services.iter().filter(|service| service.slots.is_empty());
    for service in calm.filter(|service| !struck(&service.name)) {
        prop_assert!(service.promotions.is_empty(), "{:?}", service.promotions);
        prop_assert!(service.marked_down.is_empty(), "{:?}", service.marked_down);
        prop_assert!(service.dual_writers.is_empty(), "{:?}", service.dual_writers);
        prop_assert!(service.loss.ranges.is_empty(), "{:?}", service.loss);
        let broken = outcome.clients.iter().filter(|client| client.service == service.name);
        let broken = broken.filter(|client| !client.outages.is_empty());
        for client in broken {
            // A consumer may begin before its slot is created.
            let nobody = service.plan.standbys() == 0 && client.endpoint == Endpoint::Replica
                || client.slot.is_some();
            prop_assert!(nobody, "{} of {} has an outage", client.name, service.name);
        }
    }
    Ok(())
}

/// The same commits are counted by service, by client and by session.
fn accounts_agree(outcome: &Outcome) -> Checked {
    for service in &outcome.services {
        let loss = &service.loss;
        prop_assert_eq!(loss.acked_commits, loss.surviving_commits + loss.lost_commits);
        let sessions: u64 = service.sessions.iter().map(|session| session.acknowledged).sum();
        prop_assert_eq!(sessions, loss.acked_commits, "by session, of {}", &service.name);
        let of_service = outcome.clients.iter().filter(|client| client.service == service.name);
        let clients: u64 = of_service.map(|client| client.acked_commits).sum();
        prop_assert_eq!(clients, loss.acked_commits, "by client, of {}", &service.name);
        let in_ranges: u64 = loss.ranges.iter().map(|range| range.acked_commits).sum();
        prop_assert_eq!(in_ranges, loss.lost_commits, "by range, of {}", &service.name);
        for range in &loss.ranges {
            prop_assert!(range.from_lsn <= range.to_lsn, "{:?}", range);
        }
    }
    Ok(())
}

/// The lines of the ledger add up to what was lost, to the commit and to the microsecond.
fn the_ledger_adds_up(outcome: &Outcome) -> Checked {
    let ledger = blame::ledger(outcome);
    let commits = |service: &str, of: &dyn Fn(Kind) -> bool| -> u64 {
        let lines = ledger.iter().filter(|entry| entry.service == service && of(entry.kind));
        let counted = lines.map(|entry| {
            let Amount::Commits(commits) = entry.amount else { panic!("{entry:?}") };
            commits
        });
        counted.sum()
    };
    for service in &outcome.services {
        let (name, loss) = (service.name.as_str(), &service.loss);
        prop_assert_eq!(commits(name, &Kind::is_loss), loss.lost_commits, "lost, of {}", name);
        let divergent = commits(name, &|kind| kind.is_loss() || kind == Kind::Divergent);
        prop_assert_eq!(divergent, loss.divergent_commits, "divergent, of {}", name);
        let of_service = outcome.clients.iter().filter(|client| client.service == name);
        let phantoms: u64 = of_service.map(|client| client.phantom_commits).sum();
        prop_assert_eq!(commits(name, &|kind| kind == Kind::Phantom), phantoms);
        let again: u64 = service.slots.iter().map(|slot| slot.duplicates).sum();
        prop_assert_eq!(commits(name, &|kind| matches!(kind, Kind::Again(_))), again);
        let never: u64 = service.slots.iter().map(|slot| slot.skipped_commits).sum();
        prop_assert_eq!(commits(name, &|kind| matches!(kind, Kind::Gap(_))), never);
    }
    for client in &outcome.clients {
        let lines = ledger.iter().filter(|entry| entry.subject == client.name);
        let times = lines.filter_map(|entry| match (entry.kind, entry.amount) {
            (Kind::Outage(_), Amount::Time(time)) => Some(time),
            _ => None,
        });
        let down = client.outages.iter().map(|outage| outage.length(outcome.until));
        let sum = |times: &mut dyn Iterator<Item = Span>| times.fold(Span::ZERO, |a, b| a + b);
        prop_assert_eq!(sum(&mut { times }), sum(&mut { down }), "outages of {}", client.name);
    }
    let shares = blame::shares(&ledger);
    let lost: u64 = outcome.services.iter().map(|service| service.loss.lost_commits).sum();
    prop_assert_eq!(shares.iter().map(|share| share.lost_commits).sum::<u64>(), lost);
    let slots = || outcome.services.iter().flat_map(|service| &service.slots);
    let again: u64 = slots().map(|slot| slot.duplicates).sum();
    prop_assert_eq!(shares.iter().map(|share| share.repeated_commits).sum::<u64>(), again);
    let never: u64 = slots().map(|slot| slot.skipped_commits).sum();
    prop_assert_eq!(shares.iter().map(|share| share.skipped_commits).sum::<u64>(), never);
    for entry in &ledger {
        prop_assert!(entry.from <= entry.to && entry.to <= outcome.until, "{:?}", entry);
        let ordered = entry.chain.windows(2).all(|pair| pair[0].at <= pair[1].at);
        prop_assert!(ordered, "{:?}", entry);
    }
    Ok(())
}

fn invariants_hold(setup: &Setup, outcome: &Outcome) -> Checked {
    let unexplained = unexplained(setup, outcome);
    prop_assert!(unexplained.is_empty(), "{}", unexplained.join("; "));
    Ok(())
}
