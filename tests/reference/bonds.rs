//! Services that are bound together, by the look: what they are shown as, who writes, who follows.
//!
//! Knows nothing of orders. Kept here: roles and parts are those that are shown, the rest is the
//! truth of the instant.

use cutover::control::{GroupPart, GroupState, PairRole};
use cutover::model::{Fence, Integration, Node, Role, ServiceId, World};

use super::looks::Changes;

/// What was seen of two services that are bound together.
#[derive(Debug)]
pub(crate) struct Bond {
    pub(crate) of: Integration,
    /// The roles of a pair, from when on.
    pub(crate) roles: Vec<(u64, [PairRole; 2])>,
    /// Every part in which an instance of a group was shown, with the state of the group.
    pub(crate) shown: Vec<(u64, ServiceId, GroupPart, GroupState)>,
    /// The parts of a group, from when on.
    pub(crate) parts: Vec<(u64, [GroupPart; 2])>,
    /// How many of both have a writable node that nobody wants destroyed.
    pub(crate) writing: Changes<usize>,
    /// Which of both have a writable node.
    pub(crate) writes: Changes<[bool; 2]>,
    /// How many nodes of each could be promoted.
    pub(crate) standbys: Changes<[usize; 2]>,
    /// Whether WAL flows from one to the other, whoever sends it.
    pub(crate) flows: Changes<bool>,
}

impl Bond {
    pub(crate) fn new(of: Integration) -> Self {
        let [active, passive] = [PairRole::Active, PairRole::Passive];
        let at_start = of.is_pair() && of.from_the_start;
        Self {
            of,
            roles: if at_start { vec![(0, [active, passive])] } else { Vec::new() },
            shown: Vec::new(),
            parts: vec![(0, [GroupPart::Primary, GroupPart::Secondary])],
            writing: Changes::default(),
            writes: Changes::default(),
            standbys: Changes::default(),
            flows: Changes::default(),
        }
    }

    pub(crate) fn look(&mut self, world: &World, now: u64) {
        let both = [self.of.source, self.of.destination];
        let any = |id: ServiceId, good: &dyn Fn(&Node) -> bool| world.existing(id).any(good);
        let wanted = |node: &Node| node.writable() && node.fence == Fence::Unwanted;
        self.writing.see(now, both.iter().filter(|id| any(**id, &wanted)).count());
        self.writes.see(now, both.map(|id| any(id, &|node| node.writable())));
        let ready = |id: ServiceId| world.existing(id).filter(|node| node.promotable()).count();
        self.standbys.see(now, both.map(ready));
        let across = |node: &Node| {
            let other = node.upstream.is_some_and(|of| world.node(of).service != node.service);
            node.role == Role::Standby && node.streaming && other
        };
        self.flows.see(now, both.iter().any(|id| any(*id, &across)));
    }

    pub(crate) fn stands(&mut self, (service, role): (ServiceId, PairRole), now: u64) {
        if !self.of.has(service) {
            return;
        }
        let last = self.roles.last().map(|(_, roles)| *roles);
        let mut roles = last.unwrap_or([PairRole::Active, PairRole::Passive]);
        roles[usize::from(service == self.of.destination)] = role;
        enter(&mut self.roles, roles, now);
    }

    pub(crate) fn belongs(
        &mut self,
        (service, part, state): (ServiceId, GroupPart, GroupState),
        now: u64,
    ) {
        self.shown.push((now, service, part, state));
        let mut parts = self.parts.last().expect("there are some at the start").1;
        parts[usize::from(service == self.of.destination)] = part;
        enter(&mut self.parts, parts, now);
    }
}

/// Enters what holds from now on; what changes again at the same instant never was.
fn enter<T: Copy + PartialEq>(entries: &mut Vec<(u64, T)>, value: T, now: u64) {
    entries.retain(|(at, _)| *at < now);
    if entries.last().is_none_or(|(_, last)| *last != value) {
        entries.push((now, value));
    }
}
