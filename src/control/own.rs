//! A policy that somebody else writes, in the place of the platform's.
//!
//! Knows nothing of what it decides. Kept here: whoever decides does so on what was heard alone,
//! so an own policy has the very arguments of [`decide`](super::decide()).

use std::fmt;
use std::ptr::fn_addr_eq;

use super::decide::Decision;
use super::manager::Manager;
use crate::kernel::Instant;
use crate::knob::Knobs;
use crate::model::Signal;

/// Decides on a piece of news; the manager afterwards believes what it implies.
///
/// It has to be a pure function: what it wants to remember it writes into the manager.
///
/// # Examples
/// A policy that never does anything:
/// ```
/// use cutover::control::{Decide, Decision, OwnPolicy, Rule};
/// let idle: Decide = |_, _, _, _| Decision::none(Rule::NoteNews);
/// let policy = OwnPolicy { name: "idle", decide: idle };
/// assert_eq!(policy.name, "idle");
/// ```
pub type Decide = fn(&Knobs, &mut Manager, Instant, Signal) -> Decision;

/// A policy that somebody else wrote: a name, and a function that decides in the platform's place.
///
/// It hears what the platform would hear and orders what the platform could order. The patience
/// for silences and promotions is that of the knobs: when it is over, the policy hears
/// [`Signal::SilenceDue`] or [`Signal::PromotionDue`]. For news that it has no opinion of it can
/// ask [`decide`](super::decide()). It names the rule of the platform that comes nearest to its
/// reason. Orders that name a node which does not exist are not carried out.
///
/// # Examples
/// A platform that never replaces a silent primary:
/// ```
/// use cutover::control::{self, Decision, Manager, OwnPolicy, Rule};
/// use cutover::kernel::Instant;
/// use cutover::knob::Knobs;
/// use cutover::model::Signal;
///
/// fn stubborn(knobs: &Knobs, manager: &mut Manager, now: Instant, news: Signal) -> Decision {
///     match news {
///         Signal::SilenceDue(number) if number == manager.primary => {
///             // It is asked once; then it waits for the primary to be heard again.
///             if let Some(member) = manager.member_mut(number) {
///                 member.missed = None;
///             }
///             Decision::none(Rule::NoteNews)
///         }
///         other => control::decide(knobs, manager, now, other),
///     }
/// }
///
/// let text = r#"Scenario(
///     name: "stubborn",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
///     script: [At("60s", Fault(HostDeath, Primary("orders")))],
///     until: "10m",
/// )"#;
/// let mut loaded = cutover::scenario::parse("stubborn.ron", text)?;
/// assert_eq!(cutover::sim::run(&loaded.setup, 0).services[0].promotions.len(), 1);
///
/// loaded.setup.own_policy = Some(OwnPolicy { name: "stubborn", decide: stubborn });
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.policy, "stubborn");
/// assert!(outcome.services[0].promotions.is_empty());
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
#[derive(Clone, Copy)]
pub struct OwnPolicy {
    /// Its name, which stands in results.
    pub name: &'static str,
    /// What it does.
    pub decide: Decide,
}

impl PartialEq for OwnPolicy {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && fn_addr_eq(self.decide, other.decide)
    }
}

impl Eq for OwnPolicy {}

impl fmt::Debug for OwnPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where a function lies differs from run to run.
        f.debug_struct("OwnPolicy").field("name", &self.name).finish_non_exhaustive()
    }
}
