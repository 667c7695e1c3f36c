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
