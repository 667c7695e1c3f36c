//! Explanations of runs that lost a logical slot, and of those in which only what is allowed broke.
//!
//! Knows nothing of how an explanation is put together. Kept here: when jobs run and what fills up
//! was worked out from the story of each scenario.

use super::{as_it_is, tells};

#[test]
fn a_slot_that_was_too_young_is_explained_by_the_job_that_had_not_run() {
    // Created at 40.1 s; the job runs at 40, 70 s and so on, and the primary dies at 69.9 s.
    let words = [
        "Logical slot cdc of orders is lost: orders-2, which took over, does not have it.",
        "lake cannot go on before it is created anew",
        "it was 29.8 s old",
        "due at 70.0 s (slot_dependency_period = 30s",
        "besides, app could not write to orders",
        "orders-2 is primary on timeline 2",
        "69.9 s HostDeath strikes orders-1",
        "40.1 s logical slot cdc is created on orders-1",
    ];
    tells(&as_it_is("slot-29800ms-on-one-clock"), &words);
    // On a clock of its own, the other job runs for the first time after the crash.
    let words = [
        "the copying job had not created it on orders-2 after 70.0 s (slot_copy_period = 5s)",
        "74.9 s HostDeath strikes orders-1",
        "70.0 s what copies of it need is installed in defaultdb (slot_dependency_period = 30s",
        "40.0 s logical slot cdc is created on orders-1",
    ];
    tells(&as_it_is("slot-34900ms-on-two-clocks"), &words);
    let words = ["it was 12.5 s old", "(slot_sync_nap_max = 30s)", "slot late is created"];
    tells(&as_it_is("failover-slots-young-and-old"), &words);
}

#[test]
fn a_slot_that_is_given_up_is_explained_by_the_limit_and_the_last_feedback() {
    let words = [
        "Logical slot cdc of orders is lost: orders-1 gave it up at 2 min 00.0 s",
        "(max_slot_wal_keep_size = 500MB, checkpoint_period = 1m)",
        "2 min 00.0 s orders-1 gives logical slot cdc up",
        "30.0 s lake confirms slot cdc for the last time",
    ];
    tells(&as_it_is("abandoned-slot-is-given-up"), &words);
}

#[test]
fn a_slot_whose_place_another_took_is_worse_than_an_outage() {
    let words = [
        "slot cdc of orders is another one now: orders-2, which took over",
        "lake was given 7790 commits again",
        "(leftover_slot = LeftAlone)",
        "HostDeath strikes orders-1",
    ];
    tells(&as_it_is("leftover-slot-of-the-same-name"), &words);
}

#[test]
fn a_breach_that_is_allowed_is_told_where_nothing_is_worse() {
    // The standby dies at 60 s, and the run ends at 30 min without another.
    let words = [
        "The invariant redundancy-restored is broken at 60.0 s (29 min 00 s)",
        "orders writes WAL faster than a new standby can come near",
        "The scenario allows it: WAL outruns every new standby",
        "HostDeath strikes orders-2",
    ];
    tells(&as_it_is("wal-outruns-the-restore"), &words);
    let words = ["(17 min 38 s)", "no machine is delivered", "ProvisionStall strikes orders"];
    tells(&as_it_is("provisioning-stalls-after-a-standby-loss"), &words);
}

#[test]
fn a_hole_in_what_a_consumer_is_given_is_worse_than_an_outage() {
    let words = [
        "lake will never be given 1001 commits of orders through logical slot cdc",
        "a new slot begins behind them",
        "lake goes on reading slot cdc on orders-2",
        "HostDeath strikes orders-1",
    ];
    tells(&as_it_is("slots-not-kept"), &words);
}
