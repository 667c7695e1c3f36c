//! Which promotion ended an outage, and which decided that a range of commits is lost.
//!
//! Knows nothing of what led to a promotion. Kept here: of several promotions it is the one that
//! the client came to work with, or whose timeline begins where the range does.

use super::order;
use crate::kernel::Instant;
use crate::model::Endpoint;
use crate::sim::{ClientOutcome, LostRange, Outage, Outcome, Promotion, ServiceOutcome};

/// A promotion with the service whose node was promoted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Successor<'a> {
    /// The service.
    pub service: &'a ServiceOutcome,
    /// The promotion.
    pub promotion: &'a Promotion,
}

impl Successor<'_> {
    /// Returns whether a node was given up for the promotion, whoever was the primary in truth.
    pub(super) fn replaces(&self, node: &str) -> bool {
        let mut marks = self.service.marked_down.iter();
        marks.any(|mark| mark.at == self.promotion.marked_down && mark.node == node)
    }
}

/// Returns the promotion that ended an outage, or is to end it.
pub(super) fn of_outage<'a>(
    outcome: &'a Outcome,
    (service, client): (&'a ServiceOutcome, &ClientOutcome),
    outage: &Outage,
) -> Option<Successor<'a>> {
    let end = outage.end.unwrap_or(outcome.until);
    let within = |at: Instant| outage.start <= at && at <= end;
    let pairs = outcome.pairs.iter();
    let paired =
        pairs.into_iter().any(|pair| [&pair.primary, &pair.recovery].contains(&&service.name));
    let other = order::partner(outcome, &service.name).filter(|_| paired);
    let of = |service: &'a ServiceOutcome| {
        let all = service.promotions.iter().map(move |promotion| Successor { service, promotion });
        // The order may be what the outage began with, a request later.
        let ends = |one: &Successor<'a>| one.promotion.finished.is_some_and(within);
        all.filter(move |one| within(one.promotion.ordered) || ends(one))
    };
    let all: Vec<Successor<'a>> = of(service).chain(other.into_iter().flat_map(of)).collect();
    let finished = || all.iter().copied().filter(|one| one.promotion.finished.is_some_and(within));
    let works_with = |one: &Successor<'a>| outage.answered_by.as_ref() == Some(&one.promotion.node);
    let named = service.dns.iter().rev().find(|change| {
        change.endpoint == Endpoint::Primary && outage.start < change.at && change.at <= end
    });
    let named = named.filter(|_| client.endpoint == Endpoint::Primary);
    let leads = |one: &Successor<'a>| {
        named.is_some_and(|change| change.targets.contains(&one.promotion.node))
    };
    if let Some(one) = finished().rfind(leads) {
        return Some(one);
    }
    if let Some(one) = finished().rfind(works_with) {
        return Some(one);
    }
    // Whoever works again works with a server that nobody promoted meanwhile.
    let still_down = outage.end.is_none() || client.endpoint != Endpoint::Primary;
    let last = finished().next_back().or_else(|| all.first().copied());
    last.filter(|_| still_down)
}

/// Returns the promotion that decided that a range of commits is lost.
pub(super) fn of_range<'a>(
    outcome: &'a Outcome,
    service: &'a ServiceOutcome,
    range: &LostRange,
) -> Option<Successor<'a>> {
    let other = order::partner(outcome, &service.name);
    let services = [Some(service), other].into_iter().flatten();
    let all = || {
        services.clone().flat_map(|service| {
            service.finished().map(move |promotion| Successor { service, promotion })
        })
    };
    let begins = |one: &Successor<'a>| one.promotion.fork_lsn == range.from_lsn;
    let from = |one: &Successor<'a>| one.promotion.from == range.node;
    let later = |one: &Successor<'a>| one.promotion.timeline > range.timeline;
    // A primary that the platform does not know of may have been there besides.
    let replaces = |one: &Successor<'a>| one.replaces(&range.node);
    let exact = all().find(|one| begins(one) && from(one) && later(one));
    let begun = exact.or_else(|| all().find(|one| begins(one) && later(one)));
    begun.or_else(|| all().find(|one| from(one) || replaces(one)))
}

/// Returns the promotions that were begun in vain before one of the same primary's successors.
pub(super) fn in_vain<'a>(
    service: &'a ServiceOutcome,
    promotion: &Promotion,
) -> Vec<&'a Promotion> {
    let before = service.promotions.iter().filter(|one| one.ordered < promotion.ordered);
    let since = before.clone().rfind(|one| one.finished.is_some());
    let since = since.map_or(Instant::ZERO, |one| one.ordered);
    let same = |one: &&Promotion| one.from == promotion.from && one.finished.is_none();
    before.filter(|one| one.ordered >= since).filter(same).collect()
}
