//! What clients saw, and writes that nobody missed.
//!
//! Knows nothing of how clients connect. Kept here: a block lasts as long as every report of the
//! primary comes.

use cutover::model::{NodeId, ServiceId};
use serde_json::json;

use super::{Finding, micros};
use crate::numbers::Reference;

/// Adds up a number of the clients of a service that do not write.
fn of_readers(of: &Reference<'_>, id: ServiceId, key: &str) -> u64 {
    let told = crate::clients::clients(of);
    let clients = of.world.clients.iter().zip(&told);
    let own = clients.filter(|(client, _)| client.service == id && !client.work.writes());
    own.filter_map(|(_, told)| told[key].as_u64()).sum()
}

/// No reader or consumer saw a commit that the last primary does not have.
pub(super) fn phantoms_counted(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let services = [id, of.world.in_charge(id)];
        let mut seen = services.iter().flat_map(|id| &of.seen(*id).promotions);
        let mut clients = of.world.clients.iter().filter(|client| client.service == id);
        let looked = clients.any(|client| !client.work.writes());
        if !looked || !seen.any(|one| one.branch.is_some()) {
            return Finding::Vacuous;
        }
        times(of, of_readers(of, id, "phantom_commits"))
    })
}

/// No new connection shows a reader an older state than the one before.
pub(super) fn reads_gone_back(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let mut clients = of.world.clients.iter().filter(|client| client.service == id);
        if !clients.any(|client| client.sight.last.is_some()) {
            return Finding::Vacuous;
        }
        times(of, of_readers(of, id, "reads_gone_back"))
    })
}

fn times(of: &Reference<'_>, times: u64) -> Finding {
    if times == 0 {
        return Finding::Holds;
    }
    Finding::Broken(of.now, json!({ "times": times }))
}

/// Writes are not blocked for longer than the timeout while every report of the primary comes.
pub(super) fn blocked_writes_noticed(of: &Reference<'_>) -> Finding {
    let bound = micros(of.knobs().detection_timeout) + of.notice();
    of.of_services(|id| {
        let clients = of.world.clients.iter().filter(|one| one.service == id);
        let writers: Vec<usize> =
            clients.filter(|one| one.work.writes()).map(|one| one.id.index()).collect();
        let blocks: Vec<(u64, u64)> = blocks(of, id).collect();
        if writers.is_empty() {
            return Finding::Vacuous;
        }
        Finding::worst(blocks.iter().map(|(start, end)| {
            let out = |writer: &usize| -> u64 {
                let own = of.outages.iter().filter(|one| one.client.index() == *writer);
                own.map(|one| one.end.min(*end).saturating_sub(one.start.max(*start))).sum()
            };
            let longest = writers.iter().map(out).max().unwrap_or(0);
            if longest <= bound {
                return Finding::Holds;
            }
            Finding::broken_for(*start, longest)
        }))
    })
}

/// Returns the times in which the primary took no writes and every report of it came.
fn blocks<'a>(of: &Reference<'a>, id: ServiceId) -> impl Iterator<Item = (u64, u64)> + use<'a> {
    let (now, silences) = (of.now, of.reports.silences.iter());
    let blocked = &of.done(id).blocked;
    blocked.spans().filter_map(move |(start, end, block)| {
        let (node, _): (NodeId, _) = (*block)?;
        let end = end.unwrap_or(now);
        let own = silences.clone().filter(|one| one.node == node);
        let silent = own.filter(|one| one.until > start && one.last < end);
        let end = silent.map(|one| one.last).fold(end, u64::min);
        (start < end).then_some((start, end))
    })
}
