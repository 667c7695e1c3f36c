//! The seconds in which a client could not work, by what they were spent on.
//!
//! Knows nothing of commits. Kept here: the lines of an outage are its parts, in the order in which
//! it went through them; connecting and retrying alternate and share their time.

use super::chain::{
    cause_of, given_up, in_order, interrupted, noticing, publishing, strike, was_upgrading,
};
use super::entry::{Entry, Kind, Link, Part};
use super::scale::{Scale, Setting};
use super::successor::{self, Successor};
use super::{back, cause, order, stop};
use crate::check::Amount;
use crate::kernel::{Instant, Span};
use crate::model::{Driver, Endpoint};
use crate::sim::{
    ClientOutcome, FaultOutcome, OrderOutcome, Outage, Outcome, Promotion, ServiceOutcome,
};

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
struct Case<'a> {
    outcome: &'a Outcome,
    service: &'a ServiceOutcome,
    client: &'a ClientOutcome,
    outage: &'a Outage,
    /// The promotion that ended it, or is to end it.
    successor: Option<Successor<'a>>,
}

impl<'a> Case<'a> {
    fn end(&self) -> Instant {
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
                    chain: self.chain(part),
                });
            }
            if !shared {
                from = to;
            }
        }
        entries
    }

    fn promotion(&self) -> Option<&'a Promotion> {
        self.successor.map(|one| one.promotion)
    }

    /// Returns the order behind the promotion, if one is.
    fn order(&self) -> Option<&'a OrderOutcome> {
        let one = self.successor?;
        order::of_promotion(self.outcome, one.service, one.promotion)
    }

    /// Returns the order that most of a part was spent on waiting for, if one is.
    fn awaited(&self, (from, to): (Instant, Instant)) -> Option<Scale> {
        let order = self.order().filter(|order| from <= order.at && order.at <= to)?;
        let most = order.at.since(from) > to.since(order.at);
        most.then_some(Scale::Order(order.order))
    }

    /// Returns whether the new primary is part of what was planned.
    fn is_planned(&self) -> bool {
        self.successor.is_some_and(|one| {
            one.promotion.cause == "switchover" && order::is_ordered(one.service, one.promotion)
        })
    }

    /// Returns a fault of a kind that struck the service by the end of the outage.
    fn stalled(&self, kind: &'static str) -> Option<Scale> {
        let over = self.outcome.faults.iter().any(|fault| {
            let of_service = fault.fault == kind && fault.what == self.service.name;
            of_service && fault.at <= self.end() && !fault.healed
        });
        over.then_some(Scale::Fault(kind))
    }

    fn scale(&self, part: Part, place: (Instant, Instant)) -> Scale {
        let knobs = |names: &[&str]| Scale::knobs(&self.outcome.knobs, names);
        let driver = |names: &[&str]| Scale::client(&self.outcome.knobs, self.client, names);
        let daemons = self.promotion().is_some_and(|one| one.rule == "promote-self");
        match part {
            Part::Recover => self.recovery(place),
            Part::Detect if self.client.endpoint != Endpoint::Primary => {
                knobs(&["standby_timeout"])
            }
            Part::Detect if daemons => knobs(&["lookout_failover_lag"]),
            Part::Detect if was_upgrading(self.service, place.1) => {
                knobs(&["major_upgrade_patience", "detection_timeout"])
            }
            Part::Detect => knobs(&["detection_timeout"]),
            Part::Check | Part::Promote if self.awaited(place).is_some() => {
                self.awaited(place).unwrap_or_else(|| knobs(&["promotion_patience"]))
            }
            Part::Check => self.checks(daemons),
            Part::Promote => self.making(),
            Part::Publish => {
                self.stalled("PublishStall").unwrap_or_else(|| knobs(&["dns_publish_delay"]))
            }
            Part::Cache => driver(&["dns_ttl"]),
            Part::Connect => driver(&["connect_timeout", "tcp_user_timeout"]),
            Part::Retry => driver(&["backoff_max", "backoff_first"]),
        }
    }

    /// Returns what making sure scales with.
    fn checks(&self, daemons: bool) -> Scale {
        let knobs = |names: &[&str]| Scale::knobs(&self.outcome.knobs, names);
        let timed = self
            .successor
            .filter(|_| self.is_planned())
            .and_then(|one| order::timed(self.outcome, one.service, one.promotion));
        match (timed, self.promotion()) {
            (Some(scale), _) => scale,
            (None, _) if daemons => knobs(&["lookout_missing_primary_timeout"]),
            (None, Some(one)) if one.rule == "promote-furthest-asked" => knobs(&["order_patience"]),
            (None, _) => knobs(&["promotion_patience"]),
        }
    }

    /// Returns what the making of a new primary, or of another standby, scales with.
    fn making(&self) -> Scale {
        let knobs = |names: &[&str]| Scale::knobs(&self.outcome.knobs, names);
        let primary = self.client.endpoint == Endpoint::Primary;
        let Some(one) = self.successor.filter(|_| primary) else {
            let build = || knobs(&["node_build", "restore_rate", "database_size"]);
            return self.stalled("ProvisionStall").unwrap_or_else(build);
        };
        if ["restore", "power_on"].contains(&one.promotion.cause) {
            let build = || knobs(&["node_build", "restore_rate", "database_size"]);
            return self.stalled("ProvisionStall").unwrap_or_else(build);
        }
        if let Some(held) = cause::of_replay(self.outcome, one.promotion) {
            return Scale::Fault(held.fault);
        }
        if successor::in_vain(one.service, one.promotion).is_empty() {
            knobs(&["promotion_overhead", "redo_rate"])
        } else {
            knobs(&["detection_timeout", "promotion_patience", "promotion_overhead"])
        }
    }

    /// Returns what an ordered change of the primary scales with before the name has moved.
    fn passing_on(&self, one: Successor<'a>, place: (Instant, Instant)) -> Scale {
        let (outcome, service, promotion) = (self.outcome, one.service, one.promotion);
        let knobs = |names: &[&str]| Scale::knobs(&outcome.knobs, names);
        let overhead = || knobs(&["promotion_overhead"]);
        if let Some(waited) = stop::waited(outcome, service, promotion) {
            return self.awaited(place).unwrap_or_else(|| waited.and(overhead()));
        }
        let met = stop::begins(service, promotion).and_then(|from| {
            cause::within(outcome, &promotion.from, (from, promotion.ordered)).pop()
        });
        let met = met.or_else(|| cause::lasting(outcome, self.client, self.outage.start));
        let met = met.map(|fault| Scale::Fault(fault.fault));
        met.or_else(|| self.awaited(place)).unwrap_or_else(|| {
            if promotion.rule == "return-to-active" {
                knobs(&["detection_timeout", "promotion_overhead"])
            } else if promotion.cause == "switchover" {
                stop::scale(outcome, service, promotion).and(overhead())
            } else {
                overhead()
            }
        })
    }

    /// Returns what a recovery without a change of the name scales with.
    fn recovery(&self, place: (Instant, Instant)) -> Scale {
        let knobs = |names: &[&str]| Scale::knobs(&self.outcome.knobs, names);
        let (outcome, outage) = (self.outcome, self.outage);
        let ordered = order::of_outage(outcome, self.service, outage.start);
        if ordered.is_some_and(|order| order.order == "MajorUpgrade") {
            return knobs(&["major_upgrade_outage", "shutdown_checkpoint"]);
        }
        if let Some(one) = self.successor.filter(|_| self.order().is_some()) {
            return self.passing_on(one, place);
        }
        let fault = cause::of_outage(outcome, self.client, outage.start);
        if back::returning(self.service, outage).is_some() {
            return knobs(&["detection_timeout", "order_patience"]);
        }
        let stalled = back::stalled(self.service, self.client, outage);
        if let Some((_, enough)) = stalled.filter(|_| back::spares(self.service, fault)) {
            let healed = |fault: &FaultOutcome| {
                let ended = cause::ended(outcome, fault);
                ended.is_some_and(|end| enough.is_none_or(|enough| end <= enough.at))
            };
            return match fault {
                Some(fault) if healed(fault) => Scale::Fault(fault.fault),
                _ => knobs(&["quorum_size", "standby_timeout", "node_build"]),
            };
        }
        match fault.map(|fault| fault.fault) {
            Some("ProcessCrash") => knobs(&["process_restart"]),
            Some("OutOfMemory") => knobs(&["redo_rate"]),
            Some(fault) => Scale::Fault(fault),
            None => knobs(&["promotion_overhead"]),
        }
    }

    fn chain(&self, part: Part) -> Vec<Link> {
        let mut chain = match (self.successor, part) {
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

    /// Returns how the client came to be out, and back, without a new primary.
    fn alone(&self) -> Vec<Link> {
        let served = self.served();
        let by_itself = || back::chain(self.outcome, (self.service, self.client), self.outage);
        let start = self.outage.start;
        if served.is_none() || order::of_outage(self.outcome, self.service, start).is_some() {
            return by_itself().into_iter().chain(served).collect();
        }
        let fault = cause::of_outage(self.outcome, self.client, start);
        let mut chain: Vec<Link> = fault.map(strike).into_iter().collect();
        let mut marks = self.service.marked_down.iter();
        let gone = marks.find(|mark| start <= mark.at && mark.at <= self.end());
        let timeout = match self.client.endpoint {
            Endpoint::Primary => "detection_timeout",
            Endpoint::Replica | Endpoint::HaReplica => "standby_timeout",
        };
        if let Some(mark) = gone {
            chain.extend(interrupted(self.outcome, self.service, mark.at));
            chain.push(given_up(self.outcome, self.service, (mark, timeout)));
        }
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
