//! Logical slots and their consumers, as a scenario file writes them.
//!
//! Knows nothing of how slots are copied. Kept here: what is left out is what a consumer of
//! `PostgreSQL` does by itself.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::kernel::{Law, Rate, Span};
use crate::model::{Driver, DriverParts};

/// A logical replication slot.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-copies-with-own-position.ron".as_ref())
/// #     .expect("it is valid");
/// let slot = &loaded.scenario.slots[0];
/// assert_eq!((slot.name.as_str(), slot.database.as_str()), ("cdc", "defaultdb"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The slot's name, its own within its service.
    pub name: String,
    /// The service it belongs to.
    pub service: String,
    /// The database it belongs to.
    #[serde(default = "default_database", skip_serializing_if = "is_default_database")]
    pub database: String,
    /// When it is created, or as soon after that as there is a primary; if not given, it has
    /// existed for long when the run begins, on the standbys as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creates: Option<Law>,
    /// The standbys on which somebody left a slot of the same name before the run begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_over: Vec<String>,
}

fn default_database() -> String {
    "defaultdb".to_owned()
}

fn is_default_database(name: &str) -> bool {
    name == default_database()
}

/// A client that reads from a logical slot, through the primary name.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-copies-with-own-position.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Client;
/// let Client::SlotConsumer(lake) = &loaded.scenario.clients[1] else { panic!("it consumes") };
/// assert_eq!((lake.slot.as_str(), lake.ack_every.as_micros()), ("cdc", 1_000_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotConsumer {
    /// The client's name.
    pub name: String,
    /// The service it uses.
    pub service: String,
    /// The slot it reads from.
    pub slot: String,
    /// How far apart its feedback is, which confirms what it has received.
    #[serde(default = "default_ack_every")]
    pub ack_every: Span,
    /// How many bytes of WAL a second it takes at most.
    #[serde(default = "default_rate")]
    pub rate: Rate,
    /// Where it asks to begin when it connects again.
    #[serde(default = "default_start")]
    pub start: StartPosition,
    /// What it does when its slot does not exist.
    #[serde(default = "default_if_missing")]
    pub if_missing: IfMissing,
    /// The region it runs in; that of its service if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What kind of client it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub driver: Driver,
    /// Where it differs from its kind.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parts: DriverParts,
    /// When its first look-up fills the resolver's cache; drawn from the seed if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_lookup: Option<Span>,
    /// When it begins.
    #[serde(default, skip_serializing_if = "is_default")]
    pub begins: Span,
    /// When it stops for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Span>,
}

fn default_ack_every() -> Span {
    Span::from_secs(10)
}

fn default_rate() -> Rate {
    Rate::UNLIMITED
}

fn default_start() -> StartPosition {
    StartPosition::Slot
}

fn default_if_missing() -> IfMissing {
    IfMissing::Wait
}

/// Where a consumer asks to begin.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-copies-with-own-position.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::{Client, StartPosition};
/// let Client::SlotConsumer(lake) = &loaded.scenario.clients[1] else { panic!("it consumes") };
/// assert_eq!(lake.start, StartPosition::Own);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StartPosition {
    /// Where the slot is confirmed: it has no position of its own.
    Slot,
    /// Behind what it has received, by its own record.
    Own,
}

/// What a consumer does when its slot does not exist.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-copies-with-own-position.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::{Client, IfMissing};
/// let Client::SlotConsumer(lake) = &loaded.scenario.clients[1] else { panic!("it consumes") };
/// assert_eq!(lake.if_missing, IfMissing::Create);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IfMissing {
    /// It tries again until somebody has created it.
    Wait,
    /// It creates it, at the end of the WAL.
    Create,
}
