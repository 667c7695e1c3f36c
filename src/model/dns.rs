//! DNS names: what each points to, since when, and what a resolver's cache still answers.
//!
//! Knows nothing of who asks or why. Kept here: a record's history is complete, so a cached answer
//! is the record as it was when the cache was filled.

use super::ids::NodeId;
use crate::kernel::{Instant, Span};

/// The nodes a name points to, at most three; a name without nodes is answered as a knob says.
///
/// # Examples
/// The only standby became primary, so the replica name points to nobody:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::Targets;
/// sim.run_until(Instant::ZERO + Span::from_mins(3));
/// let service = &sim.world().services[0];
/// assert_eq!(service.replica_name.now(), Targets::default());
/// assert_ne!(service.primary_name.now(), Targets::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Targets {
    nodes: [Option<NodeId>; 3],
}

impl Targets {
    /// Returns the targets made of these nodes; those beyond the third are left out.
    pub(crate) fn of(nodes: impl IntoIterator<Item = NodeId>) -> Self {
        let mut targets = Self::default();
        for (place, node) in targets.nodes.iter_mut().zip(nodes) {
            *place = Some(node);
        }
        targets
    }

    /// Returns the nodes.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/premium-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// let world = sim.world();
    /// let standbys = world.services[0].replica_name.now();
    /// let names: Vec<_> = standbys.iter().map(|node| world.node_name(node)).collect();
    /// assert_eq!(names, ["orders-2", "orders-3"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.iter().flatten().copied()
    }

    /// Returns whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes[0].is_none()
    }

    /// Returns whether the node is among them.
    pub(crate) fn has(&self, node: NodeId) -> bool {
        self.nodes.contains(&Some(node))
    }
}

/// A change of a record.
///
/// # Examples
/// A change is published five seconds after it is ordered:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// sim.run();
/// let [start, change] = &sim.world().services[0].primary_name.changes[..] else { unreachable!() };
/// assert_eq!(start.served, cutover::kernel::Instant::ZERO);
/// assert_eq!(change.ordered.to_string(), "1m58.015s");
/// assert_eq!(change.served.to_string(), "2m3.015s");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// When the platform ordered it.
    pub ordered: Instant,
    /// When it was served.
    pub served: Instant,
    /// What the name points to from then on.
    pub targets: Targets,
}

/// A DNS name of a service.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// let before = sim.world().services[0].primary_name.clone();
/// sim.run();
/// let after = &sim.world().services[0].primary_name;
/// assert_eq!((before.changes.len(), after.changes.len()), (1, 2));
/// assert_eq!(after.at(cutover::kernel::Instant::ZERO), before.now());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Record {
    /// Changes that were served, in order; the first is the state at the start.
    pub changes: Vec<Change>,
    /// Changes that were ordered and are not served yet, with their versions.
    pending: Vec<(u16, Change)>,
    /// The version of the change that is served.
    served_version: u16,
    /// The version of the change ordered last.
    pub ordered_version: u16,
    /// Whether a change is served that the platform was not told of.
    untold: bool,
}

impl Record {
    /// Returns a record that has pointed to these targets since the run began.
    pub(crate) fn new(targets: Targets) -> Self {
        let start = Change { ordered: Instant::ZERO, served: Instant::ZERO, targets };
        Self { changes: vec![start], ..Self::default() }
    }

    /// Notes an order to change the record and returns the version of the change.
    pub(crate) fn order(&mut self, now: Instant, targets: Targets) -> u16 {
        self.ordered_version += 1;
        let change = Change { ordered: now, served: Instant::FAR, targets };
        self.pending.push((self.ordered_version, change));
        self.ordered_version
    }

    /// Serves an ordered change, unless a later one is served already; tells whether it changed.
    pub(crate) fn serve(&mut self, now: Instant, version: u16) -> bool {
        let found = self.pending.iter().position(|(pending, _)| *pending == version);
        let Some(index) = found else { return false };
        let (_, change) = self.pending.remove(index);
        if version < self.served_version {
            return false;
        }
        self.served_version = version;
        if change.targets == self.now() {
            // What changes nothing overtakes what was ordered before it, too, and is waited for.
            self.untold |= self.pending.iter().any(|(pending, _)| *pending < version);
            return false;
        }
        self.changes.push(Change { served: now, ..change });
        self.untold = true;
        true
    }

    /// Returns, once, whether the change that was ordered last is what is served by now.
    ///
    /// While a later change is under way, whoever waits for it must not take another for it.
    pub(crate) fn is_news(&mut self) -> bool {
        let last = self.pending.iter().all(|(version, _)| *version < self.ordered_version);
        last && std::mem::take(&mut self.untold)
    }

    /// Returns the versions that were ordered by an instant and are not served yet.
    pub(crate) fn overdue(&self, by: Instant) -> Vec<u16> {
        self.pending.iter().filter(|(_, c)| c.ordered <= by).map(|(version, _)| *version).collect()
    }

    /// Returns what the name points to now.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::NodeId;
    /// let to = |sim: &cutover::sim::Sim| sim.world().services[0].primary_name.now().iter().next();
    /// assert_eq!(to(&sim), Some(NodeId(0)));
    /// sim.run();
    /// assert_eq!(to(&sim), Some(NodeId(1)));
    /// ```
    pub fn now(&self) -> Targets {
        self.changes.last().expect("a record has a state at the start").targets
    }

    /// Returns what the name pointed to at an instant.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::model::NodeId;
    /// sim.run();
    /// let name = &sim.world().services[0].primary_name;
    /// let to = |millis| name.at(Instant::ZERO + Span::from_millis(millis)).iter().next();
    /// // Promoted at 1m58s, published at 2m3.015s.
    /// assert_eq!((to(123_014), to(123_015)), (Some(NodeId(0)), Some(NodeId(1))));
    /// ```
    pub fn at(&self, instant: Instant) -> Targets {
        let served = self.changes.iter().rev().find(|change| change.served <= instant);
        served.or(self.changes.first()).expect("a record has a state at the start").targets
    }
}

/// A client's resolver with its cache of one name.
///
/// # Examples
/// ```
/// # let file = "scenarios/business-primary-crash.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// sim.run_until(Instant::ZERO + Span::from_secs(30));
/// let app = sim.world().clients[0].resolver;
/// // It asks no more often than it connects: its answer is as old as its connection.
/// assert_eq!(app.filled, Instant::ZERO + Span::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resolver {
    /// When its cache was last filled, or will first be.
    pub filled: Instant,
    /// Whether somebody asks again at every expiry.
    pub kept_warm: bool,
}

impl Resolver {
    /// Returns when the cache that answers at `now` was filled, filling it if it has expired.
    pub(crate) fn look_up(&mut self, now: Instant, ttl: Span) -> Instant {
        if now < self.filled {
            // Somebody asked before the run began; nothing has changed since.
            return Instant::ZERO;
        }
        if self.kept_warm {
            let expiries = now.since(self.filled).as_micros() / ttl.as_micros();
            self.filled = self.filled + ttl * expiries;
        } else if now.since(self.filled) >= ttl {
            self.filled = now;
        }
        self.filled
    }

    /// Returns the same for a resolver that believes an answer without addresses for `negative`.
    pub(crate) fn look_up_apart(
        &mut self,
        now: Instant,
        ttl: Span,
        negative: Span,
        record: &Record,
    ) -> Instant {
        while now >= self.filled {
            let span = if record.at(self.filled).is_empty() { negative } else { ttl };
            if now < self.filled + span {
                return self.filled;
            }
            if !self.kept_warm {
                self.filled = now;
                continue;
            }
            // The answer stays the same up to the next change of the record.
            let mut changes = record.changes.iter().map(|change| change.served);
            let next = changes.find(|served| *served > self.filled).unwrap_or(Instant::FAR);
            let to_change = next.since(self.filled).as_micros().div_ceil(span.as_micros());
            let to_now = now.since(self.filled).as_micros() / span.as_micros();
            self.filled = self.filled + span * to_now.min(to_change);
        }
        Instant::ZERO
    }

    /// Returns the first instant at or after `changed` at which the cache is filled anew.
    pub(crate) fn learns(&self, changed: Instant, ttl: Span) -> Instant {
        if changed <= self.filled {
            return self.filled;
        }
        let periods = changed.since(self.filled).as_micros().div_ceil(ttl.as_micros());
        self.filled + ttl * periods
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn a_warm_cache_expires_at_the_first_look_up_plus_multiples_of_the_ttl() {
        let mut resolver = Resolver { filled: at(4), kept_warm: true };
        let ttl = Span::from_secs(30);
        assert_eq!(resolver.look_up(at(33), ttl), at(4));
        assert_eq!(resolver.look_up(at(34), ttl), at(34));
        assert_eq!(resolver.look_up(at(200), ttl), at(184));
        assert_eq!(resolver.learns(at(185), ttl), at(214));
        assert_eq!(resolver.learns(at(214), ttl), at(214));
    }

    #[test]
    fn a_cache_filled_on_demand_lives_one_ttl_from_the_question_that_filled_it() {
        let mut resolver = Resolver { filled: at(4), kept_warm: false };
        let ttl = Span::from_secs(30);
        assert_eq!(resolver.look_up(at(33), ttl), at(4));
        assert_eq!(resolver.look_up(at(50), ttl), at(50));
        assert_eq!(resolver.look_up(at(79), ttl), at(50));
    }

    #[test]
    fn a_change_overtaken_by_a_later_one_is_not_served() {
        let mut record = Record::new(Targets::of([NodeId(0)]));
        let first = record.order(at(1), Targets::of([NodeId(1)]));
        let second = record.order(at(2), Targets::of([NodeId(2)]));
        assert!(record.serve(at(5), second));
        assert!(!record.serve(at(9), first));
        assert!(record.is_news() && !record.is_news());
        assert_eq!(record.now(), Targets::of([NodeId(2)]));
        assert_eq!(record.at(at(4)), Targets::of([NodeId(0)]));
    }

    #[test]
    fn a_change_overtaken_by_one_that_puts_back_what_is_served_is_not_served() {
        let served = Targets::of([NodeId(0)]);
        let mut record = Record::new(served);
        let first = record.order(at(1), Targets::of([NodeId(1)]));
        let back = record.order(at(2), served);
        assert!(!record.serve(at(5), back));
        assert!(record.is_news(), "whoever waits for the name is told");
        assert!(!record.serve(at(9), first));
        assert!(!record.is_news());
        assert_eq!((record.now(), record.changes.len()), (served, 1));
    }
}
