//! What a service lost, from the accounts of the judge.
//!
//! Knows nothing of who is to blame. Kept here: what was lost by the end of the run is what the
//! range holds, so the differences between two instants add up to the whole.

use super::Sim;
use super::outcome::{Loss, LostRange, Unwaited};
use super::strikes::touches;
use crate::check::{Abandoned, Ledger, acked_in_force};
use crate::kernel::{Instant, Lsn, Span};
use crate::knob::CommitLevel;
use crate::model::{Branch, Host, Service, Session};

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
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/both-nodes-die.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// let range = &outcome.services[0].loss.ranges[0];
    /// assert_eq!(range.lost_by(outcome.until), range.acked_commits);
    /// ```
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
        unwaited: unwaited(sim, part),
        since: part.since,
        window: if part.acked > 0 { part.window } else { Span::ZERO },
        disk_exists: !matches!(world.node(part.node).host, Host::Dead | Host::Deleted),
    }
}

/// Returns which acknowledged commits of an abandoned part waited for no standby, if commits waited
/// on its timeline at all.
fn unwaited(sim: &Sim, part: &Abandoned) -> Option<Unwaited> {
    let (world, now) = (&sim.world, sim.world.now);
    let branch = world.branch(part.branch);
    branch.quorum.began()?;
    let kept = branch.last_made_within(part.from);
    let mut sum = Unwaited::default();
    for session in &branch.sessions {
        let lost = |acked: fn(&Branch, &Session, Instant, Instant) -> u64| {
            let of = |made| acked(branch, session, made, now);
            of(Instant::FAR).saturating_sub(of(kept))
        };
        let all = lost(Branch::acked);
        let within = |made: Instant| acked_in_force(branch, session, made, now);
        let in_force = within(Instant::FAR).saturating_sub(within(kept));
        let warned = all.saturating_sub(lost(Branch::acked_unwarned));
        let own = world.client(session.client).settings.synchronous_commit == CommitLevel::Local;
        sum.own_setting += if own { in_force } else { 0 };
        sum.with_warning += warned;
        sum.not_in_force += all.saturating_sub(in_force + warned);
    }
    Some(sum)
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
