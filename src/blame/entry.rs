//! What a line of the ledger is made of.
//!
//! Knows nothing of how lines come about. Kept here: a line says how much, of whom, when, by which
//! events, and what it scales with.

use super::scale::{Scale, Setting};
use crate::check::Amount;
use crate::kernel::{Instant, Lsn};

/// A line of the ledger.
///
/// # Examples
/// The first of what a crash costs the writer: 57 s until somebody noticed.
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::check::Amount;
/// use cutover::kernel::Span;
/// let entry = &cutover::blame::ledger(&outcome)[0];
/// assert_eq!((entry.subject.as_str(), entry.kind.word()), ("app", "detect"));
/// assert_eq!(entry.amount, Amount::Time(entry.to.since(entry.from)));
/// assert_eq!(entry.to.since(entry.from), Span::from_micros(57_005_500));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The service.
    pub service: String,
    /// Whose it is: the node that wrote the commits, or the client that could not work.
    pub subject: String,
    /// What it cost.
    pub kind: Kind,
    /// How much: commits or a time.
    pub amount: Amount,
    /// When it began.
    pub from: Instant,
    /// When it ended; the end of the run if it had not.
    pub to: Instant,
    /// Where the commits lie in the WAL: the timeline, the begin and the end of the range.
    pub range: Option<(u32, Lsn, Lsn)>,
    /// What it scales with.
    pub scale: Scale,
    /// The events that led to it, in order of time.
    pub chain: Vec<Link>,
}

/// What a line of the ledger is about.
///
/// # Examples
/// What a partition lost was lost in turns, and the turns add up:
/// ```
/// # let path = "scenarios/partition-with-clients-on-the-old-side.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{Kind, ledger};
/// use cutover::check::Amount;
/// let lost = ledger(&outcome).into_iter().filter(|entry| entry.kind.is_loss());
/// let (kinds, commits): (Vec<Kind>, Vec<u64>) = lost
///     .filter_map(|entry| match entry.amount {
///         Amount::Commits(commits) => Some((entry.kind, commits)),
///         _ => None,
///     })
///     .unzip();
/// use Kind::{LostBeside, LostDeciding, LostFencing, LostUnnoticed};
/// assert_eq!(kinds, [LostUnnoticed, LostDeciding, LostBeside, LostFencing]);
/// assert_eq!(commits.iter().sum::<u64>(), 16_154);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Acknowledged commits on no surviving history that nobody else had when the fault struck.
    LostBehind,
    /// Acknowledged commits, lost, made after the fault and before anybody gave the primary up.
    LostUnnoticed,
    /// Acknowledged commits, lost, made after that and before another node was primary.
    LostDeciding,
    /// Acknowledged commits, lost, made beside a new primary and out of reach of a fence.
    LostBeside,
    /// Acknowledged commits, lost, made beside a new primary while the fence was on its way.
    LostFencing,
    /// Commits on a timeline that nobody follows, whose client was never told.
    Divergent,
    /// Commits that a reader saw and that the last primary does not have.
    Phantom,
    /// Commits that the consumer of a slot was given again, by what made it so.
    Again(Again),
    /// Commits that the consumer of a slot will never be given, by what made it so.
    Gap(Gap),
    /// A time in which a client could not work, by what it was spent on.
    Outage(Part),
}

/// Why the consumer of a slot was given commits again.
///
/// # Examples
/// What had not been confirmed, and what was confirmed after the copy:
/// ```
/// # let path = "scenarios/slot-copies-without-own-position.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{Again, Kind, ledger};
/// let ledger = ledger(&outcome);
/// let of = |again: Again| ledger.iter().filter(|one| one.kind == Kind::Again(again)).count();
/// assert_eq!((of(Again::Unconfirmed), of(Again::Uncopied)), (1, 1));
/// assert_eq!((of(Again::Behind), of(Again::Unsaved)), (0, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Again {
    /// The standby had not replayed them when the slot's position was copied.
    Behind,
    /// They were confirmed after the slot's position had been copied.
    Uncopied,
    /// That they were confirmed was not on disk when the server crashed.
    Unsaved,
    /// The consumer had not confirmed them.
    Unconfirmed,
}

/// Why the consumer of a slot will never be given commits.
///
/// # Examples
/// A slot that is not kept over a failover begins anew, behind what was written meanwhile:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slots-not-kept.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{Gap, Kind, ledger};
/// use cutover::check::Amount;
/// let ledger = ledger(&outcome);
/// let gap = ledger.iter().find(|entry| entry.kind == Kind::Gap(Gap::Anew));
/// assert_eq!(gap.expect("there is one").amount, Amount::Commits(1_001));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Its slot was gone, and a new one begins behind them.
    Anew,
    /// It asked to begin behind them.
    Asked,
    /// Its slot was confirmed beyond them.
    Confirmed,
}

/// What a part of an outage was spent on.
///
/// # Examples
/// Where the writer's 71 s went, after a crash:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{Kind, Part, ledger};
/// let parts = ledger(&outcome).into_iter().filter_map(|entry| match entry.kind {
///     Kind::Outage(part) => Some(part),
///     _ => None,
/// });
/// use Part::{Cache, Connect, Detect, Promote, Publish, Retry};
/// let mut parts: Vec<Part> = parts.collect();
/// parts.sort_unstable();
/// assert_eq!(parts, [Detect, Promote, Publish, Cache, Connect, Retry]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The server came back by itself.
    Recover,
    /// Nobody had noticed yet.
    Detect,
    /// Somebody had noticed and made sure, or found nobody to promote.
    Check,
    /// A node was being promoted or restored.
    Promote,
    /// The name was being published.
    Publish,
    /// The client's cache still gave the old address.
    Cache,
    /// The client waited for a connection, or on a dead one.
    Connect,
    /// The client paused between attempts.
    Retry,
}

/// An event without which a line would not be there.
///
/// # Examples
/// How a crash came to cost a minute, and the constant behind the last step:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let chain = &cutover::blame::ledger(&outcome)[0].chain;
/// let told: Vec<&str> = chain.iter().map(|link| link.what.as_str()).collect();
/// assert_eq!(told[..2], ["the last report of orders-1 arrives", "HostDeath strikes orders-1"]);
/// let by = chain[2].by.as_ref().expect("a timeout was over");
/// assert_eq!((by.knob, by.value.as_str()), ("detection_timeout", "1m"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// When.
    pub at: Instant,
    /// What happened, in words.
    pub what: String,
    /// The constant that put it at this instant, if one did.
    pub by: Option<Setting>,
}

impl Kind {
    /// Returns the kind as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::blame::{Again, Kind, Part};
    /// assert_eq!(Kind::LostBeside.word(), "lost_beside");
    /// assert_eq!(Kind::Again(Again::Uncopied).word(), "again_uncopied");
    /// assert_eq!(Kind::Outage(Part::Detect).word(), Part::Detect.word());
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::LostBehind => "lost_behind",
            Self::LostUnnoticed => "lost_unnoticed",
            Self::LostDeciding => "lost_deciding",
            Self::LostBeside => "lost_beside",
            Self::LostFencing => "lost_fencing",
            Self::Divergent => "divergent",
            Self::Phantom => "phantom",
            Self::Again(Again::Behind) => "again_behind",
            Self::Again(Again::Uncopied) => "again_uncopied",
            Self::Again(Again::Unsaved) => "again_unsaved",
            Self::Again(Again::Unconfirmed) => "again_unconfirmed",
            Self::Gap(Gap::Anew) => "gap_anew",
            Self::Gap(Gap::Asked) => "gap_asked",
            Self::Gap(Gap::Confirmed) => "gap_confirmed",
            Self::Outage(part) => part.word(),
        }
    }

    /// Returns whether it is about acknowledged commits that were lost.
    ///
    /// # Examples
    /// A commit that nobody was told of is divergent, and no loss:
    /// ```
    /// use cutover::blame::Kind;
    /// assert!(Kind::LostBehind.is_loss());
    /// assert!(!Kind::Divergent.is_loss() && !Kind::Phantom.is_loss());
    /// ```
    pub fn is_loss(self) -> bool {
        match self {
            Self::LostBehind
            | Self::LostUnnoticed
            | Self::LostDeciding
            | Self::LostBeside
            | Self::LostFencing => true,
            Self::Divergent | Self::Phantom | Self::Again(_) | Self::Gap(_) | Self::Outage(_) => {
                false
            }
        }
    }
}

impl Part {
    /// Every part, in the order in which an outage goes through them.
    ///
    /// # Examples
    /// ```
    /// use cutover::blame::Part;
    /// assert_eq!(Part::ALL.map(Part::word)[..3], ["recover", "detect", "check"]);
    /// assert!(Part::ALL.is_sorted());
    /// ```
    pub const ALL: [Self; 8] = [
        Self::Recover,
        Self::Detect,
        Self::Check,
        Self::Promote,
        Self::Publish,
        Self::Cache,
        Self::Connect,
        Self::Retry,
    ];

    /// Returns the part as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::blame::Part;
    /// assert_eq!(Part::Publish.word(), "publish");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Recover => "recover",
            Self::Detect => "detect",
            Self::Check => "check",
            Self::Promote => "promote",
            Self::Publish => "publish",
            Self::Cache => "cache",
            Self::Connect => "connect",
            Self::Retry => "retry",
        }
    }
}

impl Link {
    /// Returns a link that no constant put where it is.
    pub(super) fn new(at: Instant, what: String) -> Self {
        Self { at, what, by: None }
    }

    /// Returns the link with the constant that put it there.
    pub(super) fn by(self, setting: Setting) -> Self {
        Self { by: Some(setting), ..self }
    }
}
