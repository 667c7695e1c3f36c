//! Scenarios with logical slots that once went wrong, as they were found.
//!
//! Knows nothing of what is checked. Kept here: each is a plain test whose name says what holds.

use super::check;

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
