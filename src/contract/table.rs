//! Every statement of the documents that can be checked, with its place and what checks it.
//!
//! Knows nothing of scenarios' content. Kept here: statements are in our words, lines are those of
//! the documents, and a row names an invariant or a probe of its own.

use super::document::Document;
use super::measure::{self, Bound};
use super::probe::{self, Finding};
use super::situation::Situation;
use super::{groups, regions, replicas, slots};
use crate::kernel::Span;
use crate::sim::Outcome;
use Check::{Invariant, Probe};
use Document::{Promotion, ReadReplicas, Switchback, Switchover, Upgrade};

/// A statement of a document.
///
/// # Examples
/// ```
/// use cutover::contract::CONTRACTS;
/// let of = CONTRACTS.iter().find(|one| one.id == "U05").expect("it is a contract");
/// assert_eq!(of.says, "a silent primary is marked as down, and a standby promoted, after 60 s");
/// assert_eq!((of.lines, of.scenario), ((37, 39), "business-primary-crash"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// Its number.
    pub id: &'static str,
    /// The document.
    pub document: Document,
    /// The first and the last line of the place.
    pub lines: (u16, u16),
    /// What it says, in our words.
    pub says: &'static str,
    /// In which runs it is put to the test.
    pub situation: Situation,
    /// What checks it.
    pub check: Check,
    /// A scenario that puts it to the test and upholds it.
    pub scenario: &'static str,
    /// The bound that it states, if it states one.
    pub bound: Option<Bound>,
}

/// What checks a statement.
///
/// # Examples
/// Those that are invariants are in their table:
/// ```
/// use cutover::check::INVARIANTS;
/// use cutover::contract::{CONTRACTS, Check};
/// let invariants = || CONTRACTS.iter().filter(|of| matches!(of.check, Check::Invariant(_)));
/// assert!(invariants().all(|of| INVARIANTS.iter().any(|card| card.id == of.check.name())));
/// assert!(invariants().count() < CONTRACTS.len());
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// An invariant, by its id.
    Invariant(&'static str),
    /// A probe, by a name and what it finds in a run.
    Probe(&'static str, fn(&Outcome) -> Finding),
}

impl Contract {
    /// Returns the document and the lines of the statement.
    ///
    /// # Examples
    /// ```
    /// use cutover::contract::CONTRACTS;
    /// let of = CONTRACTS.iter().find(|one| one.id == "U05").expect("it is a contract");
    /// assert_eq!(of.place(), "upgrade 37-39");
    /// ```
    pub fn place(&self) -> String {
        let (first, last) = self.lines;
        let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
        format!("{} {lines}", self.document.card().short)
    }
}

impl Check {
    /// Returns the name of the invariant or the probe.
    ///
    /// # Examples
    /// ```
    /// use cutover::contract::CONTRACTS;
    /// let of = |id: &str| CONTRACTS.iter().find(|one| one.id == id).expect("it is a contract");
    /// assert_eq!(of("U04").check.name(), "restore-loss-bounded");
    /// assert_eq!(of("U06").check.name(), "primary-name-dead-in-timeout");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Invariant(name) | Probe(name, _) => name,
        }
    }
}

const MINUTE: Span = Span::from_secs(60);

/// Returns a bound that is reached within a tenth of a second.
const fn bound(what: &'static str, at: Span, of: fn(&Outcome) -> Vec<Span>) -> Bound {
    Bound { what, at, within: Span::from_millis(100), of }
}

/// Returns a bound that is reached within half a second: jobs run at instants of their own.
const fn near(what: &'static str, at: Span, of: fn(&Outcome) -> Vec<Span>) -> Bound {
    Bound { what, at, within: Span::from_millis(500), of }
}

macro_rules! contracts {
    ($($id:literal, $document:ident $first:literal-$last:literal, $situation:ident, $check:expr,
       $bound:expr, $scenario:literal, $says:literal;)+) => {
        /// Every contract, in the order of the documents.
        ///
        /// # Examples
        /// ```
        /// use cutover::contract::CONTRACTS;
        /// let mut ids: Vec<&str> = CONTRACTS.iter().map(|one| one.id).collect();
        /// ids.sort_unstable();
        /// ids.dedup();
        /// assert_eq!(ids.len(), CONTRACTS.len());
        /// ```
        pub const CONTRACTS: &[Contract] = &[$(Contract {
            id: $id, document: $document, lines: ($first, $last), says: $says,
            situation: Situation::$situation, check: $check, scenario: $scenario, bound: $bound,
        }),+];
    };
}

contracts! {
    "U01", Upgrade 5-7, Whatever, Probe("standby-promoted", probe::standby_promoted), None,
        "business-primary-crash",
        "on the plans Business and Premium a standby is promoted when the primary fails";
    "U02", Upgrade 9-14, ReadReplica, Invariant("read-replica-stays"), None,
        "read-replica-follows-a-failover",
        "a read replica service made by hand is not promoted when the primary fails";
    "U03", Upgrade 21-26, Whatever,
        Probe("lone-node-loses", probe::lone_node_loses_what_was_not_uploaded), None,
        "startup-primary-loss",
        "on Hobbyist and Startup a lost node is restored from a backup, and the changes since the \
         newest upload are lost";
    "U04", Upgrade 21-26, Whatever, Invariant("restore-loss-bounded"), None,
        "startup-primary-loss",
        "a restore loses no more than the changes since the newest upload";
    "U05", Upgrade 37-39, Failover, Invariant("no-early-promotion"),
        Some(bound("last report to promotion", MINUTE, measure::patience_with_primaries)),
        "business-primary-crash",
        "a silent primary is marked as down, and a standby promoted, after 60 s";
    "U06", Upgrade 39-41, Whatever,
        Probe("primary-name-dead-in-timeout", probe::primary_name_dead_in_timeout), None,
        "business-primary-crash",
        "during the timeout nobody is answered through the primary name";
    "U07", Upgrade 41-42, Whatever, Invariant("standby-serves-during-silence"), None,
        "business-primary-crash",
        "during the timeout the replica name goes on answering reads";
    "U08", Upgrade 44-45, Whatever,
        Probe("primary-name-follows", probe::primary_name_follows), None,
        "premium-primary-crash",
        "after the promotion the primary name points to the new primary";
    "U09", Upgrade 45-46, Whatever,
        Probe("replica-name-unreachable", probe::replica_name_unreachable), None,
        "business-primary-crash",
        "after the promotion of its only standby the replica name is unreachable";
    "U10", Upgrade 47-49, Whatever,
        Probe("replica-name-returns", probe::replica_name_returns), None,
        "business-primary-crash",
        "a new standby is built, and once it is in step the replica name points to it";
    "U11", Upgrade 53-55, Whatever, Probe("standby-replaced", probe::standby_replaced),
        Some(bound("last report to mark", MINUTE, measure::patience_with_standbys)),
        "business-standby-loss",
        "a silent standby is marked as down after 60 s, and a new one is built";
    "U12", Upgrade 58-61, Whatever,
        Probe("reads-wait-for-the-substitute", probe::reads_wait_for_the_substitute), None,
        "business-standby-loss",
        "on Business the replica name is unavailable until the new standby is there";
    "U13", Upgrade 65-67, Whatever,
        Probe("second-standby-serves", probe::second_standby_serves), None,
        "premium-standby-loss",
        "on Premium the second standby goes on serving the replica name";
    "U14", Upgrade 70-72, Whatever, Invariant("standby-loss-leaves-primary"), None,
        "business-standby-loss",
        "the primary name does not change while a standby is replaced";
    "U35", Upgrade 76-80, Whatever, Invariant("upgrade-in-place"), None,
        "major-upgrade-drops-a-slot",
        "a major version upgrade does not go by the procedure of controlled switchovers";
    "U15", Upgrade 85-90, StandbysReplaced, Invariant("switchover-order"), None,
        "maintenance-business",
        "each standby is replaced by a new server that is built from a backup, follows the primary \
         and takes over the replica name before the old one is deleted";
    "U16", Upgrade 91-92, Switchover, Invariant("switchover-census"), None,
        "maintenance-business",
        "one more server is built and brought in step with the old primary";
    "U17", Upgrade 93-94, Switchover, Invariant("switchover-keeps-acked"), None,
        "maintenance-business",
        "commits wait for standbys before the primary changes, so that none is lost";
    "U18", Upgrade 97-99, Switchover, Probe("one-server-more", probe::one_server_more), None,
        "maintenance-premium",
        "by then there is one server more than the plan has: the old primary and N+1 standbys";
    "U19", Upgrade 101-102, Switchover, Invariant("promoted-is-new"), None,
        "maintenance-business",
        "the old primary is to go, and one of the new standbys is promoted";
    "U20", Upgrade 103-104, Switchover,
        Probe("primary-name-switched", probe::primary_name_switched), None,
        "maintenance-business",
        "the primary name is pointed to the new primary";
    "U21", Upgrade 104-105, Switchover, Invariant("promoted-leaves-replica-name"), None,
        "maintenance-business",
        "the new primary leaves the replica name";
    "U22", Upgrade 108-110, Switchover, Invariant("forwarding-lasts"),
        Some(bound("length of the forwarding", MINUTE, measure::forwarding)),
        "maintenance-business",
        "the old primary passes connections on to the new one for at least 60 s";
    "U23", Upgrade 114-118, PlanShrinks, Invariant("plan-change-leaves-primary"), None,
        "plan-change-business-to-startup",
        "a change from Business to Startup of one tier removes the standby and disturbs no \
         connection to the primary";
    "U24", Upgrade 118-120, PlanGrows, Invariant("plan-change-leaves-primary"), None,
        "plan-change-startup-to-business",
        "a change from Startup to Business of one tier adds a standby and disturbs no connection \
         to the primary";
    "U25", Upgrade 125-127, Failover, Invariant("copied-slot-survives"), None,
        "slot-35100ms-on-two-clocks",
        "at a failover the slots of the old primary are there on the new one";
    "U26", Upgrade 125-127, Switchover, Invariant("switchover-keeps-slots"), None,
        "maintenance-keeps-a-slot",
        "at a controlled switchover the slots of the old primary are there on the new one";
    "U36", Upgrade 137-140, Whatever, Invariant("upgrade-drops-slots"), None,
        "major-upgrade-drops-a-slot",
        "logical slots are not recovered after a major version upgrade";
    "U27", Upgrade 144-146, Whatever,
        Probe("lone-node-hands-slots-over", slots::lone_node_hands_over), None,
        "maintenance-startup-recreates-a-slot",
        "when the node of a one-node service is replaced as planned, the new one has the slots \
         before it takes over";
    "U28", Upgrade 151-159, Whatever, Invariant("slot-jobs-on-time"), None,
        "slot-35100ms-on-two-clocks",
        "a job that runs every 30 s installs what the copies of a new slot need in its database";
    "U29", Upgrade 160-161, Failover, Invariant("slot-has-no-gap"), None,
        "slot-copies-without-own-position",
        "positions of slots are copied to the standbys, so that a consumer can go on from there";
    "U30", Upgrade 163-165, Failover, Invariant("slot-position-fresh"),
        Some(near("age of a position", slots::STALE, slots::ages_of_positions)),
        "slot-35100ms-on-two-clocks",
        "positions of slots on a promoted standby are at most 5 s old";
    "U31", Upgrade 170-170, Whatever,
        Probe("young-slot-may-be-lost", slots::young_slot_may_be_lost),
        Some(near("age of a lost slot", slots::YOUNG, slots::ages_of_lost)),
        "slot-29800ms-on-one-clock",
        "slots created up to 30 s before an unplanned failover may be lost, and no older ones";
    "U32", Upgrade 171-173, LoneNodeLost, Invariant("lone-node-loses-slots"), None,
        "slot-lost-with-a-lone-node",
        "the slots of a service of one node are lost with it";
    "U33", Upgrade 177-182, Whatever, Invariant("duplicates-bounded"), None,
        "slot-copies-without-own-position",
        "a consumer may be given entries again, and is not if it asks for its own position";
    "U34", Upgrade 183-187, Whatever, Invariant("slot-behind-its-node"), None,
        "slot-consumer-knows-better",
        "the position of a slot on a new primary is not beyond the standby's own";
    "S01", Switchover 12-20, SwitchoverOrdered, Invariant("preconditions-checked"), None,
        "crdr-refused-orders",
        "a switchover presupposes a pair that is up and a healthy primary service";
    "S02", Switchover 43-44, Whatever,
        Probe("switchover-swaps-roles", regions::switchover_swaps_roles), None,
        "crdr-switchover-and-switchback",
        "after a switchover the primary service is passive and the recovery service active";
    "S03", Switchover 44-45, SwitchedOver, Invariant("service-name-constant"), None,
        "crdr-switchover-and-switchback",
        "after a switchover the workloads are the recovery service's";
    "S04", Switchover 53-61, Whatever,
        Probe("recovery-promoted-to-master", regions::recovery_promoted_to_master), None,
        "crdr-only-the-primary-service-fails",
        "to promote the recovery service to master is a switchover";
    "S05", Switchover 122-157, Whatever,
        Probe("terraform-swaps-roles", regions::terraform_swaps_roles), None,
        "crdr-terraform-waits-first",
        "recreating the integration with the roles reversed is a switchover";
    "B01", Switchback 16-16, SwitchbackOrdered, Invariant("preconditions-checked"), None,
        "crdr-refused-orders",
        "a switchback presupposes a completed switchover";
    "B02", Switchback 36-37, Whatever,
        Probe("switchback-swaps-roles", regions::switchback_swaps_roles), None,
        "crdr-switchover-and-switchback",
        "after a switchback the primary service is active and the recovery service passive";
    "B03", Switchback 37-38, SwitchedBack, Invariant("service-name-constant"), None,
        "crdr-switchover-and-switchback",
        "after a switchback the workloads are the primary service's";
    "B04", Switchback 46-54, Whatever,
        Probe("primary-promoted-to-master", regions::primary_promoted_to_master), None,
        "crdr-only-the-primary-service-fails",
        "to promote the primary service to master is a switchback";
    "R01", ReadReplicas 7-12, Whatever, Probe("replica-replicates", replicas::replicates), None,
        "read-replica-follows-a-failover",
        "a read replica is a service of its own that follows the primary of another";
    "R02", ReadReplicas 10-12, Whatever,
        Probe("replica-is-read-only", replicas::is_read_only), None,
        "read-replica-refuses-writes",
        "a read replica only reads";
    "R05", ReadReplicas 23-34, Whatever,
        Probe("one-window-one-interruption", replicas::is_interrupted_together), None,
        "read-replica-maintained-with-its-source",
        "a source and a replica with the same maintenance window are changed in it at once: \
         writes and reads are interrupted together";
    "R03", ReadReplicas 59-61, Whatever,
        Probe("replica-promoted-by-removal", replicas::is_promoted_by_removal), None,
        "read-replica-promoted",
        "removing its integration promotes a read replica service to a primary service";
    "R04", ReadReplicas 100-120, Whatever, Probe("source-goes-on", replicas::source_goes_on), None,
        "read-replica-promoted",
        "after that there are two services, and the source goes on as it was";
    "P01", Promotion 13-13, GroupPromotionOrdered, Invariant("preconditions-checked"), None,
        "gad-refused-orders",
        "a promotion presupposes that the group is in the state Running";
    "P07", Promotion 17-17, GroupPromoted,
        Probe("promotion-loses-the-rest", groups::loses_what_had_not_come), None,
        "gad-promotion-client-stays",
        "a promotion may lose data: what had not come to the secondary instance, and no more";
    "P02", Promotion 19-19, Whatever,
        Probe("promotion-interrupts-briefly", groups::interrupts_briefly), None,
        "gad-promotion-client-stays",
        "a promotion may interrupt connections for a short time";
    "P03", Promotion 21-21, GroupPromoted, Invariant("promotion-leaves-old-primary"), None,
        "gad-promotion-client-stays",
        "the old primary instance leaves the group, keeps its data, and nothing is synchronised";
    "P04", Promotion 25-25, Whatever,
        Probe("old-primary-added-again", groups::is_added_again), None,
        "gad-promotion-client-stays",
        "the old primary instance can be added again, as the secondary one";
    "P05", Promotion 41-41, Whatever,
        Probe("secondary-becomes-primary", groups::becomes_primary), None,
        "gad-promotion-client-moves",
        "the secondary instance can be written and is the new primary one";
    "P06", Promotion 47-47, GroupPromotedInUse, Invariant("promotion-leaves-old-primary"), None,
        "gad-promotion-client-moves",
        "no endpoint moves: whoever connects has to be given the new primary's";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::INVARIANTS;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_names_an_invariant_that_there_is_and_lines_in_order() {
        let mut ids = BTreeSet::new();
        for contract in CONTRACTS {
            assert!(ids.insert(contract.id), "{} is there twice", contract.id);
            assert!(contract.lines.0 <= contract.lines.1, "{}", contract.id);
            if let Invariant(id) = contract.check {
                assert!(INVARIANTS.iter().any(|card| card.id == id), "{id}");
            }
        }
    }
}
