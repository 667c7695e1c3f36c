//! Scenarios with orders to the platform that once went wrong, as they were found.
//!
//! Knows nothing of what is checked. Kept here: each is a plain test whose name says what holds.

use super::check;

#[test]
fn a_node_that_is_restored_for_lack_of_standbys_was_not_elected() {
    check(
        935_795_905_611_243_283,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B")],
        tuning: Tuning(commit_mode: Quorum),
        script: [
            At("9.012s", Operator(ChangeTier(Hobbyist), Service("orders"))),
            At("3m7.107056s", Fault(HostDeath, Node("orders-1"))),
        ],
        until: "11m""#,
    );
}

#[test]
fn a_primary_that_is_given_up_for_its_group_follows_nobody_until_it_is_stopped() {
    check(
        35_384,
        0,
        r#"services: [
            Service(name: "orders", plan: Hobbyist),
            Service(name: "cart", plan: Business),
        ],
        integrations: [GlobalActiveDatabase(primary: "orders", secondary: "cart")],
        clients: [Writer(name: "app", service: "cart", writes_per_s: 1)],
        script: [
            At("0s", Operator(PromoteSecondary, Service("cart"))),
            At("20m", Operator(AddSecondary, Service("orders"))),
        ],
        until: "20m27s""#,
    );
}

#[test]
fn an_upgrade_that_begins_before_the_name_of_a_new_primary_is_served_has_not_moved_it() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist)],
        script: [
            Every("30s", Operator(MajorUpgrade, Service("orders"))),
            At("0s", Fault(Hang, Primary("orders"))),
        ],
        until: "8m32s""#,
    );
}

#[test]
fn a_primary_that_is_given_up_with_a_standby_at_one_instant_is_not_silent_any_more() {
    check(
        600_662,
        0,
        r#"services: [
            Service(name: "orders", plan: Startup, region: "eu-west"),
            Service(name: "cart", plan: Premium, region: "eu-west"),
        ],
        integrations: [DisasterRecovery(primary: "cart", recovery: "orders")],
        script: [
            At("3.182343s", Fault(Hang, Node("cart-1"))),
            At("3.205026s", Fault(HostDeath, Node("cart-2"))),
            At("1m5.362881s", Operator(Switchover, Service("orders"))),
        ],
        until: "1m31.477s""#,
    );
}

#[test]
fn a_report_from_before_an_upgrade_that_comes_when_the_primary_stops_says_nothing() {
    check(
        354_011,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        script: [
            Every(
                "10s",
                Fault(
                    SlowLink(delay: "292ms", goodput: "23357B/s"),
                    Link(Everyone, Primary("orders")),
                ),
            ),
            At(
                "5m59.282261s",
                Heal(
                    SlowLink(delay: "292ms", goodput: "23357B/s"),
                    Link(Everyone, Primary("orders")),
                ),
            ),
            At("5m59.346s", Operator(MajorUpgrade, Service("orders"))),
        ],
        until: "1h""#,
    );
}
