//! What a service lost, from the accounts of the judge.
//!
//! Knows nothing of who is to blame. Kept here: what was lost by the end of the run is what the
//! range holds, so the differences between two instants add up to the whole.

use super::Sim;
use super::outcome::{Loss, LostRange};
use super::strikes::touches;
use crate::check::{Abandoned, Ledger};
use crate::kernel::{Instant, Lsn, Span};
use crate::model::{Host, Service};

/// WAL before the beginning of a timeline that is in no archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveGap {
    /// The number of the timeline that begins behind the gap.
    pub timeline: u32,
    /// Where the gap begins.
    pub from_lsn: Lsn,
    /// Where it ends.
    pub to_lsn: Lsn,
    /// How long it took to write what is missing.
    pub window: Span,
}

impl LostRange {
    /// Returns how many of its acknowledged commits had been written by an instant at which
    /// something happened.
    pub fn lost_by(&self, instant: Instant) -> u64 {
        let past = self.acked_by.iter().take_while(|(at, _)| *at <= instant);
        past.last().map_or(0, |(_, commits)| *commits)
    }
}

/// Returns what a service lost.
pub(super) fn loss(sim: &Sim, service: &Service, ledger: &Ledger) -> Loss {
    let instants = if ledger.abandoned.is_empty() { Vec::new() } else { instants(sim, service) };
    let ranges = ledger.abandoned.iter().map(|part| range(sim, part, &instants));
    Loss {
        acked_commits: ledger.acked,
        surviving_commits: ledger.surviving,
        lost_commits: ledger.lost,
        lost_bytes: ledger.lost_bytes(),
        window: ledger.window(),
        in_doubt_commits: ledger.in_doubt,
        divergent_commits: ledger.divergent,
        acked_with_warning_commits: ledger.warned,
        ranges: ranges.collect(),
    }
}

fn range(sim: &Sim, part: &Abandoned, instants: &[Instant]) -> LostRange {
    let (world, now) = (&sim.world, sim.world.now);
    let branch = world.branch(part.branch);
    let whole = branch.acked_by(now, now);
    let survived = whole - part.acked.min(whole);
    let lost_by = |at: Instant| branch.acked_by(at, now).max(survived) - survived;
    LostRange {
        node: world.node_name(part.node),
        timeline: branch.number,
        from_lsn: part.from.lsn(),
        to_lsn: part.to.lsn(),
        acked_commits: part.acked,
        divergent_commits: part.written,
        acked_by: instants.iter().map(|at| (*at, lost_by(*at))).collect(),
        since: part.since,
        window: if part.acked > 0 { part.window } else { Span::ZERO },
        disk_exists: !matches!(world.node(part.node).host, Host::Dead | Host::Deleted),
    }
}

/// Returns the instants at which something happened to a service, and the end of the run.
fn instants(sim: &Sim, service: &Service) -> Vec<Instant> {
    let memory = sim.history.of(service.id);
    let strikes = sim.history.strikes.iter().filter(|strike| touches(sim, strike, service.id));
    let mut instants: Vec<Instant> = strikes.map(|strike| strike.at).collect();
    instants.extend(memory.given_up.iter().map(|given_up| given_up.at));
    for promotion in &memory.promotions {
        instants.extend([promotion.ordered, promotion.finished]);
    }
    instants.extend(memory.fenced.iter().map(|(at, _)| *at));
    instants.push(sim.world.now);
    instants.retain(|at| *at <= sim.world.now);
    instants.sort();
    instants.dedup();
    instants
}
