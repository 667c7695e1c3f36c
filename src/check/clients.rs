//! What clients saw: commits that are gone, reads that went back, writes that nobody missed.
//!
//! Knows nothing of how a client connects. Kept here: a client is judged by what it saw, not by
//! what it could have seen.

use super::case::{Breach, Case, Finding};
use super::deliveries::consumed_phantoms;
use super::history::ServiceHistory;
use super::ledger::phantoms;
use super::verdict::Amount;
use super::watch::Block;
use crate::kernel::{Instant, Span};
use crate::model::{Client, NodeId, Service};

/// Judges that no reader or consumer saw a commit that the last primary does not have.
pub(super) fn phantoms_counted(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        // Who follows another service sees what was lost there.
        let source = case.history.of(case.world.in_charge(service.id));
        let mut promotions = memory.promotions.iter().chain(&source.promotions);
        let promoted = promotions.any(|promotion| promotion.branch.is_some());
        let seen = counts(case, service, true, |client| {
            phantoms(case.world, client) + consumed_phantoms(case.world, client.id)
        });
        match seen {
            Some(seen) if promoted => seen.judge("saw", "commits that no longer exist"),
            Some(_) | None => Finding::Vacuous,
        }
    }))
}

/// Judges that no reader was shown an older state than before.
pub(super) fn reads_gone_back(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, _)| {
        let anew = |client: &&Client| client.sight.last.is_some();
        let of_service = case.world.clients.iter().filter(|client| client.service == service.id);
        if of_service.filter(anew).count() == 0 {
            return Finding::Vacuous;
        }
        let seen = counts(case, service, false, |client| client.sight.gone_back);
        seen.map_or(Finding::Vacuous, |seen| seen.judge("went back", "times to an older state"))
    }))
}

/// How often something happened to the readers of a service, and to its consumers.
struct Counts {
    at: Instant,
    sum: u64,
    names: Vec<String>,
}

fn counts(
    case: &Case<'_>,
    service: &Service,
    consumers: bool,
    count: impl Fn(&Client) -> u64,
) -> Option<Counts> {
    let world = case.world;
    let readers = world.clients.iter().filter(|client| client.service == service.id);
    let readers = readers
        .filter(|client| client.work.reads() || (consumers && !client.work.writes()))
        .collect::<Vec<_>>();
    let counted: Vec<(&Client, u64)> =
        readers.iter().map(|client| (*client, count(client))).filter(|(_, n)| *n > 0).collect();
    (!readers.is_empty()).then(|| Counts {
        at: world.now,
        sum: counted.iter().map(|(_, n)| n).sum(),
        names: counted.iter().map(|(of, _)| world.names.clients[of.id.index()].clone()).collect(),
    })
}

impl Counts {
    fn judge(self, did: &str, what: &str) -> Finding {
        if self.sum == 0 {
            return Finding::Holds;
        }
        let detail = format!("{} {did} {} {what}", self.names.join(" and "), self.sum);
        let amounts = vec![Amount::Times(self.sum)];
        Finding::Broken(Breach { at: self.at, amounts, detail })
    }
}

/// Judges that writes are not blocked for long while every report of the primary comes.
pub(super) fn blocked_writes_noticed(case: &Case<'_>) -> Finding {
    let bound = case.knobs.detection_timeout + case.notice();
    Finding::join(case.services().map(|(service, memory)| {
        let writers = case.world.clients.iter();
        let writers = writers.filter(|one| one.service == service.id && one.work.writes());
        let writers: Vec<&Client> = writers.collect();
        let blocks: Vec<Blocked> = blocks(case, memory).collect();
        if writers.is_empty() || blocks.is_empty() {
            return Finding::Vacuous;
        }
        Finding::join(blocks.iter().map(|block| {
            let longest = writers.iter().map(|client| out_within(client, block)).max();
            let time = longest.unwrap_or(Span::ZERO);
            if time <= bound {
                return Finding::Holds;
            }
            let name = case.world.node_name(block.node);
            let why = block.cause.words();
            let detail = format!("{name} reported as ever while writes waited {time}: {why}");
            Finding::broken_for(block.start, time, detail)
        }))
    }))
}

/// A time in which a primary took no writes and every report of it came.
struct Blocked {
    node: NodeId,
    cause: Block,
    start: Instant,
    end: Instant,
}

fn blocks<'a>(case: &Case<'a>, memory: &'a ServiceHistory) -> impl Iterator<Item = Blocked> + 'a {
    let until = case.until.min(case.world.now);
    memory.blocks.iter().enumerate().filter_map(move |(index, (start, block))| {
        let (node, why) = (*block)?;
        let end = memory.blocks.get(index + 1).map_or(until, |(end, _)| *end);
        let silent = memory.silences.iter().filter(|silence| silence.node == node);
        let silent = silent.filter(|silence| silence.until > *start && silence.last_report < end);
        let end = silent.map(|silence| silence.last_report).fold(end, Instant::min);
        (*start < end).then_some(Blocked { node, cause: why, start: *start, end })
    })
}

/// Returns how long a client could not do its work within a block.
fn out_within(client: &Client, block: &Blocked) -> Span {
    let outages = client.outages.iter().chain(&client.outage);
    let shared = outages.map(|outage| {
        let end = outage.end.min(block.end);
        end.since(outage.start.max(block.start).min(end))
    });
    shared.fold(Span::ZERO, |sum, time| sum + time)
}
