//! Controlled switchovers are judged by what they led to, not by what came before or after.
//!
//! Knows nothing of how the simulator works: a case is a scenario and the public outcome of its
//! run. Kept here: nothing fails in these runs, so every rule has to hold.

use cutover::check::Verdict;
use cutover::scenario::parse;
use cutover::sim::{Outcome, run};

fn maintained(plan: &str, tuning: &str, script: &str) -> Outcome {
    let text = format!(
        r#"Scenario(
            name: "maintained",
            services: [Service(name: "orders", plan: {plan})],
            tuning: Tuning(node_build: "9s", database_size: "200MiB", {tuning}),
            script: [At("60s", Operator(Maintain, Service("orders"))), {script}],
            until: "15m",
        )"#
    );
    let loaded = parse("maintained.ron", &text);
    run(&loaded.unwrap_or_else(|errors| panic!("{errors}\n{text}")).setup, 0)
}

fn verdict(outcome: &Outcome, id: &str) -> Verdict {
    let found = outcome.invariants.iter().find(|one| one.id == id);
    found.expect("it is judged").verdict
}

#[test]
fn a_switchover_is_judged_by_the_plan_that_it_ended_with() {
    let later = r#"At("14m", Operator(ChangeTier(Premium), Service("orders"))),"#;
    for script in ["", later] {
        let outcome = maintained("Hobbyist", "", script);
        assert_eq!(verdict(&outcome, "switchover-census"), Verdict::Holds, "{script}");
    }
}

#[test]
fn a_switchover_whose_first_candidate_is_too_slow_is_judged_by_the_second() {
    // Each promotion ends at the very instant at which patience does.
    let outcome = maintained("Business", r#"promotion_overhead: "60s""#, "");
    assert!(outcome.services[0].promotions.len() > 1, "{:?}", outcome.services[0].promotions);
    for id in ["switchover-order", "forwarding-lasts"] {
        assert_eq!(verdict(&outcome, id), Verdict::Holds, "{id}");
    }
}
