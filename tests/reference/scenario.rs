//! Random scenarios by their numbers, slowed down so that every commit can be looked at.
//!
//! Knows nothing of what is counted. Kept here: the same number is the same scenario.

use cutover::kernel::Span;
use cutover::scenario::{Client, Loaded, Scenario};
use cutover::search::{Dice, whole};

/// How many commits a client may make in a run, about.
const COMMITS: u64 = 1_500;

/// How long a run may be.
const LONGEST: Span = Span::from_mins(30);

/// How long windows for maintenance are at least, in seconds.
const WINDOW: u64 = 600;

/// Returns the scenario of a number.
pub(crate) fn numbered(number: u64) -> Loaded {
    shortened(&windowed(&whole(&mut Dice::seeded(number, "reference")), number))
}

/// Returns a scenario that is short and slow enough to look at every commit of it.
pub(crate) fn shortened(loaded: &Loaded) -> Loaded {
    let shorter = slowed(&loaded.scenario, loaded.scenario.until.min(LONGEST));
    // A step may come later than that.
    Loaded::from_scenario(shorter).unwrap_or_else(|_| {
        let slower = slowed(&loaded.scenario, loaded.scenario.until);
        Loaded::from_scenario(slower).expect("only rates have changed")
    })
}

/// Adds windows for maintenance to some scenarios, drawn by themselves: everything else of a
/// scenario is as it would be without them.
fn windowed(loaded: &Loaded, number: u64) -> Loaded {
    let mut dice = Dice::seeded(number, "windows of the reference");
    if !dice.once_in(3) {
        return loaded.clone();
    }
    let mut scenario = loaded.scenario.clone();
    let last = scenario.until.min(LONGEST).as_micros() / 1_000_000;
    for service in &mut scenario.services {
        if dice.once_in(4) {
            continue;
        }
        for _ in 0..=dice.below(2) {
            let from = dice.below(last);
            let to = from + dice.within(WINDOW, 2 * WINDOW);
            service.windows.push((Span::from_secs(from), Span::from_secs(to)));
        }
    }
    Loaded::from_scenario(scenario).expect("windows may be anywhere in a day")
}

fn slowed(scenario: &Scenario, until: Span) -> Scenario {
    let mut slower = Scenario { until, ..scenario.clone() };
    let most = COMMITS * 1_000_000 / until.as_micros();
    let most = u32::try_from(most.max(1)).expect("a run is longer than a second");
    for client in &mut slower.clients {
        if let Client::Writer(writer) = client {
            writer.writes_per_s = writer.writes_per_s.min(most);
        }
    }
    slower
}
