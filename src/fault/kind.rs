//! What can go wrong: the closed set of faults and what each is, can be aimed at, and heals to.
//!
//! Knows nothing of scenario files. Kept here: a fault is one variant, one card and one arm each
//! in `inject` and `heal`.

use serde::{Deserialize, Serialize};

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FaultKind {
    /// The host disappears for good: silence, and packets on the wire still arrive.
    HostDeath,
    /// The server process dies and its host lives: connections are reset, and a supervisor
    /// starts it again.
    ProcessCrash,
    /// The host is frozen, not dead: its kernel acknowledges, its processes do nothing.
    Hang,
    /// Nothing passes a link any more, not even what is under way.
    LinkCut,
}

/// What a fault can be aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// One node.
    Node,
    /// A link between two parties, in both directions or in one.
    Link,
}

/// What the registry says of one kind of fault.
#[derive(Clone, Copy, Debug)]
pub struct FaultCard {
    /// The fault itself.
    pub kind: FaultKind,
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it can be aimed at.
    pub aim: Aim,
    /// What healing it means, if it can be healed.
    pub heal: Option<&'static str>,
    /// What it does, in a sentence.
    pub meaning: &'static str,
}

/// Every kind of fault there is.
pub const FAULTS: &[FaultCard] = &[
    FaultCard {
        kind: FaultKind::HostDeath,
        name: "HostDeath",
        aim: Aim::Node,
        heal: None,
        meaning: "the host disappears for good; packets on the wire still arrive",
    },
    FaultCard {
        kind: FaultKind::ProcessCrash,
        name: "ProcessCrash",
        aim: Aim::Node,
        heal: Some("the server is started at once"),
        meaning: "the server dies, its host lives; a supervisor starts it again",
    },
    FaultCard {
        kind: FaultKind::Hang,
        name: "Hang",
        aim: Aim::Node,
        heal: Some("the host goes on where it stopped"),
        meaning: "the host is frozen: its kernel acknowledges, its processes do nothing",
    },
    FaultCard {
        kind: FaultKind::LinkCut,
        name: "LinkCut",
        aim: Aim::Link,
        heal: Some("the link carries packets again"),
        meaning: "nothing passes the link, not even what is under way",
    },
];

impl FaultKind {
    /// Returns what the registry says of this kind.
    pub fn card(self) -> &'static FaultCard {
        FAULTS.iter().find(|card| card.kind == self).expect("every fault has a card")
    }
}
