//! Orders that have a whole service down: what holds in hundreds of them, with and without a fault.
//!
//! Knows nothing of how the simulator works: a case is a scenario and the public outcome of its
//! run. Kept here: draws come from a fixed seed, so that the cases are the same each time.

use cutover::check::Verdict;
use cutover::control::ServiceState;
use cutover::kernel::Chance;
use cutover::scenario::parse;
use cutover::sim::{Outcome, run};

/// Returns the outcome of a small service whose operator does this, with a seed of its own.
fn outcome(case: u64, plan: &str, script: &str) -> Outcome {
    let rate = 1 + draw("rate", case, 400);
    let wal = 1 + draw("wal", case, 3_000);
    let text = format!(
        r#"Scenario(
            name: "standstill",
            services: [Service(name: "orders", plan: {plan})],
            slots: [Slot(name: "cdc", service: "orders")],
            clients: [
                Writer(
                    name: "app", service: "orders", writes_per_s: {rate}, wal_per_commit: "{wal}B"
                ),
                SlotConsumer(name: "lake", service: "orders", slot: "cdc"),
            ],
            tuning: Tuning(node_build: "9s", database_size: "200MiB"),
            script: [{script}],
            until: "30m",
        )"#
    );
    let loaded = parse("standstill.ron", &text);
    run(&loaded.unwrap_or_else(|errors| panic!("{errors}\n{text}")).setup, case)
}

/// Returns a number below a bound, drawn by what it is for.
fn draw(purpose: &str, case: u64, below: u64) -> u64 {
    let word = u128::from(Chance::new(21, 0).word(purpose, "standstill", case));
    u64::try_from((word * u128::from(below)) >> 64).expect("it is less than the bound")
}

fn word<'a>(purpose: &str, case: u64, words: &[&'a str]) -> &'a str {
    let count = u64::try_from(words.len()).expect("they are few");
    words[usize::try_from(draw(purpose, case, count)).expect("they are few")]
}

fn verdict(outcome: &Outcome, id: &str) -> Verdict {
    let found = outcome.invariants.iter().find(|one| one.id == id);
    found.unwrap_or_else(|| panic!("there is no invariant {id}")).verdict
}

fn holds_unless_vacuous(outcome: &Outcome, told: &str) {
    for id in [
        "upgrade-in-place",
        "upgrade-drops-slots",
        "power-cycle-drops-slots",
        "power-off-keeps-acked",
        "lone-node-loses-slots",
        "accounting-adds-up",
        "timelines-form-a-tree",
        "archive-names-unique",
        "histories-not-merged",
        "failover-in-time",
        "removal-leaves-a-node",
    ] {
        assert_ne!(verdict(outcome, id), Verdict::Violated, "{told}: {id}");
    }
}

fn is_whole(outcome: &Outcome) -> bool {
    let states = &outcome.services[0].states;
    states.last().is_some_and(|(_, state)| *state == ServiceState::Running)
}

#[test]
fn a_major_upgrade_without_a_fault_keeps_every_commit_and_no_slot() {
    for case in 0..200 {
        let plan = word("plan", case, &["Startup", "Business", "Premium"]);
        let at = 30_000 + draw("at", case, 600_000);
        let script = format!(r#"At("{at}ms", Operator(MajorUpgrade, Service("orders")))"#);
        let outcome = outcome(case, plan, &script);
        let told = format!("case {case}, {plan}, {script}");
        holds_unless_vacuous(&outcome, &told);
        assert_eq!(verdict(&outcome, "upgrade-in-place"), Verdict::Holds, "{told}");
        assert_eq!(verdict(&outcome, "upgrade-drops-slots"), Verdict::Holds, "{told}");
        assert_eq!(outcome.services[0].loss.lost_commits, 0, "{told}");
        assert!(outcome.services[0].promotions.is_empty(), "{told}");
        assert!(is_whole(&outcome), "{told}");
    }
}

#[test]
fn a_service_is_whole_again_whatever_strikes_its_primary_under_an_upgrade() {
    let mut struck = 0;
    for case in 0..400 {
        let plan = word("plan", case, &["Startup", "Business", "Premium"]);
        let phase = word("phase", case, &["Upgrading", "BackingUp"]);
        let kind = word("kind", case, &["HostDeath", "ProcessCrash", "PowerLoss", "OutOfMemory"]);
        let after = draw("after", case, if phase == "Upgrading" { 70_000 } else { 5_000 });
        let script = format!(
            r#"At("60s", Operator(MajorUpgrade, Service("orders"))),
            When(After("{after}ms", Enters(service: "orders", phase: {phase})),
                Fault({kind}, Primary("orders")))"#
        );
        let outcome = outcome(case, plan, &script);
        let told = format!("case {case}, {plan}, {script}");
        struck += u32::from(!outcome.faults.is_empty());
        holds_unless_vacuous(&outcome, &told);
        assert!(is_whole(&outcome), "{told}: {:?}", outcome.services[0].states);
    }
    assert!(struck > 300, "only {struck} faults struck");
}

#[test]
fn power_off_and_on_keeps_every_commit_and_no_slot() {
    for case in 0..200 {
        let plan = word("plan", case, &["Startup", "Business", "Premium"]);
        let off = 30_000 + draw("at", case, 300_000);
        let on = off + draw("for", case, 600_000);
        let script = format!(
            r#"At("{off}ms", Operator(PowerOffService, Service("orders"))),
            At("{on}ms", Operator(PowerOnService, Service("orders")))"#
        );
        let outcome = outcome(case, plan, &script);
        let told = format!("case {case}, {plan}, {script}");
        holds_unless_vacuous(&outcome, &told);
        let refused = outcome.orders.iter().any(|order| order.refusal.is_some());
        if refused {
            // It was told to go on before it was off.
            assert!(on - off < 70_000, "{told}");
            continue;
        }
        assert_eq!(verdict(&outcome, "power-off-keeps-acked"), Verdict::Holds, "{told}");
        assert_eq!(verdict(&outcome, "power-cycle-drops-slots"), Verdict::Holds, "{told}");
        assert_eq!(outcome.services[0].loss.lost_commits, 0, "{told}");
        assert!(is_whole(&outcome), "{told}");
    }
}
