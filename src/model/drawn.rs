//! Delays of links and sizes of things that follow a law, and when each is drawn.
//!
//! Knows nothing of what waits for a delay or fills a disk. Kept here: a fixed quantity draws
//! nothing; every other has its own purpose and name, so that one more of them shifts no draw; what
//! is drawn keeps the bounds that a scenario's own quantities have to keep.

use super::ids::{ClientId, NodeId, RegionId};
use super::link::Place;
use super::work::Work;
use super::world::World;
use crate::kernel::{Bytes, Distribution, Measure, Rate, Span};
use crate::knob::{DELAY_MAX, LagRenewal, Touch};

/// The most WAL of one commit.
pub(crate) const COMMIT_MAX: Bytes = Bytes(1 << 30);

/// The delays that are drawn once a run and belong to no single node or client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Drawn {
    /// One way between the platform and a node.
    platform: Span,
    /// One way between two regions, for each pair of them, the lesser id first.
    regions: Vec<(RegionId, RegionId, Span)>,
}

/// The lag of a standby's link to whom it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Lag {
    /// One-way delay to and from whom it follows.
    pub(crate) delay: Span,
    /// How long WAL waits at a source of another service before it is sent.
    pub(crate) across: Span,
    /// How many connections have begun.
    connections: u32,
}

impl World {
    /// Draws a quantity; purpose, name and counter alone say which words are used for it.
    fn sample<Q: Measure>(
        &self,
        of: &Distribution<Q>,
        purpose: &str,
        name: &str,
        counter: u32,
    ) -> Q {
        let fixed = of.fixed();
        fixed.unwrap_or_else(|| of.draw(self.chance.word(purpose, name, u64::from(counter))))
    }

    /// Draws the delay of a link; one that is longer than a file may have it is cut to that.
    fn delay(&self, of: &Distribution, purpose: &str, name: &str, counter: u32) -> Span {
        self.sample(of, purpose, name, counter).min(DELAY_MAX)
    }

    /// Draws the delays that belong to the run.
    pub(crate) fn draw_delays(&mut self) {
        let platform = self.delay(&self.knobs.platform_delay, "platform_delay", "platform", 0);
        let mut regions = Vec::new();
        for (one, first) in self.names.regions.iter().enumerate() {
            for (other, second) in self.names.regions.iter().enumerate().skip(one + 1) {
                let name = format!("{}/{}", first.min(second), first.max(second));
                let delay = self.delay(&self.knobs.region_delay, "region_delay", &name, 0);
                regions.push((RegionId::at(one), RegionId::at(other), delay));
            }
        }
        self.drawn = Drawn { platform, regions };
    }

    /// Draws how large the database of a service is.
    pub(crate) fn draw_database_size(&self, service: &str) -> Bytes {
        self.sample(&self.knobs.database_size, "database_size", service, 0)
    }

    /// Draws the one-way delay between a client and a node of its region.
    pub(crate) fn draw_client_delay(&self, client: &str) -> Span {
        self.delay(&self.knobs.client_delay, "client_delay", client, 0)
    }

    /// Returns the work of a client in this run: with the WAL per commit drawn, if there is a law.
    pub(crate) fn drawn_work(
        &self,
        client: &str,
        work: Work,
        law: Option<&Distribution<Bytes>>,
    ) -> Work {
        match (work, law) {
            (Work::Write { rate, arrivals, .. }, Some(law)) => {
                let most = COMMIT_MAX.min(Bytes(Rate::LIMIT.get() / u64::from(rate.max(1))));
                let size = self.sample(law, "wal_per_commit", client, 0);
                Work::Write { rate, wal_per_commit: size.clamp(Bytes(1), most), arrivals }
            }
            (work, _) => work,
        }
    }

    /// Draws the lag of a node's link before its first connection.
    pub(crate) fn draw_first_lag(&mut self, id: NodeId) {
        let (delay, across) = self.draw_lag(id, 0);
        self.node_mut(id).lag = Lag { delay, across, connections: 0 };
    }

    /// Notes that a node's replication connection begins: from the second on its lag is drawn anew,
    /// unless a link keeps its lag for the whole run.
    pub(super) fn renew_lag(&mut self, id: NodeId) {
        let begun = self.node(id).lag.connections;
        self.node_mut(id).lag.connections = begun.saturating_add(1);
        if begun > 0 && self.knobs.lag_renewal == LagRenewal::EachConnection {
            let (delay, across) = self.draw_lag(id, begun);
            let lag = &mut self.node_mut(id).lag;
            (lag.delay, lag.across) = (delay, across);
        }
    }

    fn draw_lag(&mut self, id: NodeId, connection: u32) -> (Span, Span) {
        let knobs = &self.knobs;
        let (delay, across) = (knobs.replication_delay.fixed(), knobs.cross_service_lag.fixed());
        if let (Some(delay), Some(across)) = (delay, across) {
            return (delay, across);
        }
        let name = self.node_name(id);
        let knobs = &self.knobs;
        let delay = self.delay(&knobs.replication_delay, "replication_delay", &name, connection);
        let across = self.delay(&knobs.cross_service_lag, "cross_service_lag", &name, connection);
        self.touch(Touch::Lag);
        (delay, across)
    }

    /// Returns the lag of the link between two nodes: that of the one that follows the other, and
    /// that of the later one if neither does.
    fn link_lag(&self, one: NodeId, other: NodeId) -> Lag {
        let (early, late) = (one.min(other), one.max(other));
        let follows = |node: NodeId, of: NodeId| self.node(node).upstream == Some(of);
        let follower = if follows(early, late) && !follows(late, early) { early } else { late };
        self.node(follower).lag
    }

    /// Returns the one-way delay that lies between two regions; none within one.
    fn region_delay(&self, one: RegionId, other: RegionId) -> Span {
        if one == other {
            return Span::ZERO;
        }
        let pair = (one.min(other), one.max(other));
        let found = self.drawn.regions.iter().find(|(one, other, _)| (*one, *other) == pair);
        found.expect("every two regions have a delay").2
    }

    /// Returns the one-way delay between the platform and a node over a link that is whole.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::Span;
    /// assert_eq!(sim.world().platform_delay(), Span::from_millis(5));
    /// ```
    pub fn platform_delay(&self) -> Span {
        self.drawn.platform
    }

    /// Returns the one-way delay between two nodes.
    ///
    /// # Examples
    /// 5 ms within a region, and 40 ms more between two:
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::Span;
    /// use cutover::model::NodeId;
    /// let world = sim.world();
    /// assert_eq!(world.node_delay(NodeId(0), NodeId(1)), Span::from_millis(5));
    /// assert_eq!(world.node_delay(NodeId(0), NodeId(2)), Span::from_millis(45));
    /// ```
    pub fn node_delay(&self, one: NodeId, other: NodeId) -> Span {
        let region = self.region_delay(self.node(one).region, self.node(other).region);
        let slow = self.links.delay(self.node(one).place(), self.node(other).place());
        self.link_lag(one, other).delay + region + slow
    }

    /// Returns how long WAL is under way between two nodes; between services it waits as well,
    /// before it is sent.
    ///
    /// # Examples
    /// Between services it waits for 500 ms before it is sent:
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::Span;
    /// use cutover::model::NodeId;
    /// let world = sim.world();
    /// assert_eq!(world.stream_delay(NodeId(0), NodeId(1)), Span::from_millis(5));
    /// assert_eq!(world.stream_delay(NodeId(0), NodeId(2)), Span::from_millis(545));
    /// ```
    pub fn stream_delay(&self, one: NodeId, other: NodeId) -> Span {
        let apart = self.node(one).service != self.node(other).service;
        let waits = if apart { self.link_lag(one, other).across } else { Span::ZERO };
        self.node_delay(one, other) + waits
    }

    /// Returns the one-way delay of a node's reports to the platform.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::NodeId;
    /// // No link is slow, so a report takes as long as every message to the platform.
    /// let world = sim.world();
    /// assert_eq!(world.report_delay(NodeId(0)), world.platform_delay());
    /// ```
    pub fn report_delay(&self, node: NodeId) -> Span {
        let slow = self.links.delay(self.node(node).place(), Place::Platform);
        self.platform_delay() + slow
    }

    /// Returns the one-way delay between a client and a node.
    ///
    /// # Examples
    /// 500 us within a region, and 40 ms more from another one:
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::Span;
    /// use cutover::model::{ClientId, NodeId};
    /// let delay = |node| sim.world().client_delay(ClientId(0), NodeId(node));
    /// assert_eq!(delay(0), Span::from_micros(500));
    /// assert_eq!(delay(2), Span::from_micros(40_500));
    /// ```
    pub fn client_delay(&self, client: ClientId, node: NodeId) -> Span {
        let address = self.address_of(client, node);
        let onward = if address == node { Span::ZERO } else { self.node_delay(address, node) };
        let client = self.client(client);
        let region = self.region_delay(client.region, self.node(address).region);
        let slow = self.links.delay(client.place(), self.node(address).place());
        client.delay + region + slow + onward
    }
}
