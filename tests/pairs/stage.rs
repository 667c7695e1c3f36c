//! A pair of services in two regions, and what happens to it.
//!
//! Knows nothing of what is asked of a run. Kept here: times are in milliseconds, and a step is
//! written as a scenario file has it.

use cutover::control::PairRole;
use cutover::scenario::{self, Loaded};
use cutover::sim::{self, Outcome, PairOutcome};

/// Returns the scenario of a pair with these steps, each at a time in milliseconds.
pub(crate) fn pair(tuning: &str, steps: &[(u64, String)], until: &str) -> Loaded {
    pair_set_up(true, tuning, steps, until)
}

/// Returns the same of a pair that is set up when the run begins, or only by an order.
pub(crate) fn pair_set_up(
    set_up: bool,
    tuning: &str,
    steps: &[(u64, String)],
    until: &str,
) -> Loaded {
    let steps: Vec<String> =
        steps.iter().map(|(at, step)| step.replace("AT", &format!("At(\"{at}ms\""))).collect();
    let text = format!(
        r#"Scenario(
            name: "pair",
            services: [
                Service(name: "orders", plan: Business, region: "eu-west"),
                Service(name: "orders-dr", plan: Startup, region: "us-east"),
            ],
            integrations: [
                DisasterRecovery(primary: "orders", recovery: "orders-dr", set_up: {set_up}),
            ],
            clients: [Writer(name: "app", service: "orders", writes_per_s: 50)],
            tuning: Tuning({tuning}),
            script: [{}],
            until: "{until}",
        )"#,
        steps.join(", "),
    );
    scenario::parse("pair.ron", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// Returns an order for a service as a step.
pub(crate) fn order(name: &str, service: &str) -> String {
    format!("AT, Operator({name}, Service(\"{service}\")))")
}

/// Returns the outcome of a scenario.
pub(crate) fn run(loaded: &Loaded, seed: u64) -> Outcome {
    sim::run(&loaded.setup, seed)
}

/// Returns the roles of the primary and the recovery service, one entry for each change.
pub(crate) fn roles(pair: &PairOutcome) -> Vec<[PairRole; 2]> {
    let mut now = [PairRole::Active, PairRole::Passive];
    let mut found = vec![now];
    for (index, change) in pair.roles.iter().enumerate() {
        now[usize::from(change.service == pair.recovery)] = change.role;
        // What is shown at one instant is shown at once.
        let last = pair.roles.get(index + 1).is_none_or(|next| next.at > change.at);
        if last && found.last() != Some(&now) {
            found.push(now);
        }
    }
    found
}
