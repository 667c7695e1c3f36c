//! When a daemon's ticks need not be events, and what it knows when it wakes.
//!
//! While all is well a daemon's polls find what can be computed and its checks end as before, so it
//! sleeps. Knows nothing of decisions. Kept here: a daemon sleeps only while nothing that it looks
//! at can change without an event, and wakes with the sights that its last poll would have left.

use crate::control::lookout::{Gate, Seat, Sight};
use crate::kernel::{Instant, Span};
use crate::model::{Event, Host, LookoutId, Node, Role, ServiceId};
use crate::sim::{Sim, Ticks};

impl Sim {
    /// Lets the daemons of a service tick again after something has happened to it.
    pub(in crate::sim) fn wake_lookouts(&mut self, service: ServiceId) {
        for index in 0..self.lookouts.len() {
            if self.lookouts[index].service == service {
                let id = LookoutId::at(index);
                self.catch_up_on_sleep(id);
                let host = self.seat_node(id).map(|node| self.world.node(node).host);
                match host {
                    Some(Host::Up) | None if self.lookouts[index].down => self.forget(id),
                    Some(Host::Up) | None => self.keep_awake(id),
                    Some(Host::Frozen) => {}
                    Some(Host::Off | Host::Dead | Host::Deleted) => {
                        self.lookouts[index].down = true;
                    }
                }
            }
        }
    }

    /// Makes a daemon's ticks events again.
    pub(super) fn keep_awake(&mut self, id: LookoutId) {
        self.catch_up_on_sleep(id);
        if self.lookouts[id.index()].awake {
            return;
        }
        self.lookouts[id.index()].awake = true;
        let (now, lookout) = (self.world.now, &self.lookouts[id.index()]);
        // What happens after the ticks of an instant is met by the next ones.
        let polled = self.reached >= Event::LookoutPolls(id).rank();
        let checked = self.reached >= Event::LookoutChecks(id).rank();
        let polls = if polled { lookout.polls.after(now) } else { lookout.polls.next(now) };
        let checks = if checked { lookout.checks.after(now) } else { lookout.checks.next(now) };
        self.schedule_poll(id, polls);
        self.schedule_check(id, checks);
    }

    pub(super) fn schedule_poll(&mut self, id: LookoutId, at: Instant) {
        if self.lookouts[id.index()].poll_due != Some(at) {
            self.lookouts[id.index()].poll_due = Some(at);
            self.world.schedule(at, Event::LookoutPolls(id));
        }
    }

    pub(super) fn schedule_check(&mut self, id: LookoutId, at: Instant) {
        if self.lookouts[id.index()].check_due != Some(at) {
            self.lookouts[id.index()].check_due = Some(at);
            self.world.schedule(at, Event::LookoutChecks(id));
        }
    }

    /// Lets a daemon's ticks be no events; one that is scheduled already finds it asleep.
    pub(super) fn fall_asleep(&mut self, id: LookoutId) {
        let lookout = &mut self.lookouts[id.index()];
        lookout.awake = false;
        lookout.asleep = true;
    }

    /// A daemon may sleep while nothing that it looks at can change without an event.
    pub(super) fn may_sleep(&self, id: LookoutId) -> bool {
        let lookout = &self.lookouts[id.index()];
        let daemon = &lookout.daemon;
        let calm =
            matches!(lookout.gate, Some(Gate::StayPrimary | Gate::TolerateLag | Gate::OnlyObserve));
        let settled = daemon.recheck.is_none() && daemon.lag_warned.is_none();
        let asks = daemon.polls_observers(&self.setup.knobs);
        let heard = |watched: &u8| {
            daemon.watches.get(watched).is_some_and(|watch| {
                watch.connected && watch.sights.iter().all(|(_, sight)| sight.connected)
            })
        };
        let all_heard = !asks
            || daemon
                .configuration
                .observers
                .iter()
                .all(|number| lookout.daemon.seat == Seat::Observer(*number) || heard(number));
        self.ticks == Ticks::Lazy
            && calm
            && settled
            && all_heard
            && self.all_see(lookout.service)
            && self.is_calm(lookout.service)
    }

    /// Whether every daemon of a service reached every node when it polled last, and still would.
    fn all_see(&self, service: ServiceId) -> bool {
        let of = self.lookouts.iter().filter(|lookout| lookout.service == service);
        let running = of.filter(|lookout| {
            let Seat::Node(number) = lookout.daemon.seat else { return true };
            lookout.daemon.configuration.nodes.contains(&number)
        });
        running.into_iter().all(|lookout| {
            let daemon = &lookout.daemon;
            let answers = |number: u16| {
                let node = self.world.service(service).numbered(number);
                node.is_some_and(|node| self.world.node(node).answers())
            };
            let sees = |number: &u16| {
                answers(*number) && daemon.sights.get(number).is_some_and(|it| it.connected)
            };
            daemon.configuration.nodes.iter().all(sees)
        })
    }

    /// Whether every node of a service answers, follows without delay and is as it should be.
    fn is_calm(&self, service: ServiceId) -> bool {
        let whole = |node: &Node| {
            let flows = node.role == Role::Primary || (node.ready && self.keeps_up(node));
            let impairments = node.impairments;
            let free = !impairments.stalled && impairments.replay_held_until.is_none();
            node.answers() && flows && !node.promoting && free
        };
        // Beside a second primary a daemon does not know which of them it will find.
        let primaries = self.world.existing(service).filter(|node| node.role == Role::Primary);
        primaries.count() == 1
            && self.world.links.are_whole()
            && self.world.existing(service).all(whole)
    }

    /// Whether a standby's lag stays below the warning, whatever the writers do.
    fn keeps_up(&self, node: &Node) -> bool {
        let Some(upstream) = node.upstream.filter(|_| node.streaming) else { return false };
        let knobs = &self.setup.knobs;
        let rate = self.setup.case(&self.world, &self.history).wal_rate_max(node.service);
        let carries = self.world.capacity(node.id).min(knobs.redo_rate.get());
        let behind = self.seen_at(node, self.world.now, node.received.at(self.world.now)).lag;
        let reaches = [behind, Some(self.world.node_delay(upstream, node.id))];
        rate.is_some_and(|rate| carries > rate)
            && reaches.into_iter().flatten().all(|lag| lag < knobs.lookout_warning_lag)
    }

    /// Brings what a daemon that slept knows up to its last poll.
    pub(super) fn catch_up_on_sleep(&mut self, id: LookoutId) {
        self.look_up(id, self.reached);
        self.lookouts[id.index()].asleep = false;
    }

    /// Lets a daemon that sleeps know what its last poll would have left, if the ticks of this
    /// instant have come up to a rank; it sleeps on.
    pub(super) fn look_up(&mut self, id: LookoutId, reached: u32) {
        if !self.lookouts[id.index()].asleep {
            return;
        }
        let Some(polled) = self.last_poll(id, self.world.now, reached) else { return };
        let numbers: Vec<u16> = self.lookouts[id.index()].daemon.sights.keys().copied().collect();
        for number in numbers {
            let Some(sight) = self.sight_then(id, number, polled) else { continue };
            let lookout = &mut self.lookouts[id.index()];
            if lookout.answered.get(&number).is_some_and(|answered| *answered < polled) {
                lookout.answered.insert(number, polled);
                lookout.attempted.insert(number, polled);
                lookout.daemon.sights.insert(number, sight);
                if sight.seen.is_some_and(|seen| !seen.in_recovery) {
                    lookout.reached_primary = lookout.reached_primary.max(polled);
                }
            }
        }
        if self.lookouts[id.index()].polled < polled {
            self.lookouts[id.index()].polled = polled;
            self.ask_observers_then(id, polled);
        }
    }

    /// Brings what a daemon heard of its observers up to its last poll.
    fn ask_observers_then(&mut self, id: LookoutId, polled: Instant) {
        let lookout = &self.lookouts[id.index()];
        if !lookout.daemon.polls_observers(&self.setup.knobs) {
            return;
        }
        let (service, seat) = (lookout.service, lookout.daemon.seat);
        let asked = self.clock(service, seat).minus(self.world.now.since(polled));
        for number in lookout.daemon.watches.keys().copied().collect::<Vec<u8>>() {
            let of = |lookout: &super::Lookout| {
                lookout.service == service && lookout.daemon.seat == Seat::Observer(number)
            };
            let Some(index) = self.lookouts.iter().position(of) else { continue };
            let observer = LookoutId::at(index);
            let turn = Event::LookoutPolls(id).rank();
            let Some(theirs) = self.last_poll(observer, polled, turn) else { continue };
            let of_nodes = self.lookouts[index].daemon.sights.keys().copied().collect::<Vec<u16>>();
            let sights: Vec<(u16, Sight)> = of_nodes
                .into_iter()
                .filter_map(|node| Some((node, self.sight_then(observer, node, theirs)?)))
                .collect();
            let Some(watch) = self.lookouts[id.index()].daemon.watches.get_mut(&number) else {
                continue;
            };
            watch.asked = asked;
            watch.sights = sights;
        }
    }

    /// Returns when a daemon polled last, if the ticks of an instant have come up to a rank.
    fn last_poll(&self, id: LookoutId, at: Instant, reached: u32) -> Option<Instant> {
        let polls = self.lookouts[id.index()].polls;
        let done = reached >= Event::LookoutPolls(id).rank();
        polls.last(if done { at } else { at.minus(Span::from_micros(1)) })
    }

    /// Returns what a daemon saw of a node when all was well.
    fn sight_then(&self, id: LookoutId, number: u16, polled: Instant) -> Option<Sight> {
        let lookout = &self.lookouts[id.index()];
        let service = lookout.service;
        let node = self.world.node(self.world.service(service).numbered(number)?);
        let clock = self.clock(service, lookout.daemon.seat);
        Some(Sight {
            fetched: clock.minus(self.world.now.since(polled)),
            connected: true,
            seen: Some(self.seen_at(node, polled, node.received.at(polled))),
        })
    }
}
