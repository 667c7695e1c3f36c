//! The invariants of what is planned: quorum commit, switchovers, changes of the plan.
//!
//! Knows nothing of how an invariant is checked. Kept here: a row is the same as in the table that
//! it belongs to.

use super::table::InvariantCard;
use super::verdict::Kind;
use super::{plan_change, planned_slots, standstills, switchover, window};

const AU: &str = "Aiven, Upgrade and failover procedures";

/// The rows, in the order in which results list them.
pub(super) const PLANNED: &[InvariantCard] = &[
    InvariantCard {
        id: "promoted-leaves-replica-name",
        number: "I14",
        kind: Kind::Always,
        units: &["Times"],
        statement: "after a switchover the replica name does not point to the promoted \
                    node",
        source: AU,
        find: switchover::promoted_leaves_replica_name,
    },
    InvariantCard {
        id: "forwarding-lasts",
        number: "I15",
        kind: Kind::Deadline,
        units: &["Time"],
        statement: "an old primary that lives passes connections on from the promotion for \
                    its time",
        source: AU,
        find: switchover::forwarding_lasts,
    },
    InvariantCard {
        id: "promoted-is-new",
        number: "I16",
        kind: Kind::Always,
        units: &["Times"],
        statement: "a switchover promotes a node that was made in it",
        source: AU,
        find: switchover::promoted_is_new,
    },
    InvariantCard {
        id: "switchover-keeps-acked",
        number: "I18",
        kind: Kind::AtEnd,
        units: &["Commits"],
        statement: "a switchover with at most one fault loses no commit that standbys \
                    acknowledged, if enough of them can be asked",
        source: AU,
        find: switchover::switchover_keeps_acked,
    },
    InvariantCard {
        id: "switchover-keeps-slots",
        number: "I21",
        kind: Kind::Always,
        units: &["Times"],
        statement: "a switchover without a fault keeps every logical slot, unless it waited for \
                    consumers up to its limit",
        source: AU,
        find: planned_slots::switchover_keeps_slots,
    },
    InvariantCard {
        id: "switchover-in-window",
        number: "I47",
        kind: Kind::Always,
        units: &["Times"],
        statement: "maintenance begins to change the primary inside a window, if its service has \
                    any",
        source: "Aiven, controlled switchover windows",
        find: window::switchover_in_window,
    },
    InvariantCard {
        id: "plan-change-leaves-primary",
        number: "I31",
        kind: Kind::Always,
        units: &["Times"],
        statement: "a change of the plan within its tier neither moves the primary name \
                    nor costs a connection to the primary",
        source: AU,
        find: plan_change::plan_change_leaves_primary,
    },
    InvariantCard {
        id: "removal-leaves-a-node",
        number: "I31",
        kind: Kind::Always,
        units: &["Times"],
        statement: "no node is removed that is the last one well",
        source: AU,
        find: switchover::removal_leaves_a_node,
    },
    InvariantCard {
        id: "switchover-census",
        number: "I33",
        kind: Kind::Always,
        units: &["Times"],
        statement: "a switchover without a fault has one node more than the plan at most, \
                    and ends with as many as the plan has",
        source: AU,
        find: switchover::switchover_census,
    },
    InvariantCard {
        id: "switchover-order",
        number: "I34",
        kind: Kind::Always,
        units: &["Times"],
        statement: "in a switchover commits wait for standbys before the promotion, the \
                    primary name moves after it, the old primary goes last, and an old \
                    standby goes after the replica name",
        source: AU,
        find: switchover::switchover_order,
    },
    InvariantCard {
        id: "upgrade-in-place",
        number: "I24",
        kind: Kind::Always,
        units: &["Times"],
        statement: "a major upgrade moves no name and leaves nobody who has the version before",
        source: "Aiven, Perform a major version upgrade",
        find: standstills::upgrade_in_place,
    },
    InvariantCard {
        id: "upgrade-drops-slots",
        number: "I24",
        kind: Kind::Always,
        units: &["Times"],
        statement: "after a major upgrade none of the logical slots is left",
        source: AU,
        find: standstills::upgrade_drops_slots,
    },
    InvariantCard {
        id: "power-cycle-drops-slots",
        number: "I24",
        kind: Kind::Always,
        units: &["Times"],
        statement: "after power off and on none of the logical slots is left",
        source: "Aiven, Upgrade and failover procedures, as of 2025",
        find: standstills::power_cycle_drops_slots,
    },
    InvariantCard {
        id: "power-off-keeps-acked",
        number: "I24",
        kind: Kind::AtEnd,
        units: &["Commits"],
        statement: "a service that is powered off in good order loses no acknowledged commit",
        source: "Aiven, Power on/off and delete your service",
        find: standstills::power_off_keeps_acked,
    },
];
