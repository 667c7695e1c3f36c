//! What a client saw, as data: when it could not work, and where that time went.
//!
//! Knows nothing of how it is printed. Kept here: the parts of an outage add up to the whole.

use crate::kernel::{Instant, Span};
use crate::model::{Driver, Endpoint};

/// What a client saw.
///
/// # Examples
/// The writer is out once; the reader of the standby never is:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let [app, dash] = &outcome.clients[..] else { panic!("there are two") };
/// assert_eq!((app.name.as_str(), app.outages.len(), dash.outages.len()), ("app", 1, 0));
/// assert_eq!((app.acked_commits, dash.acked_commits), (165_739, 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOutcome {
    /// Its name.
    pub name: String,
    /// The service it uses.
    pub service: String,
    /// The name it connects to.
    pub endpoint: Endpoint,
    /// Whether it writes.
    pub writes: bool,
    /// What kind of client it is.
    pub driver: Driver,
    /// The logical slot from which it reads, if it does.
    pub slot: Option<String>,
    /// When it could not do its work.
    pub outages: Vec<Outage>,
    /// Commits that it was told are committed.
    pub acked_commits: u64,
    /// How often a new connection showed a reader an older state than the one before.
    pub reads_gone_back: u64,
    /// Commits that a reader saw and that the last primary does not have.
    pub phantom_commits: u64,
}

/// A time in which a client could not do its work.
///
/// # Examples
/// From the first commit that was not answered to the first that was again:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let outage = &outcome.clients[0].outages[0];
/// assert_eq!(outage.start.as_micros(), 59_999_500);
/// assert_eq!(outage.end.expect("it is over").as_micros(), 131_303_501);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When the first request was made that was not answered with success.
    pub start: Instant,
    /// When the first request succeeded again; nothing if none did until the end of the run.
    pub end: Option<Instant>,
    /// The node that answered at last; nothing if none did until the end of the run.
    pub answered_by: Option<String>,
    /// Where the time went; the parts add up to the whole.
    pub parts: Parts,
}

impl Outage {
    /// Returns how long it lasted within the run.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// let outage = &outcome.clients[0].outages[0];
    /// assert_eq!(outage.length(outcome.until).to_string(), "1m11.304001s");
    /// ```
    pub fn length(&self, until: Instant) -> Span {
        self.end.unwrap_or(until).since(self.start)
    }
}

/// Where the time of an outage went.
///
/// # Examples
/// The parts of an outage add up to the whole:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let outage = &outcome.clients[0].outages[0];
/// let of = outage.parts;
/// assert_eq!(of.sum(), outage.length(outcome.until));
/// assert!(of.detect > of.cache + of.connect + of.retry);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The server was down or out of reach and came back by itself.
    pub recover: Span,
    /// The platform had not yet noticed.
    pub detect: Span,
    /// It had noticed and was making sure, or found nobody to promote.
    pub check: Span,
    /// A node was being promoted or restored.
    pub promote: Span,
    /// The name was being published.
    pub publish: Span,
    /// The client's resolver still answered from its cache.
    pub cache: Span,
    /// The client waited for a connection, or on a connection that was dead.
    pub connect: Span,
    /// The client paused between attempts.
    pub retry: Span,
}

impl Parts {
    /// Returns how long they are together.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// use cutover::sim::Parts;
    /// let (detect, cache) = (Span::from_secs(60), Span::from_secs(4));
    /// assert_eq!(Parts { detect, cache, ..Parts::default() }.sum(), Span::from_secs(64));
    /// ```
    pub fn sum(&self) -> Span {
        let platform = self.recover + self.detect + self.check + self.promote + self.publish;
        platform + self.cache + self.connect + self.retry
    }

    /// Returns the parts of two outages, each added to its like.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            recover: self.recover + other.recover,
            detect: self.detect + other.detect,
            check: self.check + other.check,
            promote: self.promote + other.promote,
            publish: self.publish + other.publish,
            cache: self.cache + other.cache,
            connect: self.connect + other.connect,
            retry: self.retry + other.retry,
        }
    }
}
