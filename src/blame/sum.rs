//! The ledger added up by what its lines scale with.
//!
//! Knows nothing of single lines. Kept here: the shares add up to what the lines do.

use super::entry::{Entry, Kind};
use super::scale::Scale;
use crate::check::Amount;
use crate::kernel::Span;

/// What scales with one thing, of a whole run.
///
/// # Examples
/// Most of what a crash costs scales with the timeout:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{ledger, shares};
/// use cutover::kernel::Span;
/// let shares = shares(&ledger(&outcome));
/// let most = shares.iter().max_by_key(|share| share.outage).expect("there is an outage");
/// assert_eq!(most.scale.names(), "detection_timeout");
/// assert_eq!((most.outage, most.lost_commits), (Span::from_micros(57_005_500), 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it scales with.
    pub scale: Scale,
    /// Acknowledged commits that were lost.
    pub lost_commits: u64,
    /// Commits that consumers of slots were given again.
    pub repeated_commits: u64,
    /// Commits that consumers of slots will never be given.
    pub skipped_commits: u64,
    /// Outages of all clients together.
    pub outage: Span,
}

/// Returns the shares of lost commits and of outages, in the order in which the ledger has them.
///
/// # Examples
/// They add up to the outage:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{ledger, shares};
/// use cutover::kernel::Span;
/// let shares = shares(&ledger(&outcome));
/// let sum = shares.iter().fold(Span::ZERO, |sum, share| sum + share.outage);
/// assert_eq!(sum, outcome.clients[0].outages[0].length(outcome.until));
/// ```
pub fn shares(entries: &[Entry]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for entry in entries {
        let mut more = Share {
            scale: entry.scale.clone(),
            lost_commits: 0,
            repeated_commits: 0,
            skipped_commits: 0,
            outage: Span::ZERO,
        };
        match (entry.kind, entry.amount) {
            (kind, Amount::Commits(commits)) if kind.is_loss() => more.lost_commits = commits,
            (Kind::Again(_), Amount::Commits(commits)) => more.repeated_commits = commits,
            (Kind::Gap(_), Amount::Commits(commits)) => more.skipped_commits = commits,
            (Kind::Outage(_), Amount::Time(time)) => more.outage = time,
            _ => continue,
        }
        let Some(share) = shares.iter_mut().find(|share| share.scale == entry.scale) else {
            shares.push(more);
            continue;
        };
        share.lost_commits += more.lost_commits;
        share.repeated_commits += more.repeated_commits;
        share.skipped_commits += more.skipped_commits;
        share.outage = share.outage + more.outage;
    }
    shares
}
