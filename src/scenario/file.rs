//! The scenario file, exactly as it is written in RON.
//!
//! Knows nothing of ids or of the simulation; names are still names here. Kept here: closed sets
//! are enum names, only names of things are strings, and unknown fields are refused.

use serde::{Deserialize, Serialize};

use crate::check::{Amount, Verdict};
use crate::fault::FaultKind;
use crate::kernel::{Bytes, Law, Span};
use crate::knob::Tuning;
use crate::model::{Endpoint, Plan, Zone};

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The scenario's name.
    pub name: String,
    /// Why this scenario exists.
    #[serde(default)]
    pub story: String,
    /// The services.
    pub services: Vec<Service>,
    /// The clients.
    #[serde(default)]
    pub clients: Vec<Client>,
    /// The knobs that differ from their defaults.
    #[serde(default)]
    pub tuning: Tuning,
    /// What happens to the services, in any order.
    #[serde(default)]
    pub script: Vec<Step>,
    /// When the run ends.
    pub until: Span,
    /// What must happen.
    #[serde(default)]
    pub expect: Vec<Expectation>,
    /// Which violations are accepted, up to which bound, and why.
    #[serde(default)]
    pub allow: Vec<Allowance>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The service's name; its nodes are `NAME-1`, `NAME-2`, ...
    pub name: String,
    /// The plan.
    pub plan: Plan,
    /// The region; its nodes are spread over three zones `a`, `b` and `c` of it.
    #[serde(default = "default_region")]
    pub region: String,
}

fn default_region() -> String {
    "region".to_owned()
}

/// A client of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Client {
    /// Commits at a steady rate through the primary name.
    Writer(Writer),
    /// Reads at a steady rate.
    Reader(Reader),
}

impl Client {
    /// Returns the client's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Writer(writer) => &writer.name,
            Self::Reader(reader) => &reader.name,
        }
    }

    /// Returns the name of the service it uses.
    pub fn service(&self) -> &str {
        match self {
            Self::Writer(writer) => &writer.service,
            Self::Reader(reader) => &reader.service,
        }
    }

    /// Returns the region it runs in, if it is not that of its service.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Writer(writer) => writer.region.as_deref(),
            Self::Reader(reader) => reader.region.as_deref(),
        }
    }

    /// Returns when it begins, when it ends and when it first looks its name up.
    pub(super) fn times(&self) -> (Span, Option<Span>, Option<Span>) {
        match self {
            Self::Writer(writer) => (writer.begins, writer.ends, writer.first_lookup),
            Self::Reader(reader) => (reader.begins, reader.ends, reader.first_lookup),
        }
    }
}

/// A client that commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writer {
    /// The client's name.
    pub name: String,
    /// The service it writes to.
    pub service: String,
    /// Commits a second.
    pub writes_per_s: u32,
    /// WAL that each commit writes.
    #[serde(default = "default_wal_per_commit")]
    pub wal_per_commit: Bytes,
    /// The region it runs in; that of its service if not given.
    #[serde(default)]
    pub region: Option<String>,
    /// When its first look-up fills the resolver's cache; drawn from the seed if not given.
    #[serde(default)]
    pub first_lookup: Option<Span>,
    /// When it begins.
    #[serde(default)]
    pub begins: Span,
    /// When it stops for good.
    #[serde(default)]
    pub ends: Option<Span>,
}

fn default_wal_per_commit() -> Bytes {
    Bytes(3 * 1024)
}

/// A client that reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// The client's name.
    pub name: String,
    /// The service it reads from.
    pub service: String,
    /// Reads a second.
    pub reads_per_s: u32,
    /// The name it connects to.
    #[serde(default = "default_endpoint")]
    pub endpoint: Endpoint,
    /// Whether it keeps its connection or opens a fresh one for each read.
    #[serde(default = "default_connection")]
    pub connection: Connection,
    /// The region it runs in; that of its service if not given.
    #[serde(default)]
    pub region: Option<String>,
    /// When its first look-up fills the resolver's cache; drawn from the seed if not given.
    #[serde(default)]
    pub first_lookup: Option<Span>,
    /// When it begins.
    #[serde(default)]
    pub begins: Span,
    /// When it stops for good.
    #[serde(default)]
    pub ends: Option<Span>,
}

fn default_endpoint() -> Endpoint {
    Endpoint::Replica
}

fn default_connection() -> Connection {
    Connection::Kept
}

/// How a reader uses connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Connection {
    /// One connection, kept until it breaks.
    Kept,
    /// A look-up and a connection for each read.
    Fresh,
}

/// One step of the script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// At a time, which may be a law drawn from the seed.
    At(Law, Deed),
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Something goes wrong.
    Fault(FaultKind, Target),
    /// A fault that was aimed with the same words ends.
    Heal(FaultKind, Target),
}

/// What a fault is aimed at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A node by its name.
    Node(String),
    /// Whichever node is the primary of the service at that instant.
    Primary(String),
    /// The standby of the service that is n-th by its number, from 1, at that instant.
    Standby(String, u8),
    /// The management platform.
    Platform,
    /// A client.
    Client(String),
    /// Everything in one zone of a region.
    Zone(String, Zone),
    /// Everything in a region.
    Region(String),
    /// Everything else.
    Everyone,
    /// The link between two parties, in both directions.
    Link(Box<Target>, Box<Target>),
    /// The link from the first to the second, in this direction only.
    OneWay(Box<Target>, Box<Target>),
}

/// What must happen. A pair of numbers or durations is an inclusive range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Expectation {
    /// The node finishes a promotion in this range of the run.
    Promoted {
        /// The node.
        node: String,
        /// When.
        between: (Span, Span),
    },
    /// The service sees exactly this many promotions.
    Promotions {
        /// The service.
        service: String,
        /// How many.
        count: u32,
    },
    /// The promotion of the node takes this long from the order to the end.
    PromotionTakes {
        /// The node.
        node: String,
        /// How long.
        between: (Span, Span),
    },
    /// The platform marks the node as down in this range of the run.
    MarkedDown {
        /// The node.
        node: String,
        /// When.
        between: (Span, Span),
    },
    /// From this instant to the end of the run, the name points to a node that serves it.
    EndpointServes {
        /// Which name.
        endpoint: Endpoint,
        /// Of which service.
        service: String,
        /// From when on.
        by: Span,
    },
    /// At this instant the name points to exactly these nodes.
    EndpointPoints {
        /// Which name.
        endpoint: Endpoint,
        /// Of which service.
        service: String,
        /// To which nodes.
        to: Vec<String>,
        /// When.
        at: Span,
    },
    /// The service is whole, with this many nodes in service, from this instant to the end.
    NodeCount {
        /// The service.
        service: String,
        /// How many nodes.
        nodes: u8,
        /// From when on.
        by: Span,
    },
    /// The client's outages add up to this much.
    Outage {
        /// The client.
        client: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// The service loses this many acknowledged commits.
    LostCommits {
        /// The service.
        service: String,
        /// How many.
        between: (u64, u64),
    },
    /// The service loses this much WAL.
    LostBytes {
        /// The service.
        service: String,
        /// How much.
        between: (Bytes, Bytes),
    },
    /// The lost suffix of acknowledged commits reaches this far back.
    LossWindow {
        /// The service.
        service: String,
        /// How far.
        between: (Span, Span),
    },
    /// The node acknowledges this many commits from this instant on.
    AcknowledgedBy {
        /// The node.
        node: String,
        /// From when on.
        after: Span,
        /// How many.
        between: (u64, u64),
    },
    /// Two nodes of the service are writable at once for this long in total.
    DualWriters {
        /// The service.
        service: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// The service is without a promotable standby for this long in total.
    Exposure {
        /// The service.
        service: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// An invariant comes out like this.
    Verdict {
        /// The invariant's id.
        invariant: String,
        /// How it comes out.
        is: Verdict,
    },
}

/// A violation that the scenario accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Allowance {
    /// A violation of one invariant up to a bound.
    Violation {
        /// The invariant's id.
        invariant: String,
        /// The bound, in a unit that the invariant is measured in.
        at_most: Amount,
        /// Why it is accepted.
        because: String,
    },
}
