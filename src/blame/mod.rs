//! The ledger of blame: what a run cost, line by line, with what led to it and what it scales with.
//!
//! * `entry`: what a line is made of; `scale`: the constants that it scales with;
//! * `commits`: ranges of commits that were lost, diverged or seen in vain; `outage`: the seconds
//!   in which clients could not work; `spent`: what each part of them scales with; `slots`: what
//!   consumers were given again, and never;
//! * `cause`: which fault is behind a silence or an outage; `order`: which operator's order is;
//!   `successor`: which promotion ended an outage or decided a loss; `chain`: how a fault or an
//!   order became a new primary; `stop`: what the stop of an old primary waited for; `back`: what
//!   brought a client back without a new one; `still_out`: why one is never back;
//!   `daemon`: what timed one that promoted its own node;
//! * `sum`: the lines added up by what they scale with.
//!
//! Knows nothing of how a run comes about or of how it is printed. Kept here: the lines of a kind
//! add up to the whole, to the commit and to the microsecond.

mod back;
mod cause;
mod chain;
mod commits;
mod daemon;
mod entry;
mod order;
mod outage;
mod scale;
mod slots;
mod spent;
mod still_out;
mod stop;
mod successor;
mod sum;

pub(crate) use chain::{cause_of, fences};
pub use entry::{Again, Entry, Gap, Kind, Link, Part};
pub use scale::{Scale, Setting};
pub use sum::{Share, shares};

use crate::sim::{LostRange, Outcome, Promotion, ServiceOutcome};

/// Returns the promotion that decided that a range of commits is lost, if one did.
pub(crate) fn successor<'a>(
    outcome: &'a Outcome,
    service: &'a ServiceOutcome,
    range: &LostRange,
) -> Option<&'a Promotion> {
    successor::of_range(outcome, service, range).map(|one| one.promotion)
}

/// Returns the ledger of a run: lost and divergent commits of each service first, then what readers
/// saw in vain, then what consumers of slots were given again and what they will never be given,
/// then the outages of each client, each in order of time.
///
/// # Examples
/// ```
/// use cutover::blame::{self, Kind};
/// use cutover::check::Amount;
///
/// let text = r#"Scenario(
///     name: "crash",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
///     script: [At("60s", Fault(HostDeath, Primary("orders")))],
///     until: "10m",
/// )"#;
/// let loaded = cutover::scenario::parse("crash.ron", text).expect("the scenario is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let detect = blame::ledger(&outcome).into_iter().find(|entry| entry.kind.word() == "detect");
/// let detect = detect.expect("the crash had to be noticed");
/// assert_eq!(detect.scale.names(), "detection_timeout");
/// assert!(detect.chain.iter().any(|link| link.what == "HostDeath strikes orders-1"));
/// ```
pub fn ledger(outcome: &Outcome) -> Vec<Entry> {
    let mut entries = commits::of_services(outcome);
    entries.extend(commits::of_readers(outcome));
    entries.extend(slots::of_slots(outcome));
    entries.extend(outage::of_clients(outcome));
    entries
}
