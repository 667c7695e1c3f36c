//! Scenarios of backups, archives and full disks that once went wrong, as they were found.
//!
//! Knows nothing of what is checked. Kept here: each is a plain test whose name says what holds.

use super::regression::check;

#[test]
fn a_restore_is_given_the_time_to_replay_what_was_written_since_the_backup() {
    check(
        261_690_411_341_751_081,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 832, wal_per_commit: "11077B"),
        ],
        script: [At("6m53.154918s", Fault(HostDeath, Standby("orders", 1)))],
        until: "37m1.263s""#,
    );
}

#[test]
fn what_was_uploaded_after_a_restore_is_no_measure_of_its_loss() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B"),
        ],
        script: [
            At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Everyone))),
            At("7m24.800036s", Heal(LinkCut, OneWay(Region("eu-west"), Everyone))),
            At("7m24.800036s", Fault(HostDeath, Primary("orders"))),
        ],
        until: "1h20m34.783s""#,
    );
}

#[test]
fn a_base_backup_whose_wal_was_never_uploaded_is_not_restored() {
    check(
        5_184_873_054_938_340_065,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B"),
        ],
        script: [At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Everyone)))],
        until: "1h4m""#,
    );
}

#[test]
fn a_primary_that_was_replaced_but_still_writes_fills_its_own_disk() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 599, wal_per_commit: "153225B"),
        ],
        script: [
            At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Everyone))),
            At("0s", Fault(UploadStall, Service("orders"))),
        ],
        until: "13m39.102758s""#,
    );
}

#[test]
fn a_stall_of_uploads_that_begins_in_another_is_the_same_stall() {
    check(
        2_338_541_622_550_146_540,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 7573, wal_per_commit: "1B"),
        ],
        tuning: Tuning(heartbeat_phase: "291ms", disk_size: "100MiB"),
        script: [
            At("290.999ms", Fault(UploadStall, Service("orders"))),
            At("2.697023s", Fault(UploadStall, Service("orders"))),
            At("2.697023s", Heal(UploadStall, Service("orders"))),
        ],
        until: "44m57.023286s""#,
    );
}

#[test]
fn a_standby_that_forgets_a_surplus_does_not_replay_it_later() {
    check(
        1_659_355_980_485_402_013,
        0,
        r#"services: [Service(name: "orders", plan: Premium, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 480, wal_per_commit: "11025B"),
            Writer(name: "web", service: "orders", writes_per_s: 323, wal_per_commit: "12106B"),
        ],
        script: [
            At("12m37.5s", Fault(LinkCut, OneWay(Zone("eu-west", C), Platform))),
            At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Standby("orders", 1)))),
            At("uniform(7m45s, 8m55.5s)", Fault(HostDeath, Node("orders-1"))),
        ],
        until: "25m""#,
    );
}
