//! Random failures and windows: what goes wrong by itself again and again, and when maintenance may
//! go on.
//!
//! Knows nothing of what a failure does: kinds come from the registry of faults, and whether a
//! failure can be is asked of the validation. Kept here: every scenario that is made is valid.

use super::dice::Dice;
use super::measures::{measured, rounded, spread};
use super::menu::{aimed, party};
use crate::fault::{Aim, FAULTS, FaultKind};
use crate::kernel::{Distribution, Span};
use crate::scenario::{Failure, Loaded, Occurs, Scenario, Service, Strikes, Target};

/// What failures are called.
const NAMES: [&str; 3] = ["failure-1", "failure-2", "failure-3"];

/// So often another failure is drawn for one that cannot be before it is left out.
const TRIES_MAX: usize = 12;

/// A failure does not come more often than this, about: nothing would be left to be seen of it.
const GAP_MIN: u64 = 60_000_000;

/// How long a window for maintenance is at least, in seconds.
const WINDOW_MIN: u64 = 600;

/// Adds failures to a valid scenario, at most so many and three.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::{Dice, add_failures};
/// let with = add_failures(&mut Dice::seeded(3, "example"), &loaded, 2);
/// assert!(with.scenario.failures.len() <= 2);
/// assert_eq!(with.scenario.script, loaded.scenario.script);
/// ```
pub fn add_failures(dice: &mut Dice, loaded: &Loaded, most: u64) -> Loaded {
    let mut loaded = loaded.clone();
    let count = usize::try_from(dice.below(most.saturating_add(1))).unwrap_or(usize::MAX);
    let taken = |loaded: &Loaded, name: &str| {
        loaded.scenario.failures.iter().any(|failure| failure.name == name)
    };
    for name in NAMES.iter().take(count) {
        if taken(&loaded, name) {
            continue;
        }
        for _ in 0..TRIES_MAX {
            let mut scenario = loaded.scenario.clone();
            scenario.failures.push(failure(dice, name, &scenario));
            if let Ok(with) = Loaded::from_scenario(scenario) {
                loaded = with;
                break;
            }
        }
    }
    loaded
}

fn failure(dice: &mut Dice, name: &str, scenario: &Scenario) -> Failure {
    let card = dice.one_of(FAULTS);
    let kind: FaultKind = ron::from_str(card.example.unwrap_or(card.name))
        .expect("a fault is written as its card says");
    let lasts = card.heal.is_some() && (kind != FaultKind::ProcessCrash || dice.once_in(2));
    let lasts = lasts.then(|| time(dice, Span::from_micros(1), Span::from_mins(10)));
    Failure {
        name: name.to_owned(),
        fault: measured(dice, &kind),
        strikes: strikes(dice, card.aim, scenario),
        occurs: occurs(dice, scenario.until),
        crews: (lasts.is_some() && dice.once_in(3)).then(|| 1 + u32::from(dice.once_in(2))),
        lasts,
    }
}

fn strikes(dice: &mut Dice, aim: Aim, scenario: &Scenario) -> Strikes {
    let service = dice.one_of(&scenario.services).clone();
    let only = dice.once_in(3);
    match aim {
        Aim::Node if !only => Strikes::EachNode(service.name),
        Aim::Link if !only => Strikes::EachLink(service.name, party(dice, scenario)),
        Aim::Zone if !only => Strikes::EachZone(service.region),
        Aim::Region => Strikes::Only(Target::Region(service.region)),
        Aim::Service => Strikes::Only(Target::Service(service.name)),
        Aim::Node | Aim::Link | Aim::Zone => {
            let one = party(dice, scenario);
            Strikes::Only(aimed(dice, one, scenario))
        }
    }
}

fn occurs(dice: &mut Dice, until: Span) -> Occurs {
    if dice.once_in(4) {
        let mut times: Vec<Span> =
            (0..=dice.below(3)).map(|_| Span::from_micros(dice.below(until.as_micros()))).collect();
        times.sort_unstable();
        times.dedup();
        return Occurs::Times(times);
    }
    Occurs::Every(time(dice, Span::from_micros(GAP_MIN), until))
}

/// Returns a time from one to another, or a law about it.
fn time(dice: &mut Dice, least: Span, most: Span) -> Distribution {
    let more = dice.of_any_size(most.as_micros());
    let about = rounded(dice, least + Span::from_micros(more)).to_string();
    let text = if dice.once_in(3) { about } else { spread(dice, &about) };
    text.parse().expect("it is a law of times")
}

/// Gives windows for maintenance to some services, one or two each, that begin before the end of a
/// run.
///
/// # Examples
/// ```
/// use cutover::kernel::Span;
/// use cutover::search::{Dice, add_windows, services};
/// let mut dice = Dice::seeded(1, "example");
/// let mut services = services(&mut dice);
/// add_windows(&mut dice, &mut services, Span::from_mins(30));
/// assert!(services.iter().all(|service| service.windows.len() <= 2));
/// ```
pub fn add_windows(dice: &mut Dice, services: &mut [Service], until: Span) {
    let last = (until.as_micros() / 1_000_000).clamp(1, 79_200);
    for service in services {
        if dice.once_in(4) {
            continue;
        }
        for _ in 0..=dice.below(2) {
            let from = dice.below(last);
            let to = from + dice.within(WINDOW_MIN, 2 * WINDOW_MIN);
            service.windows.push((Span::from_secs(from), Span::from_secs(to)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{topology, whole};
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_failure_comes_up_and_every_scenario_is_valid() {
        let (mut kinds, mut forms) = (BTreeSet::new(), BTreeSet::new());
        for seed in 0..1_500 {
            let mut dice = Dice::seeded(seed, "failures");
            let base = topology(&mut dice);
            let made = add_failures(&mut dice, &base, 3);
            let again = Loaded::from_scenario(made.scenario.clone()).expect("it is valid");
            assert_eq!(again.setup, made.setup);
            for failure in &made.scenario.failures {
                kinds.insert(failure.fault.name());
                forms.insert(match failure.strikes {
                    Strikes::EachNode(_) => "each node",
                    Strikes::EachLink(..) => "each link",
                    Strikes::EachZone(_) => "each zone",
                    Strikes::Only(_) => "only one",
                });
                forms.insert(match failure.occurs {
                    Occurs::Every(_) => "by a law",
                    Occurs::Times(_) | Occurs::TimesIn(_) => "at times",
                });
                forms.insert(if failure.crews.is_some() { "by crews" } else { "by anybody" });
            }
        }
        // Daemons are there under another policy only.
        let all = FAULTS.iter().map(|card| card.name);
        let missing: Vec<&str> = all.filter(|name| !kinds.contains(name)).collect();
        assert!(missing.is_empty() || missing == ["Maintenance", "DaemonRestart"], "{missing:?}");
        assert_eq!(forms.len(), 8, "{forms:?}");
    }

    #[test]
    fn what_fails_by_itself_strikes_in_whole_scenarios_and_so_do_windows_open() {
        let (mut struck, mut waited) = (0, 0);
        for seed in 0..600 {
            let loaded = whole(&mut Dice::seeded(seed, "failures"));
            if loaded.scenario.failures.is_empty() && loaded.setup.services[0].windows.is_empty() {
                continue;
            }
            let alone = Scenario { script: Vec::new(), ..loaded.scenario.clone() };
            let alone = Loaded::from_scenario(alone).expect("nothing refers to the script");
            struck += usize::from(!crate::sim::run(&alone.setup, seed).faults.is_empty());
            let outcome = crate::sim::run(&loaded.setup, seed);
            waited += usize::from(!outcome.switchovers.is_empty());
        }
        assert!(struck > 20 && waited > 3, "{struck} struck, {waited} waited for a window");
    }
}
