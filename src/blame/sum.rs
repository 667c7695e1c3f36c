//! The ledger added up by what its lines scale with.
//!
//! Knows nothing of single lines. Kept here: the shares add up to what the lines do.

use super::entry::{Entry, Kind};
use super::scale::Scale;
use crate::check::Amount;
use crate::kernel::Span;

/// What scales with one thing, of a whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it scales with.
    pub scale: Scale,
    /// Acknowledged commits that were lost.
    pub lost_commits: u64,
    /// Outages of all clients together.
    pub outage: Span,
}

/// Returns the shares of lost commits and of outages, in the order in which the ledger has them.
pub fn shares(entries: &[Entry]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for entry in entries {
        let (lost, outage) = match (entry.kind, entry.amount) {
            (kind, Amount::Commits(commits)) if kind.is_loss() => (commits, Span::ZERO),
            (Kind::Outage(_), Amount::Time(time)) => (0, time),
            _ => continue,
        };
        if let Some(share) = shares.iter_mut().find(|share| share.scale == entry.scale) {
            share.lost_commits += lost;
            share.outage = share.outage + outage;
        } else {
            shares.push(Share { scale: entry.scale.clone(), lost_commits: lost, outage });
        }
    }
    shares
}
