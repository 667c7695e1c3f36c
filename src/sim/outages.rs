//! Where the time of an outage went: each stretch of it is booked to one cause.
//!
//! Knows nothing of how it is printed. Kept here: the parts add up to the whole.

use super::Sim;
use super::client_outcome::{Outage, Parts};
use crate::kernel::{Instant, Span};
use crate::model::{Activity, Client, ClientOutage, Hosts, NodeId, Record};

impl Sim {
    /// Returns the outages of a client, the one it is in included.
    pub(super) fn outages(&self, client: &Client) -> Vec<Outage> {
        let until = self.setup.until;
        let outages = client.outages.iter().chain(&client.outage);
        let counted = outages.filter(|outage| outage.start < outage.end.min(until));
        counted
            .map(|outage| Outage {
                start: outage.start,
                end: (outage.end <= until).then_some(outage.end),
                answered_by: outage
                    .answered_by
                    .filter(|_| outage.end <= until)
                    .map(|node| self.world.node_name(node)),
                parts: self.parts(client, outage),
            })
            .collect()
    }

    fn parts(&self, client: &Client, outage: &ClientOutage) -> Parts {
        let (start, end) = (outage.start, outage.end.min(self.setup.until));
        let memory = self.history.of(client.service);
        let within = |instant: Instant| instant >= start && instant <= end;
        let record = self.world.service(client.service).record(client.work.endpoint());
        let named = client.settings.hosts != Hosts::Listed;
        let changes = record.changes.iter().rev().filter(|_| named);
        let change = changes.into_iter().find(|c| c.served > start && c.served <= end);
        let mut given_up = memory.given_up.iter().filter(|given_up| within(given_up.at));
        let partner = self.world.pair_of(client.service).map(|pair| pair.partner(client.service));
        let theirs = partner.map(|partner| &self.history.of(partner).promotions);
        let promotions = memory.promotions.iter().chain(theirs.into_iter().flatten());
        let mut promotions = promotions.filter(|promotion| within(promotion.ordered));
        // Without a change of the name, it was whoever had it that came back, or is still missed.
        let targets = record.at(end);
        let old = outage.answered_by.filter(|_| outage.end <= self.setup.until);
        let back = old.is_some_and(|node| {
            !promotions.clone().any(|one| one.node == node && within(one.finished))
        });
        let missed = |node: NodeId| !named || targets.iter().any(|target| target == node);
        let ordered = promotions.next();
        let mut book = Book { at: start, end, parts: Parts::default() };
        if outage.went_on {
            book.until(outage.well_since, |parts| &mut parts.recover);
        } else if let Some(change) = change {
            let given_up = given_up.next();
            book.until(given_up.map_or(start, |given_up| given_up.at), |parts| &mut parts.detect);
            book.until(ordered.map_or(start, |order| order.ordered), |parts| &mut parts.check);
            book.until(change.ordered, |parts| &mut parts.promote);
            book.until(change.served, |parts| &mut parts.publish);
            let learned = self.learned((client, record), outage, change.served);
            book.until(learned, |parts| &mut parts.cache);
        } else if let Some(given_up) = given_up.find(|one| !back && missed(one.node)) {
            book.until(given_up.at, |parts| &mut parts.detect);
            let finished = ordered.map(|promotion| promotion.finished).filter(|_| !named);
            book.until(finished.unwrap_or(end), |parts| &mut parts.promote);
        } else {
            book.until(outage.well_since, |parts| &mut parts.recover);
        }
        book.rest(&outage.activities);
        book.parts
    }

    /// Returns when a client's cache learned of a change, which may be long before it was asked, or
    /// when it had expired if it was not asked.
    fn learned(
        &self,
        (client, record): (&Client, &Record),
        outage: &ClientOutage,
        served: Instant,
    ) -> Instant {
        let ttl = self.setup.knobs.dns_ttl;
        let learned = outage.learned.iter().find(|held| held.true_at >= served);
        let filled = learned.map_or_else(|| client.learns(served, ttl, record), |held| held.filled);
        if !client.resolver.kept_warm || client.held.is_some() {
            return filled;
        }
        filled.minus(ttl * (filled.since(served).as_micros() / ttl.as_micros()))
    }
}

/// Books stretches of an outage one after another.
struct Book {
    at: Instant,
    end: Instant,
    parts: Parts,
}

impl Book {
    /// Books the time up to an instant, if it has not been booked yet.
    fn until(&mut self, instant: Instant, part: impl Fn(&mut Parts) -> &mut Span) {
        let to = instant.min(self.end).max(self.at);
        let booked = part(&mut self.parts);
        *booked = *booked + to.since(self.at);
        self.at = to;
    }

    /// Books the rest by what the client did in it.
    fn rest(&mut self, activities: &[(Instant, Activity)]) {
        for (index, (from, spending)) in activities.iter().enumerate() {
            let next = activities.get(index + 1).map_or(self.end, |(next, _)| *next);
            match spending {
                Activity::Waiting => self.until(next, |parts| &mut parts.connect),
                Activity::Pausing => self.until(next, |parts| &mut parts.retry),
                Activity::Retrying(waits, pause) => self.retrying(*from, next, waits, *pause),
            }
        }
        self.until(self.end, |parts| &mut parts.connect);
    }

    /// Books a cycle of attempts that began at `from` up to an instant.
    fn retrying(&mut self, from: Instant, to: Instant, waits: &[Span], pause: Span) {
        let to = to.min(self.end).max(self.at);
        let by = |instant: Instant| waited(instant.since(from), waits, pause);
        let connect = by(to).minus(by(self.at));
        self.parts.connect = self.parts.connect + connect;
        self.parts.retry = self.parts.retry + to.since(self.at).minus(connect);
        self.at = to;
    }
}

/// Returns how much of a time of retrying is spent waiting for connections.
fn waited(time: Span, waits: &[Span], pause: Span) -> Span {
    let whole = waits.iter().fold(Span::ZERO, |sum, wait| sum + *wait);
    let pauses = u64::try_from(waits.len()).expect("a name has few addresses");
    let round = whole + pause * pauses;
    let rounds = time.as_micros() / round.as_micros();
    let mut rest = time.minus(round * rounds);
    let mut sum = whole * rounds;
    for wait in waits {
        sum = sum + rest.min(*wait);
        rest = rest.minus(*wait + pause);
    }
    sum
}
