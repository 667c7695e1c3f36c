//! How many threads to work on.
//!
//! Knows nothing of the work. Kept here: nothing that is printed depends on the answer.

use std::num::NonZero;

use crate::parallel;

/// Returns how many threads were asked for, or one for each processor.
pub(crate) fn jobs(asked: Option<NonZero<usize>>) -> NonZero<usize> {
    asked.unwrap_or_else(parallel::processors)
}
