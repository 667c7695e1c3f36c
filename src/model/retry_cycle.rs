//! A client that retries for hours: its attempts are computed when something changes.
//!
//! Once the pauses no longer grow, every address fails as it did before and no cache has anything
//! new to tell, the attempts repeat in a cycle. Knows nothing of why an address fails. Kept here:
//! a client that is taken out of its cycle stands exactly where it would stand had it made every
//! attempt one by one.

use super::client::{Activity, Client, State};
use super::connect_outcome::{ConnectOutcome, next_syn};
use super::event::Event;
use super::ids::{ClientId, NodeId};
use super::settings::{Cache, Hosts};
use super::world::World;
use crate::kernel::{Instant, Span};

/// How many failed attempts of an outage are told one by one; those after them are not.
pub(crate) const RETRIES_TOLD: u32 = 256;

/// A cycle of attempts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RetryCycle {
    /// When the first attempt of the cycle began.
    pub since: Instant,
    /// The tries of one round, in order.
    pub tries: Vec<Try>,
    /// The pause after each attempt.
    pub pause: Span,
    /// For how long the client's cache believes the answer that the attempts rest on.
    pub believes: Span,
    /// For how long its resolver's does.
    pub resolver_believes: Span,
}

/// A try of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Try {
    /// The address; nobody's, if the name has none.
    pub node: Option<NodeId>,
    /// How long it takes to fail.
    pub takes: Span,
    /// What the address does.
    pub outcome: ConnectOutcome,
    /// Whether it ends its attempt, so that a pause follows.
    pub last: bool,
}

/// Where a client stands in its cycle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Standing {
    /// Attempts that began after the first one of the cycle.
    begun: u64,
    /// Attempts that failed.
    failed: u64,
    /// When the last attempt began.
    last_attempt: Instant,
    /// What it does: it tries an address since then, or pauses until then.
    deed: Deed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Deed {
    Tries(usize, Instant),
    Pauses(Instant),
}

impl RetryCycle {
    /// Returns how long one round of all attempts takes.
    fn round(&self) -> Span {
        self.tries.iter().fold(Span::ZERO, |sum, one| sum + one.takes + self.rest_after(one))
    }

    fn rest_after(&self, one: &Try) -> Span {
        if one.last { self.pause } else { Span::ZERO }
    }

    fn attempts(&self) -> u64 {
        let attempts = self.tries.iter().filter(|one| one.last).count();
        u64::try_from(attempts).expect("a round has few attempts")
    }

    /// Returns how long each attempt of a round waits for connections.
    pub(crate) fn waits(&self) -> Vec<Span> {
        let attempts = self.tries.split_inclusive(|one| one.last);
        attempts.map(|tries| tries.iter().fold(Span::ZERO, |sum, one| sum + one.takes)).collect()
    }

    /// Returns where a client stands just before it acts at an instant.
    fn stands(&self, now: Instant) -> Standing {
        let elapsed = now.since(self.since).as_micros();
        let rounds = elapsed.saturating_sub(1) / self.round().as_micros();
        let mut at = self.since + self.round() * rounds;
        let mut failed = rounds * self.attempts();
        let mut last_attempt = at;
        for (index, one) in self.tries.iter().enumerate() {
            let (begun, tried) = (failed, at + one.takes);
            let just_begun = elapsed == 0 && one.takes > Span::ZERO;
            if now <= tried && (now > at || just_begun) {
                return Standing { begun, failed, last_attempt, deed: Deed::Tries(index, at) };
            }
            at = tried + self.rest_after(one);
            if one.last {
                failed += 1;
                if now <= at {
                    return Standing { begun, failed, last_attempt, deed: Deed::Pauses(at) };
                }
                last_attempt = at;
            }
        }
        unreachable!("{now} lies within the round that was counted to")
    }

    /// Returns how far apart attempts are, if they are evenly spaced.
    fn step(&self) -> Option<Span> {
        let waits = self.waits();
        let even = waits.iter().all(|wait| *wait == waits[0]);
        even.then(|| waits[0] + self.pause)
    }
}

/// Evenly spaced attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Attempts {
    first: Instant,
    step: Span,
    count: u64,
}

impl Attempts {
    /// Returns the attempts that fill a cache anew, if there are any.
    fn filling(self, filled: Instant, believes: Span) -> Option<Self> {
        let due = (filled + believes).since(self.first).as_micros();
        let skipped = due.div_ceil(self.step.as_micros());
        let left = self.count.checked_sub(skipped).filter(|left| *left > 0)?;
        let each = believes.as_micros().div_ceil(self.step.as_micros()).max(1);
        let count = (left - 1) / each + 1;
        Some(Self { first: self.first + self.step * skipped, step: self.step * each, count })
    }

    fn last(self) -> Instant {
        self.first + self.step * (self.count - 1)
    }
}

impl Client {
    /// Makes the attempts of a client that skips them up to an instant; returns when it acts next.
    pub(crate) fn catch_up(&mut self, now: Instant) -> Option<Instant> {
        let retry_cycle = self.skipping.take()?;
        let standing = retry_cycle.stands(now);
        self.attempts = self.attempts.wrapping_add(low(standing.begun + 1));
        self.failures = self.failures.saturating_add(low(standing.failed));
        self.ask_again(&retry_cycle, &standing);
        let (state, wakes) = match standing.deed {
            Deed::Pauses(until) => (State::Pausing, until),
            Deed::Tries(index, since) => {
                let one = retry_cycle.tries[index];
                let rest = retry_cycle.tries[index..].iter().take_while(|one| !one.last).count();
                let rest = &retry_cycle.tries[index + 1..=index + rest];
                self.untried = rest.iter().filter_map(|one| one.node).collect();
                let fails = since + one.takes;
                let asks = next_syn(since, now.minus(Span::from_micros(1)));
                // Only who gets no answer at all sends its request again.
                let silent = one.outcome == ConnectOutcome::Silent;
                let wakes = if silent { fails.min(asks) } else { fails };
                (State::Connecting(one.node, since), wakes)
            }
        };
        self.enter(now, state);
        if let Deed::Tries(index, _) = standing.deed {
            self.stall.answers = retry_cycle.tries[index].outcome == ConnectOutcome::Hangs;
        }
        Some(wakes)
    }

    /// Fills the caches as the attempts of a cycle did.
    fn ask_again(&mut self, retry_cycle: &RetryCycle, standing: &Standing) {
        if standing.begun == 0 || self.settings.hosts == Hosts::Listed {
            return;
        }
        if self.settings.cache == Cache::Ttl && self.resolver.kept_warm {
            self.resolver.look_up(standing.last_attempt, retry_cycle.resolver_believes);
            return;
        }
        let Some(step) = retry_cycle.step() else { return };
        let first = retry_cycle.since + step;
        let asks = Attempts { first, step, count: standing.begun };
        let Some(held) = &mut self.held else {
            if let Some(fills) = asks.filling(self.resolver.filled, retry_cycle.resolver_believes) {
                self.resolver.filled = fills.last();
            }
            return;
        };
        let Some(fills) = asks.filling(held.filled, retry_cycle.believes) else { return };
        held.filled = fills.last();
        if matches!(self.settings.cache, Cache::Own(_)) {
            held.true_at = held.filled;
            return;
        }
        if self.resolver.kept_warm {
            self.resolver.look_up(held.filled, retry_cycle.resolver_believes);
        } else if let Some(fills) =
            fills.filling(self.resolver.filled, retry_cycle.resolver_believes)
        {
            self.resolver.filled = fills.last();
        }
        held.true_at = self.resolver.filled;
    }
}

/// Returns the low half of a count.
fn low(count: u64) -> u32 {
    u32::try_from(count % (1 << 32)).expect("it is less than 2^32")
}

impl World {
    /// Parks a client that is about to make another attempt, if all of them are bound to fail.
    pub(super) fn skip_retries(&mut self, id: ClientId, rounds: &[Vec<Option<NodeId>>]) -> bool {
        let client = self.client(id);
        let pause = client.settings.backoff_max;
        let told = client.failures <= RETRIES_TOLD;
        if !self.is_lazy || told || client.settings.pause(client.failures) < pause {
            return false;
        }
        let mut tries = Vec::new();
        for addresses in rounds {
            for (index, address) in addresses.iter().enumerate() {
                let Some((takes, outcome)) = self.fails_in(id, *address) else { return false };
                let last = index + 1 == addresses.len();
                tries.push(Try { node: *address, takes, outcome, last });
            }
        }
        let ttl = self.knobs.dns_ttl;
        let record = self.service(client.service).record(client.work.endpoint());
        let believes = match (client.settings.cache, client.held) {
            (Cache::Own(span) | Cache::Behind(span), Some(held)) => {
                client.believes(held.true_at, span, record)
            }
            (Cache::Forever, Some(held)) => client.believes(held.true_at, Span::FOREVER, record),
            (Cache::Ttl, _) | (_, None) => ttl,
        };
        let resolver_believes = client.believes(client.resolver.filled, ttl, record);
        let retry_cycle = RetryCycle { since: self.now, tries, pause, believes, resolver_believes };
        let grid = client.settings.cache == Cache::Ttl && client.resolver.kept_warm;
        let listed = client.settings.hosts == Hosts::Listed;
        if retry_cycle.step().is_none() && !grid && !listed {
            return false;
        }
        let stale = !listed && !self.knows_all(id);
        let expires = if stale { client.expires(self.now, ttl, record) } else { Instant::FAR };
        let now = self.now;
        let client = self.client_mut(id);
        client.enter(now, State::Pausing);
        if let Some(outage) = &mut client.outage {
            outage.activities.push((now, Activity::Retrying(retry_cycle.waits(), pause)));
        }
        client.skipping = Some(retry_cycle);
        let epoch = client.epoch;
        self.schedule(expires, Event::ClientWakes(id, epoch));
        true
    }

    /// Takes a client out of its cycle, because something may have changed.
    pub(super) fn resume_retries(&mut self, id: ClientId) {
        let now = self.now;
        let client = self.client_mut(id);
        if let Some(wakes) = client.catch_up(now) {
            let epoch = client.epoch;
            self.schedule(wakes, Event::ClientWakes(id, epoch));
        }
    }
}
