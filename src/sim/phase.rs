//! The phases of the platform's work, as a run went through them.
//!
//! Knows nothing of what happens in a phase. Kept here: a phase is noted when it is entered.

use crate::control::PhaseName;
use crate::kernel::Instant;

/// A phase of the platform's work that it entered.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::sim::PhaseName;
/// let phases = &outcome.services[0].phases;
/// assert!(phases.iter().any(|one| one.phase == PhaseName::Promoting));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseChange {
    /// When.
    pub at: Instant,
    /// Which.
    pub phase: PhaseName,
}
