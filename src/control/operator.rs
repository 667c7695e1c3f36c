//! What an operator can do: by hand to a node, or by an order to the platform.
//!
//! Knows nothing of whether an order is accepted. Kept here: every order has a card with what it
//! does, what it presupposes, and its source.

use std::mem::discriminant;

use serde::{Deserialize, Serialize};

use crate::model::{Plan, RegionId};

/// What an operator can do; files name regions, runs number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator<Region = RegionId> {
    /// Starts a server that is down.
    StartServer,
    /// Promotes a standby.
    Promote,
    /// Removes the integration of a service that follows another.
    RemoveIntegration,
    /// Replaces every node by one with newer software.
    Maintain,
    /// Moves the service to this region or cloud.
    Migrate(Region),
    /// Moves the service to this plan with nodes of another size: every node is replaced.
    ChangeTier(Plan),
    /// Moves the service to this plan with nodes of the same size: standbys come or go.
    ChangePlan(Plan),
}

/// What an order is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAim {
    /// A server, by hand and past the platform.
    ByHand,
    /// A service, through the platform.
    Platform,
}

/// What the registry says of one order.
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
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// What it presupposes; otherwise it is refused and changes nothing.
    pub precondition: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// Every order there is.
pub const ORDERS: &[OrderCard] = &[
    OrderCard {
        operator: Operator::StartServer,
        name: "StartServer",
        example: None,
        aim: OrderAim::ByHand,
        meaning: "starts a server that is down, past the platform",
        precondition: "the host is up and the server is not",
        source: "PostgreSQL, pg_ctl start",
    },
    OrderCard {
        operator: Operator::Promote,
        name: "Promote",
        example: None,
        aim: OrderAim::ByHand,
        meaning: "promotes a standby, past the platform",
        precondition: "the server answers, is a standby and is not being promoted",
        source: "PostgreSQL, pg_promote",
    },
    OrderCard {
        operator: Operator::RemoveIntegration,
        name: "RemoveIntegration",
        example: None,
        aim: OrderAim::Platform,
        meaning: "ends the following of another service: a read replica is promoted and has a \
                  history of its own from then on",
        precondition: "the service follows another and has a node to promote",
        source: "Aiven, Create and manage read replicas",
    },
    OrderCard {
        operator: Operator::Maintain,
        name: "Maintain",
        example: None,
        aim: OrderAim::Platform,
        meaning: "replaces every node by a controlled switchover: new standbys, quorum commit, a \
                  stop of the primary, a promotion, connections passed on",
        precondition: PLANNED,
        source: UPGRADE,
    },
    OrderCard {
        operator: Operator::Migrate(RegionId(0)),
        name: "Migrate",
        example: Some("Migrate(\"eu-north\")"),
        aim: OrderAim::Platform,
        meaning: "moves the service to another region or cloud by a controlled switchover",
        precondition: PLANNED,
        source: UPGRADE,
    },
    OrderCard {
        operator: Operator::ChangeTier(Plan::Premium),
        name: "ChangeTier",
        example: Some("ChangeTier(Premium)"),
        aim: OrderAim::Platform,
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
        meaning: "moves the service to a plan with nodes of the same size: standbys are added or \
                  removed, and the primary stays as it is",
        precondition: PLANNED,
        source: UPGRADE,
    },
];

const UPGRADE: &str = "Aiven, Upgrade and failover procedures";

const PLANNED: &str =
    "the primary is heard, nothing else is under way, and the service follows no other";

impl Operator {
    /// Everything that an operator can do by hand to a server.
    pub const BY_HAND: [Self; 2] = [Self::StartServer, Self::Promote];
}

impl<Region> Operator<Region> {
    /// Returns what the registry says of this order.
    pub fn card(&self) -> &'static OrderCard {
        let kind = discriminant(&self.located(|_| RegionId(0)));
        let found = ORDERS.iter().find(|card| discriminant(&card.operator) == kind);
        found.expect("every order has a card")
    }

    /// Returns the same order with its region put in other terms.
    pub fn located<Place>(&self, place: impl FnOnce(&Region) -> Place) -> Operator<Place> {
        match self {
            Self::StartServer => Operator::StartServer,
            Self::Promote => Operator::Promote,
            Self::RemoveIntegration => Operator::RemoveIntegration,
            Self::Maintain => Operator::Maintain,
            Self::Migrate(region) => Operator::Migrate(place(region)),
            Self::ChangeTier(plan) => Operator::ChangeTier(*plan),
            Self::ChangePlan(plan) => Operator::ChangePlan(*plan),
        }
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
        }
    }
}
