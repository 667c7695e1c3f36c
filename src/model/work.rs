//! What a client does: it writes, it reads, or it consumes a logical slot.
//!
//! Knows nothing of how a client connects. Kept here: a client does one thing.

use serde::{Deserialize, Serialize};

use super::consumer::Consumption;
use super::plan::Endpoint;
use crate::kernel::Bytes;

/// When the commits of a client come.
///
/// # Examples
/// Ten seconds of a writer of 200 commits a second:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut setup = loaded.setup;
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::{Arrivals, Work};
/// use cutover::sim::Sim;
/// let mut commits = |come| {
///     let Work::Write { arrivals, .. } = &mut setup.clients[0].work else { unreachable!() };
///     *arrivals = come;
///     let mut sim = Sim::new(setup.clone().into(), 7);
///     let ten = Instant::ZERO + Span::from_secs(10);
///     sim.run_until(ten + Span::from_secs(10));
///     let replies = &sim.world().branches[0].sessions[0].replies;
///     replies.count(sim.now()) - replies.count(ten)
/// };
/// assert_eq!(commits(Arrivals::Even), 2_000);
/// let drawn = commits(Arrivals::Poisson);
/// assert!(drawn != 2_000 && (1_800..2_200).contains(&drawn));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arrivals {
    /// At an even pace.
    #[default]
    Even,
    /// As a Poisson process with the same rate: each commit at an instant of its own, drawn from
    /// the seed.
    Poisson,
}

/// What a client does.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::kernel::Bytes;
/// use cutover::model::{Arrivals, Endpoint, Work};
/// let writes = Work::Write {
///     rate: 200,
///     wal_per_commit: Bytes(3 * 1024),
///     arrivals: Arrivals::Even,
/// };
/// let reads = Work::Read { rate: 50, endpoint: Endpoint::Replica, fresh: false };
/// assert_eq!((setup.clients[0].work, setup.clients[1].work), (writes, reads));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Commits through the primary name.
    Write {
        /// Commits a second, at least 1.
        rate: u32,
        /// WAL of each commit.
        wal_per_commit: Bytes,
        /// When they come.
        arrivals: Arrivals,
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
    /// Reads from a logical slot through the primary name.
    Consume(Consumption),
}

impl Work {
    /// Returns the name through which the work is done.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/business-primary-crash.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::Endpoint;
    /// let [app, dash] = [0, 1].map(|client| sim.world().clients[client].work);
    /// assert_eq!((app.endpoint(), dash.endpoint()), (Endpoint::Primary, Endpoint::Replica));
    /// ```
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Write { .. } | Self::Consume(_) => Endpoint::Primary,
            Self::Read { endpoint, .. } => endpoint,
        }
    }

    /// Returns whether the work writes.
    ///
    /// # Examples
    /// A consumer of a logical slot does not:
    /// ```
    /// # let file = "scenarios/maintenance-keeps-a-slot.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let setup = loaded.setup;
    /// let writes: Vec<_> = setup.clients.iter().map(|of| (&*of.name, of.work.writes())).collect();
    /// assert_eq!(writes, [("app", true), ("lake", false)]);
    /// ```
    pub fn writes(self) -> bool {
        matches!(self, Self::Write { .. })
    }

    /// Returns whether the work queries through a name.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = loaded.setup;
    /// let reads: Vec<_> = setup.clients.iter().map(|of| (&*of.name, of.work.reads())).collect();
    /// assert_eq!(reads, [("app", false), ("dash", true)]);
    /// ```
    pub fn reads(self) -> bool {
        matches!(self, Self::Read { .. })
    }

    /// Returns how many requests it makes a second; a consumer is sent what there is.
    pub(crate) fn rate(self) -> u32 {
        match self {
            Self::Write { rate, .. } | Self::Read { rate, .. } => rate,
            Self::Consume(_) => 1,
        }
    }
}
