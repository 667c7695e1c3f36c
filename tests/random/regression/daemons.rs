//! Scenarios with daemons that once went wrong, as they were found.
//!
//! Knows nothing of what is checked. Kept here: each is a plain test whose name says what holds.

use super::check;

#[test]
fn a_daemon_beside_a_second_primary_does_not_sleep() {
    check(
        349_108_496_749_452_165,
        0,
        r#"services: [
            Service(name: "orders", plan: Hobbyist, region: "eu-west"),
            Service(name: "cart", plan: Hobbyist, region: "us-east"),
            Service(name: "audit", plan: Hobbyist, region: "us-east"),
        ],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B"),
        ],
        tuning: Tuning(policy: Pglookout, lookout_observers: 0, lookout_check_phase: "0s"),
        script: [
            At("0s", Fault(LinkCut, OneWay(Node("orders-1"), Everyone))),
            At("19m16.662808s", Heal(LinkCut, OneWay(Node("orders-1"), Everyone))),
            At("0s", Fault(ConnectionsExhausted, Node("orders-1"))),
            At("0s", Heal(ConnectionsExhausted, Node("orders-1"))),
        ],
        until: "37m43.528s""#,
    );
}

#[test]
fn a_daemon_that_reached_its_peers_a_moment_ago_is_not_alone() {
    check(
        3_165_595_767_279_802_781,
        0,
        r#"services: [Service(name: "orders", plan: Premium, region: "eu-west")],
        tuning: Tuning(
            policy: Pglookout, lookout_observers: 0, lookout_failover_on_disconnect: false,
        ),
        script: [
            At("3m59.999999s", Fault(
                Flapping(down: "51.884s", up: "58.915s"),
                OneWay(Zone("eu-west", C), Standby("orders", 1)),
            )),
            At("4m45.798207s", Fault(HostDeath, Primary("orders"))),
        ],
        until: "6m""#,
    );
}

#[test]
fn a_daemon_counts_an_observer_that_answered_an_old_warning() {
    check(
        0,
        0,
        r#"services: [
            Service(name: "orders", plan: Premium, region: "eu-west"),
            Service(name: "cart", plan: Business, region: "eu-west"),
        ],
        tuning: Tuning(
            policy: Pglookout, lookout_observers: 1,
            lookout_poll_observers_on_warning_only: true,
        ),
        script: [
            At("0s", Fault(Hang, Node("cart-1"))),
            At("0s", Fault(StorageStall, Standby("orders", 1))),
            At("25.400008s", Heal(StorageStall, Standby("orders", 1))),
            At("6m40.050126s", Fault(LinkCut, OneWay(Everyone, Zone("eu-west", B)))),
        ],
        until: "52m55.001s""#,
    );
}

#[test]
fn a_daemon_compares_nothing_received_yet_as_it_is_told() {
    check(
        49_522,
        0,
        r#"services: [Service(name: "orders", plan: Premium, region: "us-east")],
        clients: [
            Writer(
                name: "app", service: "orders", writes_per_s: 16, wal_per_commit: "209B",
                driver: ResolvesOnce, begins: "5.735ms",
            ),
            Reader(
                name: "web", service: "orders", reads_per_s: 7, endpoint: Primary,
                connection: Fresh, region: "us-east", driver: MultiHost, first_lookup: "27us",
            ),
        ],
        tuning: Tuning(policy: Pglookout, history_upload: "1.359275s"),
        script: [
            At("14us", Fault(OutOfMemory, Primary("orders"))),
            At("14us", Fault(OutOfMemory, Node("orders-2"))),
            At("118.657ms", Fault(Hang, Primary("orders"))),
            At("29.785567s", Fault(PowerLoss, Standby("orders", 2))),
            At("uniform(29.785s, 29.785s)", Fault(OutOfMemory, Primary("orders"))),
        ],
        until: "1m""#,
    );
}

#[test]
fn a_standby_that_is_being_promoted_receives_nothing_from_a_primary_that_comes_back() {
    check(
        511_496_837_673_534_221,
        0,
        r#"services: [
            Service(name: "orders", plan: Business, region: "eu-west"),
            Service(name: "cart", plan: Hobbyist, region: "eu-west"),
        ],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 853, wal_per_commit: "10107B"),
        ],
        tuning: Tuning(
            policy: Pglookout, promotion_overhead: "uniform(0s, 46.8s)", lookout_observers: 0,
            commit_mode: Quorum,
        ),
        script: [
            At("3m35.004999s", Fault(HostDeath, Node("cart-1"))),
            At("6m2.344999s", Fault(OutOfMemory, Primary("orders"))),
        ],
        until: "8m""#,
    );
}

#[test]
fn a_daemon_looked_at_nothing_that_was_acknowledged_after_its_promotion() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B")],
        tuning: Tuning(policy: Pglookout, lookout_observers: 0, commit_mode: Quorum),
        script: [At("0s", Fault(LinkCut, OneWay(Standby("orders", 1), Everyone)))],
        until: "8m""#,
    );
}

#[test]
fn an_upgrade_is_given_up_when_a_daemon_promotes_another_node_meanwhile() {
    check(
        207_790,
        0,
        r#"services: [Service(name: "orders", plan: Premium, region: "us-east")],
        tuning: Tuning(policy: Pglookout),
        script: [
            At("17ms", Fault(PowerLoss, Primary("orders"))),
            At("18ms", Operator(MajorUpgrade, Service("orders"))),
        ],
        until: "10m""#,
    );
}
