//! What an operator can do: by hand to a node, or by an order to the platform.
//!
//! Knows nothing of whether an order is accepted. Kept here: every order has a card with what it
//! does, what it presupposes, and its source.

use serde::{Deserialize, Serialize};

/// What an operator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// Starts a server that is down.
    StartServer,
    /// Promotes a standby.
    Promote,
    /// Removes the integration of a service that follows another.
    RemoveIntegration,
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
        aim: OrderAim::ByHand,
        meaning: "starts a server that is down, past the platform",
        precondition: "the host is up and the server is not",
        source: "PostgreSQL, pg_ctl start",
    },
    OrderCard {
        operator: Operator::Promote,
        name: "Promote",
        aim: OrderAim::ByHand,
        meaning: "promotes a standby, past the platform",
        precondition: "the server answers, is a standby and is not being promoted",
        source: "PostgreSQL, pg_promote",
    },
    OrderCard {
        operator: Operator::RemoveIntegration,
        name: "RemoveIntegration",
        aim: OrderAim::Platform,
        meaning: "ends the following of another service: a read replica is promoted and has a \
                  history of its own from then on",
        precondition: "the service follows another and has a node to promote",
        source: "Aiven, Create and manage read replicas",
    },
];

impl Operator {
    /// Everything that an operator can do by hand to a server.
    pub const BY_HAND: [Self; 2] = [Self::StartServer, Self::Promote];

    /// Returns what the registry says of this order.
    pub fn card(self) -> &'static OrderCard {
        ORDERS.iter().find(|card| card.operator == self).expect("every order has a card")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_on_a_card_is_the_word_of_scenario_files() {
        for card in ORDERS {
            let spelt = ron::to_string(&card.operator).expect("it is a word");
            assert_eq!(spelt, card.name);
        }
    }
}
