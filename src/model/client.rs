//! Clients: what each does, over which connection, and when it could not.
//!
//! Knows nothing of roles or failovers: a client acts on what it looked up and on what answered.
//! Kept here: an outage begins with the first request that was not answered with success and ends
//! with the first that is.

use super::dns::Resolver;
use super::ids::{BranchId, ClientId, NodeId, RegionId, ServiceId};
use super::link::Place;
use super::plan::{Endpoint, Plan};
use crate::kernel::{Bytes, Instant};

/// A service to simulate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceSetup {
    /// Its name.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// The region of its nodes.
    pub region: RegionId,
}

/// A client to simulate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientSetup {
    /// Its name.
    pub name: String,
    /// The service it uses.
    pub service: ServiceId,
    /// The region it runs in.
    pub region: RegionId,
    /// What it does.
    pub work: Work,
    /// When its resolver's cache is first filled; drawn if not given.
    pub first_lookup: Option<Instant>,
    /// When it begins.
    pub begins: Instant,
    /// When it stops for good; `Instant::FAR` if it does not.
    pub ends: Instant,
}

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Commits through the primary name.
    Write {
        /// Commits a second, at least 1.
        rate: u32,
        /// WAL of each commit.
        wal_per_commit: Bytes,
    },
    /// Reads through a name.
    Read {
        /// Reads a second, at least 1.
        rate: u32,
        /// Through which name.
        endpoint: Endpoint,
        /// Whether each read opens its own connection.
        fresh: bool,
    },
}

impl Work {
    /// Returns the name through which the work is done.
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Write { .. } => Endpoint::Primary,
            Self::Read { endpoint, .. } => endpoint,
        }
    }

    /// Returns whether the work writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::Write { .. })
    }

    /// Returns how many requests it makes a second.
    pub fn rate(self) -> u32 {
        match self {
            Self::Write { rate, .. } | Self::Read { rate, .. } => rate,
        }
    }
}

/// A client as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The service it uses.
    pub service: ServiceId,
    /// The region it runs in.
    pub region: RegionId,
    /// What it does.
    pub work: Work,
    /// Its resolver.
    pub resolver: Resolver,
    /// What it is doing.
    pub state: State,
    /// Raised at every change of state, so that a stale wake-up is recognised.
    pub epoch: u32,
    /// Attempts that failed since the last success.
    pub failures: u32,
    /// Attempts in all, so that the addresses of a name are tried in turn.
    pub attempts: u32,
    /// Where its open session stands: the branch and the place in its list.
    pub session: Option<(BranchId, usize)>,
    /// The outage it is in, as far as it has come.
    pub outage: Option<Trouble>,
    /// Outages that are over.
    pub troubles: Vec<Trouble>,
}

/// What a client is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It has not begun or has stopped for good.
    Idle,
    /// It works over a connection to a node.
    Connected(NodeId),
    /// It has sent a request to a node since an instant and no answer comes.
    Stuck(NodeId, Instant),
    /// It tries to connect to a node since an instant and no answer comes.
    Connecting(Option<NodeId>, Instant),
    /// It pauses before the next attempt.
    Pausing,
}

/// An outage of a client, with what the client spent it on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trouble {
    /// When the first request was made that was not answered with success.
    pub start: Instant,
    /// When a request succeeded again; `Instant::FAR` while none has.
    pub end: Instant,
    /// What the client did from which instant on.
    pub spent: Vec<(Instant, Spending)>,
    /// When the answer that led to the connection had been cached.
    pub looked_up: Instant,
}

/// What a client spends an outage on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spending {
    /// Waiting for an answer or a connection.
    Waiting,
    /// Pausing between attempts.
    Pausing,
}

impl Client {
    /// Returns where the client stands in the network.
    pub fn place(&self) -> Place {
        Place::Client(self.id, self.region)
    }

    /// Returns the node at the other end of its connection, live or not.
    pub fn peer(&self) -> Option<NodeId> {
        match self.state {
            State::Connected(node) | State::Stuck(node, _) => Some(node),
            State::Idle | State::Connecting(..) | State::Pausing => None,
        }
    }

    /// Enters a state, which calls off whatever it was waiting for.
    pub fn enter(&mut self, now: Instant, state: State) {
        self.state = state;
        self.epoch += 1;
        let spending = match state {
            State::Stuck(..) | State::Connecting(..) => Some(Spending::Waiting),
            State::Pausing => Some(Spending::Pausing),
            State::Idle | State::Connected(_) => None,
        };
        if let (Some(trouble), Some(spending)) = (&mut self.outage, spending) {
            trouble.spent.push((now, spending));
        }
    }

    /// Notes that a request made at `start` was not answered with success.
    ///
    /// An outage whose first answer had not arrived by then goes on.
    pub fn suffer(&mut self, start: Instant) {
        if self.outage.is_none() {
            self.outage = self.troubles.pop_if(|trouble| trouble.end > start);
        }
        if let Some(trouble) = &mut self.outage {
            trouble.end = Instant::FAR;
        }
        self.outage.get_or_insert(Trouble {
            start,
            end: Instant::FAR,
            spent: vec![(start, Spending::Waiting)],
            looked_up: Instant::ZERO,
        });
    }

    /// Notes that a request succeeded again.
    pub fn recover(&mut self, end: Instant) {
        self.failures = 0;
        if let Some(mut trouble) = self.outage.take() {
            trouble.end = end;
            self.troubles.push(trouble);
        }
    }
}
