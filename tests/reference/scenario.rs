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

/// Returns the scenario of a number.
pub(crate) fn numbered(number: u64) -> Loaded {
    let loaded = whole(&mut Dice::seeded(number, "reference"));
    let shorter = slowed(&loaded.scenario, loaded.scenario.until.min(LONGEST));
    // A step may come later than that.
    Loaded::from_scenario(shorter).unwrap_or_else(|_| {
        let slower = slowed(&loaded.scenario, loaded.scenario.until);
        Loaded::from_scenario(slower).expect("only rates have changed")
    })
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
