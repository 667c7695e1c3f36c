//! When the lag of a link is drawn, and how long a delay can be at all.
//!
//! Knows nothing of links. Kept here: a delay beyond the longest is no delay but a cut.

use serde::{Deserialize, Serialize};

use crate::kernel::Span;

/// The longest delay on a network, an hour: beyond it a link is not slow but cut.
pub(crate) const DELAY_MAX: Span = Span::from_hours(1);

/// When the lag of a link between servers is drawn, where it follows a law.
///
/// # Examples
/// ```
/// use cutover::knob::{Knobs, LagRenewal};
/// let mut knobs = Knobs::default();
/// knobs.set("lag_renewal", "EachRun").expect("it is one of its words");
/// assert_eq!(knobs.lag_renewal, LagRenewal::EachRun);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LagRenewal {
    /// For each replication connection when it begins.
    EachConnection,
    /// Once for each standby.
    EachRun,
}
