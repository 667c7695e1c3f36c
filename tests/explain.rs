//! Explanations of failing runs of different kinds: each names its cause and fits on a screen.
//!
//! Knows nothing of how an explanation is put together. Kept here: what the cause is was worked out
//! from the story of the scenario, not from the explanation.

use std::path::Path;

use cutover::check::Allowance;
use cutover::knob::Mutant;
use cutover::report::{Report, Style, explanation};
use cutover::scenario::{self, Judgement, Loaded};
use cutover::sim;

/// How many lines of 80 columns a screen has.
const SCREEN: usize = 32;

fn load(name: &str) -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    scenario::load(&path.with_extension("ron")).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Explains a run that has to fail.
fn explained(loaded: &Loaded) -> String {
    let outcome = sim::run(&loaded.setup, 0);
    let expectations = loaded.judge(&outcome);
    let judgement = scenario::overall(&outcome, &expectations);
    assert_eq!(judgement, Judgement::Fail, "{} does not fail", outcome.scenario);
    let report = Report {
        story: "",
        outcome: &outcome,
        expectations: &expectations,
        judgement,
        repeat: "cutover run FILE --seed 0".to_owned(),
        sensitivities: None,
    };
    let text = explanation(&report, Style::PLAIN);
    assert!(text.lines().count() <= SCREEN, "{} lines:\n{text}", text.lines().count());
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text
}

/// Explains a scenario that fails because nothing is allowed any more.
fn without_allowances(name: &str) -> String {
    let mut loaded = load(name);
    loaded.setup.allowances.clear();
    explained(&loaded)
}

/// Checks that the words occur in this order, wherever lines are broken.
fn tells(text: &str, words: &[&str]) {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = flat.as_str();
    for word in words {
        let Some(place) = rest.find(word) else {
            panic!("{word:?} is not told, or late, in\n{text}")
        };
        rest = &rest[place + word.len()..];
    }
}

#[test]
fn a_partition_is_explained_by_the_cut_the_promotion_and_the_late_fence() {
    let words = [
        "acknowledged commits of orders are lost",
        "while no fence could reach the old one (LinkCut of the script)",
        "until the fence took effect (fence_delay = 10s",
        "the fence of orders-1 takes effect",
        "orders-2 is primary",
        "LinkCut strikes orders-1 and platform",
    ];
    tells(&without_allowances("partition-with-clients-on-the-old-side"), &words);
}

#[test]
fn a_hang_is_explained_by_what_the_old_primary_did_when_it_went_on() {
    let words = ["2000", "until the fence took effect", "can be reached again", "Hang strikes"];
    tells(&without_allowances("hang-resumed-after-promotion"), &words);
}

#[test]
fn a_loss_behind_a_slow_link_is_explained_by_the_link() {
    let words = [
        "before the fault struck",
        "had not received them (SlowLink of the script)",
        "HostDeath strikes orders-1",
    ];
    tells(&without_allowances("slow-link-then-host-death"), &words);
}

#[test]
fn the_loss_of_a_single_node_is_explained_by_the_archive() {
    let words = ["archive_period = 5m", "restored from a backup", "HostDeath strikes orders-1"];
    tells(&without_allowances("startup-primary-loss"), &words);
    tells(
        &without_allowances("startup-loss-with-stalled-uploads"),
        &["(UploadStall of the script)"],
    );
}

#[test]
fn twin_timelines_are_explained_by_the_daemons_that_had_forgotten() {
    let words =
        ["both writable", "finds that it is to promote its own node", "DaemonRestart strikes"];
    tells(&without_allowances("lookout-twin-timelines"), &words);
}

#[test]
fn a_missed_expectation_is_explained_by_the_outage_behind_it() {
    let mut loaded = load("business-primary-crash");
    loaded.set("dns_ttl", "5m").expect("it is a knob");
    let words = ["The scenario expects", "to forget the old address (dns_ttl = 5m)", "HostDeath"];
    tells(&explained(&loaded), &words);
}

#[test]
fn commits_that_wait_for_standbys_are_explained_by_the_quorum() {
    let mut loaded = load("quorum-stalls-without-a-standby");
    loaded.set("standby_timeout", "2m").expect("it is a knob");
    let words = ["(quorum_size = One, standby_timeout = 2m", "HostDeath strikes orders-2"];
    tells(&explained(&loaded), &words);
}

#[test]
fn a_loss_under_quorum_commit_names_the_standby_that_had_acknowledged() {
    let words = ["acknowledged commits of orders are lost", "HostDeath strikes orders-2"];
    tells(&without_allowances("quorum-any-1-ack-holder-dies-too"), &words);
}

#[test]
fn a_hole_in_what_a_consumer_is_given_is_explained_by_the_link_and_its_own_position() {
    let mut loaded = load("slot-consumer-knows-better");
    let hole = |one: &Allowance| one.invariant == "no-skipped-window";
    loaded.setup.allowances.retain(|one| !hole(one));
    let words = [
        "no-skipped-window is violated",
        "2000 commits never given because the consumer asks to begin behind them",
        "(SlowLink of the script)",
        "lake goes on reading slot cdc on orders-2",
        "the position of slot cdc is copied to orders-2 for the last time",
        "SlowLink strikes orders-1 and orders-2",
    ];
    tells(&explained(&loaded), &words);
}

#[test]
fn a_planted_fault_is_named() {
    let mut loaded = load("business-primary-crash");
    loaded.setup.knobs.mutant = Some(Mutant::ForgetPrimaryName);
    let words = [
        "The invariant failover-in-time is violated",
        "A fault is planted: the primary name is not moved after a promotion.",
        "HostDeath strikes orders-1",
    ];
    tells(&explained(&loaded), &words);
}

#[test]
fn writes_that_nobody_missed_are_explained_by_the_stall() {
    let words = ["blocked-writes-noticed is violated", "StorageStall strikes"];
    tells(&without_allowances("storage-stall-unnoticed"), &words);
}
