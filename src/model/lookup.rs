//! What a name is answered with when a client asks: its own cache first, then its resolver's.
//!
//! Knows nothing of what the client does with an address. Kept here: an answer is the record as it
//! was at an instant, and no cache believes it for longer than it may.

use super::client::Client;
use super::dns::{Record, Targets};
use super::ids::ClientId;
use super::settings::{Cache, Hosts};
use super::world::World;
use crate::kernel::{Instant, Span};

/// An answer in a client's own cache.
///
/// # Examples
/// ```
/// use cutover::kernel::Instant;
/// use cutover::model::Held;
/// // What fills a client's cache may have waited in a resolver's before.
/// let held = Held { filled: Instant::from_micros(9), true_at: Instant::from_micros(4) };
/// assert_eq!(held.filled.since(held.true_at).as_micros(), 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    /// When the cache was filled with it.
    pub filled: Instant,
    /// When it was true.
    pub true_at: Instant,
}

impl Client {
    /// Returns when the answer that the client gets now was true, filling its caches.
    pub(crate) fn ask(&mut self, now: Instant, ttl: Span, record: &Record) -> Instant {
        let span = match self.settings.cache {
            Cache::Ttl => return self.ask_resolver(now, ttl, record),
            Cache::Own(span) | Cache::Behind(span) => span,
            Cache::Forever => Span::FOREVER,
        };
        if let Some(held) = self.held {
            let believes = self.believes(held.true_at, span, record);
            if now < held.filled + believes {
                return held.true_at;
            }
        }
        let direct = matches!(self.settings.cache, Cache::Own(_));
        let true_at = if direct { now } else { self.ask_resolver(now, ttl, record) };
        self.held = Some(Held { filled: now, true_at });
        true_at
    }

    fn ask_resolver(&mut self, now: Instant, ttl: Span, record: &Record) -> Instant {
        match self.settings.negative_cache {
            Some(negative) => self.resolver.look_up_apart(now, ttl, negative, record),
            None => self.resolver.look_up(now, ttl),
        }
    }

    /// Returns for how long an answer is believed: one without addresses may count less.
    pub(crate) fn believes(&self, true_at: Instant, span: Span, record: &Record) -> Span {
        let negative = self.settings.negative_cache.filter(|_| record.at(true_at).is_empty());
        negative.unwrap_or(span)
    }

    /// Returns when the cache that answers the client next has to be filled anew.
    pub(crate) fn expires(&self, now: Instant, ttl: Span, record: &Record) -> Instant {
        let of = |held: Held, span| held.filled + self.believes(held.true_at, span, record);
        match (self.settings.cache, self.held) {
            (Cache::Ttl, _) => {
                let believes = self.believes(self.resolver.filled, ttl, record);
                if self.resolver.filled > now {
                    self.resolver.filled
                } else if !self.resolver.kept_warm || believes != ttl {
                    self.resolver.filled + believes
                } else {
                    self.resolver.learns(now + Span::from_micros(1), ttl)
                }
            }
            (Cache::Own(span) | Cache::Behind(span), Some(held)) => of(held, span),
            (Cache::Forever, Some(held)) => of(held, Span::FOREVER),
            (Cache::Own(_) | Cache::Behind(_) | Cache::Forever, None) => now,
        }
    }

    /// Returns when the cache was filled that gave the client its last answer.
    pub(crate) fn looked_up(&self) -> Instant {
        match (self.settings.hosts, self.settings.cache, self.held) {
            (Hosts::Listed, ..) => Instant::ZERO,
            (_, Cache::Ttl, _) | (.., None) => self.resolver.filled,
            (.., Some(held)) => held.filled,
        }
    }

    /// Returns from when on no cache keeps a change of its name from the client, unless it asks
    /// before.
    pub(crate) fn learns(&self, changed: Instant, ttl: Span, record: &Record) -> Instant {
        match (self.settings.cache, self.held) {
            (Cache::Ttl, _) if self.resolver.kept_warm || self.resolver.filled >= changed => {
                self.resolver.learns(changed, ttl)
            }
            (_, Some(held)) if held.true_at >= changed => held.filled,
            // What has expired keeps nobody away, however long nobody asks.
            _ => self.expires(changed, ttl, record).max(changed),
        }
    }
}

impl World {
    /// Looks a client's name up, and returns its addresses.
    pub(super) fn look_up(&mut self, id: ClientId) -> Targets {
        let (now, ttl) = (self.now, self.knobs.dns_ttl);
        let client = &mut self.clients[id.index()];
        let record = self.services[client.service.index()].record(client.work.endpoint());
        let true_at = client.ask(now, ttl, record);
        let looked_up = client.looked_up();
        if let Some(outage) = &mut client.outage {
            let news = |last: Instant| {
                let mut changes = record.changes.iter();
                changes.any(|change| change.served > last && change.served <= true_at)
            };
            // Answers that say what is known already may go unasked, so they are not remembered. A
            // cache may be filled anew with an answer that is older than a change.
            let held = Held { filled: looked_up, true_at };
            match outage.learned.last() {
                Some(last) if !news(last.true_at) => {}
                Some(_) | None => outage.learned.push(held),
            }
        }
        record.at(true_at)
    }

    /// Returns whether the client's last answer is what the name still points to, for as long as
    /// the record does not change.
    pub(super) fn knows_all(&self, id: ClientId) -> bool {
        let client = self.client(id);
        let record = self.service(client.service).record(client.work.endpoint());
        let true_at = match (client.settings.cache, client.held) {
            (Cache::Ttl, _) | (_, None) => client.resolver.filled,
            (_, Some(held)) => held.true_at,
        };
        let changed = record.changes.last().map_or(Instant::ZERO, |change| change.served);
        // Nobody who asked before the run began can have missed a change.
        changed == Instant::ZERO || (true_at >= changed && true_at <= self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::ClientSetup;
    use super::super::dns::Resolver;
    use super::super::driver::Driver;
    use super::super::ids::{NodeId, RegionId, ServiceId};
    use super::super::plan::Endpoint;
    use super::super::settings::{ClientSettings, DriverParts};
    use super::super::work::Work;
    use super::*;
    use crate::knob::Knobs;

    const TTL: Span = Span::from_secs(60);

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Span::from_secs(seconds)
    }

    fn client(cache: Cache, negative: Option<Span>) -> Client {
        let work = Work::Read { rate: 1, endpoint: Endpoint::Replica, fresh: false };
        let setup = ClientSetup {
            name: "reader".to_owned(),
            service: ServiceId(0),
            region: RegionId(0),
            work,
            wal_per_commit: None,
            driver: Driver::Tuned,
            parts: DriverParts::default(),
            first_lookup: None,
            begins: Instant::ZERO,
            ends: Instant::FAR,
        };
        let settings = ClientSettings::tuned(&Knobs::default());
        let settings = ClientSettings { cache, negative_cache: negative, ..settings };
        let resolver = Resolver { filled: Instant::ZERO, kept_warm: true };
        Client::new(ClientId(0), &setup, settings, resolver)
    }

    /// A name that points to node 0, from 70 s on to nobody, from 90 s on to node 1.
    fn record() -> Record {
        let mut record = Record::new(Targets::of([NodeId(0)]));
        let gone = record.order(at(60), Targets::default());
        record.serve(at(70), gone);
        let back = record.order(at(80), Targets::of([NodeId(1)]));
        record.serve(at(90), back);
        record
    }

    #[test]
    fn a_cache_of_its_own_counts_from_the_question_that_filled_it() {
        let (mut client, record) = (client(Cache::Own(Span::from_secs(15)), None), record());
        assert_eq!(client.ask(at(80), TTL, &record), at(80));
        assert_eq!(client.ask(at(94), TTL, &record), at(80));
        assert_eq!(client.expires(at(94), TTL, &record), at(95));
        assert_eq!(client.ask(at(95), TTL, &record), at(95));
    }

    #[test]
    fn a_cache_behind_the_resolvers_adds_its_age_to_that_of_the_answer() {
        let (mut client, record) = (client(Cache::Behind(Span::from_secs(30)), None), record());
        assert_eq!(client.ask(at(100), TTL, &record), at(60));
        assert_eq!(client.ask(at(129), TTL, &record), at(60));
        assert_eq!(client.ask(at(130), TTL, &record), at(120));
        assert_eq!(client.learns(at(90), TTL, &record), at(130));
    }

    #[test]
    fn the_first_answer_is_kept_for_ever() {
        let (mut client, record) = (client(Cache::Forever, None), record());
        assert_eq!(client.ask(at(5), TTL, &record), at(0));
        assert_eq!(client.ask(at(5_000_000), TTL, &record), at(0));
        assert_eq!(client.expires(at(5), TTL, &record), Instant::FAR);
    }

    #[test]
    fn a_cache_that_has_expired_keeps_nobody_away_however_long_nobody_asks() {
        let (mut client, record) = (client(Cache::Ttl, None), record());
        client.resolver = Resolver { filled: at(50), kept_warm: false };
        assert_eq!(client.learns(at(90), TTL, &record), at(110));
        assert_eq!(client.learns(at(115), TTL, &record), at(115));
        client.settings.cache = Cache::Own(Span::from_secs(15));
        client.held = Some(Held { filled: at(80), true_at: at(80) });
        assert_eq!(client.learns(at(90), TTL, &record), at(95));
        assert_eq!(client.learns(at(99), TTL, &record), at(99));
        client.settings.cache = Cache::Forever;
        assert_eq!(client.learns(at(90), TTL, &record), Instant::FAR);
    }

    #[test]
    fn an_answer_without_an_address_is_believed_for_a_time_of_its_own() {
        let record = record();
        let mut client = client(Cache::Ttl, Some(Span::from_secs(7)));
        client.resolver.filled = at(12);
        assert_eq!(client.ask(at(71), TTL, &record), at(12));
        assert_eq!(client.ask(at(72), TTL, &record), at(72));
        assert_eq!(client.expires(at(72), TTL, &record), at(79));
        assert_eq!(client.ask(at(92), TTL, &record), at(86));
        assert_eq!(client.ask(at(93), TTL, &record), at(93));
        assert_eq!(client.ask(at(400), TTL, &record), at(393));
    }
}
