//! The scenario file, exactly as it is written in RON.
//!
//! * `script`: steps, triggers, deeds and targets;
//! * `failure`: what goes wrong by itself;
//! * `integration`: which service follows which;
//! * `objective`: what is wanted of many runs;
//! * `slot`: logical slots and their consumers;
//! * `demand`: what must happen, and what is accepted.
//!
//! Knows nothing of ids or of the simulation; names are still names here. Kept here: closed sets
//! are enum names, only names of things are strings, and unknown fields are refused.

mod demand;
mod failure;
mod integration;
mod objective;
mod script;
mod slot;

use serde::{Deserialize, Serialize};

use crate::kernel::{Bytes, Distribution, Span};
use crate::knob::Tuning;
use crate::model::{Arrivals, Driver, DriverParts, Endpoint, Plan};

pub use demand::{Allowance, Expectation};
pub use failure::{Failure, Occurs, Strikes};
pub use integration::Integration;
pub use objective::{Level, Objective};
pub use script::{Deed, Step, Target, Trigger};
pub use slot::{IfMissing, Slot, SlotConsumer, StartPosition};

/// A scenario file.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let scenario = &loaded.scenario;
/// assert_eq!((scenario.name.as_str(), scenario.script.len()), ("business-primary-crash", 1));
/// assert_eq!(scenario.until, cutover::kernel::Span::from_mins(15));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The scenario's name.
    pub name: String,
    /// Why this scenario exists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub story: String,
    /// The services.
    pub services: Vec<Service>,
    /// Which services follow which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integrations: Vec<Integration>,
    /// The clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<Client>,
    /// The logical replication slots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
    /// The knobs that differ from their defaults.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tuning: Tuning,
    /// What happens to the services, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<Step>,
    /// What goes wrong by itself, again and again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// What is wanted of many runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Objective>,
    /// When the run ends.
    pub until: Span,
    /// The number that every draw of a run comes from unless the command line names another; 0 if
    /// not given. Campaigns, comparisons and searches make many runs and go by theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What must happen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// Which violations are accepted, up to which bound, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<Allowance>,
}

/// Returns whether a value is what a file that does not mention it means.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A service.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let service = &loaded.scenario.services[0];
/// assert_eq!((service.name.as_str(), service.region.as_str()), ("orders", "eu-west"));
/// assert_eq!(service.plan.nodes(), 2);
/// ```
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
    /// The times of the day, since midnight, at which maintenance may change the primary; a run
    /// begins at midnight. Without any it always may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<(Span, Span)>,
}

fn default_region() -> String {
    "region".to_owned()
}

/// A client of a service.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Client;
/// assert!(matches!(&loaded.scenario.clients[0], Client::Writer(_)));
/// assert!(matches!(&loaded.scenario.clients[1], Client::Reader(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Client {
    /// Commits through the primary name, at an even pace or at random.
    Writer(Writer),
    /// Reads at a steady rate.
    Reader(Reader),
    /// Reads from a logical slot.
    SlotConsumer(SlotConsumer),
}

impl Client {
    /// Returns the client's name.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.scenario.clients[1].name(), "dash");
    /// ```
    pub fn name(&self) -> &str {
        match self {
            Self::Writer(writer) => &writer.name,
            Self::Reader(reader) => &reader.name,
            Self::SlotConsumer(consumer) => &consumer.name,
        }
    }

    /// Returns the name of the service it uses.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.scenario.clients[1].service(), "orders");
    /// ```
    pub fn service(&self) -> &str {
        match self {
            Self::Writer(writer) => &writer.service,
            Self::Reader(reader) => &reader.service,
            Self::SlotConsumer(consumer) => &consumer.service,
        }
    }

    /// Returns the region it runs in, if it is not that of its service.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.scenario.clients[0].region(), Some("us-east"));
    /// ```
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Writer(writer) => writer.region.as_deref(),
            Self::Reader(reader) => reader.region.as_deref(),
            Self::SlotConsumer(consumer) => consumer.region.as_deref(),
        }
    }

    /// Returns what kind of client it is and where it differs from its kind.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::model::{Driver, DriverParts};
    /// let (driver, parts) = loaded.scenario.clients[0].driver();
    /// assert_eq!((driver, parts), (Driver::default(), &DriverParts::default()));
    /// ```
    pub fn driver(&self) -> (Driver, &DriverParts) {
        match self {
            Self::Writer(writer) => (writer.driver, &writer.parts),
            Self::Reader(reader) => (reader.driver, &reader.parts),
            Self::SlotConsumer(consumer) => (consumer.driver, &consumer.parts),
        }
    }

    /// Returns when it begins, when it ends and when it first looks its name up.
    pub(super) fn times(&self) -> (Span, Option<Span>, Option<Span>) {
        match self {
            Self::Writer(writer) => (writer.begins, writer.ends, writer.first_lookup),
            Self::Reader(reader) => (reader.begins, reader.ends, reader.first_lookup),
            Self::SlotConsumer(of) => (of.begins, of.ends, of.first_lookup),
        }
    }
}

/// A client that commits.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Client;
/// let Client::Writer(app) = &loaded.scenario.clients[0] else { panic!("it writes") };
/// assert_eq!((app.writes_per_s, app.wal_per_commit.to_string().as_str()), (200, "3KiB"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writer {
    /// The client's name.
    pub name: String,
    /// The service it writes to.
    pub service: String,
    /// Commits a second.
    pub writes_per_s: u32,
    /// WAL that each commit writes; where it follows a law, one size is drawn for a run.
    #[serde(default = "default_wal_per_commit")]
    pub wal_per_commit: Distribution<Bytes>,
    /// When its commits come: at an even pace, or as a Poisson process of the same rate.
    #[serde(default, skip_serializing_if = "is_default")]
    pub arrivals: Arrivals,
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

fn default_wal_per_commit() -> Distribution<Bytes> {
    Bytes(3 * 1024).into()
}

/// A client that reads.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Client;
/// let Client::Reader(dash) = &loaded.scenario.clients[1] else { panic!("it reads") };
/// assert_eq!(dash.reads_per_s, 50);
/// ```
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

fn default_endpoint() -> Endpoint {
    Endpoint::Replica
}

fn default_connection() -> Connection {
    Connection::Kept
}

/// How a reader uses connections.
///
/// # Examples
/// A reader keeps its connection unless its scenario says otherwise:
/// ```
/// let text = r#"Scenario(name: "readers", until: "1m",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [
///         Reader(name: "kept", service: "orders", reads_per_s: 10),
///         Reader(name: "fresh", service: "orders", reads_per_s: 10, connection: Fresh),
///     ])"#;
/// use cutover::scenario::{Client, Connection};
/// let loaded = cutover::scenario::parse("readers.ron", text).expect("it is valid");
/// let connections = loaded.scenario.clients.iter().filter_map(|client| match client {
///     Client::Reader(reader) => Some(reader.connection),
///     _ => None,
/// });
/// assert!(connections.eq([Connection::Kept, Connection::Fresh]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Connection {
    /// One connection, kept until it breaks.
    Kept,
    /// A look-up and a connection for each read.
    Fresh,
}
