//! What can go wrong: the closed set of faults and what each is, can be aimed at, and heals to.
//!
//! Knows nothing of scenario files. Kept here: a fault is one variant, one card and one arm each
//! in `inject` and `heal`.

use serde::{Deserialize, Serialize};

use crate::kernel::{Rate, Span};

/// One kind of fault, with its measures if it has any.
///
/// # Examples
/// ```
/// use cutover::fault::FaultKind;
/// use cutover::kernel::Span;
/// assert_eq!(FaultKind::CrashLoop(Span::from_secs(20)).name(), "CrashLoop");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FaultKind {
    /// The host disappears for good: silence, and packets on the wire still arrive.
    HostDeath,
    /// The host loses power and comes back when it is healed.
    PowerLoss,
    /// The server process dies and its host lives: connections are reset, and a supervisor
    /// starts it again.
    ProcessCrash,
    /// A session is killed for want of memory: the server ends all sessions and recovers at once.
    OutOfMemory,
    /// The server crashes now, and again whenever it has answered for this long.
    CrashLoop(Span),
    /// The host is frozen, not dead: its kernel acknowledges, its processes do nothing.
    Hang,
    /// Nothing reaches the disk: commits wait, reads and reports go on.
    StorageStall,
    /// The disk is full: the server stops and cannot start.
    DiskFull,
    /// The server has no connection left to give: sessions go on, new ones are refused.
    ConnectionsExhausted,
    /// A query on a standby holds its replay up.
    LongQuery,
    /// The node's clock is ahead by this much.
    ClockAhead(Span),
    /// The node's clock is behind by this much.
    ClockBehind(Span),
    /// A marker keeps the node's own daemon from promoting it (policy pglookout).
    Maintenance,
    /// The node's own daemon is restarted and has forgotten everything (policy pglookout).
    DaemonRestart,
    /// Nothing passes a link any more, not even what is under way.
    LinkCut,
    /// A link becomes slower by this one-way delay and carries no more than this.
    SlowLink {
        /// Delay added in each direction that is named.
        delay: Span,
        /// The most bytes of WAL a second.
        goodput: Rate,
    },
    /// A link is cut for a while, passes for a while, and so on.
    Flapping {
        /// How long it is cut.
        down: Span,
        /// How long it passes.
        up: Span,
    },
    /// A zone loses power and network.
    ZoneOutage,
    /// A region loses power and network.
    RegionOutage,
    /// A service's WAL is not uploaded.
    UploadStall,
    /// Changes of a service's DNS records are not served.
    PublishStall,
    /// New machines of a service are not delivered.
    ProvisionStall,
}

/// What a fault can be aimed at.
///
/// # Examples
/// ```
/// use cutover::fault::{Aim, FaultKind};
/// assert_eq!(FaultKind::LinkCut.card().aim, Aim::Link);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aim {
    /// One node.
    Node,
    /// A link between two parties, in both directions or in one.
    Link,
    /// A zone of a region.
    Zone,
    /// A region.
    Region,
    /// A service.
    Service,
}

/// What the registry says of one kind of fault.
///
/// # Examples
/// ```
/// use cutover::fault::FAULTS;
/// let death = FAULTS.iter().find(|card| card.name == "HostDeath").expect("there is one");
/// assert!(death.heal.is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FaultCard {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it can be aimed at.
    pub aim: Aim,
    /// What healing it means, if it can be healed.
    pub heal: Option<&'static str>,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// How it is written with its measures, if it has any.
    pub example: Option<&'static str>,
}

macro_rules! cards {
    ($($name:literal, $aim:ident, $heal:expr, $meaning:literal $(, $example:literal)?;)+) => {
        /// Every kind of fault there is.
        ///
        /// # Examples
        /// ```
        /// use cutover::fault::{Aim, FAULTS};
        /// let card = |name| FAULTS.iter().find(|card| card.name == name).expect("there is one");
        /// assert_eq!(card("LinkCut").aim, Aim::Link);
        /// assert_eq!(card("CrashLoop").example, Some("CrashLoop(\"20s\")"));
        /// assert!(card("PowerLoss").heal.is_some() && card("HostDeath").heal.is_none());
        /// ```
        pub const FAULTS: &[FaultCard] = &[$(FaultCard {
            name: $name, aim: Aim::$aim, heal: $heal, meaning: $meaning,
            example: cards!(@example $($example)?),
        }),+];
    };
    (@example) => { None };
    (@example $example:literal) => { Some($example) };
}

cards! {
    "HostDeath", Node, None,
        "the host disappears for good; packets on the wire still arrive";
    "PowerLoss", Node, Some("the host boots and its server starts"),
        "the host loses power; what is on its disk stays";
    "ProcessCrash", Node, Some("the server is started at once"),
        "the server dies, its host lives; a supervisor starts it again";
    "OutOfMemory", Node, None,
        "the server ends all its sessions and recovers at once, without a supervisor";
    "CrashLoop", Node, Some("the server stays up when it is up next"),
        "the server crashes, and again whenever it has answered for the given time",
        "CrashLoop(\"20s\")";
    "Hang", Node, Some("the host goes on where it stopped"),
        "the host is frozen: its kernel acknowledges, its processes do nothing";
    "StorageStall", Node, Some("commits that waited are made durable"),
        "nothing reaches the disk; commits wait while reads and reports go on";
    "DiskFull", Node, Some("there is room again and the server starts"),
        "the server stops for want of disk and cannot start";
    "ConnectionsExhausted", Node, Some("there are connections again"),
        "sessions go on and new connections are refused";
    "LongQuery", Node, Some("the query ends"),
        "a query on a standby holds its replay up, as long as the standby lets it";
    "ClockAhead", Node, Some("the clock is right again"),
        "the node's clock is ahead by the given time",
        "ClockAhead(\"10s\")";
    "ClockBehind", Node, Some("the clock is right again"),
        "the node's clock is behind by the given time",
        "ClockBehind(\"10s\")";
    "Maintenance", Node, Some("the marker is removed"),
        "a marker keeps the node's own daemon from promoting it";
    "DaemonRestart", Node, None,
        "the node's own daemon is restarted and has forgotten everything";
    "LinkCut", Link, Some("the link carries packets again"),
        "nothing passes the link, not even what is under way";
    "SlowLink", Link, Some("the link is as fast as before"),
        "the link takes longer and carries less",
        "SlowLink(delay: \"2s\", goodput: \"10kB/s\")";
    "Flapping", Link, Some("the link carries packets again"),
        "the link is cut and passes by turns",
        "Flapping(down: \"55s\", up: \"5s\")";
    "ZoneOutage", Zone, Some("power and network return and hosts boot"),
        "every host of the zone loses power, and nothing reaches it";
    "RegionOutage", Region, Some("power and network return and hosts boot"),
        "every host of the region loses power, and nothing reaches it";
    "UploadStall", Service, Some("what waited is uploaded"),
        "the service's WAL is not uploaded to the archive";
    "PublishStall", Service, Some("what waited is served"),
        "changes of the service's DNS records are not served";
    "ProvisionStall", Service, Some("what waited is delivered"),
        "new machines of the service are not delivered";
}

impl FaultKind {
    /// Returns the fault's name in scenario files.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::fault::FaultKind::Hang.name(), "Hang");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::HostDeath => "HostDeath",
            Self::PowerLoss => "PowerLoss",
            Self::ProcessCrash => "ProcessCrash",
            Self::OutOfMemory => "OutOfMemory",
            Self::CrashLoop(_) => "CrashLoop",
            Self::Hang => "Hang",
            Self::StorageStall => "StorageStall",
            Self::DiskFull => "DiskFull",
            Self::ConnectionsExhausted => "ConnectionsExhausted",
            Self::LongQuery => "LongQuery",
            Self::ClockAhead(_) => "ClockAhead",
            Self::ClockBehind(_) => "ClockBehind",
            Self::Maintenance => "Maintenance",
            Self::DaemonRestart => "DaemonRestart",
            Self::LinkCut => "LinkCut",
            Self::SlowLink { .. } => "SlowLink",
            Self::Flapping { .. } => "Flapping",
            Self::ZoneOutage => "ZoneOutage",
            Self::RegionOutage => "RegionOutage",
            Self::UploadStall => "UploadStall",
            Self::PublishStall => "PublishStall",
            Self::ProvisionStall => "ProvisionStall",
        }
    }

    /// Returns what the registry says of this kind.
    ///
    /// # Examples
    /// ```
    /// assert!(cutover::fault::FaultKind::Hang.card().heal.is_some());
    /// ```
    pub fn card(self) -> &'static FaultCard {
        FAULTS.iter().find(|card| card.name == self.name()).expect("every fault has a card")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_as_its_card_says() {
        for card in FAULTS {
            let text = card.example.unwrap_or(card.name);
            let kind: FaultKind = ron::from_str(text).expect("the example can be read");
            assert_eq!(kind.card().name, card.name);
            assert!(text.starts_with(card.name), "{text}");
        }
    }
}
