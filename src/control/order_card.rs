//! The cards of an operator's orders: what each does, what it presupposes, and its source.
//!
//! Knows nothing of how an order is carried out. Kept here: every order has one card, under the
//! name that scenario files have for it.

use std::mem::discriminant;

use super::operator::Operator;
use crate::model::{Plan, RegionId};

/// What an order is aimed at.
///
/// # Examples
/// ```
/// use cutover::control::{ORDERS, OrderAim};
/// let by_hand = ORDERS.iter().filter(|card| card.aim == OrderAim::ByHand);
/// assert!(by_hand.map(|card| card.name).eq(["StartServer", "Promote"]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAim {
    /// A server, by hand and past the platform.
    ByHand,
    /// A service, through the platform.
    Platform,
}

/// What the registry says of one order.
///
/// # Examples
/// ```
/// use cutover::control::ORDERS;
/// let card = ORDERS.iter().find(|card| card.name == "Migrate").expect("it is an order");
/// assert_eq!(card.example, Some("Migrate(\"eu-north\")"));
/// assert!(card.precondition.contains("the primary is heard"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OrderCard {
    /// The order itself.
    pub operator: Operator,
    /// Its name in scenario files.
    pub name: &'static str,
    /// How a scenario file spells it, if with more than its name.
    pub example: Option<&'static str>,
    /// What it is aimed at.
    pub aim: OrderAim,
    /// What an operator who gives it does; `{}` stands for whom it is for.
    pub deed: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// What it presupposes; otherwise it is refused and changes nothing.
    pub precondition: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// Every order there is.
///
/// # Examples
/// ```
/// use cutover::control::ORDERS;
/// assert!(ORDERS.iter().any(|card| card.name == "PowerOffService"));
/// assert!(ORDERS.iter().all(|card| card.operator.card().name == card.name));
/// ```
pub const ORDERS: &[OrderCard] = &[
    OrderCard {
        operator: Operator::StartServer,
        name: "StartServer",
        example: None,
        aim: OrderAim::ByHand,
        deed: "starts the server of {} by hand",
        meaning: "starts a server that is down, past the platform",
        precondition: "the host is up and the server is not",
        source: "PostgreSQL, pg_ctl start",
    },
    OrderCard {
        operator: Operator::Promote,
        name: "Promote",
        example: None,
        aim: OrderAim::ByHand,
        deed: "promotes {} by hand",
        meaning: "promotes a standby, past the platform",
        precondition: "the server answers, is a standby and is not being promoted",
        source: "PostgreSQL, pg_promote",
    },
    OrderCard {
        operator: Operator::RemoveIntegration,
        name: "RemoveIntegration",
        example: None,
        aim: OrderAim::Platform,
        deed: "removes the integration of {}",
        meaning: "ends the following of another service: a read replica is promoted and has a \
                  history of its own from then on; a passive service of a pair receives nothing",
        precondition: "the service follows another and has a node to promote",
        source: "Aiven, Create and manage read replicas; aiven_service_integration",
    },
    OrderCard {
        operator: Operator::Switchover,
        name: "Switchover",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders a switchover to {}",
        meaning: "the primary service stops writing, the recovery service receives all of it, is \
                  promoted and gets the shared name; nothing is recreated",
        precondition: "the integration exists, nothing is under way, the primary service is active \
                       and healthy, and a standby of the recovery service follows closely",
        source: "Aiven, Perform a switchover to the recovery region",
    },
    OrderCard {
        operator: Operator::Switchback,
        name: "Switchback",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders a switchback to {}",
        meaning: "the same the other way round",
        precondition: "a switchover was completed, the recovery service is healthy, and a standby \
                       of the primary service follows closely",
        source: "Aiven, Perform a switchback to the primary region",
    },
    OrderCard {
        operator: Operator::Failover,
        name: "Failover",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders a failover to {}",
        meaning: "the recovery service is promoted with what it has; the primary service is \
                  destroyed, on contact if it cannot be reached",
        precondition: "the integration exists, nothing is under way, the primary service is \
                       active, and a standby of the recovery service follows",
        source: "Aiven, Failover to the recovery region",
    },
    OrderCard {
        operator: Operator::RecreatePrimary,
        name: "RecreatePrimary",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders {} to be built anew",
        meaning: "first step of a failback: the failed primary service is built anew from its \
                  local backups and follows the recovery service",
        precondition: "a failover was completed and the recovery service is healthy",
        source: "Aiven, Revert to the primary region",
    },
    OrderCard {
        operator: Operator::TakeOver,
        name: "TakeOver",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders {} to take over",
        meaning: "second step of a failback: the recreated primary service becomes active; if the \
                  recovery service is gone, with what was received",
        precondition: "the primary service was recreated, is passive, and follows closely",
        source: "Aiven, Revert to the primary region",
    },
    OrderCard {
        operator: Operator::PromoteToMaster,
        name: "PromoteToMaster",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders {} to be promoted to master",
        meaning: "the same as Switchover for the recovery service, and as Switchback or TakeOver \
                  for the primary service",
        precondition: "that of the order that it stands for",
        source: "Aiven, older pages: avn service disaster-recovery promote-to-master",
    },
    OrderCard {
        operator: Operator::ReverseIntegration,
        name: "ReverseIntegration",
        example: None,
        aim: OrderAim::Platform,
        deed: "reverses the integration of {}",
        meaning: "the passive service follows the active one again, catches up, and takes over",
        precondition: "the integration was removed, the active service is healthy, and the passive \
                       one has a standby",
        source: "Aiven, Perform a switchover, tab Terraform; aiven_service_integration",
    },
    OrderCard {
        operator: Operator::SwitchByTerraform,
        name: "SwitchByTerraform",
        example: None,
        aim: OrderAim::Platform,
        deed: "reverses the integration of {} by Terraform",
        meaning: "RemoveIntegration now, ReverseIntegration after terraform_gap; the pair is not \
                  protected in between",
        precondition: "those of a switchover, and at the second step those of ReverseIntegration",
        source: "Aiven, Perform a switchover, tab Terraform",
    },
    OrderCard {
        operator: Operator::Maintain,
        name: "Maintain",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders maintenance of {}",
        meaning: "replaces every node by a controlled switchover: new standbys, quorum commit, a \
                  stop of the primary, a promotion, connections passed on; of a read replica \
                  service, without quorum commit and promotion",
        precondition: "the primary is heard, nothing else is under way, and the service follows \
                       no other, or follows as a read replica with all its nodes serving",
        source: UPGRADE,
    },
    OrderCard {
        operator: Operator::Migrate(RegionId(0)),
        name: "Migrate",
        example: Some("Migrate(\"eu-north\")"),
        aim: OrderAim::Platform,
        deed: "orders {} to be moved to another region",
        meaning: "moves the service to another region or cloud by a controlled switchover",
        precondition: PLANNED,
        source: UPGRADE,
    },
    OrderCard {
        operator: Operator::ChangeTier(Plan::Premium),
        name: "ChangeTier",
        example: Some("ChangeTier(Premium)"),
        aim: OrderAim::Platform,
        deed: "orders a plan of another tier for {}",
        meaning: "moves the service to a plan with nodes of another size, by a controlled \
                  switchover",
        precondition: PLANNED,
        source: UPGRADE,
    },
    OrderCard {
        operator: Operator::ChangePlan(Plan::Business),
        name: "ChangePlan",
        example: Some("ChangePlan(Business)"),
        aim: OrderAim::Platform,
        deed: "orders another plan for {}",
        meaning: "moves the service to a plan with nodes of the same size: standbys are added or \
                  removed, and the primary stays as it is",
        precondition: PLANNED,
        source: UPGRADE,
    },
    OrderCard {
        operator: Operator::PromoteSecondary,
        name: "PromoteSecondary",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders the secondary {} to be promoted",
        meaning: "the secondary instance of a group is promoted with what it has; the old primary \
                  one leaves the group as it is, and no endpoint moves",
        precondition: "the service is the secondary of its group, which is in the state Running, \
                       and has a node to promote",
        source: "Alibaba Cloud, Promote the secondary instance to the primary instance",
    },
    OrderCard {
        operator: Operator::AddSecondary,
        name: "AddSecondary",
        example: None,
        aim: OrderAim::Platform,
        deed: "adds {} to its group again",
        meaning: "an instance that has left its group is wiped, built anew and follows the primary \
                  one, which is restarted for it",
        precondition: "the service has left its group, which is in the state Running, and the \
                       primary instance is heard",
        source: "Alibaba Cloud, Add or remove a secondary instance",
    },
    OrderCard {
        operator: Operator::MajorUpgrade,
        name: "MajorUpgrade",
        example: None,
        aim: OrderAim::Platform,
        deed: "orders a major version upgrade of {}",
        meaning: "removes the standbys, stops the primary, upgrades it in place to the next major \
                  version, takes a full backup and builds standbys from it; no name moves, and \
                  logical slots are gone",
        precondition: "every node is running, nothing else is under way, and the service follows \
                       no other and belongs to no pair and no group",
        source: "Aiven, Perform a major version upgrade",
    },
    OrderCard {
        operator: Operator::PowerOffService,
        name: "PowerOffService",
        example: None,
        aim: OrderAim::Platform,
        deed: "powers {} off",
        meaning: "points the names to nobody, stops the primary and removes all machines; backups \
                  and archived WAL are kept",
        precondition: "nothing else is under way, and the service follows no other and belongs to \
                       no pair and no group",
        source: "Aiven, Power on/off a service",
    },
    OrderCard {
        operator: Operator::PowerOnService,
        name: "PowerOnService",
        example: None,
        aim: OrderAim::Platform,
        deed: "powers {} on",
        meaning: "restores a primary from the latest backup and the archived WAL, and builds \
                  standbys after it; logical slots are gone",
        precondition: "the service is powered off",
        source: "Aiven, Power on/off a service",
    },
    OrderCard {
        operator: Operator::RemoveWindows,
        name: "RemoveWindows",
        example: None,
        aim: OrderAim::Platform,
        deed: "removes the windows of {}",
        meaning: "removes all windows of the service: maintenance may change the primary at any \
                  time, and one that waits for its window goes on at once",
        precondition: "the service has windows",
        source: "Aiven, Controlled maintenance updates",
    },
    OrderCard {
        operator: Operator::SetUpRecovery,
        name: "SetUpRecovery",
        example: None,
        aim: OrderAim::Platform,
        deed: "sets up the recovery service {}",
        meaning: "the recovery service is created with its integration, built from backups and \
                  follows; where only the integration was removed, it is made anew as it was",
        precondition: "the integration does not exist, and the service that is to be followed is \
                       active and RUNNING",
        source: "Aiven, Enable cross-region disaster recovery; aiven_service_integration",
    },
    OrderCard {
        operator: Operator::DeleteRecovery,
        name: "DeleteRecovery",
        example: None,
        aim: OrderAim::Platform,
        deed: "deletes the recovery service {}",
        meaning: "the integration is deleted for good, and the recovery service with it; the \
                  primary service goes on alone",
        precondition: "the pair is set up, nothing is under way, and the recovery service is \
                       passive",
        source: "Aiven, aiven_service_integration and deletion of a service",
    },
];

const UPGRADE: &str = "Aiven, Upgrade and failover procedures";

const PLANNED: &str =
    "the primary is heard, nothing else is under way, and the service follows no other";

impl<Region> Operator<Region> {
    /// Returns what the registry says of this order.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Operator, OrderAim};
    /// use cutover::model::RegionId;
    /// let card = Operator::<RegionId>::Maintain.card();
    /// assert_eq!((card.name, card.aim), ("Maintain", OrderAim::Platform));
    /// ```
    pub fn card(&self) -> &'static OrderCard {
        let kind = discriminant(&self.located(|_| RegionId(0)));
        let found = ORDERS.iter().find(|card| discriminant(&card.operator) == kind);
        found.expect("every order has a card")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_on_a_card_is_the_word_of_scenario_files() {
        for card in ORDERS {
            let operator = card.operator.located(|_| "eu-north".to_owned());
            let spelt = ron::to_string(&operator).expect("it is a word");
            assert_eq!(spelt, card.example.unwrap_or(card.name));
            assert!(spelt.starts_with(card.name), "{spelt}");
            assert_eq!(operator.card().name, card.name);
            assert_eq!(card.deed.matches("{}").count(), 1, "{}", card.deed);
        }
    }
}
