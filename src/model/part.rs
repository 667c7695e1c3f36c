//! One part of how a client behaves: its name, its value in words, and which setting it is.
//!
//! Knows nothing of which driver has which value. Kept here: a part sets one setting.

use super::settings::{Cache, ClientSettings, Hosts, Keepalive, Pool, SessionAttrs};
use crate::kernel::Span;
use Part::{
    Addresses, BackoffFirst, BackoffMax, Caching, ConnectTimeout, Connections, MaxLifetime,
    NegativeCache, Pooling, Probes, ReplyTimeout, Session, TcpUserTimeout,
};

/// One part of a client's settings, with its value.
///
/// # Examples
/// Every driver but the plainest differs from it in some parts, each with its source:
/// ```
/// use cutover::model::{DRIVERS, Part};
/// let pooled = DRIVERS.iter().filter(|card| {
///     card.parts.iter().any(|(part, _)| matches!(part, Part::Pooling(_)))
/// });
/// assert!(pooled.count() >= 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// How long it waits for a connection.
    ConnectTimeout(Span),
    /// How long its data may stay unacknowledged.
    TcpUserTimeout(Span),
    /// The probes of its kernel.
    Probes(Keepalive),
    /// How long it waits for a reply.
    ReplyTimeout(Span),
    /// Its first pause.
    BackoffFirst(Span),
    /// Its longest pause.
    BackoffMax(Span),
    /// How many connections it has.
    Connections(u32),
    /// Which servers it accepts.
    Session(SessionAttrs),
    /// Where it has its addresses from.
    Addresses(Hosts),
    /// How long it believes an answer.
    Caching(Cache),
    /// How long it believes that there is no answer.
    NegativeCache(Span),
    /// How old a connection may become.
    MaxLifetime(Span),
    /// What it does when it needs another connection.
    Pooling(Pool),
}

impl Part {
    /// Returns the name of the part.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// let part = cutover::model::Part::ConnectTimeout(Span::from_secs(5));
    /// assert_eq!(part.name(), "connect_timeout");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            ConnectTimeout(_) => "connect_timeout",
            TcpUserTimeout(_) => "tcp_user_timeout",
            Probes(_) => "keepalive",
            ReplyTimeout(_) => "reply_timeout",
            BackoffFirst(_) => "backoff_first",
            BackoffMax(_) => "backoff_max",
            Connections(_) => "connections",
            Session(_) => "session_attrs",
            Addresses(_) => "addresses",
            Caching(_) => "cache",
            NegativeCache(_) => "negative_cache",
            MaxLifetime(_) => "max_lifetime",
            Pooling(_) => "pool",
        }
    }

    /// Returns the value of the part, in words.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// use cutover::model::Part;
    /// assert_eq!(Part::ConnectTimeout(Span::from_secs(5)).value(), "5s");
    /// assert_eq!(Part::NegativeCache(Span::ZERO).value(), "as long as any answer");
    /// ```
    pub fn value(self) -> String {
        match self {
            NegativeCache(Span::ZERO) => "as long as any answer".to_owned(),
            ConnectTimeout(span) | TcpUserTimeout(span) | ReplyTimeout(span)
            | BackoffFirst(span) | BackoffMax(span) | NegativeCache(span) | MaxLifetime(span) => {
                span.to_string()
            }
            Probes(keepalive) => keepalive.to_string(),
            Connections(count) => count.to_string(),
            Session(SessionAttrs::Any) => "any".to_owned(),
            Session(SessionAttrs::ReadWrite) => "read-write".to_owned(),
            Addresses(Hosts::OneOfName) => "one of the name's for each attempt".to_owned(),
            Addresses(Hosts::AllOfName) => "all of the name's in each attempt".to_owned(),
            Addresses(Hosts::Listed) => "the nodes at the start, in order".to_owned(),
            Caching(Cache::Ttl) => "the record's time to live".to_owned(),
            Caching(Cache::Own(span)) => format!("{span} in place of the record's"),
            Caching(Cache::Behind(span)) => format!("{span} behind the resolver's"),
            Caching(Cache::Forever) => "for ever".to_owned(),
            Pooling(Pool::Kept) => "none".to_owned(),
            Pooling(Pool::Validates(span)) => format!("asks for {span} before it lends"),
            Pooling(Pool::Grows) => "opens another when all are busy".to_owned(),
        }
    }

    /// Returns settings with this part of them set.
    pub(crate) fn set(self, settings: ClientSettings) -> ClientSettings {
        match self {
            ConnectTimeout(connect_timeout) => ClientSettings { connect_timeout, ..settings },
            TcpUserTimeout(tcp_user_timeout) => ClientSettings { tcp_user_timeout, ..settings },
            Probes(keepalive) => ClientSettings { keepalive, ..settings },
            ReplyTimeout(reply_timeout) => ClientSettings { reply_timeout, ..settings },
            BackoffFirst(backoff_first) => ClientSettings { backoff_first, ..settings },
            BackoffMax(backoff_max) => ClientSettings { backoff_max, ..settings },
            Connections(count) => ClientSettings { connections: Some(count), ..settings },
            Session(session_attrs) => ClientSettings { session_attrs, ..settings },
            Addresses(hosts) => ClientSettings { hosts, ..settings },
            Caching(cache) => ClientSettings { cache, ..settings },
            NegativeCache(Span::ZERO) => ClientSettings { negative_cache: None, ..settings },
            NegativeCache(span) => ClientSettings { negative_cache: Some(span), ..settings },
            MaxLifetime(max_lifetime) => ClientSettings { max_lifetime, ..settings },
            Pooling(pool) => ClientSettings { pool, ..settings },
        }
    }
}
