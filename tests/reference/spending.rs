//! What each client did at every instant of an outage, and what the outage was spent on.
//!
//! After every event it is looked up what a client does, what its caches answer and whether the
//! servers of its service would do its work; each stretch of an outage is then given to what it
//! waited for. Knows nothing of the library's books. Kept here: every microsecond of an outage goes
//! to one thing.

use std::collections::BTreeMap;

use cutover::kernel::{Instant, Span};
use cutover::knob::CommitLevel;
use cutover::model::{Cache, Client, Hosts, NodeId, Role, ServiceId, State, Work, World};
use serde_json::Value;

use super::looks::{Changes, OfService};
use super::movement::micros;
use super::numbers::Reference;

/// What was seen of a client.
#[derive(Debug, Default)]
pub(crate) struct Spending {
    pauses: Changes<bool>,
    /// When the answers in its cache were cached, and as of when each was true.
    answers: Vec<(u64, u64)>,
    /// As what each server would do its work, if it would, while it did not work itself.
    well: BTreeMap<NodeId, Changes<Option<Role>>>,
    works: bool,
    /// Since when it has worked, or not.
    since: u64,
}

/// How an outage ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Back {
    /// When the client worked again, whenever its first answer came.
    pub(crate) at: u64,
    /// With whom.
    pub(crate) node: NodeId,
    /// Whether over the connection that it had before.
    pub(crate) went_on: bool,
}

/// How long an outage was spent on each thing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent([u64; 8]);

/// The parts, in the order in which an outage goes through them.
pub(crate) const PARTS: [&str; 8] =
    ["recover", "detect", "check", "promote", "publish", "cache", "connect", "retry"];

impl Spending {
    /// Looks at a client after an event.
    pub(crate) fn look(&mut self, world: &World, client: &Client) {
        let now = micros(world.now);
        self.pauses.see(now, client.state == State::Pausing);
        let filled = micros(client.resolver.filled);
        let held = client.held.map(|held| (micros(held.filled), micros(held.true_at)));
        let cached =
            held.or_else(|| (client.settings.cache == Cache::Ttl).then_some((filled, filled)));
        if self.answers.last() != cached.as_ref() {
            self.answers.extend(cached);
        }
        let works = matches!(client.state, State::Connected(_) | State::Idle);
        if !works || !self.works {
            // What has changed while the client worked had changed before its outage, and after the
            // one before.
            let since = if self.works { self.since + 1 } else { now };
            let both = [Some(client.service), partner(world, client.service)];
            for node in both.into_iter().flatten().flat_map(|id| world.existing(id)) {
                let well = Some(node.role).filter(|_| is_well(world, client, node.id));
                self.well.entry(node.id).or_default().see(since, well);
            }
        }
        if works != self.works {
            self.since = now;
        }
        self.works = works;
    }

    /// Returns since when a server has done a client's work at an instant.
    fn well_since(&self, back: Back) -> u64 {
        let spans = self.well.get(&back.node).into_iter().flat_map(Changes::spans);
        let since = spans.filter(|(start, _, well)| well.is_some() && *start <= back.at).last();
        since.map_or(back.at, |(start, ..)| start)
    }

    /// Returns when the cache was filled from which a client knew of a change of its name, or when
    /// what it had cached before had expired if it never asked again.
    fn learned(&self, world: &World, client: &Client, served: u64) -> u64 {
        let ttl = world.knobs.dns_ttl.as_micros();
        if client.resolver.kept_warm && client.settings.cache == Cache::Ttl {
            // Somebody asks whenever the cache has expired.
            let first = self.answers.first().map_or(0, |(filled, _)| *filled);
            let missing = served.saturating_sub(first).div_ceil(ttl);
            return first + missing * ttl;
        }
        let known =
            self.answers.iter().find(|(filled, as_of)| *filled >= served && *as_of >= served);
        let cached = || self.answers.last().map_or(served, |last| believed(world, client, *last));
        known.map_or_else(cached, |(filled, _)| *filled)
    }
}

/// Returns until when a client believes an answer that was cached and true at two instants.
fn believed(world: &World, client: &Client, (filled, as_of): (u64, u64)) -> u64 {
    let record = world.service(client.service).record(client.work.endpoint());
    let empty = record.at(Instant::from_micros(as_of)).iter().next().is_none();
    let negative = client.settings.negative_cache.filter(|_| empty);
    let span = negative.map_or_else(
        || match client.settings.cache {
            Cache::Ttl => world.knobs.dns_ttl.as_micros(),
            Cache::Own(span) | Cache::Behind(span) => span.as_micros(),
            Cache::Forever => u64::MAX,
        },
        Span::as_micros,
    );
    filled.saturating_add(span)
}

fn partner(world: &World, id: ServiceId) -> Option<ServiceId> {
    world.pair_of(id).map(|pair| if pair.source == id { pair.destination } else { pair.source })
}

/// Returns whether a server does a client's work, and the client reaches it.
fn is_well(world: &World, client: &Client, id: NodeId) -> bool {
    let node = world.node(id);
    let leads = node.role == Role::Primary;
    let works = match client.work {
        Work::Read { .. } => {
            leads || client.settings.session_attrs != cutover::model::SessionAttrs::ReadWrite
        }
        // That its slot is gone is no fault of the server's.
        Work::Consume(of) => {
            leads && (!node.impairments.stalled || world.slot(of.slot).is_usable(id))
        }
        Work::Write { .. } => leads && !node.impairments.stalled && enough(world, client, id),
    };
    let waits = matches!(client.state, State::Stuck(of, _) if of == id);
    node.answers() && works && (waits || !node.impairments.exhausted) && reaches(world, client, id)
}

/// Returns whether packets pass between a client and a server, over a node that passes them on if
/// one does.
fn reaches(world: &World, client: &Client, id: NodeId) -> bool {
    let (place, server) = (client.place(), world.node(id).place());
    let mut forwarders = world.nodes.iter().filter(|node| node.forwards_to == Some(id));
    world.connects(place, server)
        || forwarders.any(|via| {
            let up = via.host == cutover::model::Host::Up;
            up && world.connects(place, via.place()) && world.connects(via.place(), server)
        })
}

/// Returns whether as many standbys follow as a client's commits wait for.
fn enough(world: &World, client: &Client, id: NodeId) -> bool {
    let branch = world.branch(world.node(id).branch);
    let level = client.settings.synchronous_commit;
    let Some(rule) = branch.quorum_rule().filter(|_| level != CommitLevel::Local) else {
        return true;
    };
    let applies = |node: NodeId| {
        let held = world.node(node).impairments.replay_held_until;
        level != CommitLevel::RemoteApply || held.is_none_or(|until| until <= world.now)
    };
    branch.quorum_members().filter(|node| applies(*node)).count() >= rule.needs
}

impl Spent {
    /// Returns the parts as a report has them.
    pub(crate) fn told(self) -> Value {
        let parts = PARTS.iter().zip(self.0);
        parts.map(|(part, time)| (format!("{part}_us"), Value::from(time))).collect()
    }

    /// Returns the parts that took time, each with its name.
    pub(crate) fn parts(self) -> impl Iterator<Item = (&'static str, u64)> {
        PARTS.into_iter().zip(self.0).filter(|(_, time)| *time > 0)
    }
}

/// Returns what an outage was spent on, and how long.
pub(crate) fn spent(
    of: &Reference<'_>,
    (client, spending): (&Client, &Spending),
    (start, end): (u64, u64),
    back: Option<Back>,
) -> Spent {
    let until = end.min(of.now);
    let turns = turns(of, (client, spending), (start, end), back);
    let mut spent = Spent::default();
    let mut at = start;
    for (turn, part) in turns {
        let to = turn.clamp(at, until);
        spent.0[part] += to - at;
        at = to;
    }
    // The rest the client spent by itself: it paused, or waited for an answer.
    for (from, to, pauses) in spending.pauses.spans() {
        let (from, to) = (from.max(at), to.unwrap_or(until).min(until));
        spent.0[if *pauses { 7 } else { 6 }] += to.saturating_sub(from);
    }
    spent
}

/// Returns until when an outage waited for each thing that is not the client's own.
fn turns(
    of: &Reference<'_>,
    (client, spending): (&Client, &Spending),
    (start, end): (u64, u64),
    back: Option<Back>,
) -> Vec<(u64, usize)> {
    let own = &of.looks.services[client.service.index()];
    let (over, end) = (end <= of.now, end.min(of.now));
    let within = |at: &u64| (start..=end).contains(at);
    let by_itself = || vec![(back.map_or(u64::MAX, |back| spending.well_since(back)), 0)];
    if back.is_some_and(|back| back.went_on) {
        return by_itself();
    }
    let named = client.settings.hosts != Hosts::Listed;
    let record = of.world.service(client.service).record(client.work.endpoint());
    let place = usize::from(client.work.endpoint() != cutover::model::Endpoint::Primary);
    let served = own.names[place].0.iter().map(|(at, _)| *at);
    let served = served.filter(|at| named && start < *at && *at <= end).max();
    let noticed = own.marked_down.iter().map(|(at, ..)| *at).find(within);
    let theirs = partner(of.world, client.service).map(|id| &of.looks.services[id.index()]);
    let first = |of: &OfService| of.promotions.iter().find(|one| within(&one.ordered)).cloned();
    let promotion = first(own).or_else(|| theirs.and_then(first));
    if let Some(served) = served {
        let change = record.changes.iter().find(|change| micros(change.served) == served);
        let ordered = change.map_or(served, |change| micros(change.ordered));
        return vec![
            (noticed.unwrap_or(start), 1),
            (promotion.map_or(start, |one| one.ordered), 2),
            (ordered, 3),
            (served, 4),
            (spending.learned(of.world, client, served), 5),
        ];
    }
    // The name is where it was: whoever it led to works again, or was given up.
    let took_over = |of: &OfService, node: NodeId| {
        let mut own = of.promotions.iter().filter(|one| one.node == node);
        own.any(|one| within(&one.ordered) && one.finished.is_some_and(|at| within(&at)))
    };
    let new = back.filter(|_| over).is_none_or(|back| {
        took_over(own, back.node) || theirs.is_some_and(|theirs| took_over(theirs, back.node))
    });
    let led_to = record.at(Instant::from_micros(end));
    let of_client = |node: NodeId| !named || led_to.iter().any(|one| one == node);
    let lost = own.marked_down.iter().find(|(at, _, node)| within(at) && of_client(*node));
    let Some((noticed, ..)) = lost.filter(|_| new) else { return by_itself() };
    let finished = promotion.and_then(|one| one.finished).filter(|_| !named);
    vec![(*noticed, 1), (finished.unwrap_or(end), 3)]
}
