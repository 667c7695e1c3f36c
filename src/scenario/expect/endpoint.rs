//! Whether the names of a service point to nodes that serve them, and how many nodes serve.
//!
//! Knows nothing of clients. Kept here: what changes only at known instants is looked at in each
//! of them, so that nothing in between is missed.

use std::collections::BTreeSet;

use super::Finding;
use crate::kernel::Instant;
use crate::model::Endpoint;
use crate::sim::{DnsChange, ServiceOutcome};

/// Judges that a name points to a node that serves it, from an instant to the end of the run.
pub(super) fn serves(
    service: &ServiceOutcome,
    endpoint: Endpoint,
    by: Instant,
    until: Instant,
) -> Finding {
    let name = endpoint.label(&service.name);
    if by > until {
        return Finding::inconclusive(format!("the run ended at {until}, before {by}"));
    }
    let dns = service.dns.iter().map(|change| change.at);
    let census = service.census.iter().map(|census| census.at);
    let promoted = service.promotions.iter().filter_map(|promotion| promotion.finished);
    let changes = dns.chain(census).chain(promoted).filter(|at| by < *at && *at <= until);
    let instants: BTreeSet<Instant> = changes.chain([by]).collect();
    for at in instants {
        if let Some(why) = why_not(service, endpoint, at) {
            return Finding::missed(Some(at), format!("at {at}, {name} {why}"));
        }
    }
    let targets = targets(service, endpoint, until).join(", ");
    Finding::met(Some(by), format!("{name} is served from {by} on, at the end by {targets}"))
}

/// Returns why a name is not served at an instant, or nothing if it is.
fn why_not(service: &ServiceOutcome, endpoint: Endpoint, at: Instant) -> Option<String> {
    let targets = targets(service, endpoint, at);
    if targets.is_empty() {
        return Some("points nowhere".to_owned());
    }
    let serving = serving(service, at);
    if serving == Some(0) {
        return Some(format!("points to {}, but no node serves", targets.join(", ")));
    }
    let primary = primary(service, at);
    match endpoint {
        Endpoint::Primary if !targets.contains(&primary) => {
            Some(format!("points to {}, but the primary is {primary}", targets.join(", ")))
        }
        Endpoint::Primary | Endpoint::Replica | Endpoint::HaReplica => None,
    }
}

/// Judges that a name points to exactly some nodes at an instant.
pub(super) fn points(
    service: &ServiceOutcome,
    endpoint: Endpoint,
    to: &[String],
    at: Instant,
    until: Instant,
) -> Finding {
    let name = endpoint.label(&service.name);
    if at > until {
        return Finding::inconclusive(format!("the run ended at {until}, before {at}"));
    }
    let found: BTreeSet<&String> = targets(service, endpoint, at).iter().collect();
    let listed: Vec<&str> = found.iter().map(|node| node.as_str()).collect();
    let detail = match listed.as_slice() {
        [] => format!("at {at}, {name} points nowhere"),
        nodes => format!("at {at}, {name} points to {}", nodes.join(", ")),
    };
    if found == to.iter().collect() {
        Finding::met(Some(at), detail)
    } else {
        Finding::missed(Some(at), detail)
    }
}

/// Judges that so many nodes are in service, from an instant to the end of the run.
pub(super) fn nodes(
    service: &ServiceOutcome,
    expected: u8,
    by: Instant,
    until: Instant,
) -> Finding {
    if by > until {
        return Finding::inconclusive(format!("the run ended at {until}, before {by}"));
    }
    let changes = service.census.iter().map(|census| census.at);
    let later = changes.filter(|at| by < *at && *at <= until);
    for at in [by].into_iter().chain(later) {
        let found = serving(service, at).unwrap_or(0);
        if found != expected {
            return Finding::missed(Some(at), format!("{} at {at}", in_service(found)));
        }
    }
    Finding::met(Some(by), format!("{} from {by} on", in_service(expected)))
}

fn in_service(count: u8) -> String {
    match count {
        1 => "1 node in service".to_owned(),
        count => format!("{count} nodes in service"),
    }
}

/// Returns the nodes to which a name points at an instant.
fn targets(service: &ServiceOutcome, endpoint: Endpoint, at: Instant) -> &[String] {
    let own = |change: &&DnsChange| change.endpoint == endpoint && change.at <= at;
    service.dns.iter().rfind(own).map_or(&[], |change| &change.targets)
}

/// Returns how many nodes are in service at an instant, if that is known.
fn serving(service: &ServiceOutcome, at: Instant) -> Option<u8> {
    service.census.iter().rfind(|census| census.at <= at).map(|census| census.serving)
}

/// Returns the node that became primary last; at first, the service's first node.
fn primary(service: &ServiceOutcome, at: Instant) -> String {
    let finished = |promotion: &crate::sim::Promotion| promotion.finished.filter(|end| *end <= at);
    let last = service.promotions.iter().filter(|promotion| finished(promotion).is_some());
    let last = last.max_by_key(|promotion| finished(promotion));
    last.map_or_else(|| format!("{}-1", service.name), |promotion| promotion.node.clone())
}

#[cfg(test)]
mod tests {
    use super::super::made::{self, inconclusive, met, missed, secs};
    use super::*;

    #[test]
    fn the_primary_name_is_expected_to_point_to_the_primary() {
        let service = made::outcome().services.remove(0);
        let judged = |by| serves(&service, Endpoint::Primary, secs(by), secs(900));
        let detail = "orders is served from 3m on, at the end by orders-2";
        assert_eq!(judged(180), met(Some(180), detail));
        let detail = "at 1m15s, orders points to orders-1, but the primary is orders-2";
        assert_eq!(judged(75), missed(Some(75), detail));
        let detail = "at 1m14s, orders points to orders-1, but the primary is orders-2";
        assert_eq!(judged(10), missed(Some(74), detail));
        assert_eq!(judged(901), inconclusive("the run ended at 15m, before 15m1s"));
    }

    #[test]
    fn a_name_that_moves_before_the_promotion_has_finished_is_not_served() {
        let mut service = made::outcome().services.remove(0);
        service.dns[2].at = secs(73);
        let finding = serves(&service, Endpoint::Primary, secs(73), secs(900));
        let detail = "at 1m13s, orders points to orders-2, but the primary is orders-1";
        assert_eq!(finding, missed(Some(73), detail));
    }

    #[test]
    fn a_name_is_not_served_while_it_points_nowhere_or_no_node_serves() {
        let mut service = made::outcome().services.remove(0);
        let judged =
            |service: &ServiceOutcome, by| serves(service, Endpoint::Replica, secs(by), secs(900));
        let detail = "replica-orders is served from 10m on, at the end by orders-3";
        assert_eq!(judged(&service, 600), met(Some(600), detail));
        let detail = "at 1m19s, replica-orders points nowhere";
        assert_eq!(judged(&service, 0), missed(Some(79), detail));
        service.census[2].serving = 0;
        let detail = "at 10m, replica-orders points to orders-3, but no node serves";
        assert_eq!(judged(&service, 600), missed(Some(600), detail));
    }

    #[test]
    fn a_name_is_expected_to_point_to_exactly_some_nodes() {
        let service = made::outcome().services.remove(0);
        let both = ["orders-2".to_owned(), "orders-1".to_owned()];
        let judged =
            |to: &[String], at| points(&service, Endpoint::Replica, to, secs(at), secs(900));
        let detail = "at 10s, replica-orders points to orders-2";
        assert_eq!(judged(&both[..1], 10), met(Some(10), detail));
        assert_eq!(judged(&both, 10), missed(Some(10), detail));
        assert_eq!(judged(&[], 79), met(Some(79), "at 1m19s, replica-orders points nowhere"));
        assert_eq!(judged(&[], 901), inconclusive("the run ended at 15m, before 15m1s"));
    }

    #[test]
    fn the_nodes_in_service_are_counted_to_the_end() {
        let service = made::outcome().services.remove(0);
        let judged = |count, by| nodes(&service, count, secs(by), secs(900));
        assert_eq!(judged(2, 500), met(Some(500), "2 nodes in service from 8m20s on"));
        assert_eq!(judged(2, 300), missed(Some(300), "1 node in service at 5m"));
        assert_eq!(judged(2, 0), missed(Some(60), "1 node in service at 1m"));
        assert_eq!(judged(2, 901), inconclusive("the run ended at 15m, before 15m1s"));
    }
}
