//! The phases of the platform's work, as a run went through them.
//!
//! Knows nothing of what happens in a phase. Kept here: a phase is noted when it is entered.

use crate::control::PhaseName;
use crate::kernel::Instant;

/// A phase of the platform's work that it entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseChange {
    /// When.
    pub at: Instant,
    /// Which.
    pub phase: PhaseName,
}
