//! Reading oracles, and running campaigns and comparisons.
//!
//! Knows nothing of particular oracles. Kept here: seeds are fixed, so a test passes always or
//! never.

use std::collections::BTreeMap;

use cutover::campaign::{
    Accumulator, Campaign, Estimator, Paired, Rare, Tally, bucket, shared_metrics,
};
use cutover::scenario::parse;
use cutover::statistics::{Moments, Weighted};
use serde_json::Value;

/// A closed-form result.
pub(crate) struct Oracle {
    /// Its name.
    pub(crate) id: String,
    /// Its numbers, as decimals.
    pub(crate) values: BTreeMap<String, f64>,
    /// Those of them that are fractions of whole numbers.
    pub(crate) exact: BTreeMap<String, (f64, f64)>,
}

/// Returns all oracles, in order.
pub(crate) fn oracles() -> Vec<Oracle> {
    let all: Value =
        serde_json::from_str(include_str!("oracles.json")).expect("the oracles are JSON");
    all["oracles"].as_array().expect("there is a list").iter().map(read).collect()
}

fn read(one: &Value) -> Oracle {
    let number = |text: &str| text.parse::<f64>().expect("a value is a number");
    let texts = |of: &str| {
        let named = one[of].as_object().into_iter().flatten();
        let text = |value: &Value| value.as_str().expect("a value is text").to_owned();
        named.map(|(name, value)| (name.clone(), text(value))).collect::<Vec<_>>()
    };
    let fraction = |text: &str| {
        let (above, below) = text.split_once('/').expect("it is a fraction");
        (number(above), number(below))
    };
    Oracle {
        id: one["id"].as_str().expect("it has an id").to_owned(),
        values: texts("values").iter().map(|(name, text)| (name.clone(), number(text))).collect(),
        exact: texts("exact").iter().map(|(name, text)| (name.clone(), fraction(text))).collect(),
    }
}

/// Returns a value of an oracle.
pub(crate) fn oracle(id: &str, value: &str) -> f64 {
    let one = oracles().into_iter().find(|one| one.id == id).expect("there is such an oracle");
    *one.values.get(value).unwrap_or_else(|| panic!("{id} has no {value}"))
}

/// Returns whether the large runs are wanted.
pub(crate) fn is_large() -> bool {
    std::env::var_os("CUTOVER_ORACLES").is_some_and(|value| value == "large")
}

/// Returns how many runs there are: few in every test run, many when large ones are wanted.
pub(crate) fn runs(few: u64, many: u64) -> u64 {
    if is_large() { many } else { few }
}

/// Returns the campaign over a scenario without a name, an end and a service of its own.
pub(crate) fn campaign(plan: &str, until: &str, parts: &str) -> Campaign {
    let text = format!(
        r#"Scenario(name: "oracle", services: [Service(name: "s", plan: {plan})], {parts}
            until: "{until}")"#
    );
    campaign_of(&text)
}

/// Returns the campaign over a whole scenario.
pub(crate) fn campaign_of(text: &str) -> Campaign {
    let loaded = parse("oracle.ron", text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    Campaign::new(&loaded, 1_000)
}

fn place(campaign: &Campaign, name: &str) -> usize {
    let place = campaign.metrics().iter().position(|metric| metric.name == name);
    place.unwrap_or_else(|| panic!("there is no metric {name}"))
}

/// Returns a metric of a campaign.
pub(crate) fn metric<'a>(campaign: &Campaign, tally: &'a Tally, name: &str) -> &'a Accumulator {
    &tally.metrics[place(campaign, name)]
}

/// Returns in how many runs a metric is at least that much.
pub(crate) fn at_least(of: &Accumulator, least: u64) -> u64 {
    of.buckets.range(bucket(least)..).map(|(_, many)| *many).sum()
}

/// Returns what an estimator gives for a metric being more than so much.
pub(crate) fn weighed(
    of: &Campaign,
    (name, beyond): (&str, u64),
    estimator: Estimator,
    count: u64,
) -> Weighted {
    let rare = Rare { metric: place(of, name), beyond, estimator };
    of.clone().weighed(rare).tally(0..count).weighted
}

/// Several campaigns with the same seeds.
pub(crate) struct Compared {
    arms: Vec<Campaign>,
    shared: Vec<Vec<usize>>,
    paired: Paired,
}

impl Compared {
    /// Runs them.
    pub(crate) fn new(arms: Vec<Campaign>, count: u64) -> Self {
        let shared = shared_metrics(&arms);
        let paired = Paired::tally(&arms, &shared, 0..count);
        Self { arms, shared, paired }
    }

    /// Returns a metric of one of them.
    pub(crate) fn of(&self, arm: usize, name: &str) -> &Accumulator {
        metric(&self.arms[arm], &self.paired.arms[arm], name)
    }

    /// Returns by how much a metric is more than in the first of them.
    pub(crate) fn beyond_first(&self, arm: usize, name: &str) -> Moments {
        let first = place(&self.arms[0], name);
        let shared = self.shared.iter().position(|places| places[0] == first);
        self.paired.differences[arm - 1][shared.expect("it is shared")].moments()
    }
}
