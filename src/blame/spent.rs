//! What each part of an outage scales with.
//!
//! Knows nothing of how long a part was. Kept here: a knob is named only if turning it moves the
//! part, the most telling first.

use super::chain::{timeout, was_upgrading};
use super::entry::Part;
use super::outage::Case;
use super::scale::Scale;
use super::successor::{self, Successor};
use super::{back, cause, daemon, order, still_out, stop};
use crate::kernel::{Instant, Span};
use crate::model::Endpoint;
use crate::sim::{FaultOutcome, OrderOutcome};

impl<'a> Case<'a> {
    /// Returns the order behind the promotion, if one is.
    fn order(&self) -> Option<&'a OrderOutcome> {
        let one = self.successor?;
        order::of_promotion(self.outcome, one.service, one.promotion)
    }

    /// Returns the order that most of a part was spent on waiting for, if one is, or the time after
    /// which the platform does by itself what nobody orders.
    fn awaited(&self, (from, to): (Instant, Instant)) -> Option<Scale> {
        let one = self.promotion()?;
        let most = |at: Instant| from <= at && at <= to && at.since(from) > to.since(at);
        if let Some(order) = self.order() {
            return most(order.at).then_some(Scale::Order(order.order));
        }
        let waits = one.cause == "region_failover" && most(one.ordered);
        waits.then(|| Scale::knobs(&self.outcome.knobs, &["automatic_region_failover"]))
    }

    /// Returns whether the new primary is part of what was planned.
    pub(super) fn is_planned(&self) -> bool {
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

    /// Returns what a part scales with that lasted from one instant to another.
    pub(super) fn scale(&self, part: Part, place: (Instant, Instant)) -> Scale {
        let knobs = |names: &[&str]| Scale::knobs(&self.outcome.knobs, names);
        let driver = |names: &[&str]| Scale::client(&self.outcome.knobs, self.client, names);
        let daemons = self.promotion().is_some_and(|one| one.rule == "promote-self");
        match part {
            Part::Recover => self.recovery(place),
            Part::Detect => self.detection(place.1),
            Part::Check => self.awaited(place).unwrap_or_else(|| self.checks(daemons)),
            Part::Promote => self.awaited(place).unwrap_or_else(|| self.making()),
            Part::Publish => {
                self.stalled("PublishStall").unwrap_or_else(|| knobs(&["dns_publish_delay"]))
            }
            Part::Cache => driver(&["dns_ttl"]),
            Part::Connect => self.never_back().unwrap_or_else(|| {
                let dead = self.outage.parts.connect >= self.outcome.knobs.tcp_user_timeout;
                let [first, second] = if dead {
                    ["tcp_user_timeout", "connect_timeout"]
                } else {
                    ["connect_timeout", "tcp_user_timeout"]
                };
                driver(&[first, second])
            }),
            Part::Retry => self.never_back().unwrap_or_else(|| {
                // No pause was as long as the longest if all together are shorter.
                let longest = self.outage.parts.retry >= self.outcome.knobs.backoff_max;
                driver(if longest { &["backoff_max", "backoff_first"] } else { &["backoff_first"] })
            }),
        }
    }

    /// Returns what keeps the client out if it is not back by the end, and not by its own doing.
    fn never_back(&self) -> Option<Scale> {
        still_out::scale(self.outcome, (self.service, self.client), self.outage)
    }

    /// Returns what the detection of a silence scales with that ended at an instant.
    fn detection(&self, end: Instant) -> Scale {
        let knobs = |names: &[&str]| Scale::knobs(&self.outcome.knobs, names);
        let by_daemon = self.promotion().filter(|one| one.rule == "promote-self");
        if let Some(promotion) = by_daemon.filter(|_| self.client.endpoint == Endpoint::Primary) {
            return daemon::scale(self.outcome, promotion);
        }
        if was_upgrading(self.service, end) {
            return knobs(&["major_upgrade_patience", "detection_timeout"]);
        }
        match (self.given_up_at(end), self.client.endpoint) {
            (Some(mark), _) => knobs(&[timeout(self.service, mark)]),
            (None, Endpoint::Primary) => knobs(&["detection_timeout"]),
            (None, Endpoint::Replica | Endpoint::HaReplica) => knobs(&["standby_timeout"]),
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
        let made = self.promotion().is_some_and(|one| one.finished.is_some());
        if let Some(still) =
            self.never_back().filter(|_| !made && self.outage.parts.publish == Span::ZERO)
        {
            return still;
        }
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
        if order::of_group(outcome, self.service, outage.start).is_some() {
            return knobs(&["group_restart"]);
        }
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
                let ended = fault.ended;
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
}
