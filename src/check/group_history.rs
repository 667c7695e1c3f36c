//! What the judge remembers of a group: parts, states, who writes, whether anybody follows.
//!
//! Knows nothing of bounds. Kept here: parts are those that the platform shows, the rest is the
//! truth of the instant.

use super::history::History;
use crate::control::{GroupPart, GroupState};
use crate::kernel::Instant;
use crate::model::{Integration, Node, Role, ServiceId, World};

/// A part and a state in which an instance of a group was shown, from when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartShown {
    /// When.
    pub at: Instant,
    /// Which instance.
    pub service: ServiceId,
    /// What it was.
    pub part: GroupPart,
    /// The state of the group.
    pub state: GroupState,
}

/// What the judge remembers of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupHistory {
    /// The instance that is primary at the start.
    pub primary: ServiceId,
    /// The instance that follows it at the start.
    pub secondary: ServiceId,
    /// Every change of a part or of the state, the start included.
    pub parts: Vec<PartShown>,
    /// Whether each of the two instances had a writable node.
    pub writable: Vec<(Instant, [bool; 2])>,
    /// Whether WAL flowed from one instance to the other.
    pub flowing: Vec<(Instant, bool)>,
}

impl GroupHistory {
    /// Returns the memory of a group at its start.
    pub(super) fn new(group: Integration) -> Self {
        let part = |service, part| PartShown {
            at: Instant::ZERO,
            service,
            part,
            state: GroupState::Running,
        };
        Self {
            primary: group.source,
            secondary: group.destination,
            parts: vec![
                part(group.source, GroupPart::Primary),
                part(group.destination, GroupPart::Secondary),
            ],
            writable: Vec::new(),
            flowing: Vec::new(),
        }
    }

    /// Returns whether an instance is one of the two.
    pub(crate) fn has(&self, service: ServiceId) -> bool {
        self.primary == service || self.secondary == service
    }

    /// Returns what was shown before an instant, the newest first; the set-up is before any.
    pub(crate) fn before(&self, at: Instant) -> impl Iterator<Item = &PartShown> + Clone {
        let shown = self.parts.iter().enumerate().rev();
        shown.filter(move |(index, one)| *index < 2 || one.at < at).map(|(_, one)| one)
    }

    /// Returns the parts of both instances in order of time, each from when on.
    pub(crate) fn both(&self) -> Vec<(Instant, [GroupPart; 2])> {
        let mut now = [GroupPart::Primary, GroupPart::Secondary];
        let mut found: Vec<(Instant, [GroupPart; 2])> = Vec::new();
        for one in &self.parts {
            now[usize::from(one.service == self.secondary)] = one.part;
            match found.last_mut() {
                Some((at, last)) if *at == one.at => *last = now,
                _ => found.push((one.at, now)),
            }
        }
        found.dedup_by_key(|(_, parts)| *parts);
        found
    }

    /// Returns when both instances were writable; one without an end lasted to the end of the run.
    pub(crate) fn both_writable(&self) -> Vec<(Instant, Option<Instant>)> {
        let both = self.writable.iter().enumerate().filter(|(_, (_, of))| *of == [true, true]);
        both.map(|(index, (start, _))| (*start, self.writable.get(index + 1).map(|(end, _)| *end)))
            .collect()
    }
}

impl History {
    /// Notes that an instance of a group is shown as another part, or the group in another state.
    pub(crate) fn note_part(
        &mut self,
        at: Instant,
        service: ServiceId,
        (part, state): (GroupPart, GroupState),
    ) {
        for group in self.groups.iter_mut().filter(|group| group.has(service)) {
            group.parts.push(PartShown { at, service, part, state });
        }
    }

    /// Looks at the group that an instance belongs to after something has changed.
    pub(super) fn watch_groups(&mut self, world: &World, service: ServiceId) {
        for group in self.groups.iter_mut().filter(|group| group.has(service)) {
            let both = [group.primary, group.secondary];
            let writable = both.map(|one| world.existing(one).any(Node::writable));
            if group.writable.last().map(|(_, last)| *last) != Some(writable) {
                group.writable.push((world.now, writable));
            }
            let flowing = both.iter().any(|one| {
                world.existing(*one).any(|node| {
                    let upstream = node.upstream.map(|upstream| world.node(upstream));
                    let across = upstream.is_some_and(|upstream| upstream.service != *one);
                    node.role == Role::Standby && node.streaming && across
                })
            });
            if group.flowing.last().map(|(_, last)| *last) != Some(flowing) {
                group.flowing.push((world.now, flowing));
            }
        }
    }
}
