//! What was acknowledged and where it lies: writers, losses, accounts, the tree of timelines.
//!
//! Knows nothing of who decided. Kept here: commits are looked at one by one.

use cutover::model::{Role, ServiceId};
use serde_json::{Value, json};

use super::Finding;
use crate::numbers::Reference;

/// Adds up one number of several values.
fn sum(values: &[Value], key: &str) -> u64 {
    values.iter().filter_map(|value| value[key].as_u64()).sum()
}

/// At no instant are two nodes of a service writable.
pub(super) fn at_most_one_writer(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let spans = of.dual_writers(id);
        let Some(first) = spans.first() else {
            let quiet = of.seen(id).promotions.is_empty();
            return if quiet { Finding::Vacuous } else { Finding::Holds };
        };
        let start = first["start_us"].as_u64().expect("it has a start");
        let ends = spans.iter().map(|span| span["end_us"].as_u64().unwrap_or(of.now));
        let time = ends.sum::<u64>() - sum(&spans, "start_us");
        let commits = sum(&spans, "losing_commits");
        Finding::Broken(start, json!({ "time_us": time, "commits": commits }))
    })
}

/// Returns whether some history went on where one of a service's had ended.
fn is_continued(of: &Reference<'_>, id: ServiceId) -> bool {
    let world = of.world;
    world.branches.iter().any(|branch| {
        branch.parent.is_some_and(|(parent, _)| {
            let own = branch.service == id;
            let charge = world.in_charge(branch.service) == world.in_charge(id);
            own || (charge && world.branch(parent).service == id)
        })
    })
}

/// No acknowledged commit lies beyond the beginning of a later timeline.
pub(super) fn acked_write_survives(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let loss = of.loss(id);
        if !is_continued(of, id) || loss["acked_commits"] == 0 {
            return Finding::Vacuous;
        }
        let Some(at) = of.first_loss(id).filter(|_| loss["lost_commits"] != 0) else {
            return Finding::Holds;
        };
        Finding::Broken(
            at,
            json!({
                "commits": loss["lost_commits"],
                "bytes": loss["lost_bytes"],
                "window_us": loss["window_us"],
            }),
        )
    })
}

/// Acknowledged commits are surviving commits plus lost commits.
pub(super) fn accounting_adds_up(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let loss = of.loss(id);
        let count = |key: &str| loss[key].as_u64().unwrap_or(0);
        if count("acked_commits") != count("surviving_commits") + count("lost_commits") {
            return Finding::Broken(of.now, json!({}));
        }
        if count("acked_commits") == 0 { Finding::Vacuous } else { Finding::Holds }
    })
}

/// Each promotion begins one timeline with a greater number, at or before the end of its parent,
/// and whoever follows it has replayed nothing beyond.
pub(super) fn timelines_form_a_tree(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let own = of.world.branches.iter().enumerate().filter(|(_, one)| one.service == id);
        Finding::worst(own.filter_map(|(index, branch)| {
            let written = &of.movement.branches[index];
            let (parent, fork) = written.parent?;
            let before = &of.movement.branches[parent];
            let grows = branch.number > of.world.branches[parent].number;
            let within = fork <= before.track.at(written.began);
            let end = written.track.at(of.now);
            let mut nodes = of.world.service(id).nodes.iter().map(|node| of.world.node(*node));
            let beyond = nodes.any(|node| {
                let follows = node.branch.index() == index && node.role == Role::Standby;
                follows && of.movement.flows[node.id.index()].replayed.at(of.now) > end
            });
            Some(if grows && within && !beyond {
                Finding::Holds
            } else {
                Finding::Broken(written.began, json!({}))
            })
        }))
    })
}

/// A node acknowledges nothing after its fence took effect.
pub(super) fn fenced_node_silent(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        Finding::worst(of.done(id).fenced.iter().map(|(at, node)| {
            if !of.world.branches.iter().any(|branch| branch.node == *node) {
                return Finding::Vacuous;
            }
            let own = of.commits.iter().filter(|one| one.node == *node);
            let after = own.filter(|one| one.told.is_some_and(|told| told > *at)).count();
            if after == 0 {
                return Finding::Holds;
            }
            Finding::Broken(*at, json!({ "commits": after }))
        }))
    })
}
