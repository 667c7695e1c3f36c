//! Daemons by the look: when each had reached a primary last, and whom it has seen.
//!
//! Knows nothing of what daemons make of it. Kept here: a poll that was answered stays answered
//! when the daemon is restarted and forgets it.

use std::collections::BTreeMap;

use cutover::control::lookout::{Daemon, Seat};
use cutover::kernel::Instant;
use cutover::knob::Policy;
use cutover::model::{Node, Place, ServiceId, World};
use cutover::sim::Sim;

/// What daemons had reached.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    of: BTreeMap<(ServiceId, Seat), Reached>,
}

#[derive(Debug, Default)]
struct Reached {
    /// As of when each node was seen last, by the daemon's clock.
    seen: BTreeMap<u16, Instant>,
    /// When a primary was.
    primary: u64,
    /// How many other nodes it has seen that it is still told of.
    others: usize,
}

impl Contacts {
    /// Looks at what daemons have seen by now.
    pub(crate) fn look(&mut self, sim: &Sim, now: u64) {
        if sim.world().knobs.policy != Policy::Pglookout {
            return;
        }
        for (service, daemon) in sim.daemons() {
            self.of.entry((service, daemon.seat)).or_default().look(daemon, now);
        }
    }

    /// Returns when the daemon of a node had reached a primary last, and whether it reaches nobody
    /// though it has seen two others.
    pub(crate) fn of(&self, world: &World, node: &Node) -> (Option<u64>, bool) {
        let reached = self.of.get(&(node.service, Seat::Node(node.number)));
        let two = reached.is_some_and(|reached| reached.others >= 2);
        (reached.map(|reached| reached.primary), two && is_alone(world, node))
    }
}

impl Reached {
    fn look(&mut self, daemon: &Daemon, now: u64) {
        for (number, sight) in daemon.sights.iter().filter(|(_, sight)| sight.connected) {
            let news = self.seen.insert(*number, sight.fetched) != Some(sight.fetched);
            let primary = sight.seen.is_some_and(|seen| !seen.in_recovery);
            if news && primary {
                self.primary = now;
            }
        }
        let nodes = daemon.configuration.nodes.iter();
        let others = nodes.filter(|number| daemon.seat != Seat::Node(**number));
        let seen = |number: &&u16| daemon.sights.get(number).is_some_and(|it| it.seen.is_some());
        self.others = others.filter(seen).count();
    }
}

/// Returns whether a node reaches no other of its service that answers, and no observer.
pub(crate) fn is_alone(world: &World, node: &Node) -> bool {
    let mut peers = world.existing(node.service).filter(|peer| peer.id != node.id);
    let reaches = |place: Place| world.connects(node.place(), place);
    let mut observers = (0..world.knobs.lookout_observers)
        .map(|number| Place::Observer(u8::try_from(number).expect("there are few")));
    !peers.any(|peer| peer.answers() && reaches(peer.place())) && !observers.any(reaches)
}
