//! The seconds in which a client could not work, by what they were spent on.
//!
//! Knows nothing of commits. Kept here: the lines of an outage are its parts, in the order in which
//! it went through them; connecting and retrying alternate and share their time.

use super::chain::{
    cause_of, given_up, giving_up, in_order, interrupted, noticing, publishing, strike, timeout,
};
use super::entry::{Entry, Kind, Link, Part};
use super::scale::Setting;
use super::successor::{self, Successor};
use super::{back, cause, order};
use crate::check::Amount;
use crate::kernel::{Instant, Span};
use crate::model::{Driver, Endpoint};
use crate::sim::{ClientOutcome, MarkedDown, Outage, Outcome, Promotion, ServiceOutcome};

/// Returns the lines of every outage.
pub(super) fn of_clients(outcome: &Outcome) -> Vec<Entry> {
    let of_client = |client: &'_ ClientOutcome| -> Vec<Entry> {
        let Some(service) = cause::service_of(outcome, client) else { return Vec::new() };
        let cases = client.outages.iter().map(|outage| {
            let successor = successor::of_outage(outcome, (service, client), outage);
            Case { outcome, service, client, outage, successor }
        });
        cases.flat_map(|case| case.lines()).collect()
    };
    outcome.clients.iter().flat_map(of_client).collect()
}

/// An outage with all that it is judged by.
pub(super) struct Case<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) service: &'a ServiceOutcome,
    pub(super) client: &'a ClientOutcome,
    pub(super) outage: &'a Outage,
    /// The promotion that ended it, or is to end it.
    pub(super) successor: Option<Successor<'a>>,
}

impl<'a> Case<'a> {
    /// Returns when it ended, or the run did.
    pub(super) fn end(&self) -> Instant {
        self.outage.end.unwrap_or(self.outcome.until)
    }

    fn lines(&self) -> Vec<Entry> {
        let mut from = self.outage.start;
        let mut entries = Vec::new();
        for part in Part::ALL {
            let length = length(self.outage, part);
            let shared = matches!(part, Part::Connect | Part::Retry);
            let to = if shared { self.end() } else { from + length };
            if length > Span::ZERO {
                entries.push(Entry {
                    service: self.service.name.clone(),
                    subject: self.client.name.clone(),
                    kind: Kind::Outage(part),
                    amount: Amount::Time(length),
                    from,
                    to,
                    range: None,
                    scale: self.scale(part, (from, to)),
                    chain: self.chain(part, to),
                });
            }
            if !shared {
                from = to;
            }
        }
        entries
    }

    /// Returns the promotion that ended it, or is to end it.
    pub(super) fn promotion(&self) -> Option<&'a Promotion> {
        self.successor.map(|one| one.promotion)
    }

    /// Returns the node that was given up at an instant.
    pub(super) fn given_up_at(&self, at: Instant) -> Option<&'a MarkedDown> {
        self.service.marked_down.iter().find(|mark| mark.at == at)
    }

    fn chain(&self, part: Part, to: Instant) -> Vec<Link> {
        let by_daemon = self.promotion().is_some_and(|one| one.rule == "promote-self");
        let given_up = self.given_up_at(to).filter(|_| part == Part::Detect && !by_daemon);
        let mut chain = match (self.successor, part) {
            (_, Part::Detect) if given_up.is_some() => {
                given_up.map(|mark| giving_up(self.outcome, self.service, mark)).unwrap_or_default()
            }
            (Some(one), Part::Detect) => noticing(self.outcome, one.service, one.promotion),
            (Some(one), Part::Recover | Part::Check | Part::Promote) => {
                cause_of(self.outcome, one.service, one.promotion)
            }
            (Some(one), Part::Publish | Part::Cache | Part::Connect | Part::Retry) => {
                self.published(one)
            }
            (None, _) => self.alone(),
        };
        if let (Some(one), true) = (self.successor, part == Part::Recover) {
            chain.extend(self.passed_on(one));
        }
        if chain.is_empty() {
            let fault = cause::of_outage(self.outcome, self.client, self.outage.start);
            chain.extend(fault.map(strike));
        }
        chain.retain(|link| link.at <= self.end());
        if let Some(end) = self.outage.end
            && matches!(part, Part::Recover | Part::Connect | Part::Retry)
        {
            chain.push(self.works_again(end));
        }
        in_order(chain)
    }

    fn works_again(&self, end: Instant) -> Link {
        let name = &self.client.name;
        let with = self.outage.answered_by.as_ref();
        let what = with.map_or_else(
            || format!("{name} works again"),
            |node| format!("{name} works again, with {node}"),
        );
        let link = Link::new(end, what);
        // Whoever was left by a node that had passed it on still had the old address.
        let stale = back::left(self.service, self.outage).is_some() && self.successor.is_none();
        let by_ttl = stale && self.client.driver == Driver::Tuned;
        if by_ttl { link.by(Setting::of(&self.outcome.knobs, "dns_ttl")) } else { link }
    }

    /// Returns how a promotion came about and became known to the client.
    fn published(&self, one: Successor<'a>) -> Vec<Link> {
        let mut chain = cause_of(self.outcome, one.service, one.promotion);
        if self.client.endpoint != Endpoint::Primary {
            chain.extend(self.served());
            return chain;
        }
        let name = self.client.endpoint.label(&self.client.service);
        chain.extend(publishing(self.outcome, (one.service, &name), one.promotion));
        if let Some(finished) = one.promotion.finished.filter(|_| self.is_planned()) {
            // Whoever passes connections on no more makes a client wait for the name.
            let died = cause::within(self.outcome, &one.promotion.from, (finished, self.end()));
            chain.extend(died.into_iter().filter(|fault| fault.hides).map(strike));
        }
        chain
    }

    /// Returns how the old primary passed a client on to the new one.
    fn passed_on(&self, one: Successor<'a>) -> Option<Link> {
        let passes =
            |at: Instant, node: &str| self.outage.start <= at && node == one.promotion.from;
        let mut passing = one.service.background.forwarding.iter();
        let old = passing.find(|old| passes(old.at, &old.node))?;
        let what = format!("{} passes connections on to {}", old.node, one.promotion.node);
        Some(Link::new(old.at, what))
    }

    /// Returns the last change of the client's name in the outage.
    fn served(&self) -> Option<Link> {
        let changed = self.service.dns.iter().rev().find(|change| {
            let within = self.outage.start < change.at && change.at <= self.end();
            change.endpoint == self.client.endpoint && within
        })?;
        let to = if changed.targets.is_empty() {
            "nobody".to_owned()
        } else {
            changed.targets.join(" and ")
        };
        let link = Link::new(changed.at, format!("the name {} leads to {to}", changed.name));
        Some(link.by(Setting::of(&self.outcome.knobs, "dns_publish_delay")))
    }

    /// Returns how the node was given up with which the client had worked.
    fn lost(&self) -> Option<&'a MarkedDown> {
        let start = self.outage.start;
        let marks = || self.service.marked_down.iter().filter(|mark| mark.at <= self.end());
        let mut of_name =
            self.service.dns.iter().filter(|one| one.endpoint == self.client.endpoint);
        let before = of_name.rfind(|change| change.at <= start);
        let worked_with =
            |mark: &&MarkedDown| before.is_some_and(|one| one.targets.contains(&mark.node));
        marks().find(|mark| start <= mark.at).or_else(|| marks().rfind(worked_with))
    }

    /// Returns how a node came to be given up that was needed.
    fn gone(&self, mark: &MarkedDown) -> Vec<Link> {
        let mut chain = interrupted(self.outcome, self.service, mark.at);
        let heard = mark.last_report == mark.at;
        // Who cannot follow is ahead of a primary that was promoted just before.
        let promoted = self
            .outcome
            .services
            .iter()
            .flat_map(|service| service.finished().map(move |promotion| (service, promotion)));
        let before = promoted.filter(|(_, one)| heard && one.finished <= Some(mark.at));
        if let Some((service, one)) = before.max_by_key(|(_, one)| one.finished) {
            chain.extend(cause_of(self.outcome, service, one));
        }
        let timeout = timeout(self.service, mark);
        chain.push(given_up(self.outcome, self.service, (mark, timeout)));
        chain
    }

    /// Returns when a new standby was there to which the client's name could lead.
    fn built(&self) -> Option<Link> {
        let parts = &self.outage.parts;
        let others = self.successor.is_none() && parts.promote > Span::ZERO;
        let mut changes =
            self.service.dns.iter().rev().filter(|change| {
                change.endpoint == self.client.endpoint && change.at <= self.end()
            });
        let new = changes.next().filter(|_| others)?;
        let old: Vec<&String> = changes.flat_map(|change| &change.targets).collect();
        let node = new.targets.iter().find(|node| !old.contains(node))?;
        let at = self.outage.start + parts.recover + parts.detect + parts.check + parts.promote;
        let link = Link::new(at, format!("{node} is built, and follows closely enough"));
        Some(link.by(Setting::of(&self.outcome.knobs, "node_build")))
    }

    /// Returns how the client came to be out, and back, without a new primary.
    fn alone(&self) -> Vec<Link> {
        let served = self.served();
        let by_itself = || back::chain(self.outcome, (self.service, self.client), self.outage);
        let start = self.outage.start;
        if served.is_none() || order::of_outage(self.outcome, self.service, start).is_some() {
            return by_itself().into_iter().chain(served).collect();
        }
        if let Some(order) = order::wiping(self.outcome, self.service, start) {
            return [Some(order::given(order)), self.built(), served]
                .into_iter()
                .flatten()
                .collect();
        }
        let fault = cause::of_outage(self.outcome, self.client, start);
        let mut chain: Vec<Link> = fault.map(strike).into_iter().collect();
        chain.extend(self.lost().map(|mark| self.gone(mark)).unwrap_or_default());
        chain.extend(self.built());
        chain.extend(served);
        chain
    }
}

/// Returns how much of an outage was spent on something.
fn length(outage: &Outage, part: Part) -> Span {
    let parts = &outage.parts;
    match part {
        Part::Recover => parts.recover,
        Part::Detect => parts.detect,
        Part::Check => parts.check,
        Part::Promote => parts.promote,
        Part::Publish => parts.publish,
        Part::Cache => parts.cache,
        Part::Connect => parts.connect,
        Part::Retry => parts.retry,
    }
}
