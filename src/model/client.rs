//! Clients: what each does, over which connection, and when it could not.
//!
//! Knows nothing of roles or failovers: a client acts on what it looked up and on what answered.
//! Kept here: an outage begins with the first request that was not answered with success and ends
//! with the first that is.

use super::availability::Available;
use super::dns::Resolver;
use super::driver::Driver;
use super::ids::{BranchId, ClientId, NodeId, RegionId, ServiceId};
use super::link::Place;
use super::lookup::Held;
use super::patience::Stall;
use super::plan::Endpoint;
use super::retry_cycle::RetryCycle;
use super::settings::{ClientSettings, DriverParts, Hosts, SessionAttrs};
use super::sight::Sight;
use super::work::Work;
use crate::kernel::{Bytes, Distribution, Instant, Span};
use crate::knob::Knobs;

/// A client to simulate.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::Driver;
/// let app = &setup.clients[0];
/// assert_eq!((app.name.as_str(), app.driver), ("app", Driver::Tuned));
/// assert_eq!(setup.services[app.service.index()].name, "orders");
/// assert_eq!(app.first_lookup, Some(Instant::ZERO + Span::from_secs(5)));
/// assert_eq!((app.begins, app.ends), (Instant::ZERO, Instant::FAR));
/// ```
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
    /// How the WAL of a commit is spread over runs, if it is: one size is drawn for a run, in the
    /// place of that of `work`.
    pub wal_per_commit: Option<Distribution<Bytes>>,
    /// What kind of client it is.
    pub driver: Driver,
    /// Where it differs from its kind.
    pub parts: DriverParts,
    /// When its resolver's cache is first filled; drawn if not given.
    pub first_lookup: Option<Instant>,
    /// When it begins.
    pub begins: Instant,
    /// When it stops for good; `Instant::FAR` if it does not.
    pub ends: Instant,
}

impl ClientSetup {
    /// Returns how the client behaves: as its driver does, but for the parts that are set.
    ///
    /// A reader takes whoever lets it in, unless it looks for the primary in a list of hosts.
    pub(crate) fn settings(&self, knobs: &Knobs) -> ClientSettings {
        let mut settings = self.driver.settings(knobs);
        let seeks = settings.hosts == Hosts::Listed && self.work.endpoint() == Endpoint::Primary;
        if self.work.reads() && !seeks {
            settings.session_attrs = SessionAttrs::Any;
        }
        settings.with(&self.parts)
    }
}

/// A client as it stands.
///
/// # Examples
/// The primary has been dead for 40 s, and the writer tries and tries:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::State;
/// sim.run_until(Instant::ZERO + Span::from_secs(100));
/// let app = &sim.world().clients[0];
/// assert!(matches!(app.state, State::Connecting(..)));
/// assert!(app.outage.is_some() && app.outages.is_empty());
/// assert!(app.failures > 3);
/// let dash = &sim.world().clients[1];
/// assert!(dash.outage.is_none() && dash.failures == 0);
/// ```
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
    /// One-way delay between it and a node of its region.
    pub delay: Span,
    /// How it behaves.
    pub settings: ClientSettings,
    /// The hosts it was given in place of a name.
    pub listed: Vec<NodeId>,
    /// Its resolver.
    pub resolver: Resolver,
    /// What its own cache holds, if it has one.
    pub held: Option<Held>,
    /// What it is doing.
    pub state: State,
    /// Raised at every change of state, so that a stale wake-up is recognised.
    pub epoch: u32,
    /// Attempts that failed since the last success.
    pub failures: u32,
    /// Attempts in all, so that the addresses of a name are tried in turn.
    pub attempts: u32,
    /// The addresses that are still to be tried in the attempt under way.
    pub untried: Vec<NodeId>,
    /// What it waits with on a silent connection.
    pub(crate) stall: Stall,
    /// Since when it retries in a cycle that nothing disturbs, if it does.
    pub(crate) skipping: Option<RetryCycle>,
    /// The old primary that passes its connection on, if one does.
    pub via: Option<NodeId>,
    /// When its connection was opened.
    pub opened: Instant,
    /// What a reader has seen.
    pub sight: Sight,
    /// Where its open session stands: the branch and the place in its list.
    pub session: Option<(BranchId, usize)>,
    /// The outage it is in, as far as it has come.
    pub outage: Option<ClientOutage>,
    /// Outages that are over.
    pub outages: Vec<ClientOutage>,
}

/// What a client is doing.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::{NodeId, State};
/// let mut state = |seconds| {
///     sim.run_until(Instant::ZERO + Span::from_secs(seconds));
///     sim.world().clients[0].state
/// };
/// assert_eq!(state(30), State::Connected(NodeId(0)));
/// // The host dies at 60 s: at first the writer waits for an answer.
/// assert!(matches!(state(70), State::Stuck(NodeId(0), _)));
/// assert!(matches!(state(79), State::Connecting(Some(NodeId(0)), _)));
/// assert_eq!(state(140), State::Connected(NodeId(1)));
/// ```
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
    /// It is connected to a node that refuses its writes.
    ReadOnly(NodeId),
}

/// An outage of a client, with what the client did in it.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::Span;
/// sim.run();
/// let outage = &sim.world().clients[0].outages[0];
/// let length = outage.end.since(outage.start);
/// assert!((Span::from_millis(71_200)..Span::from_millis(71_400)).contains(&length));
/// // The cache was filled at 125 s with the first answer that names the new primary.
/// assert_eq!(outage.learned.last().map(|held| held.filled.to_string()).as_deref(), Some("2m5s"));
/// assert!(!outage.went_on);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientOutage {
    /// When the first request was made that was not answered with success.
    pub start: Instant,
    /// When a request succeeded again; `Instant::FAR` while none has.
    pub end: Instant,
    /// What the client did from which instant on.
    pub(crate) activities: Vec<(Instant, Activity)>,
    /// The first answer, and those that were the first since a change of the name.
    pub learned: Vec<Held>,
    /// Whether the old connection went on, so that nobody was looked up and nothing failed over.
    pub went_on: bool,
    /// Since when the server that answered at last, and the links to it, had been well.
    pub well_since: Instant,
    /// Which server answered at last.
    pub answered_by: Option<NodeId>,
    /// Which servers would do the client's work, and since when; nothing before the first look.
    pub(crate) available: Option<Vec<Available>>,
}

/// What a client spends an outage on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Activity {
    /// Waiting for an answer or a connection.
    Waiting,
    /// Pausing between attempts.
    Pausing,
    /// Waiting so long for each of several attempts in turn, with a pause after each.
    Retrying(Vec<Span>, Span),
}

impl Client {
    /// Returns a client that has not begun.
    pub(crate) fn new(
        id: ClientId,
        setup: &ClientSetup,
        settings: ClientSettings,
        resolver: Resolver,
    ) -> Self {
        Self {
            id,
            service: setup.service,
            region: setup.region,
            work: setup.work,
            delay: Span::ZERO,
            settings,
            listed: Vec::new(),
            resolver,
            held: None,
            state: State::Idle,
            epoch: 0,
            failures: 0,
            attempts: 0,
            untried: Vec::new(),
            stall: Stall::default(),
            skipping: None,
            via: None,
            opened: setup.begins,
            sight: Sight::default(),
            session: None,
            outage: None,
            outages: Vec::new(),
        }
    }

    /// Returns where the client stands in the network.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::{ClientId, Place, RegionId};
    /// let app = sim.world().client(ClientId(0));
    /// assert_eq!(app.place(), Place::Client(ClientId(0), RegionId(0)));
    /// ```
    pub fn place(&self) -> Place {
        Place::Client(self.id, self.region)
    }

    /// Returns the node at the other end of its connection, live or not.
    pub(crate) fn peer(&self) -> Option<NodeId> {
        match self.state {
            State::Connected(node) | State::Stuck(node, _) | State::ReadOnly(node) => Some(node),
            State::Idle | State::Connecting(..) | State::Pausing => None,
        }
    }

    /// Enters a state, which calls off whatever it was waiting for.
    pub(crate) fn enter(&mut self, now: Instant, state: State) {
        self.state = state;
        self.epoch += 1;
        let spending = match state {
            State::Stuck(..) | State::Connecting(..) | State::ReadOnly(_) => {
                Some(Activity::Waiting)
            }
            State::Pausing => Some(Activity::Pausing),
            State::Idle | State::Connected(_) => None,
        };
        if let (Some(outage), Some(spending)) = (&mut self.outage, spending) {
            outage.activities.push((now, spending));
        }
    }

    /// Notes that a request made at `start` was not answered with success.
    ///
    /// An outage whose first answer had not arrived by then goes on.
    pub(crate) fn miss_answer(&mut self, start: Instant) {
        if self.outage.is_none() {
            self.outage = self.outages.pop_if(|outage| outage.end > start);
        }
        if let Some(outage) = &mut self.outage {
            outage.end = Instant::FAR;
        }
        self.outage.get_or_insert(ClientOutage {
            start,
            end: Instant::FAR,
            activities: vec![(start, Activity::Waiting)],
            learned: Vec::new(),
            went_on: false,
            well_since: Instant::FAR,
            answered_by: None,
            available: None,
        });
    }

    /// Notes that a request succeeded again.
    pub(crate) fn recover(&mut self, end: Instant) {
        self.failures = 0;
        if let Some(mut outage) = self.outage.take() {
            outage.end = end;
            self.outages.push(outage);
        }
    }
}
