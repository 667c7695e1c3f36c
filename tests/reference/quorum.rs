//! Quorum commit by the look: which standbys count from when on, and when each commit is released.
//!
//! Knows nothing of how the library keeps what was released. Kept here: a commit is released at
//! the first instant at which nobody has to acknowledge it or enough standbys have.

use cutover::knob::CommitLevel;
use cutover::model::{Node, NodeId, World};

use super::flow::Flow;
use super::track::BYTE;

/// Which standbys counted, from when on.
#[derive(Debug, Default)]
pub(crate) struct Eras {
    eras: Vec<Era>,
}

#[derive(Debug, PartialEq, Eq)]
struct Era {
    since: u64,
    /// How many have to acknowledge; none while nobody waits.
    needs: Option<usize>,
    /// Who is named; nobody in particular if the list is empty.
    named: Vec<NodeId>,
    /// What had been written when the setting came into force.
    written: u64,
    /// Who counts, and how long its acknowledgements travel.
    members: Vec<(NodeId, u64)>,
}

impl Eras {
    /// Looks at the setting of a primary and at those who follow it.
    pub(crate) fn look(&mut self, world: &World, primary: &Node, now: u64, written: u64) {
        let rule = primary.quorum_rule.as_ref();
        let counts = |node: &&Node| {
            let named = rule.is_some_and(|rule| rule.names(node.id));
            let follows = node.upstream == Some(primary.id) && node.streaming;
            named && follows && node.ready && node.answers()
        };
        let nodes = world.service(primary.service).nodes.iter().map(|id| world.node(*id));
        let delay = |node: &Node| world.node_delay(node.id, primary.id).as_micros();
        let members = nodes.filter(counts).map(|node| (node.id, delay(node))).collect();
        let last = self.eras.last();
        let needs = rule.map(|rule| rule.needs);
        let goes_on = last.is_some_and(|last| last.needs.is_some());
        let written = last.filter(|_| goes_on).map_or(written, |last| last.written);
        let named = rule.map(|rule| rule.standbys.clone()).unwrap_or_default();
        let era = Era { since: now, needs, named, written, members };
        let same = last
            .map_or(needs.is_none(), |last| last.needs == era.needs && last.members == era.members);
        let same = same && last.is_none_or(|last| last.named == era.named);
        if same {
            return;
        }
        self.eras.push(era);
    }

    /// Returns the times in which some setting was in force without a break.
    pub(crate) fn in_force(&self) -> Vec<(u64, u64)> {
        let mut periods: Vec<(u64, u64)> = Vec::new();
        for (index, era) in self.eras.iter().enumerate() {
            let end = self.eras.get(index + 1).map_or(u64::MAX, |next| next.since);
            match periods.last_mut() {
                _ if era.needs.is_none() => {}
                Some(last) if last.1 == era.since => last.1 = end,
                Some(_) | None => periods.push((era.since, end)),
            }
        }
        periods
    }

    /// Returns how many have to acknowledge by the last setting that was in force, and who counts.
    pub(crate) fn last_rule(&self) -> Option<(usize, &[NodeId])> {
        self.eras.iter().rev().find_map(|era| Some((era.needs?, &era.named[..])))
    }

    /// Returns whether as many follow as have to acknowledge.
    pub(crate) fn is_met(&self) -> bool {
        let last = self.eras.last();
        last.is_none_or(|last| last.needs.is_none_or(|needs| last.members.len() >= needs))
    }

    /// Returns when a setting came into force first, if one ever did.
    pub(crate) fn first(&self) -> Option<u64> {
        self.eras.first().map(|era| era.since)
    }

    /// Returns whether some setting was ever in force.
    pub(crate) fn began(&self) -> bool {
        !self.eras.is_empty()
    }

    /// Returns how far commits of a level were released at an instant; nothing if all were.
    pub(crate) fn released(
        &self,
        (flows, flush): (&[Flow], u64),
        level: CommitLevel,
        at: u64,
    ) -> Option<u128> {
        let last = self.eras.iter().rposition(|era| era.since <= at)?;
        let needs = self.eras[last].needs.filter(|_| level != CommitLevel::Local)?;
        let after = if level == CommitLevel::On { flush } else { 0 };
        let begun = self.eras[..last].iter().rposition(|era| era.needs.is_none());
        let mut released = u128::from(self.eras[last].written) * BYTE;
        for index in begun.map_or(0, |begun| begun + 1)..=last {
            // What was acknowledged when standbys come and go stays so.
            let era = &self.eras[index];
            let then = self.eras.get(index + 1).map_or(at, |next| next.since.min(at));
            let acked = era.members.iter().map(|(node, delay)| {
                let flow = &flows[node.index()];
                let apply = level == CommitLevel::RemoteApply;
                let track = if apply { &flow.replayed } else { &flow.received };
                track.at(then.saturating_sub(delay + after))
            });
            let mut acked: Vec<u128> = acked.collect();
            acked.sort_unstable_by(|one, other| other.cmp(one));
            released = released.max(acked.get(needs - 1).copied().unwrap_or(0));
        }
        Some(released)
    }

    /// Returns when a commit is released that ends at a byte, if it ever is before `end`.
    pub(crate) fn releases(
        &self,
        (flows, flush): (&[Flow], u64),
        level: CommitLevel,
        (byte, made): (u64, u64),
        end: u64,
    ) -> Option<u64> {
        let after = match level {
            CommitLevel::Local => return Some(made),
            CommitLevel::RemoteWrite | CommitLevel::RemoteApply => 0,
            CommitLevel::On => flush,
        };
        if self.eras.first().is_none_or(|first| first.since > made) {
            return Some(made);
        }
        for (index, era) in self.eras.iter().enumerate() {
            let next = self.eras.get(index + 1).map_or(end, |next| next.since);
            let begins = era.since.max(made);
            if begins >= next.min(end) {
                continue;
            }
            // What arrives at the very instant at which the next one begins has arrived.
            let ends = end.min(next + 1);
            let Some(needs) = era.needs.filter(|_| byte > era.written) else {
                return Some(begins);
            };
            let mut arrivals: Vec<u64> = Vec::new();
            for (node, delay) in &era.members {
                let flow = &flows[node.index()];
                let track = match level {
                    CommitLevel::RemoteApply => &flow.replayed,
                    CommitLevel::RemoteWrite | CommitLevel::On | CommitLevel::Local => {
                        &flow.received
                    }
                };
                let way = delay + after;
                let from = begins.saturating_sub(way);
                let there = track.first_at_or_beyond(
                    u128::from(byte) * BYTE,
                    from,
                    ends.saturating_sub(way),
                );
                arrivals.extend(there.map(|at| (at + way).max(begins)));
            }
            arrivals.sort_unstable();
            if let Some(at) = arrivals.get(needs - 1) {
                return Some(*at);
            }
        }
        None
    }
}
