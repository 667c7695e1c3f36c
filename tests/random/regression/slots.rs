//! Scenarios with logical slots that once went wrong, as they were found.
//!
//! Knows nothing of what is checked. Kept here: each is a plain test whose name says what holds.

use super::check;

#[test]
fn a_primary_that_crashes_once_its_standby_is_cut_off_owes_the_standby_nothing_more() {
    check(
        5_119_521_046_082_662_603,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B"),
            SlotConsumer(
                name: "cdc-consumer", service: "orders", slot: "cdc", ack_every: "3.392753s",
            ),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        tuning: Tuning(policy: Pglookout, lookout_observers: 0),
        script: [
            At("2m46.607157s", Fault(PowerLoss, Node("orders-1"))),
            At("50.88s", Fault(CrashLoop("42.065s"), Standby("orders", 1))),
            At("14m24s", Fault(LinkCut, OneWay(Primary("orders"), Standby("orders", 1)))),
        ],
        until: "16m""#,
    );
}

#[test]
fn a_promoted_node_that_received_more_than_its_disk_holds_adds_nothing_to_it() {
    check(
        11_818_062_104_217_566_676,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 153, wal_per_commit: "566950B"),
            SlotConsumer(
                name: "cdc-consumer", service: "orders", slot: "cdc", ack_every: "1us",
            ),
        ],
        slots: [
            Slot(name: "cdc", service: "orders"),
            Slot(name: "lake", service: "orders", creates: "21m58.196057s"),
        ],
        until: "1h5m11.561s""#,
    );
}

#[test]
fn a_slot_that_its_consumer_has_created_is_not_created_again() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist)],
        clients: [
            Writer(name: "dash", service: "orders", writes_per_s: 8, wal_per_commit: "36KiB"),
            SlotConsumer(
                name: "lake", service: "orders", slot: "cdc", rate: "79KiB/s", if_missing: Create,
            ),
        ],
        slots: [Slot(name: "cdc", service: "orders", creates: "30s")],
        script: [At("0s", Fault(CrashLoop("30s"), Primary("orders")))],
        until: "36s""#,
    );
}

#[test]
fn what_was_on_the_way_of_a_connection_that_was_given_up_reaches_nobody() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist)],
        clients: [
            Writer(name: "web", service: "orders", writes_per_s: 1, wal_per_commit: "3KiB"),
            SlotConsumer(name: "lake", service: "orders", slot: "cdc", start: Own),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        script: [
            At("44s", Fault(Hang, Primary("orders"))),
            At("44s", Heal(Hang, Primary("orders"))),
        ],
        until: "45s""#,
    );
}

#[test]
fn an_extension_is_not_late_while_storage_stalls() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        clients: [
            SlotConsumer(name: "lake", service: "orders", slot: "cdc", if_missing: Create),
        ],
        slots: [Slot(name: "cdc", service: "orders", creates: "0s")],
        script: [
            At("0s", Fault(StorageStall, Primary("orders"))),
            At("40s", Fault(ProcessCrash, Primary("orders"))),
        ],
        until: "40s""#,
    );
}

#[test]
fn what_a_slow_consumer_was_given_before_its_last_connection_is_given_again_too() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist)],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 10, wal_per_commit: "3KiB"),
            SlotConsumer(name: "lake", service: "orders", slot: "cdc", rate: "1KiB/s"),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        script: [
            At("50s", Fault(CrashLoop("12s"), Primary("orders"))),
            At("2m", Heal(CrashLoop("12s"), Primary("orders"))),
        ],
        until: "2m2s""#,
    );
}

#[test]
fn cycles_that_found_no_slot_are_over_when_a_consumer_creates_it() {
    check(
        3_053_172_455_656_290_983,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            SlotConsumer(
                name: "lake", service: "orders", slot: "cdc", if_missing: Create,
                begins: "1.92s",
            ),
        ],
        slots: [Slot(name: "cdc", service: "orders", creates: "19m15.84s")],
        tuning: Tuning(slot_policy: FailoverSlots),
        until: "32m""#,
    );
}

#[test]
fn a_consumer_whose_slot_was_created_anew_by_another_begins_after_a_hole() {
    check(
        5_910_207_766_345_299_663,
        0,
        r#"services: [Service(name: "orders", plan: Premium, region: "eu-west")],
        clients: [
            Writer(
                name: "app", service: "orders", writes_per_s: 112, wal_per_commit: "446584B",
                first_lookup: "7m19.4141s",
            ),
            SlotConsumer(
                name: "slow", service: "orders", slot: "lake", ack_every: "1us", rate: "1kB/s",
                if_missing: Create,
            ),
        ],
        slots: [
            Slot(name: "cdc", service: "orders", creates: "8.788282s"),
            Slot(name: "lake", service: "orders", creates: "25m59.920055s"),
        ],
        until: "1h13m14.141s""#,
    );
}

#[test]
fn a_standby_whose_slot_held_back_too_much_has_none_to_serve() {
    check(
        4_384_264_251_150_001_396,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 433, wal_per_commit: "14192B"),
            SlotConsumer(name: "lake-consumer", service: "orders", slot: "lake", ack_every: "1us"),
        ],
        slots: [
            Slot(name: "cdc", service: "orders", creates: "3m53.28s"),
            Slot(name: "lake", service: "orders"),
        ],
        tuning: Tuning(
            policy: Pglookout, disk_size: "14466569442B", lookout_observers: 0,
            slot_copy_period: "17s", max_slot_wal_keep_size: "1MiB",
        ),
        until: "24m""#,
    );
}

#[test]
fn positions_are_copied_also_before_the_first_run_of_the_other_job() {
    check(
        5_608_277_827_462_522_427,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 11883, wal_per_commit: "283405B"),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        tuning: Tuning(slot_jobs: SharedClock),
        until: "22.318465s""#,
    );
}

#[test]
fn a_disk_that_slots_fill_on_one_node_after_the_other_is_more_than_one_fault() {
    check(
        24_465_244_021_276,
        0,
        r#"services: [Service(name: "orders", plan: Premium, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B"),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        tuning: Tuning(policy: Pglookout, disk_size: "100MiB", lookout_observers: 0),
        until: "2m""#,
    );
}

#[test]
fn a_copy_is_held_against_what_the_primary_had_before_it_came_back_from_a_crash() {
    check(
        5_649_846_170_297_299_678,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 766, wal_per_commit: "4010B"),
            Writer(name: "web", service: "orders", writes_per_s: 885, wal_per_commit: "12099B"),
            SlotConsumer(
                name: "cdc-consumer", service: "orders", slot: "cdc", ack_every: "39.725787s",
            ),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        script: [
            At("2m26.009999s", Fault(UploadStall, Service("orders"))),
            At("3m21.633999s", Fault(ProcessCrash, Primary("orders"))),
        ],
        until: "5m""#,
    );
}

#[test]
fn a_checkpoint_gives_up_slots_by_the_positions_that_were_copied_until_then() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 853, wal_per_commit: "959B"),
            SlotConsumer(name: "cdc-consumer", service: "orders", slot: "cdc", ack_every: "1us"),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        tuning: Tuning(max_slot_wal_keep_size: "12266315B"),
        script: [At("15m0.000018s", Fault(ZoneOutage, Zone("eu-west", A)))],
        until: "43m51.579s""#,
    );
}

#[test]
fn a_standby_that_still_catches_up_is_late_with_no_slot() {
    check(
        2_897_513_567_910_161_138,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(
                name: "app", service: "orders", writes_per_s: 816, wal_per_commit: "12393B",
                begins: "2.903886s", ends: "3m20.852115s",
            ),
        ],
        slots: [
            Slot(name: "cdc", service: "orders", database: "shop"),
            Slot(name: "lake", service: "orders", database: "shop", creates: "3m20.852115s"),
        ],
        script: [At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Platform)))],
        until: "8m3.98109s""#,
    );
}

#[test]
fn a_checkpoint_comes_after_the_cycles_before_it() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 7598, wal_per_commit: "65B"),
        ],
        slots: [Slot(name: "cdc", service: "orders")],
        tuning: Tuning(max_slot_wal_keep_size: "1MiB", slot_policy: FailoverSlots),
        until: "15m""#,
    );
}

#[test]
fn a_slot_that_was_created_anew_while_its_consumer_read_from_the_old_primary_is_a_new_one() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, driver: PgBouncer),
            SlotConsumer(
                name: "cdc-consumer", service: "orders", slot: "cdc", start: Slot,
                if_missing: Create,
            ),
        ],
        slots: [Slot(name: "cdc", service: "orders", creates: "10m")],
        script: [
            At("10s", Fault(Hang, Node("orders-1"))),
            At("50m", Heal(Hang, Node("orders-1"))),
        ],
        until: "50m19s""#,
    );
}

#[test]
fn a_slot_that_is_created_at_the_start_is_copied_by_the_very_first_run() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 10, wal_per_commit: "1KiB"),
        ],
        slots: [Slot(name: "cdc", service: "orders", creates: "0s")],
        tuning: Tuning(
            slot_dependency_phase: "0s", slot_copy_phase: "0s", slot_job_duration: "0s",
        ),
        until: "1m""#,
    );
}
