//! Every commit, one by one: when it was made, where it ends, when its client was told.
//!
//! Knows nothing of tallies. Kept here: a commit is made while its session may commit, and its
//! client is told of it if the reply leaves while replies still arrive.

use cutover::kernel::{Bytes, Instant, Marks};
use cutover::model::{ClientId, NodeId, ServiceId, Session, Work, World};

use super::movement::{Movement, micros};

/// A commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commit {
    pub(crate) service: ServiceId,
    pub(crate) branch: usize,
    pub(crate) node: NodeId,
    pub(crate) client: ClientId,
    pub(crate) session: usize,
    /// The byte behind its last.
    pub(crate) byte: u64,
    /// When it was made.
    pub(crate) made: u64,
    /// When the reply would have left that waits for standbys, if ever.
    pub(crate) released: Option<u64>,
    /// When the reply left, if one did, whether or not it came.
    pub(crate) leaves: Option<u64>,
    /// When the reply left that told its client, if one did.
    pub(crate) told: Option<u64>,
    /// Whether its client was told although no standby had acknowledged it.
    pub(crate) warned: bool,
    /// Whether its session was over at the end of the run.
    pub(crate) closed: bool,
}

impl Commit {
    /// Returns whether it is on a history.
    pub(crate) fn is_on(&self, line: &[(usize, u64)]) -> bool {
        line.iter().any(|(branch, limit)| *branch == self.branch && self.byte <= *limit)
    }
}

/// Returns how often a client writes a second, and how many bytes each time.
pub(crate) fn work(world: &World, client: ClientId) -> (u32, u64) {
    match world.client(client).work {
        Work::Write { rate, wal_per_commit: Bytes(bytes), .. } => (rate, bytes),
        Work::Read { .. } | Work::Consume(_) => (0, 0),
    }
}

/// Returns when a session makes its commit after so many others: at an even pace, or as drawn.
pub(crate) fn mark(session: &Session, rate: u32, before: u64) -> u64 {
    match &session.replies {
        Marks::Even(pace) => {
            let apart = (u128::from(before) * 1_000_000).div_ceil(u128::from(rate));
            micros(pace.first) + u64::try_from(apart).expect("a run is short")
        }
        Marks::Poisson(drawn) => micros(drawn.nth(before + 1)),
    }
}

/// Returns when a session makes its commits, up to an instant.
fn marks(session: &Session, rate: u32, last: u64) -> Vec<u64> {
    match &session.replies {
        Marks::Even(_) => {
            let marks = (0..).map(|before| mark(session, rate, before));
            marks.take_while(|mark| *mark <= last).collect()
        }
        Marks::Poisson(drawn) => {
            let (mut drawn, end) = (drawn.clone(), Instant::from_micros(last));
            drawn.remember_after(end, 1);
            let known = drawn.known().iter().map(|mark| micros(*mark));
            known.take_while(|mark| *mark <= last).collect()
        }
    }
}

/// Returns every commit of a run, branch by branch, in the order of their sessions.
pub(crate) fn commits(of: &Movement, world: &World) -> Vec<Commit> {
    let mut commits = Vec::new();
    for (index, branch) in world.branches.iter().enumerate() {
        for place in 0..branch.sessions.len() {
            add(&mut commits, of, world, (index, place));
        }
    }
    commits
}

fn add(commits: &mut Vec<Commit>, of: &Movement, world: &World, (index, place): (usize, usize)) {
    let now = micros(world.now);
    let branch = &world.branches[index];
    let session = &branch.sessions[place];
    let (rate, _) = work(world, session.client);
    let last = micros(session.until).min(now);
    for made in marks(session, rate, last) {
        let byte = of.branches[index].track.byte(made);
        let (released, leaves, warned) = leaves(of, world, (index, session), (byte, made));
        let by = micros(session.answered_until).min(now);
        let told = leaves.filter(|leaves| *leaves <= by);
        commits.push(Commit {
            service: branch.service,
            branch: index,
            node: branch.node,
            client: session.client,
            session: place,
            byte,
            made,
            released: released.filter(|released| *released <= by),
            leaves,
            told,
            warned: warned && told.is_some(),
            closed: micros(session.until) < now,
        });
    }
}

/// Returns when the reply to a commit would have left after standbys, when it left, if it did, and
/// whether that was a warning.
fn leaves(
    of: &Movement,
    world: &World,
    (branch, session): (usize, &Session),
    (byte, made): (u64, u64),
) -> (Option<u64>, Option<u64>, bool) {
    let flushed = made + session.latency.as_micros();
    let flush = world.knobs.local_flush.as_micros();
    let eras = &of.branches[branch].eras;
    let end = micros(world.now) + 1;
    let level = world.client(session.client).settings.synchronous_commit;
    let released = eras.releases((&of.flows, flush), level, (byte, made), end);
    let leaves = released.map(|released| released.max(flushed));
    match (leaves, session.warned.map(micros).filter(|at| flushed <= *at)) {
        (Some(released), Some(at)) if at < released => (leaves, Some(at), true),
        (Some(released), _) => (leaves, Some(released), false),
        (None, Some(at)) => (None, Some(at), true),
        (None, None) => (None, None, false),
    }
}
