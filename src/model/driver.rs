//! Every kind of client by name: what it is made of, and the source or the reason of each part.
//!
//! Knows nothing of how a part is used. Kept here: a driver other than `Tuned` names every part,
//! so that no knob changes what a name means.
//! Sources: LNX is the Linux manual page `tcp(7)` and `ip-sysctl`; PG the documentation of `libpq`;
//! PGB that of `PgBouncer`; PGJ that of the JDBC driver; HIK that of `HikariCP`; JVM the Java
//! platform's notes on `networkaddress.cache.ttl`; "measured" what real clients did.

use serde::{Deserialize, Serialize};

use super::part::Part;
use super::settings::{Cache, ClientSettings, Hosts, Keepalive, Pool, SessionAttrs};
use crate::kernel::Span;
use crate::knob::{Basis, Knobs};
use Basis::{Documented, Stance};
use Part::{
    Addresses, BackoffFirst, BackoffMax, Caching, ConnectTimeout, Connections, MaxLifetime,
    NegativeCache, Pooling, Probes, ReplyTimeout, Session, TcpUserTimeout,
};

/// A kind of client.
///
/// # Examples
/// The primary dies a minute into a quarter of an hour. Without timeouts, a client does not come
/// back within it; one that looks the name up once never does.
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::kernel::Span;
/// use cutover::model::Driver;
/// let mut outage = |driver| {
///     setup.clients[0].driver = driver;
///     let outcome = cutover::sim::run(&setup, 7);
///     outcome.clients[0].outages[0].length(outcome.until)
/// };
/// assert!(outage(Driver::LibpqTuned) < Span::from_mins(2));
/// assert!(outage(Driver::LibpqRaw) > Span::from_mins(13));
/// assert!(outage(Driver::ResolvesOnce) > Span::from_mins(13));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Driver {
    /// What the knobs say.
    #[default]
    Tuned,
    /// A C library without any timeout.
    LibpqRaw,
    /// The same with timeouts as its documentation offers them.
    LibpqTuned,
    /// A list of hosts instead of a name, and only a server that accepts writes will do.
    MultiHost,
    /// A Java driver behind a pool that validates.
    PgjdbcPool,
    /// A pooler between the application and the service.
    PgBouncer,
    /// A runtime that looks a name up once.
    ResolvesOnce,
}

/// What the registry says of one kind of client.
///
/// # Examples
/// ```
/// use cutover::model::{DRIVERS, Driver};
/// let found = DRIVERS.iter().find(|card| card.driver == Driver::LibpqRaw);
/// let card = found.expect("every driver has a card");
/// assert_eq!(card.name, "LibpqRaw");
/// assert_eq!(card.meaning, "libpq as it comes: no timeouts but those of the kernel.");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DriverCard {
    /// The kind.
    pub driver: Driver,
    /// Its name in a scenario.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// Its parts, each with its source or reason; none for the kind that the knobs describe.
    pub parts: &'static [(Part, Basis)],
}

const NEVER: Span = Span::FOREVER;
const DOUBLING: Basis = Stance("the application's own retries; sources leave them open");
const LINUX: Keepalive =
    Keepalive { idle: Span::from_hours(2), interval: Span::from_secs(75), count: 9 };
const BRISK: Keepalive =
    Keepalive { idle: Span::from_secs(30), interval: Span::from_secs(10), count: 3 };
const TEN: (Part, Basis) = (Connections(10), Stance("ten processes with one connection each"));
const FIRST: (Part, Basis) = (BackoffFirst(Span::from_millis(100)), DOUBLING);
const LONGEST: (Part, Basis) = (BackoffMax(Span::from_secs(5)), DOUBLING);
const ANYBODY: (Part, Basis) =
    (Session(SessionAttrs::Any), Documented("PG: target_session_attrs is any"));
const NO_REPLY_TIMEOUT: (Part, Basis) =
    (ReplyTimeout(NEVER), Documented("PG: libpq waits for a reply without a limit"));
const EACH_ADDRESS: (Part, Basis) =
    (Addresses(Hosts::AllOfName), Documented("PG: every address of a name is tried in turn"));
const RECORD_TTL: (Part, Basis) =
    (Caching(Cache::Ttl), Stance("libpq asks the resolver for each connection"));
const PLAIN_NEGATIVE: (Part, Basis) =
    (NegativeCache(Span::ZERO), Stance("nothing but the record's own time is kept"));
const NO_LIFETIME: (Part, Basis) =
    (MaxLifetime(NEVER), Documented("PG: libpq keeps a connection until it is closed"));
const NO_POOL: (Part, Basis) = (Pooling(Pool::Kept), Documented("PG: libpq has no pool"));

/// The registry, in the order in which it is listed.
///
/// # Examples
/// Each is a word of a scenario:
/// ```
/// use cutover::model::DRIVERS;
/// for card in DRIVERS {
///     let text = format!(
///         r#"Scenario(name: "each", until: "1m",
///             services: [Service(name: "orders", plan: Business)],
///             clients: [Writer(name: "app", service: "orders", writes_per_s: 1, driver: {})])"#,
///         card.name
///     );
///     let loaded = cutover::scenario::parse("each.ron", &text).expect("it is valid");
///     assert_eq!(loaded.setup.clients[0].driver, card.driver);
/// }
/// ```
pub const DRIVERS: &[DriverCard] = &[
    DriverCard {
        driver: Driver::Tuned,
        name: "Tuned",
        meaning: "What the knobs say: connect_timeout, tcp_user_timeout, reply_timeout, \
                  backoff_first, backoff_max and resolver_cache; always one connection more.",
        parts: &[],
    },
    DriverCard {
        driver: Driver::LibpqRaw,
        name: "LibpqRaw",
        meaning: "libpq as it comes: no timeouts but those of the kernel.",
        parts: &[
            (ConnectTimeout(NEVER), Documented("PG: connect_timeout 0 waits; LNX: 127 s of SYN")),
            (TcpUserTimeout(NEVER), Documented("PG: system default; LNX: 924.6 s of retries")),
            (Probes(LINUX), Documented("LNX: first probe after 7200 s, then 9 of 75 s")),
            NO_REPLY_TIMEOUT,
            FIRST,
            LONGEST,
            TEN,
            ANYBODY,
            EACH_ADDRESS,
            RECORD_TTL,
            PLAIN_NEGATIVE,
            NO_LIFETIME,
            NO_POOL,
        ],
    },
    DriverCard {
        driver: Driver::LibpqTuned,
        name: "LibpqTuned",
        meaning: "libpq with timeouts in its connection string.",
        parts: &[
            (ConnectTimeout(Span::from_secs(5)), Stance("short, and above the least of 2 s")),
            (TcpUserTimeout(Span::from_secs(15)), Stance("a few retransmissions")),
            (Probes(BRISK), Stance("keepalives of 30 s, 10 s and 3")),
            NO_REPLY_TIMEOUT,
            FIRST,
            LONGEST,
            TEN,
            ANYBODY,
            EACH_ADDRESS,
            RECORD_TTL,
            PLAIN_NEGATIVE,
            NO_LIFETIME,
            NO_POOL,
        ],
    },
    DriverCard {
        driver: Driver::MultiHost,
        name: "MultiHost",
        meaning: "libpq with a list of the nodes that existed at the start, tried in order.",
        parts: &[
            (ConnectTimeout(Span::from_secs(5)), Documented("PG: counts for each host alone")),
            (TcpUserTimeout(Span::from_secs(15)), Stance("a few retransmissions")),
            (Probes(BRISK), Stance("keepalives of 30 s, 10 s and 3")),
            NO_REPLY_TIMEOUT,
            (BackoffFirst(Span::from_millis(20)), Stance("measured: back within 0.05 s")),
            (BackoffMax(Span::from_millis(20)), Stance("measured: back within 0.05 s")),
            TEN,
            (Session(SessionAttrs::ReadWrite), Documented("PG: target_session_attrs=read-write")),
            (Addresses(Hosts::Listed), Documented("PG: hosts are tried in the order given")),
            (Caching(Cache::Ttl), Stance("addresses are not looked up")),
            PLAIN_NEGATIVE,
            NO_LIFETIME,
            NO_POOL,
        ],
    },
    DriverCard {
        driver: Driver::PgjdbcPool,
        name: "PgjdbcPool",
        meaning: "The JDBC driver behind a pool that asks a connection before it lends it.",
        parts: &[
            (ConnectTimeout(Span::from_secs(10)), Documented("PGJ: connectTimeout is 10 s")),
            (TcpUserTimeout(NEVER), Documented("PGJ: has no such option; LNX: 924.6 s")),
            (Probes(Keepalive::OFF), Documented("PGJ: tcpKeepAlive is false")),
            (ReplyTimeout(NEVER), Documented("PGJ: socketTimeout is 0")),
            (BackoffFirst(Span::from_millis(250)), Stance("pools fill themselves with pauses")),
            (BackoffMax(Span::from_secs(10)), Stance("pools fill themselves with pauses")),
            (Connections(10), Documented("HIK: maximumPoolSize is 10")),
            (Session(SessionAttrs::Any), Documented("PGJ: targetServerType is any")),
            (Addresses(Hosts::AllOfName), Documented("PGJ: every address is tried in turn")),
            (Caching(Cache::Behind(Span::from_secs(30))), Documented("JVM: 30 s for an answer")),
            (NegativeCache(Span::from_secs(10)), Documented("JVM: 10 s for no answer")),
            (MaxLifetime(Span::from_mins(30)), Documented("HIK: maxLifetime is 30 min")),
            (
                Pooling(Pool::Validates(Span::from_secs(5))),
                Documented("HIK: validationTimeout is 5 s"),
            ),
        ],
    },
    DriverCard {
        driver: Driver::PgBouncer,
        name: "PgBouncer",
        meaning: "A pooler that opens a further server connection when all are busy. A request \
                  that waits longer than its query_wait_timeout of 120 s is answered with an \
                  error; that ends no outage.",
        parts: &[
            (ConnectTimeout(Span::from_secs(15)), Documented("PGB: server_connect_timeout")),
            (TcpUserTimeout(NEVER), Documented("PGB: tcp_user_timeout is 0; LNX: 924.6 s")),
            (Probes(LINUX), Documented("PGB: tcp_keepalive is on; LNX: 7200 s, 9 of 75 s")),
            (ReplyTimeout(NEVER), Documented("PGB: query_timeout is 0")),
            (BackoffFirst(Span::from_secs(15)), Documented("PGB: server_login_retry is 15 s")),
            (BackoffMax(Span::from_secs(15)), Documented("PGB: server_login_retry is 15 s")),
            (Connections(20), Documented("PGB: default_pool_size is 20")),
            (Session(SessionAttrs::Any), Documented("PGB: takes the server it reaches")),
            (Addresses(Hosts::OneOfName), Documented("PGB: addresses are used in turn")),
            (
                Caching(Cache::Own(Span::from_secs(15))),
                Documented("PGB: dns_max_ttl is 15 s, whatever the record says"),
            ),
            (NegativeCache(Span::from_secs(15)), Documented("PGB: dns_nxdomain_ttl is 15 s")),
            (MaxLifetime(Span::from_hours(1)), Documented("PGB: server_lifetime is 3600 s")),
            (Pooling(Pool::Grows), Documented("PGB: opens connections up to the pool's size")),
        ],
    },
    DriverCard {
        driver: Driver::ResolvesOnce,
        name: "ResolvesOnce",
        meaning: "A runtime that keeps its first answer for ever, with tuned timeouts.",
        parts: &[
            (ConnectTimeout(Span::from_secs(5)), Stance("as LibpqTuned")),
            (TcpUserTimeout(Span::from_secs(15)), Stance("as LibpqTuned")),
            (Probes(BRISK), Stance("as LibpqTuned")),
            NO_REPLY_TIMEOUT,
            FIRST,
            LONGEST,
            TEN,
            ANYBODY,
            EACH_ADDRESS,
            (Caching(Cache::Forever), Documented("JVM: for ever under a security manager")),
            (NegativeCache(Span::from_secs(10)), Documented("JVM: 10 s for no answer")),
            NO_LIFETIME,
            NO_POOL,
        ],
    },
];

impl Driver {
    /// Returns what the registry says of the driver.
    pub(crate) fn card(self) -> &'static DriverCard {
        let found = DRIVERS.iter().find(|card| card.driver == self);
        found.expect("every driver has a card")
    }

    /// Returns the settings of the driver; where it names no parts, that of the knobs.
    pub(crate) fn settings(self, knobs: &Knobs) -> ClientSettings {
        let parts = self.card().parts.iter();
        parts.fold(ClientSettings::tuned(knobs), |settings, (part, _)| part.set(settings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_driver_but_the_tuned_one_names_each_part_once() {
        let all: Vec<&str> = DRIVERS[1].parts.iter().map(|(part, _)| part.name()).collect();
        assert_eq!(all.len(), 13);
        for card in &DRIVERS[1..] {
            let names: Vec<&str> = card.parts.iter().map(|(part, _)| part.name()).collect();
            assert_eq!(names, all, "{}", card.name);
        }
    }

    #[test]
    fn every_card_is_found_by_its_driver_and_called_as_a_scenario_calls_it() {
        for card in DRIVERS {
            assert_eq!(card.name, format!("{:?}", card.driver));
            assert_eq!(card.driver.card().name, card.name);
            assert!(card.meaning.ends_with('.'), "{} has no sentence", card.name);
        }
    }

    #[test]
    fn no_knob_changes_what_a_name_means() {
        let mut knobs = Knobs::default();
        knobs.set("connect_timeout", "77s").expect("it is a duration");
        knobs.set("backoff_max", "77s").expect("it is a duration");
        for card in &DRIVERS[1..] {
            assert_eq!(card.driver.settings(&knobs), card.driver.settings(&Knobs::default()));
        }
        assert_eq!(Driver::Tuned.settings(&knobs).connect_timeout, Span::from_secs(77));
    }
}
