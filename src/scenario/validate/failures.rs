//! Whether failures can happen: their names, whom they strike, how often, and for how long.
//!
//! Knows nothing of drawing beyond the median. Kept here: no accepted failure makes a run endless,
//! and whatever can be repaired says how long that takes.

use super::super::error::shown;
use super::super::file::{Deed, Failure, Occurs, Scenario, Step, Strikes, Target};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::measures;
use super::names::{self, Names};
use super::script::{Aimed, Faults};
use crate::fault::{Aim, FaultKind};
use crate::kernel::{Distribution, Law, Span};
use crate::sim::CLOCKS_MAX;

/// The most failures of a scenario.
const FAILURES_MAX: usize = 64;

/// The most crews for the repairs of a failure: more never have to wait.
const CREWS_MAX: u32 = 1_000;

/// Adds what is wrong with the failures of a scenario.
pub(super) fn check(
    scenario: &Scenario,
    names: &Names<'_>,
    observers: u32,
    problems: &mut Problems,
) {
    let root = Path::root().field("failures");
    if scenario.failures.len() > FAILURES_MAX {
        let found = scenario.failures.len();
        let message = format!("found {found} failures, expected at most {FAILURES_MAX}");
        return problems.add(&root.item(FAILURES_MAX), message);
    }
    let faults = Faults::of(scenario);
    for (index, failure) in scenario.failures.iter().enumerate() {
        let path = root.item(index);
        names::spelling(&path.field("name"), "failure", &failure.name, problems);
        if scenario.failures[..index].iter().any(|other| other.name == failure.name) {
            let message = format!(
                "found two failures named {}, expected a name for each",
                shown(&failure.name)
            );
            problems.add(&path.field("name"), message);
        }
        let deed = Deed::Fault(failure.fault, Target::Everyone);
        let step = Step::At(Law::Fixed(Span::ZERO), deed);
        measures::check(&path.field("fault"), failure.fault, (&step, scenario.until), problems);
        victims(&path.field("strikes"), failure, (names, &faults, observers), problems);
        often(&path.field("occurs"), failure, scenario.until, problems);
        repair(&path, failure, problems);
        deaths(&path.field("occurs"), failure, scenario, problems);
    }
}

fn victims(
    path: &Path,
    failure: &Failure,
    (names, faults, observers): (&Names<'_>, &Faults, u32),
    problems: &mut Problems,
) {
    let card = failure.fault.card();
    let aimed = Aimed { names, faults, by: Span::FOREVER, fault: true, observers };
    let (fits, expected) = match (&failure.strikes, card.aim) {
        (Strikes::Only(target), aim) => {
            return aimed.check(&path.item(0), (card.name, aim), target, problems);
        }
        (Strikes::EachNode(service), aim) => {
            names.expect_service(&path.item(0), service, problems);
            (aim == Aim::Node, aim)
        }
        (Strikes::EachLink(service, to), aim) => {
            names.expect_service(&path.item(0), service, problems);
            aimed.party(&path.item(1), to, problems);
            (aim == Aim::Link, aim)
        }
        (Strikes::EachZone(region), aim) => {
            if !names.regions.contains(&region.as_str()) {
                problems.unknown(&path.item(0), "region", region, &names.regions);
            }
            (aim == Aim::Zone, aim)
        }
    };
    if !fits {
        let expected = match expected {
            Aim::Node => "EachNode or Only",
            Aim::Link => "EachLink or Only",
            Aim::Zone => "EachZone or Only",
            Aim::Region | Aim::Service => "Only",
        };
        let message = format!("{} cannot strike what is found here", card.name);
        problems.add(path, format!("{message}, expected {expected}"));
    }
}

fn often(path: &Path, failure: &Failure, until: Span, problems: &mut Problems) {
    match &failure.occurs {
        Occurs::Every(gaps) => {
            possible(path, "gaps", gaps, problems);
            // Half of all gaps are longer than the one drawn from the middle of all words.
            measures::period(path, gaps.draw(1 << 63), until, problems);
        }
        Occurs::Times(times) => {
            if times.is_empty() {
                problems.add(path, "found no time, expected at least one");
            }
            if let Some(late) = times.iter().find(|time| **time > until) {
                let message = format!("found {late}, which lies behind the end of the run");
                problems.add(path, message);
            }
        }
        Occurs::TimesIn(_) => {}
    }
}

/// Adds a problem if hosts die so often that a run could not keep account of the nodes in their
/// place, each of which has a clock for each failure of its service.
fn deaths(path: &Path, failure: &Failure, scenario: &Scenario, problems: &mut Problems) {
    let (Occurs::Every(gaps), Strikes::EachNode(name)) = (&failure.occurs, &failure.strikes) else {
        return;
    };
    let service = scenario.services.iter().find(|service| service.name == *name);
    let Some(service) = service.filter(|_| failure.fault == FaultKind::HostDeath) else { return };
    let own = |other: &&Failure| match &other.strikes {
        Strikes::EachNode(of) | Strikes::EachLink(of, _) => of == name,
        Strikes::EachZone(_) | Strikes::Only(_) => false,
    };
    let failures = u64::try_from(scenario.failures.iter().filter(own).count()).unwrap_or(u64::MAX);
    // Of two gaps one is longer than the median; there are more nodes at times than the plan has.
    let median = gaps.draw(1 << 63).as_micros().max(1);
    let deaths = scenario.until.as_micros() / median * 2 * (u64::from(service.plan.nodes()) + 2);
    let clocks = deaths.saturating_mul(failures);
    if clocks > u64::from(CLOCKS_MAX) {
        let message = format!(
            "found host deaths that leave a run with up to {clocks} clocks of failures, expected \
             at most {CLOCKS_MAX}: rarer ones, fewer failures or a shorter run"
        );
        problems.add(path, message);
    }
}

fn possible(path: &Path, what: &str, of: &Distribution, problems: &mut Problems) {
    let endless = of.draw(0) == Span::FOREVER;
    if endless {
        problems.add(path, format!("found {what} that never end"));
    }
}

fn repair(path: &Path, failure: &Failure, problems: &mut Problems) {
    let card = failure.fault.card();
    if let Some(crews) = failure.crews {
        if !(1..=CREWS_MAX).contains(&crews) {
            let message = format!("found {crews}, expected 1 to {CREWS_MAX} crews");
            problems.add(&path.field("crews"), message);
        }
        if failure.lasts.is_none() {
            let message = "found crews without lasts, expected how long they work";
            problems.add(&path.field("crews"), message);
        }
    }
    let supervised = failure.fault == FaultKind::ProcessCrash;
    match (&failure.lasts, card.heal) {
        (Some(_), None) => {
            let message = format!("{} cannot be repaired, expected no lasts", card.name);
            problems.add(&path.field("lasts"), message);
        }
        (None, Some(_)) if !supervised => {
            let message = format!("missing lasts, expected how long {} lasts", card.name);
            problems.add(path, message);
        }
        (Some(lasts), _) => possible(&path.field("lasts"), "repairs", lasts, problems),
        (None, _) => {}
    }
}
