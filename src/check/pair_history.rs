//! What the judge remembers of a pair of services: roles, states, who writes, whether it is
//! protected.
//!
//! Knows nothing of bounds. Kept here: roles are those that the platform shows, the rest is the
//! truth of the instant.

use super::history::History;
use crate::control::{PairRole, ServiceState};
use crate::kernel::Instant;
use crate::model::{Fence, Integration, Role, ServiceId, World};

/// A role and a state in which a service of a pair was shown, from when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// When.
    pub at: Instant,
    /// Which service.
    pub service: ServiceId,
    /// Its role.
    pub role: PairRole,
    /// Its state.
    pub state: ServiceState,
}

/// What the judge remembers of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PairHistory {
    /// The primary service.
    pub primary: ServiceId,
    /// The recovery service.
    pub recovery: ServiceId,
    /// Every change of a role or a state, the start included.
    pub shown: Vec<Shown>,
    /// How many of the two services had a writable node that was not to be destroyed.
    pub writing: Vec<(Instant, u8)>,
    /// How many nodes of the primary and of the recovery service could be promoted.
    pub standbys: Vec<(Instant, [u8; 2])>,
    /// Whether WAL flowed from the primary of one service to a standby of the other.
    pub protected: Vec<(Instant, bool)>,
}

impl PairHistory {
    /// Returns the memory of a pair at its start.
    pub(super) fn new(pair: Integration) -> Self {
        let state = ServiceState::Running;
        let shown = |service, role| Shown { at: Instant::ZERO, service, role, state };
        Self {
            primary: pair.source,
            recovery: pair.destination,
            shown: if pair.from_the_start {
                vec![
                    shown(pair.source, PairRole::Active),
                    shown(pair.destination, PairRole::Passive),
                ]
            } else {
                Vec::new()
            },
            writing: Vec::new(),
            standbys: Vec::new(),
            protected: Vec::new(),
        }
    }

    /// Returns whether a service is one of the two.
    pub(crate) fn has(&self, service: ServiceId) -> bool {
        self.primary == service || self.recovery == service
    }

    /// Returns the primary service, or the recovery service as the second.
    pub(crate) fn service(&self, index: usize) -> ServiceId {
        [self.primary, self.recovery][index]
    }

    /// Returns the role pairs in order of time, each from when on, without repetitions.
    pub(crate) fn role_pairs(&self) -> Vec<(Instant, [PairRole; 2])> {
        let mut roles = [PairRole::Active, PairRole::Passive];
        let mut pairs: Vec<(Instant, [PairRole; 2])> = Vec::new();
        for one in &self.shown {
            roles[usize::from(one.service == self.recovery)] = one.role;
            match pairs.last_mut() {
                Some((at, last)) if *at == one.at => *last = roles,
                Some((_, last)) if *last == roles => {}
                _ => pairs.push((one.at, roles)),
            }
        }
        pairs.dedup_by_key(|(_, roles)| *roles);
        pairs
    }

    /// Returns the roles of the primary and the recovery service at an instant.
    pub(crate) fn roles_at(&self, at: Instant) -> [PairRole; 2] {
        let pairs = self.role_pairs();
        let last = pairs.iter().rev().find(|(from, _)| *from <= at);
        last.map_or([PairRole::Active, PairRole::Passive], |(_, roles)| *roles)
    }

    /// Returns the intervals without protection; one without an end lasted to the end of the run.
    pub(crate) fn unprotected(&self) -> Vec<(Instant, Option<Instant>)> {
        let bare = self.protected.iter().enumerate().filter(|(_, (_, protected))| !protected);
        bare.map(|(index, (start, _))| (*start, self.protected.get(index + 1).map(|(end, _)| *end)))
            .collect()
    }
}

impl History {
    /// Notes that a service of a pair is shown in another role or state.
    pub(crate) fn note_role(
        &mut self,
        at: Instant,
        service: ServiceId,
        (role, state): (PairRole, ServiceState),
    ) {
        for pair in self.pairs.iter_mut().filter(|pair| pair.has(service)) {
            pair.shown.push(Shown { at, service, role, state });
        }
    }

    /// Looks at the pair that a service belongs to after something has changed.
    pub(super) fn watch_pairs(&mut self, world: &World, service: ServiceId) {
        for pair in self.pairs.iter_mut().filter(|pair| pair.has(service)) {
            let both = [pair.primary, pair.recovery];
            let writes = |service: &&ServiceId| {
                world
                    .existing(**service)
                    .any(|node| node.writable() && node.fence == Fence::Unwanted)
            };
            let writing = u8::try_from(both.iter().filter(writes).count());
            let writing = writing.expect("a pair has two services");
            if pair.writing.last().map(|(_, count)| *count) != Some(writing) {
                pair.writing.push((world.now, writing));
            }
            let standbys = both.map(|one| {
                let ready = world.existing(one).filter(|node| node.promotable());
                u8::try_from(ready.count()).unwrap_or(u8::MAX)
            });
            if pair.standbys.last().map(|(_, counts)| *counts) != Some(standbys) {
                pair.standbys.push((world.now, standbys));
            }
            let protected = both.iter().any(|one| {
                world.existing(*one).any(|node| {
                    let upstream = node.upstream.map(|upstream| world.node(upstream));
                    let across = |upstream: &crate::model::Node| {
                        upstream.service != *one && upstream.role == Role::Primary
                    };
                    node.role == Role::Standby && node.streaming && upstream.is_some_and(across)
                })
            });
            if pair.protected.last().map(|(_, protected)| *protected) != Some(protected) {
                pair.protected.push((world.now, protected));
            }
        }
    }
}
