//! Where the time of an outage went: each stretch of it is booked to one cause.
//!
//! Knows nothing of how it is printed. Kept here: the parts add up to the whole.

use super::Sim;
use super::outcome::{Outage, Parts};
use crate::kernel::{Instant, Span};
use crate::model::{Client, Spending, Trouble};

impl Sim {
    /// Returns the outages of a client, the one it is in included.
    pub(super) fn outages(&self, client: &Client) -> Vec<Outage> {
        let until = self.setup.until;
        let troubles = client.troubles.iter().chain(&client.outage);
        let counted = troubles.filter(|trouble| trouble.start < trouble.end.min(until));
        counted
            .map(|trouble| Outage {
                start: trouble.start,
                end: (trouble.end <= until).then_some(trouble.end),
                parts: self.parts(client, trouble),
            })
            .collect()
    }

    fn parts(&self, client: &Client, trouble: &Trouble) -> Parts {
        let (start, end) = (trouble.start, trouble.end.min(self.setup.until));
        let memory = self.history.of(client.service);
        let within = |instant: Instant| instant >= start && instant <= end;
        let record = self.world.service(client.service).record(client.work.endpoint());
        let change = record.changes.iter().rev().find(|c| c.served > start && c.served <= end);
        let given_up = memory.given_up.iter().find(|given_up| within(given_up.at));
        let ordered = memory.promotions.iter().find(|promotion| within(promotion.ordered));
        let mut book = Book { at: start, end, parts: Parts::default() };
        if let Some(change) = change {
            book.until(given_up.map_or(start, |given_up| given_up.at), |parts| &mut parts.detect);
            book.until(ordered.map_or(start, |order| order.ordered), |parts| &mut parts.check);
            book.until(change.ordered, |parts| &mut parts.promote);
            book.until(change.served, |parts| &mut parts.publish);
            let learned = self.learned(client, trouble, change.served);
            book.until(learned, |parts| &mut parts.cache);
        } else if let Some(given_up) = given_up {
            book.until(given_up.at, |parts| &mut parts.detect);
            book.until(end, |parts| &mut parts.promote);
        } else {
            let peer = client.peer().map(|node| self.world.node(node).up_since);
            let back = peer.into_iter().chain([self.world.healed_last]).filter(|at| within(*at));
            let back = back.max().unwrap_or(if trouble.end < Instant::FAR { start } else { end });
            book.until(back, |parts| &mut parts.recover);
        }
        book.rest(&trouble.spent);
        book.parts
    }

    /// Returns when a client's resolver learned of a change, which may be long before it was asked.
    fn learned(&self, client: &Client, trouble: &Trouble, served: Instant) -> Instant {
        let ttl = self.setup.knobs.dns_ttl;
        let answered = trouble.end < Instant::FAR && trouble.looked_up >= served;
        let filled = if answered { trouble.looked_up } else { client.resolver.learns(served, ttl) };
        if !client.resolver.kept_warm {
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
    fn rest(&mut self, spent: &[(Instant, Spending)]) {
        for (index, (_, spending)) in spent.iter().enumerate() {
            let next = spent.get(index + 1).map_or(self.end, |(next, _)| *next);
            match spending {
                Spending::Waiting => self.until(next, |parts| &mut parts.connect),
                Spending::Pausing => self.until(next, |parts| &mut parts.retry),
            }
        }
        self.until(self.end, |parts| &mut parts.connect);
    }
}
