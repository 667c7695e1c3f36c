//! A run taken event by event, every report an event, with everything looked at after each.
//!
//! Knows nothing of what is counted in the end. Kept here: how far everybody has come agrees with
//! the run after every event, or the first difference is told.

use std::sync::Arc;

use cutover::model::Role;
use cutover::scenario::Loaded;
use cutover::sim::Sim;
use cutover::trace::Note;
use serde_json::Value;

use super::clients::{Watch, outages};
use super::commits::commits;
use super::deeds::Deeds;
use super::faults::Faults;
use super::feeds::Feeds;
use super::ledger::ledger;
use super::looks::Looks;
use super::movement::{Movement, micros};
use super::numbers::Reference;
use super::polls::Polls;
use super::readings::Readings;
use super::reports::Reports;
use super::slots::Takeovers;

/// Reports have this rank.
const REPORTS: u32 = 2;

/// Events of clients have this rank, which says whose turn it is.
const CLIENTS: u32 = 5;

/// Timers have this rank.
const TIMERS: u32 = 4 << 24;

/// What was counted of a run.
#[derive(Debug)]
pub(crate) struct Counted {
    /// Its numbers.
    pub(crate) numbers: Value,
    /// Where it moved otherwise than it was followed.
    pub(crate) apart: Option<String>,
    /// What of the ledger of a report is not as counted.
    pub(crate) ledger: Vec<String>,
}

/// Returns what is counted of a run of which this is reported.
pub(crate) fn walk(loaded: &Loaded, seed: u64, told: &Value) -> Counted {
    let mut sim = Sim::with_eager_ticks(Arc::new(loaded.setup.clone()), seed);
    let (mut movement, mut looks) = (Movement::default(), Looks::default());
    let (mut readings, mut takeovers) = (Readings::default(), Takeovers::default());
    let (mut watch, mut acted) = (Watch::default(), None);
    let (mut deeds, mut feeds) = (Deeds::default(), Feeds::default());
    let (mut instant, mut reached) = (None, 0);
    let (mut reports, mut turn) = (Reports::default(), false);
    let (mut polls, mut faults) = (Polls::default(), Faults::default());
    let (mut noted, mut apart) = (0, None);
    let mut goes_on = true;
    while goes_on {
        let (world, news) = (sim.world(), &sim.notes()[noted..]);
        movement.look(world, news);
        looks.look(&sim, &movement, news);
        faults.look(&sim, news);
        reports.look(world, &movement, (turn, news));
        polls.look(&sim, &movement);
        deeds.look(&sim, (&movement, &looks, &reports), news);
        readings.look(world, &movement);
        feeds.look(world, (&movement, &readings), reached);
        takeovers.look(world, &movement, &readings);
        watch.look(world, &movement, acted);
        apart = apart.or_else(|| difference(&sim, &movement));
        noted = sim.notes().len();
        let rank = world.queue.peek().map(|(_, rank)| rank);
        turn = rank.is_some_and(|rank| rank >> 24 == REPORTS);
        let client = rank.filter(|rank| rank >> 24 == CLIENTS).map(|rank| rank >> 16 & 0xFF);
        acted = client.and_then(|client| usize::try_from(client).ok());
        let next = sim.next_at();
        if next != instant {
            (instant, reached) = (next, 0);
        }
        let head = world.queue.peek().filter(|(at, _)| Some(*at) == next);
        reached = reached.max(head.map_or(TIMERS, |(_, rank)| rank));
        polls.prepare(&sim, head);
        goes_on = sim.step();
    }
    let mut judged = Sim::without_notes(Arc::new(loaded.setup.clone()), seed);
    judged.run();
    let world = sim.world();
    movement.look(world, &[]);
    readings.look(world, &movement);
    let mut reference = Reference {
        world,
        movement: &movement,
        looks: &looks,
        slots: &judged.world().slots,
        lines: sim.notes().iter().filter(|note| sim.told(note).is_some()).map(at).collect(),
        readings: &readings,
        reports: &reports,
        polled: &polls.promotions,
        takeovers: &takeovers.all,
        watch: &watch,
        commits: commits(&movement, world),
        deeds: &deeds,
        faults: &faults,
        feeds: &feeds.ended,
        outages: Vec::new(),
        told,
        now: micros(world.now),
    };
    reference.outages = outages(&reference);
    let numbers = reference.numbers();
    Counted { numbers, apart, ledger: ledger(&reference, &reference.outages, told) }
}

fn at(note: &Note) -> u64 {
    micros(note.at)
}

/// Returns how a run differs at the present from what was followed, if it does.
fn difference(sim: &Sim, movement: &Movement) -> Option<String> {
    let world = sim.world();
    let now = micros(world.now);
    let tell = |what: String, one: u128, other: u128| {
        let differs = one != other;
        differs.then(|| format!("at {} {what} is at {one}, followed to {other}", world.now))
    };
    let branches = world.branches.iter().zip(&movement.branches);
    let mut written = branches.filter_map(|(branch, of)| {
        let what = format!("what {} wrote", world.node_name(branch.node));
        tell(what, branch.written.at(world.now).micro_bytes(), of.track.at(now))
    });
    let nodes = world.nodes.iter().zip(&movement.flows);
    let standbys = nodes.filter(|(node, _)| node.role == Role::Standby);
    let mut had = standbys.filter_map(|(node, flow)| {
        let name = world.node_name(node.id);
        let received = node.received.at(world.now).micro_bytes();
        let replayed = node.replayed.at(world.now).micro_bytes();
        tell(format!("what {name} received"), received, flow.received.at(now))
            .or_else(|| tell(format!("what {name} replayed"), replayed, flow.replayed.at(now)))
    });
    written.next().or_else(|| had.next())
}
