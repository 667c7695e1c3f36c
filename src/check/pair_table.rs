//! The invariants of services side by side, as the one table lists them.
//!
//! Knows nothing of how they are judged. Kept here: every card names its source and its units.

use super::table::InvariantCard;
use super::verdict::Kind;
use super::{groups, orders, pairs, takeover};

const GAD: &str = "Alibaba Cloud, Promote the secondary instance to the primary instance";

const AU: &str = "Aiven, Upgrade and failover procedures";

pub(super) const ONE_ACTIVE_SERVICE: InvariantCard = InvariantCard {
    id: "one-active-service",
    number: "I11",
    kind: Kind::Always,
    units: &["Time"],
    statement: "of a pair at most one service is active, and both are passive only while one \
                takes over",
    source: "Aiven, Cross-region disaster recovery",
    find: pairs::one_active_service,
};

pub(super) const ROLES_MOVE_LEGALLY: InvariantCard = InvariantCard {
    id: "roles-move-legally",
    number: "I28",
    kind: Kind::Always,
    units: &[],
    statement: "the roles of a pair change only as documented, and only the primary service \
                fails",
    source: "Aiven, Cross-region disaster recovery",
    find: pairs::roles_move_legally,
};

pub(super) const PRECONDITIONS_CHECKED: InvariantCard = InvariantCard {
    id: "preconditions-checked",
    number: "I29",
    kind: Kind::Always,
    units: &["Times"],
    statement: "no order is carried out without what it presupposes",
    source: "Aiven, Perform a switchover, Perform a switchback, Failover, Failback",
    find: orders::preconditions_checked,
};

pub(super) const PAIR_PROTECTED_AGAIN: InvariantCard = InvariantCard {
    id: "pair-protected-again",
    number: "I30",
    kind: Kind::Deadline,
    units: &["Time"],
    statement: "after a planned change of the active service the other one follows it soon",
    source: "Aiven, Perform a switchover, Perform a switchback",
    find: takeover::pair_protected_again,
};

pub(super) const STANDBY_NAME_READS_ONLY: InvariantCard = InvariantCard {
    id: "standby-name-reads-only",
    number: "I35",
    kind: Kind::Always,
    units: &["Times"],
    statement: "the name of the standbys of a pair's service is never pointed to a writer",
    source: "Aiven, Cross-region disaster recovery",
    find: takeover::standby_name_reads_only,
};

pub(super) const SERVICE_NAME_CONSTANT: InvariantCard = InvariantCard {
    id: "service-name-constant",
    number: "I36",
    kind: Kind::Deadline,
    units: &["Times"],
    statement: "the shared name of a pair follows the writer, and no other name does",
    source: "Aiven, Cross-region disaster recovery",
    find: takeover::service_name_constant,
};

pub(super) const READ_REPLICA_STAYS: InvariantCard = InvariantCard {
    id: "read-replica-stays",
    number: "I38",
    kind: Kind::Always,
    units: &[],
    statement: "nobody of a read replica service is promoted before its integration is removed",
    source: AU,
    find: pairs::read_replica_stays,
};

pub(super) const PROMOTION_LEAVES_OLD_PRIMARY: InvariantCard = InvariantCard {
    id: "promotion-leaves-old-primary",
    number: "I39",
    kind: Kind::Always,
    units: &["Times"],
    statement: "the promotion of a group's secondary instance leaves the old primary one as it is, \
                ends the synchronisation, and moves no endpoint",
    source: GAD,
    find: groups::promotion_leaves_old_primary,
};

pub(super) const ONE_PRIMARY_ONE_SECONDARY: InvariantCard = InvariantCard {
    id: "one-primary-one-secondary",
    number: "I40",
    kind: Kind::Always,
    units: &["Times"],
    statement: "a group has at most one primary and at most one secondary instance",
    source: "Alibaba Cloud, Global Active Database",
    find: groups::one_primary_one_secondary,
};
