//! Explanations of failing runs of different kinds: each names its cause and fits on a screen.
//!
//! * `slots`: those that lost a logical slot; `scales`: what costs scale with, tried out.
//!
//! Knows nothing of how an explanation is put together. Kept here: what the cause is was worked out
//! from the story of the scenario, not from the explanation.

mod scales;
mod slots;

use std::path::Path;

use cutover::check::Allowance;
use cutover::knob::Mutant;
use cutover::report::{Report, Style, explanation};
use cutover::scenario::{self, Judgement, Loaded};
use cutover::sim;

/// How many lines of 80 columns fit on a screen of 24 with the next prompt.
const SCREEN: usize = 23;

fn load(name: &str) -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    scenario::load(&path.with_extension("ron")).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Explains a run that has to fail.
fn explained(loaded: &Loaded) -> String {
    told(loaded, Some(Judgement::Fail))
}

/// Explains a run, and checks that the explanation fits on a screen.
fn told(loaded: &Loaded, wanted: Option<Judgement>) -> String {
    let outcome = sim::run(&loaded.setup, 0);
    let expectations = loaded.judge(&outcome);
    let judgement = scenario::overall(&outcome, &expectations);
    if let Some(wanted) = wanted {
        assert_eq!(judgement, wanted, "{}", outcome.scenario);
    }
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

/// Explains a scenario as it is.
fn as_it_is(name: &str) -> String {
    told(&load(name), Some(Judgement::Pass))
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
        "while no fence could reach it (LinkCut of the script)",
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
        "had not received (SlowLink of the script)",
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
        ["both writable", "the daemon of orders-3 promotes its own node", "DaemonRestart strikes"];
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

#[test]
fn every_explanation_of_every_scenario_fits_on_a_screen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("there are scenarios") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "ron") {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            names.push(stem.expect("it has a name").to_owned());
        }
    }
    assert!(names.len() > 150, "{}", names.len());
    for name in names {
        told(&load(&name), None);
    }
}

#[test]
fn maintenance_is_explained_by_its_order_its_window_and_the_stop() {
    let words = [
        "2.0 s to stop the old primary and get a new one, to which it passes connections on",
        "(shutdown_checkpoint = 1s, promotion_overhead = 1s)",
        "app works again, with orders-4",
        "orders-1 passes connections on to orders-4",
        "orders-4 is to be promoted",
        "orders-1 is told to stop in a controlled way",
        "10 min 00.0 s a window of orders opens",
        "60.0 s an operator orders maintenance of orders",
    ];
    tells(&as_it_is("maintenance-in-its-window"), &words);
    let removed = ["an operator removes the windows of orders", "orders maintenance of orders"];
    tells(&as_it_is("maintenance-windows-removed"), &removed);
    let drained = ["waited for no longer (slot_drain_limit = 30m", "orders maintenance of orders"];
    tells(&as_it_is("maintenance-gives-a-slot-up"), &drained);
}

#[test]
fn a_change_of_plan_and_a_migration_are_explained_by_their_orders() {
    let tier = ["is to be promoted", "60.0 s an operator orders a plan of another tier for orders"];
    tells(&as_it_is("change-of-tier-up"), &tier);
    let region = ["is to be promoted", "an operator orders orders to be moved to another region"];
    tells(&as_it_is("migration-to-another-region"), &region);
}

#[test]
fn a_major_upgrade_is_explained_by_its_order_and_how_long_it_takes() {
    let words = [
        "61.0 s to upgrade the primary in place (major_upgrade_outage = 1m",
        "orders-1 is upgraded and answers again",
        "60.0 s an operator orders a major version upgrade of orders",
    ];
    tells(&as_it_is("major-upgrade-keeps-a-slot"), &words);
    let refused = ["not upgraded, since a logical slot is not consumed", "major version upgrade"];
    tells(&as_it_is("major-upgrade-refused-by-a-slot"), &refused);
    let words = [
        "101 commits of orders through logical slot cdc",
        "its logical slots are gone (major_upgrade_slots = Dropped",
        "an operator orders a major version upgrade",
    ];
    tells(&as_it_is("major-upgrade-drops-a-slot"), &words);
}

#[test]
fn what_an_upgrade_loses_is_explained_by_the_backup_that_was_not_done() {
    let words = [
        "2968 commits made before the fault struck",
        "(backup_rate = 50MiB/s",
        "HostDeath strikes orders-1",
        "the first full backup after the upgrade begins, and is not done in time",
        "an operator orders a major version upgrade of orders",
    ];
    tells(&without_allowances("major-upgrade-without-a-backup"), &words);
}

#[test]
fn a_power_cycle_is_explained_by_both_orders() {
    let words = [
        "slot cdc of orders is lost: orders-3, which took over, does not have it",
        "a backup has no logical slots",
        "besides, app could not write to orders from 60.0 s to 3 min 36.3 s",
        "orders-3 is to be restored from a backup (rule power-on)",
        "3 min 00.0 s an operator powers orders on",
        "60.0 s an operator powers orders off",
    ];
    tells(&as_it_is("power-off-and-on"), &words);
    let words = ["(power_off = AtOnce", "an operator powers orders off"];
    tells(&without_allowances("power-off-at-once"), &words);
    let words = ["the name orders leads to nobody", "an operator powers orders off"];
    tells(&as_it_is("orders-refused-while-down"), &words);
}

#[test]
fn a_change_of_region_is_explained_by_the_order() {
    let words = [
        "the name orders leads to orders-2",
        "orders-2 is to be promoted (rule switch-back-region)",
        "10 min 00.0 s an operator orders a switchback to orders",
    ];
    tells(&as_it_is("crdr-switchover-and-switchback"), &words);
    let words = [
        "(terraform_wait = 5m)",
        "2 min 00.0 s an operator reverses the integration of orders-dr by Terraform",
    ];
    tells(&as_it_is("crdr-terraform-waits-first"), &words);
    let words = [
        "to take the old primary back",
        "orders-1 is to be promoted (rule return-to-active)",
        "orders-dr-1 is given up",
        "RegionOutage strikes us-east",
        "an operator orders a switchover to orders-dr",
    ];
    tells(&as_it_is("crdr-recovery-dies-in-the-take-over"), &words);
}

#[test]
fn what_a_region_failover_loses_is_explained_by_the_outage_the_lag_and_the_order() {
    let words = [
        "orders-dr-1, which took over, does not have them",
        "100 commits made before the fault struck",
        "(cross_service_lag = 500ms)",
        "orders-dr-1 is to be promoted (rule fail-over-region)",
        "32 min 00.0 s an operator orders a failover to orders-dr",
        "2 min 00.0 s RegionOutage strikes eu-west",
    ];
    tells(&without_allowances("crdr-region-outage-operator-after-30m"), &words);
    let words = ["before an operator's order (Failover of the script)", "LinkCut of the script"];
    tells(&without_allowances("crdr-partition-makes-two-writers"), &words);
}

#[test]
fn what_a_group_loses_is_explained_by_the_promotion_and_the_instance_that_nobody_stopped() {
    let words = [
        "since nobody stopped the old one (AddSecondary of the script)",
        "an operator adds orders to its group again",
        "an operator orders the secondary orders-far to be promoted",
    ];
    tells(&without_allowances("gad-promotion-client-stays"), &words);
}

#[test]
fn a_promotion_by_hand_is_the_first_link_of_what_it_loses() {
    let words = [
        "since nobody stopped the old one (Promote of the script)",
        "HostDeath strikes orders-1",
        "60.0 s an operator promotes orders-2 by hand",
    ];
    tells(&without_allowances("operator-promotes-by-hand"), &words);
}

#[test]
fn a_quorum_stall_ends_with_the_standby_that_follows_again() {
    let words = [
        "until enough standbys follow again (quorum_size = One",
        "app works again, with orders-1",
        "8 min 22.1 s orders-3 follows: commits have the standbys that they wait for",
        "orders-2 is given up, and has another built",
        "60.0 s HostDeath strikes orders-2",
    ];
    tells(&as_it_is("quorum-stalls-without-a-standby"), &words);
}

#[test]
fn a_client_with_a_stale_address_is_explained_by_the_end_of_forwarding_and_its_ttl() {
    let words = [
        "app works again, with orders-4 (dns_ttl = 5m)",
        "orders-1 is deleted, and passes nothing on any more (forward_for = 1m, documented)",
        "the name orders leads to orders-4",
        "an operator orders maintenance of orders",
    ];
    tells(&as_it_is("ttl-outlives-forwarding"), &words);
}

#[test]
fn a_full_disk_is_explained_by_what_filled_it() {
    let words =
        ["WAL that waits for its upload fills the disk of orders-1", "UploadStall strikes orders"];
    tells(&as_it_is("uploads-stall-and-disk-fills"), &words);
    let words = ["orders-4 is to be restored", "is kept for logical slots fills the disk"];
    tells(&as_it_is("abandoned-slot-fills-both-disks"), &words);
}

#[test]
fn a_switchover_that_fails_is_explained_by_who_died_and_who_came_back() {
    let words = [
        "to take the old primary back",
        "orders-1 is started again, since nobody else can take over",
        "HostDeath strikes orders-2",
        "an operator orders maintenance of orders",
    ];
    tells(&as_it_is("switchover-returns-to-old-primary"), &words);
    let words = [
        "(stop_patience = 1m)",
        "orders-1 is told to stop in a controlled way",
        "SlowLink strikes orders-1 and orders-2",
        "an operator orders maintenance of orders",
    ];
    tells(&without_allowances("kill-timer-turns-a-stop-into-loss"), &words);
}

#[test]
fn a_candidate_that_dies_is_in_the_chain_of_the_one_that_takes_over() {
    let words = [
        "orders-2 is to be promoted (rule promote-for-silent-candidate)",
        "orders-3 is given up",
        "orders-3 is to be promoted (rule promote-for-silent-primary)",
        "HostDeath strikes orders-3",
        "HostDeath strikes orders-1",
    ];
    tells(&as_it_is("candidate-dies-first"), &words);
}
