//! Which party can reach which: cuts of links, by direction.
//!
//! Knows nothing of what travels over a link. Kept here: a cut is removed only by the heal of the
//! step that made it, so overlapping cuts do not end each other.

use super::ids::{ClientId, NodeId, RegionId, Zone};
use crate::kernel::{Instant, Rate, Span};

/// A party of the network.
///
/// # Examples
/// For 50 s nothing passes between the primary and anybody else:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::{NodeId, Place};
/// sim.run_until(Instant::ZERO + Span::from_secs(80));
/// let world = sim.world();
/// let (primary, standby) = (world.node(NodeId(0)).place(), world.node(NodeId(1)).place());
/// assert!(!world.connects(primary, Place::Platform) && !world.connects(primary, standby));
/// assert!(world.connects(standby, Place::Platform));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The management platform.
    Platform,
    /// The store that holds backups and archived WAL, outside of every zone and region.
    Archive,
    /// An observer of the pglookout policy.
    Observer(u8),
    /// A node, with where it stands.
    Node(NodeId, RegionId, Zone),
    /// A client, with where it runs.
    Client(ClientId, RegionId),
}

/// One side of a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// The management platform.
    Platform,
    /// One node.
    Node(NodeId),
    /// One client.
    Client(ClientId),
    /// One observer.
    Observer(u8),
    /// Every node of a zone.
    Zone(RegionId, Zone),
    /// Every node and client of a region.
    Region(RegionId),
    /// Every party that is not on the other side.
    Everyone,
}

impl Side {
    fn names(self, place: Place) -> bool {
        match (self, place) {
            (Self::Platform, Place::Platform) | (Self::Everyone, _) => true,
            (Self::Node(side), Place::Node(node, ..)) => side == node,
            (Self::Client(side), Place::Client(client, _)) => side == client,
            (Self::Observer(side), Place::Observer(observer)) => side == observer,
            (Self::Zone(region, zone), Place::Node(_, of, at)) => (region, zone) == (of, at),
            (Self::Region(region), Place::Node(_, of, _) | Place::Client(_, of)) => region == of,
            _ => false,
        }
    }

    /// Returns whether the place is on this side of a cut whose other side is `other`.
    fn holds(self, place: Place, other: Self) -> bool {
        self.names(place) && (self != Self::Everyone || !other.names(place))
    }
}

/// A cut: nothing passes from one side to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cut {
    /// The step of the script that made it.
    pub step: u16,
    /// The sending side.
    pub from: Side,
    /// The receiving side.
    pub to: Side,
    /// Whether the other direction is cut as well.
    pub both: bool,
}

/// A link that takes longer and carries less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slow {
    /// Which link, and the step that made it slow.
    pub cut: Cut,
    /// One-way delay added.
    pub delay: Span,
    /// The most bytes of WAL a second.
    pub goodput: Rate,
}

/// A link that is cut and passes by turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Flap {
    /// The cut that comes and goes.
    pub cut: Cut,
    /// How long it is cut.
    pub down: Span,
    /// How long it passes.
    pub up: Span,
    /// Whether it is cut at present.
    pub is_down: bool,
}

/// The cuts and slow links in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Links {
    cuts: Vec<Cut>,
    slow: Vec<Slow>,
    flaps: Vec<Flap>,
}

impl Cut {
    /// Returns whether this is the link from one party to another.
    fn names(&self, from: Place, to: Place) -> bool {
        let forth = self.from.holds(from, self.to) && self.to.holds(to, self.from);
        let back = self.from.holds(to, self.to) && self.to.holds(from, self.from);
        forth || (self.both && back)
    }
}

impl Links {
    /// Adds a cut.
    pub(crate) fn cut(&mut self, cut: Cut) {
        self.cuts.push(cut);
    }

    /// Adds a slow link.
    pub(crate) fn slow(&mut self, slow: Slow) {
        self.slow.push(slow);
    }

    /// Adds a flapping link, which passes at first.
    pub(crate) fn add_flap(&mut self, flap: Flap) {
        self.flaps.push(flap);
    }

    /// Returns the flapping link that a step made.
    pub(crate) fn flap(&self, step: u16) -> Option<Flap> {
        self.flaps.iter().copied().find(|flap| flap.cut.step == step)
    }

    /// Notes that a flapping link has turned.
    pub(crate) fn turn_flap(&mut self, step: u16) {
        if let Some(flap) = self.flaps.iter_mut().find(|flap| flap.cut.step == step) {
            flap.is_down = !flap.is_down;
        }
    }

    /// Removes the flapping link that a step made.
    pub(crate) fn forget_flap(&mut self, step: u16) {
        self.flaps.retain(|flap| flap.cut.step != step);
    }

    /// Removes the cuts and slow links that a step made.
    pub(crate) fn heal(&mut self, step: u16) {
        self.cuts.retain(|cut| cut.step != step);
        self.slow.retain(|slow| slow.cut.step != step);
    }

    /// Returns the one-way delay that slow links add.
    pub(crate) fn delay(&self, from: Place, to: Place) -> Span {
        let slow = self.slow.iter().filter(|slow| slow.cut.names(from, to));
        slow.fold(Span::ZERO, |sum, slow| sum + slow.delay)
    }

    /// Returns the most bytes a second that slow links between two parties carry.
    pub(crate) fn goodput(&self, from: Place, to: Place) -> Option<Rate> {
        self.slow.iter().filter(|slow| slow.cut.names(from, to)).map(|slow| slow.goodput).min()
    }

    /// Returns whether no link is cut, slow or flapping.
    pub(crate) fn are_whole(&self) -> bool {
        self.cuts.is_empty() && self.slow.is_empty() && self.flaps.is_empty()
    }

    /// Returns whether packets pass from one party to another.
    pub(crate) fn passes(&self, from: Place, to: Place) -> bool {
        !self.cuts.iter().any(|cut| cut.names(from, to))
    }

    /// Returns whether a connection between the two can live: packets pass both ways.
    pub(crate) fn connects(&self, one: Place, other: Place) -> bool {
        self.cuts.is_empty() || (self.passes(one, other) && self.passes(other, one))
    }
}

/// Returns the first retransmission at or after `healed` of data first sent at `sent`.
///
/// Linux retransmits after 200 ms and doubles the pause up to 120 s, so a connection goes on some
/// time after its link does.
pub(super) fn retransmission(sent: Instant, healed: Instant) -> Instant {
    let mut pause = Span::from_millis(200);
    let mut at = sent + pause;
    while at < healed {
        pause = (pause * 2).min(Span::from_secs(120));
        at = at + pause;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: RegionId = RegionId(0);
    const ONE: Place = Place::Node(NodeId(0), REGION, Zone::A);
    const TWO: Place = Place::Node(NodeId(1), REGION, Zone::B);

    fn cut(from: Side, to: Side, both: bool) -> Links {
        let mut links = Links::default();
        links.cut(Cut { step: 3, from, to, both });
        links
    }

    #[test]
    fn a_cut_in_one_direction_leaves_the_other_open() {
        let links = cut(Side::Node(NodeId(0)), Side::Platform, false);
        assert!(!links.passes(ONE, Place::Platform));
        assert!(links.passes(Place::Platform, ONE));
        assert!(!links.connects(ONE, Place::Platform));
        assert!(links.connects(TWO, Place::Platform));
    }

    #[test]
    fn a_node_cut_from_everyone_still_reaches_itself_and_others_reach_each_other() {
        let links = cut(Side::Node(NodeId(0)), Side::Everyone, true);
        assert!(links.passes(ONE, ONE));
        assert!(!links.passes(ONE, TWO) && !links.passes(TWO, ONE));
        assert!(links.passes(TWO, Place::Platform));
    }

    #[test]
    fn the_archive_is_cut_off_only_by_a_cut_from_everyone() {
        assert!(!cut(Side::Node(NodeId(0)), Side::Everyone, true).connects(ONE, Place::Archive));
        assert!(!cut(Side::Region(REGION), Side::Everyone, true).connects(ONE, Place::Archive));
        assert!(cut(Side::Node(NodeId(0)), Side::Platform, true).connects(ONE, Place::Archive));
    }

    #[test]
    fn a_zone_cut_from_everyone_still_talks_within_itself() {
        let links = cut(Side::Zone(REGION, Zone::A), Side::Everyone, true);
        let neighbour = Place::Node(NodeId(7), REGION, Zone::A);
        assert!(links.connects(ONE, neighbour));
        assert!(!links.connects(ONE, TWO));
    }

    #[test]
    fn a_heal_removes_only_the_cut_of_its_own_step() {
        let mut links = cut(Side::Node(NodeId(0)), Side::Platform, true);
        links.cut(Cut { step: 4, from: Side::Node(NodeId(0)), to: Side::Everyone, both: true });
        links.heal(3);
        assert!(!links.connects(ONE, Place::Platform));
        links.heal(4);
        assert!(links.connects(ONE, Place::Platform));
    }

    #[test]
    fn retransmissions_double_their_pause() {
        let at = |healed_ms: u64| {
            let healed = Instant::ZERO + Span::from_millis(healed_ms);
            retransmission(Instant::ZERO, healed).as_micros() / 1000
        };
        assert_eq!([at(1), at(201), at(601), at(5000)], [200, 600, 1400, 6200]);
    }
}
