//! How a client behaves: its timeouts, its connections, its caches; part by part.
//!
//! Knows nothing of named drivers and of what happens to a client. Kept here: settings are
//! complete: nothing is left to be asked of a scenario or of the knobs while a client runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::Span;
use crate::knob::{CommitLevel, Knobs};

/// How long Linux goes on asking for a connection: 6 retries after 1, 2, 4, ... 64 seconds.
pub(super) const SYN_LIMIT: Span = Span::from_secs(127);
/// How long Linux goes on sending what nobody acknowledges: 15 retransmissions.
pub(super) const RETRANSMISSION_LIMIT: Span = Span::from_millis(924_600);

/// The probes that a kernel sends over a connection on which nothing comes.
///
/// # Examples
/// Linux begins after two hours of silence; libpq can be told to begin sooner:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::kernel::Span;
/// use cutover::model::Driver;
/// let mut keepalive = |driver| {
///     setup.clients[0].driver = driver;
///     cutover::sim::Sim::new(setup.clone().into(), 7).world().clients[0].settings.keepalive
/// };
/// let linux = keepalive(Driver::LibpqRaw);
/// assert_eq!((linux.idle, linux.count), (Span::from_hours(2), 9));
/// assert_eq!(keepalive(Driver::LibpqTuned).to_string(), "after 30s, every 10s, 3 times");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(deny_unknown_fields)]
pub struct Keepalive {
    /// How long nothing has come when the first probe is sent; `never` sends none.
    pub idle: Span,
    /// How far apart probes are.
    pub interval: Span,
    /// How many probes stay unanswered before the connection breaks.
    pub count: u32,
}

/// Which servers a client accepts a connection to.
///
/// # Examples
/// After a failover, one of the two hosts in a list is the wrong one for a writer:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::model::{Driver, SessionAttrs};
/// let mut settings = |driver| {
///     setup.clients[0].driver = driver;
///     cutover::sim::Sim::new(setup.clone().into(), 7).world().clients[0].settings
/// };
/// assert_eq!(settings(Driver::MultiHost).session_attrs, SessionAttrs::ReadWrite);
/// assert_eq!(settings(Driver::LibpqRaw).session_attrs, SessionAttrs::Any);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub enum SessionAttrs {
    /// Whoever lets it in.
    Any,
    /// A server that accepts writes.
    ReadWrite,
}

/// How long a client believes what a name was answered with.
///
/// # Examples
/// How long a writer is out when its primary dies and a new one is published at 2m3s:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::kernel::Span;
/// use cutover::model::Cache;
/// let mut outage = |cache| {
///     setup.clients[0].parts.cache = Some(cache);
///     let outcome = cutover::sim::run(&setup, 7);
///     outcome.clients[0].outages[0].length(outcome.until)
/// };
/// let (ttl, minute) = (outage(Cache::Ttl), Span::from_mins(1));
/// assert!(outage(Cache::Behind(minute)) > ttl);
/// assert!(outage(Cache::Own(Span::from_secs(1))) <= ttl);
/// assert!(outage(Cache::Forever) > Span::from_mins(13));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub enum Cache {
    /// As long as its resolver does: the time to live of the record.
    Ttl,
    /// This long, whatever the record says; the client asks past its resolver's cache.
    Own(Span),
    /// This long, in a cache of its own that is filled from the resolver's.
    Behind(Span),
    /// For ever.
    Forever,
}

/// Where a client has its addresses from.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::model::{Driver, Hosts};
/// let mut app = |driver| {
///     setup.clients[0].driver = driver;
///     cutover::sim::Sim::new(setup.clone().into(), 7).world().clients[0].clone()
/// };
/// assert_eq!(app(Driver::LibpqTuned).settings.hosts, Hosts::AllOfName);
/// assert!(app(Driver::LibpqTuned).listed.is_empty());
/// assert_eq!(app(Driver::MultiHost).settings.hosts, Hosts::Listed);
/// assert_eq!(app(Driver::MultiHost).listed.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hosts {
    /// From the name; one of its addresses for each attempt, in turn.
    OneOfName,
    /// From the name; each of its addresses within one attempt.
    AllOfName,
    /// From a list of the nodes that existed at the start; each within one attempt.
    Listed,
}

/// What a client does when its next request finds no connection that is known to be good.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::model::{Driver, Pool};
/// let mut pool = |driver| {
///     setup.clients[0].driver = driver;
///     cutover::sim::Sim::new(setup.clone().into(), 7).world().clients[0].settings.pool
/// };
/// assert_eq!(pool(Driver::LibpqTuned), Pool::Kept);
/// assert!(matches!(pool(Driver::PgjdbcPool), Pool::Validates(_)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// It uses what it has, and waits.
    Kept,
    /// It asks an idle connection first, this long, and replaces it if no answer comes.
    Validates(Span),
    /// It opens a further connection.
    Grows,
}

/// How a client behaves.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::Span;
/// let world = sim.world();
/// let settings = world.clients[0].settings;
/// // The driver `Tuned` does what the knobs say.
/// assert_eq!(settings.connect_timeout, world.knobs.connect_timeout);
/// assert_eq!(settings.connect_timeout, Span::from_secs(5));
/// assert!(settings.backoff_first < settings.backoff_max);
/// assert_eq!(settings.connections, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientSettings {
    /// How long it waits for a connection to one address, the login included.
    pub connect_timeout: Span,
    /// How long its data may stay unacknowledged; `never` leaves that to the kernel.
    pub tcp_user_timeout: Span,
    /// The probes of its kernel.
    pub keepalive: Keepalive,
    /// How long it waits for a reply.
    pub reply_timeout: Span,
    /// How long it pauses after its first failed attempt; the pause doubles each time.
    pub backoff_first: Span,
    /// The longest pause.
    pub backoff_max: Span,
    /// How many connections it has; nothing if there is always one more.
    pub connections: Option<u32>,
    /// Which servers it accepts.
    pub session_attrs: SessionAttrs,
    /// Where it has its addresses from.
    pub hosts: Hosts,
    /// How long it believes an answer.
    pub cache: Cache,
    /// How long it believes that a name has no address; nothing if as long as any answer.
    pub negative_cache: Option<Span>,
    /// How old a connection may become.
    pub max_lifetime: Span,
    /// What it does when it needs another connection.
    pub pool: Pool,
    /// What its commits wait for under quorum commit.
    pub synchronous_commit: CommitLevel,
}

/// The parts of a client's settings that a scenario sets; the others are those of its driver.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::kernel::Span;
/// use cutover::model::{Driver, DriverParts};
/// setup.clients[0].driver = Driver::LibpqRaw;
/// let patience = Some(Span::from_secs(3));
/// setup.clients[0].parts = DriverParts { connect_timeout: patience, ..DriverParts::default() };
/// let sim = cutover::sim::Sim::new(setup.into(), 7);
/// let settings = sim.world().clients[0].settings;
/// assert_eq!(settings.connect_timeout, Span::from_secs(3));
/// // All else is that of the driver.
/// assert_eq!(settings.tcp_user_timeout, Span::FOREVER);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(deny_unknown_fields, rename = "Parts", default)]
pub struct DriverParts {
    /// How long it waits for a connection to one address, the login included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_timeout: Option<Span>,
    /// How long its data may stay unacknowledged; `never` leaves that to the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_user_timeout: Option<Span>,
    /// The probes of its kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<Keepalive>,
    /// How long it waits for a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_timeout: Option<Span>,
    /// How long it pauses after its first failed attempt; the pause doubles each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_first: Option<Span>,
    /// The longest pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_max: Option<Span>,
    /// How many connections it has, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
    /// Which servers it accepts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_attrs: Option<SessionAttrs>,
    /// How long it believes an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// How long it believes that a name has no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_cache: Option<Span>,
    /// How old a connection may become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lifetime: Option<Span>,
    /// What its commits wait for under quorum commit, whatever the service's setting is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synchronous_commit: Option<CommitLevel>,
}

impl Keepalive {
    /// No probes.
    pub(crate) const OFF: Self =
        Self { idle: Span::FOREVER, interval: Span::from_secs(75), count: 9 };

    /// Returns how long a connection stays silent before it breaks for want of answered probes.
    ///
    /// A limit on unacknowledged data takes the place of the count: Linux then gives up at the
    /// first probe after the limit, never before the second probe.
    pub(crate) fn breaks_after(self, tcp_user_timeout: Span) -> Span {
        if self.idle == Span::FOREVER {
            return Span::FOREVER;
        }
        let probes = if tcp_user_timeout == Span::FOREVER {
            u64::from(self.count)
        } else {
            let beyond = tcp_user_timeout.minus(self.idle).as_micros();
            beyond.div_ceil(self.interval.as_micros()).max(1)
        };
        self.idle + self.interval * probes
    }
}

impl ClientSettings {
    /// Returns the settings that the knobs describe: as many connections as are needed, and no
    /// probes, since there always is a request that nobody has acknowledged.
    pub(crate) fn tuned(knobs: &Knobs) -> Self {
        Self {
            connect_timeout: knobs.connect_timeout,
            tcp_user_timeout: knobs.tcp_user_timeout,
            keepalive: Keepalive::OFF,
            reply_timeout: knobs.reply_timeout,
            backoff_first: knobs.backoff_first,
            backoff_max: knobs.backoff_max,
            connections: None,
            session_attrs: SessionAttrs::ReadWrite,
            hosts: Hosts::OneOfName,
            cache: Cache::Ttl,
            negative_cache: None,
            max_lifetime: Span::FOREVER,
            pool: Pool::Kept,
            synchronous_commit: knobs.quorum_level,
        }
    }

    /// Returns these settings with the parts that a scenario sets.
    #[must_use]
    pub(crate) fn with(self, parts: &DriverParts) -> Self {
        let backoff_first = parts.backoff_first.unwrap_or(self.backoff_first);
        Self {
            connect_timeout: parts.connect_timeout.unwrap_or(self.connect_timeout),
            tcp_user_timeout: parts.tcp_user_timeout.unwrap_or(self.tcp_user_timeout),
            keepalive: parts.keepalive.unwrap_or(self.keepalive),
            reply_timeout: parts.reply_timeout.unwrap_or(self.reply_timeout),
            backoff_first,
            backoff_max: parts.backoff_max.unwrap_or(self.backoff_max),
            connections: parts.connections.or(self.connections),
            session_attrs: parts.session_attrs.unwrap_or(self.session_attrs),
            cache: parts.cache.unwrap_or(self.cache),
            negative_cache: parts.negative_cache.or(self.negative_cache),
            max_lifetime: parts.max_lifetime.unwrap_or(self.max_lifetime),
            synchronous_commit: parts.synchronous_commit.unwrap_or(self.synchronous_commit),
            ..self
        }
    }

    /// Returns how long data stays unacknowledged before the connection breaks.
    pub(crate) fn unacknowledged_max(&self) -> Span {
        if self.tcp_user_timeout == Span::FOREVER && self.connections.is_some() {
            return RETRANSMISSION_LIMIT;
        }
        self.tcp_user_timeout
    }

    /// Returns how long a connection stays silent before probes break it.
    pub(crate) fn silence_max(&self) -> Span {
        self.keepalive.breaks_after(self.tcp_user_timeout)
    }

    /// Returns the pause after a failed attempt, given how many failed before it.
    pub(crate) fn pause(&self, failures: u32) -> Span {
        (self.backoff_first * (1_u64 << failures.min(20))).min(self.backoff_max)
    }
}

impl fmt::Display for Keepalive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.idle == Span::FOREVER {
            return f.write_str("off");
        }
        write!(f, "after {}, every {}, {} times", self.idle, self.interval, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_connection_of_linux_breaks_after_7875_seconds() {
        let linux =
            Keepalive { idle: Span::from_hours(2), interval: Span::from_secs(75), count: 9 };
        assert_eq!(linux.breaks_after(Span::FOREVER), Span::from_secs(7875));
        assert_eq!(Keepalive::OFF.breaks_after(Span::from_secs(15)), Span::FOREVER);
    }

    #[test]
    fn a_limit_on_unacknowledged_data_takes_the_place_of_the_number_of_probes() {
        let probes =
            Keepalive { idle: Span::from_secs(30), interval: Span::from_secs(10), count: 3 };
        let after = |limit| probes.breaks_after(Span::from_secs(limit));
        assert_eq!(probes.breaks_after(Span::FOREVER), Span::from_secs(60));
        assert_eq!(
            [after(15), after(45), after(90)].map(Span::as_micros),
            [40_000_000, 50_000_000, 90_000_000]
        );
    }

    #[test]
    fn the_pause_doubles_up_to_the_longest() {
        let settings = ClientSettings::tuned(&Knobs::default());
        let pauses = [0, 1, 5, 6, 400].map(|failures| settings.pause(failures).as_micros() / 1000);
        assert_eq!(pauses, [100, 200, 3200, 5000, 5000]);
    }
}
