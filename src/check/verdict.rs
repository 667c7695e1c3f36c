//! How an invariant comes out, in which unit a violation is measured, and what a bound is.
//!
//! Knows nothing of particular invariants. Kept here: a violation is allowed only in its own unit.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::{Bytes, Instant, Span};

/// How an invariant comes out.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::check::Verdict;
/// assert!(outcome.invariants.iter().all(|one| one.verdict != Verdict::Violated));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It was put to the test and held.
    Holds,
    /// It was broken.
    Violated,
    /// It was broken within a bound that the scenario accepts.
    Allowed,
    /// Nothing happened that it speaks of.
    Vacuous,
}

impl Verdict {
    /// Returns the verdict as results print it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::check::Verdict::Vacuous.word(), "vacuous");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Allowed => "allowed",
            Self::Vacuous => "vacuous",
        }
    }
}

/// What an invariant speaks of: every instant, a deadline, the end of the run, or a witness.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::check::Kind;
/// assert!(outcome.invariants.iter().any(|one| one.kind == Kind::AtEnd));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It must hold at every instant.
    Always,
    /// Something must happen before a deadline.
    Deadline,
    /// It is judged when the run ends.
    AtEnd,
    /// Something must happen at least once.
    Witness,
}

impl Kind {
    /// Returns the kind as results print it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::check::Kind::AtEnd.word(), "at end");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Deadline => "deadline",
            Self::AtEnd => "at end",
            Self::Witness => "witness",
        }
    }
}

/// An amount with its unit: how large a violation is, or how large one is accepted.
///
/// # Examples
/// ```
/// use cutover::check::Amount;
/// assert_eq!(Amount::Commits(3).to_string(), "3 commits");
/// assert_eq!(Amount::Times(1).to_string(), "once");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amount {
    /// Acknowledged commits.
    Commits(u64),
    /// Bytes of WAL.
    Bytes(Bytes),
    /// How far back in time a loss reaches.
    Window(Span),
    /// How long something lasts.
    Time(Span),
    /// How often something happens.
    Times(u64),
}

impl Amount {
    /// Returns the name of the unit, as scenario files spell it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::check::Amount::Commits(3).unit(), "Commits");
    /// ```
    pub fn unit(self) -> &'static str {
        match self {
            Self::Commits(_) => "Commits",
            Self::Bytes(_) => "Bytes",
            Self::Window(_) => "Window",
            Self::Time(_) => "Time",
            Self::Times(_) => "Times",
        }
    }

    /// Returns whether this amount is within a bound of the same unit; nothing otherwise.
    ///
    /// # Examples
    /// ```
    /// use cutover::check::Amount;
    /// assert_eq!(Amount::Commits(3).within(Amount::Commits(5)), Some(true));
    /// assert_eq!(Amount::Commits(3).within(Amount::Times(5)), None);
    /// ```
    pub fn within(self, bound: Self) -> Option<bool> {
        match (self, bound) {
            (Self::Commits(amount), Self::Commits(bound))
            | (Self::Times(amount), Self::Times(bound)) => Some(amount <= bound),
            (Self::Bytes(amount), Self::Bytes(bound)) => Some(amount <= bound),
            (Self::Window(amount), Self::Window(bound))
            | (Self::Time(amount), Self::Time(bound)) => Some(amount <= bound),
            _ => None,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commits(1) => f.write_str("1 commit"),
            Self::Commits(count) => write!(f, "{count} commits"),
            Self::Bytes(bytes) => write!(f, "{bytes}"),
            Self::Window(span) => write!(f, "a window of {span}"),
            Self::Time(span) => write!(f, "{span}"),
            Self::Times(1) => f.write_str("once"),
            Self::Times(count) => write!(f, "{count} times"),
        }
    }
}

/// How an invariant came out.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/both-nodes-die.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::check::Verdict;
/// let loss = outcome.invariants.iter().find(|one| one.id == "acked-write-survives");
/// assert_eq!(loss.map(|one| one.verdict), Some(Verdict::Allowed));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvariantOutcome {
    /// Its id, as scenario files spell it.
    pub id: &'static str,
    /// When it is judged.
    pub kind: Kind,
    /// How it came out.
    pub verdict: Verdict,
    /// When it was first broken.
    pub at: Option<Instant>,
    /// The instant beyond the end of the run before which it cannot be judged, if there is one.
    pub pending: Option<Instant>,
    /// How large the violation is, in every unit in which it may be allowed.
    pub amounts: Vec<Amount>,
    /// What was found, in words; empty when it holds or is vacuous.
    pub detail: String,
    /// Why the scenario accepts it, if it does.
    pub because: Option<String>,
    /// What it says.
    pub statement: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}
