//! What a service lost, from the accounts of the judge.
//!
//! Knows nothing of who is to blame. Kept here: what was lost by the end of the run is what the
//! range holds, so the differences between two instants add up to the whole.

use super::Sim;
use super::background::ByHand;
use super::strikes::touches;
use crate::check::{Abandoned, Ledger, acked_in_force};
use crate::control::Operator;
use crate::kernel::{Instant, Lsn, Span};
use crate::knob::CommitLevel;
use crate::model::{Branch, Host, Service, Session};

/// WAL before the beginning of a timeline that is in no archive.
///
/// # Examples
/// A disk that is full of WAL waiting for the archive leaves a gap behind:
/// ```
/// # let path = "scenarios/uploads-stall-and-disk-fills.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let gap = outcome.services[0].archive_gaps[0];
/// assert_eq!((gap.timeline, gap.from_lsn.get()), (2, 36_864_000));
/// assert_eq!(gap.to_lsn.get() - gap.from_lsn.get(), 97_353_728);
/// ```
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

/// What a service lost, in commits that clients were told are committed.
///
/// # Examples
/// What was acknowledged survived or was lost:
/// ```
/// # let path = "scenarios/partition-with-clients-on-the-old-side.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let loss = &outcome.services[0].loss;
/// assert_eq!(loss.lost_commits, 16_154);
/// assert_eq!(loss.surviving_commits + loss.lost_commits, loss.acked_commits);
/// // One more was sent when the fence took effect, and never answered.
/// assert_eq!((loss.in_doubt_commits, loss.divergent_commits), (1, 16_155));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Commits whose acknowledgement reached a client.
    pub acked_commits: u64,
    /// Of these, those in the history of the last primary.
    pub surviving_commits: u64,
    /// Of these, those that are not.
    pub lost_commits: u64,
    /// WAL of old timelines beyond the points where new ones begin, in bytes.
    pub lost_bytes: u64,
    /// From the writing of the last WAL that survived to the old primary's last commit.
    pub window: Span,
    /// Commits that were sent and never answered.
    pub in_doubt_commits: u64,
    /// Commits, acknowledged or not, on timelines that nobody follows any more.
    pub divergent_commits: u64,
    /// Commits acknowledged with a warning that no standby has them.
    pub acked_with_warning_commits: u64,
    /// The lost part of each abandoned timeline.
    pub ranges: Vec<LostRange>,
}

/// The part of an abandoned timeline that no later primary has.
///
/// # Examples
/// ```
/// # let path = "scenarios/partition-with-clients-on-the-old-side.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let range = &outcome.services[0].loss.ranges[0];
/// assert_eq!((range.node.as_str(), range.timeline), ("orders-1", 1));
/// assert_eq!(range.acked_commits, 16_154);
/// // From the end of the last archived segment to the fence, 600 KiB a second.
/// let bytes = range.to_lsn.get() - range.from_lsn.get();
/// assert_eq!(bytes, outcome.services[0].loss.lost_bytes);
/// assert_eq!(range.window.as_micros(), 80_773_334);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRange {
    /// The node that wrote it.
    pub node: String,
    /// The timeline's number.
    pub timeline: u32,
    /// Where the lost part begins.
    pub from_lsn: Lsn,
    /// Where it ends.
    pub to_lsn: Lsn,
    /// How many acknowledged commits it holds.
    pub acked_commits: u64,
    /// How many commits it holds, acknowledged or not.
    pub divergent_commits: u64,
    /// How many of the acknowledged ones had been written by each instant at which something
    /// happened to the service, in order; the end of the run is the last.
    pub acked_by: Vec<(Instant, u64)>,
    /// The acknowledged ones that waited for no standby, if others on the timeline did.
    pub unwaited: Option<Unwaited>,
    /// When the last WAL that survived was written, or when the timeline began.
    pub since: Instant,
    /// How far back in time it reaches.
    pub window: Span,
    /// The promotion past the platform by which the history began that goes on in its place.
    pub by_hand: Option<ByHand>,
    /// Whether the disk that holds it still exists at the end of the run.
    pub disk_exists: bool,
}

/// Acknowledged commits of a timeline under quorum commit that waited for no standby.
///
/// # Examples
/// Three commits were cancelled while they waited, and are acknowledged with a warning:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/quorum-wait-cancelled.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let ranges = outcome.services[0].loss.ranges.iter();
/// let unwaited: Vec<_> = ranges.filter_map(|range| range.unwaited).collect();
/// assert_eq!((unwaited[0].with_warning, unwaited[0].own_setting), (3, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unwaited {
    /// Made before the setting was in force, or after it.
    pub not_in_force: u64,
    /// Of clients that turned it off for themselves by `synchronous_commit`.
    pub own_setting: u64,
    /// Acknowledged with a warning, since their client would not wait any longer.
    pub with_warning: u64,
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
        by_hand: by_hand(sim, part),
        disk_exists: !matches!(world.node(part.node).host, Host::Dead | Host::Deleted),
    }
}

/// Returns what an operator did past the platform to begin the history that goes on where an
/// abandoned part begins.
fn by_hand(sim: &Sim, part: &Abandoned) -> Option<ByHand> {
    let world = &sim.world;
    let last = world.service(world.in_charge(world.branch(part.branch).service)).primary;
    let mut next = world.node(last).branch;
    loop {
        let (parent, _) = world.branch(next).parent?;
        if parent == part.branch {
            break;
        }
        next = parent;
    }
    let branch = world.branch(next);
    let memory = sim.history.of(branch.service);
    let mut acts = memory.by_hand.iter().rev();
    let (at, order, node) = *acts.find(|(at, order, node)| {
        *order == Operator::Promote && *node == branch.node && *at <= branch.began
    })?;
    // What the platform had ordered before that is its own.
    let promotion = memory.promotions.iter().find(|one| one.branch == Some(next));
    let by_platform = promotion.is_some_and(|one| one.ordered < at);
    let act = ByHand { at, order: order.card().name, node: world.node_name(node) };
    (!by_platform).then_some(act)
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
    // A node of the other service of a pair or a group may take over.
    let services = [Some(service.id), sim.world.partner(service.id)];
    for id in services.into_iter().flatten() {
        for promotion in &sim.history.of(id).promotions {
            instants.extend([promotion.ordered, promotion.finished]);
        }
        let orders = sim.history.orders.iter().filter(|order| order.service == id);
        // One that is refused changes nothing.
        let accepted = orders.filter(|order| order.refusal.is_none());
        instants.extend(accepted.map(|order| order.at));
        instants.extend(sim.history.of(id).by_hand.iter().map(|(at, ..)| *at));
    }
    let fences = memory.fenced.iter();
    instants.extend(fences.flat_map(|(at, node)| [sim.world.fence_set_out(*node, *at), *at]));
    instants.push(sim.world.now);
    instants.retain(|at| *at <= sim.world.now);
    instants.sort();
    instants.dedup();
    instants
}
