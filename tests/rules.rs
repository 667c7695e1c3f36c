//! The rules of the platform: each decides something in a shipped scenario.
//!
//! * `shipped`: the scenarios that ship with the project.
//!
//! Knows nothing of what a rule orders. Kept here: a rule that no scenario reaches is a rule that
//! nobody has seen at work.

mod shipped;

use std::collections::{BTreeMap, BTreeSet};

use cutover::control::Rule;
use cutover::sim;
use shipped::scenarios;

#[test]
fn every_rule_of_the_platform_decides_something_in_a_shipped_scenario() {
    let mut hits: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for shipped in scenarios() {
        let outcome = sim::run(&shipped.loaded.setup, 0);
        let promotions = outcome.services.iter().flat_map(|service| &service.promotions);
        let promoting = promotions.map(|promotion| promotion.rule);
        for rule in outcome.timeline.iter().filter_map(|line| line.rule).chain(promoting) {
            hits.entry(rule).or_default().insert(shipped.name.clone());
        }
    }
    let idle: Vec<_> =
        Rule::ALL.iter().map(|rule| rule.name()).filter(|name| !hits.contains_key(name)).collect();
    assert!(idle.is_empty(), "no scenario reaches {idle:?}; reached are {hits:#?}");
}
