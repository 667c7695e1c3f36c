//! What an invariant is judged on, and what it can find.
//!
//! Knows nothing of particular invariants. Kept here: a case is read-only, and judging it twice
//! finds the same.

use super::history::{History, ServiceHistory};
use super::verdict::Amount;
use crate::kernel::{Instant, Span};
use crate::knob::Knobs;
use crate::model::{Arrivals, Client, Service, ServiceId, Work, World};

/// What an invariant is judged on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    /// The values of all knobs.
    pub knobs: &'a Knobs,
    /// The truth at the end.
    pub world: &'a World,
    /// What the judge remembers.
    pub history: &'a History,
    /// When the run ends.
    pub until: Instant,
    /// Which violations are accepted.
    pub allowances: &'a [Allowance],
}

/// A violation that the scenario accepts.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/both-nodes-die.ron".as_ref())
/// #     .expect("it is valid");
/// let allowed = &loaded.setup.allowances[0];
/// assert_eq!(allowed.invariant, "acked-write-survives");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The invariant's id.
    pub invariant: &'static str,
    /// Up to which amount.
    pub at_most: Amount,
    /// Why.
    pub because: String,
}

/// What was found of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing happened that it speaks of.
    Vacuous,
    /// It was put to the test and held.
    Holds,
    /// It cannot be judged before an instant that lies beyond the end of the run.
    Pending(Instant),
    /// It was broken.
    Broken(Breach),
}

/// How an invariant was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    /// When first.
    pub at: Instant,
    /// How badly, in every unit in which it may be allowed.
    pub amounts: Vec<Amount>,
    /// What was found, in words.
    pub detail: String,
}

impl Case<'_> {
    /// Returns each service with what the judge remembers of it.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&Service, &ServiceHistory)> {
        self.world.services.iter().map(|service| (service, self.history.of(service.id)))
    }

    /// Returns the most WAL that all writers of a service together cause, in bytes a second;
    /// nothing if there is no such bound.
    pub(crate) fn wal_rate_max(&self, service: ServiceId) -> Option<u64> {
        let world = self.world;
        let partner = world.pair_of(service).map(|pair| pair.partner(service));
        let of = |client: &&Client| client.service == service || Some(client.service) == partner;
        let writers = world.clients.iter().filter(of);
        let rates = writers.map(|client| match client.work {
            Work::Write { rate, wal_per_commit, arrivals: Arrivals::Even } => {
                Some(u64::from(rate) * wal_per_commit.get())
            }
            Work::Write { arrivals: Arrivals::Poisson, .. } => None,
            Work::Read { .. } | Work::Consume(_) => Some(0),
        });
        rates.sum()
    }

    /// Returns how long after its last report a node's silence shows at the latest.
    pub(crate) fn notice(&self) -> Span {
        self.knobs.heartbeat_period + self.world.platform_delay() * 2
    }
}

impl Breach {
    /// Returns whether the breach is within a bound, in the bound's unit.
    pub(crate) fn is_within(&self, bound: Amount) -> bool {
        self.amounts.iter().any(|amount| amount.within(bound) == Some(true))
    }
}

impl Finding {
    /// Returns a breach whose only measure is how long it lasted.
    pub(crate) fn broken_for(at: Instant, time: Span, detail: String) -> Self {
        Self::Broken(Breach { at, amounts: vec![Amount::Time(time)], detail })
    }

    /// Returns a breach whose only measure is how often it happened.
    pub(crate) fn broken_times(at: Instant, times: usize, detail: String) -> Self {
        let times = Amount::Times(u64::try_from(times).unwrap_or(u64::MAX));
        Self::Broken(Breach { at, amounts: vec![times], detail })
    }

    /// Joins the findings of several services or events: the worst counts, the first of equals.
    pub(crate) fn join(findings: impl IntoIterator<Item = Self>) -> Self {
        let weight = |finding: &Self| match finding {
            Self::Vacuous => 0,
            Self::Holds => 1,
            Self::Pending(_) => 2,
            Self::Broken(_) => 3,
        };
        let worst =
            |left: Self, right: Self| if weight(&right) > weight(&left) { right } else { left };
        findings.into_iter().fold(Self::Vacuous, worst)
    }
}
