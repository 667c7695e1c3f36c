//! The walk: written, received, consumed, confirmed and copied, one millisecond after another.
//!
//! Knows nothing of paths, paces or feeds. Kept here: a naive reading of the documentation, in
//! which nothing is computed that could be looked up in a list.

use cutover::kernel::{Lsn, Span};
use cutover::sim::SlotState;

use super::stage::{CLIENT_DELAY, Fate, Stage};

/// Positions by the millisecond, in thousandths of a byte.
type Track = Vec<u64>;

/// Walks through a stage and returns what becomes of its slot.
pub(crate) fn walk(stage: &Stage) -> Fate {
    let per_ms = u64::from(stage.writes_per_s) * stage.wal_per_commit;
    let written: Track = (0..=stage.crash).map(|t| t * per_ms).collect();
    let received = received(stage, per_ms);
    let confirmed = confirmed(stage, &written);
    let tracks = Tracks { written, received, confirmed };
    let copy = match stage.failover_slots {
        Some(phase) => cycles(stage, phase, &tracks),
        None => copies(stage, &tracks).pop(),
    };
    let Tracks { written, received, confirmed } = tracks;
    // What is on the wire when the host dies still arrives.
    let last = usize::try_from(stage.crash + stage.replication_delay).expect("it is short");
    let fork = received[last] / 1_000;
    let given = written[at(stage.crash)] / 1_000;
    let ends = |from: u64, to: u64| to / stage.wal_per_commit - from / stage.wal_per_commit;
    // A consumer is given nothing of what was written before its slot was created.
    let begun = fork.max(written[at(stage.creates)] / 1_000);
    let phantoms = ends(begun, given.max(begun));
    let stages = if stage.shared_clock { 30_000 } else { 35_000 };
    let young = stage.failover_slots.is_some() || stage.crash - stage.creates < stages;
    let Some(Copy { read, position, on_primary }) = copy else {
        return Fate {
            state: if young { SlotState::NotYetSynced } else { SlotState::Lost },
            fork: Lsn(fork),
            confirmed: None,
            restart: None,
            age: None,
            duplicates: 0,
            why: [0; 3],
            skipped: 0,
            phantoms,
        };
    };
    let start = if stage.own { position.max(given) } else { position };
    // Duplicates lie between the start and what both the consumer and the new primary had.
    let top = given.min(fork);
    let marks = [start, on_primary, confirmed[at(stage.crash)], top];
    let between =
        |low: u64, high: u64| ends(low.clamp(start.min(top), top), high.clamp(start.min(top), top));
    Fate {
        state: SlotState::Kept,
        fork: Lsn(fork),
        confirmed: Some(Lsn(position)),
        restart: None,
        age: Some(Span::from_micros(stage.crash * 1_000 - read)),
        duplicates: ends(start.min(top), top),
        why: [0, 1, 2].map(|mark| between(marks[mark], marks[mark + 1])),
        // The new timeline writes whole commits from the fork on.
        skipped: start.saturating_sub(fork) / stage.wal_per_commit,
        phantoms,
    }
}

fn at(millis: u64) -> usize {
    usize::try_from(millis).expect("it is short")
}

/// What the standby has, up to the last packet that was on the wire at the crash.
fn received(stage: &Stage, per_ms: u64) -> Track {
    let mut track = vec![0];
    for t in 1..=stage.crash + stage.replication_delay {
        let sent = t.saturating_sub(stage.replication_delay).min(stage.crash) * per_ms;
        let before = track[at(t - 1)];
        let most = stage.goodput.map_or(sent, |goodput| before + goodput);
        // A slow link has a delay too: its first byte arrives no earlier.
        track.push(sent.min(most));
    }
    track
}

/// Up to where the slot is confirmed on the primary, as a job sees it that runs at a millisecond.
fn confirmed(stage: &Stage, written: &Track) -> Track {
    let begins = stage.creates + stage.begins_after;
    let mut track = Vec::new();
    let mut position = 0;
    for t in 0..=stage.crash {
        if t == stage.creates {
            position = written[at(t)] / 1_000;
        }
        // Feedback that was sent at a millisecond before this one, less the way.
        let arrived = t.saturating_sub(CLIENT_DELAY + 1);
        let sent = arrived > begins && (arrived - begins).is_multiple_of(stage.ack_every);
        if sent {
            position = position.max(written[at(arrived - CLIENT_DELAY)] / 1_000);
        }
        track.push(position);
    }
    track
}

/// A copy of the slot's position.
#[derive(Clone, Copy)]
struct Copy {
    /// When the position was read, in microseconds.
    read: u64,
    /// The position on the standby.
    position: u64,
    /// The position on the primary.
    on_primary: u64,
}

/// What the walk knows of every millisecond.
struct Tracks {
    written: Track,
    received: Track,
    confirmed: Track,
}

/// Returns the slot as the cycles of the standby's own synchronisation leave it at the crash, if it
/// is there to stay.
fn cycles(stage: &Stage, phase: u64, tracks: &Tracks) -> Option<Copy> {
    let Tracks { written, received, confirmed } = tracks;
    // What it needs at first, and needed when it came to the standby; what it needed last.
    let (mut first, mut last) = (None, None);
    let mut copy: Option<Copy> = None;
    let (mut t, mut nap, mut stays) = (phase, 30_000, false);
    while t < stage.crash {
        let mut changes = false;
        let on_primary = confirmed[at(t)];
        if t >= stage.creates && on_primary <= received[at(t)] / 1_000 {
            // Snapshots of running transactions that the consumer has confirmed beyond.
            let snapshots = (0..=t / 15_000).map(|mark| written[at(mark * 15_000)] / 1_000);
            let restart = snapshots.filter(|snapshot| *snapshot <= on_primary).max();
            let restart = restart.unwrap_or(0).max(written[at(stage.creates)] / 1_000);
            changes = last != Some((on_primary, restart));
            last = Some((on_primary, restart));
            stays = stays || restart > *first.get_or_insert(restart);
            copy = Some(Copy { read: t * 1_000, position: on_primary, on_primary });
        } else if let Some(copy) = &mut copy {
            copy.on_primary = on_primary;
        }
        nap = if changes { 200 } else { (nap * 2).min(30_000) };
        t += nap;
    }
    copy.filter(|_| stays)
}

/// Returns the copies of the slot to the standby.
fn copies(stage: &Stage, tracks: &Tracks) -> Vec<Copy> {
    let Tracks { written, received, confirmed } = tracks;
    let mut copies: Vec<Copy> = Vec::new();
    let copy = |read: u64, t: u64, limit: u64| {
        let on_primary = confirmed[at(t)];
        Copy { read, position: on_primary.min(limit), on_primary }
    };
    let (mut installed, mut waits) = (None, false);
    for t in stage.creates..=stage.crash {
        let runs = |phase: u64, period: u64| t >= phase && (t - phase).is_multiple_of(period);
        let has = |extension: u64| received[at(t)] / 1_000 >= extension;
        if let (true, Some(extension)) = (waits, installed.filter(|it| has(*it))) {
            // The job has waited for the standby to have the extension.
            let micros = arrives(extension, received[at(t - 1)], received[at(t)]);
            let position = (received[at(t - 1)] * 1_000
                + (received[at(t)] - received[at(t - 1)]) * micros)
                / 1_000_000;
            copies.push(copy(t * 1_000 - 1_000 + micros, t, position));
            waits = false;
        }
        // The host dies before any job of the same instant.
        if t == stage.crash {
            break;
        }
        let installs = runs(stage.dependency_phase, 30_000);
        if installs && installed.is_none() {
            installed = Some(written[at(t)] / 1_000);
        }
        let copying = if stage.shared_clock {
            installs || runs(stage.dependency_phase, 5_000)
        } else {
            runs(stage.copy_phase, 5_000)
        };
        let Some(extension) = installed.filter(|_| copying) else { continue };
        if !copies.is_empty() || has(extension) {
            copies.push(copy(t * 1_000, t, received[at(t)] / 1_000));
        } else {
            waits = true;
        }
    }
    copies.retain(|copy| copy.read < stage.crash * 1_000);
    copies
}

/// Returns how many microseconds into a millisecond a byte arrives.
fn arrives(byte: u64, before: u64, after: u64) -> u64 {
    let there = |micros: &u64| before * 1_000 + (after - before) * micros >= byte * 1_000_000;
    (0..=1_000).find(there).expect("it has arrived at the end of the millisecond")
}
