//! What each node acknowledged to each client, connection by connection.
//!
//! Knows nothing of which of it survives. Kept here: replies are counted, not what was written.

use crate::kernel::{Instant, Marks, Span};

/// What one node acknowledged to one client over one connection.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let first = &outcome.services[0].sessions[0];
/// assert_eq!((first.client.as_str(), first.node.as_str()), ("app", "orders-1"));
/// assert_eq!(first.acknowledged, 11_999);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOutcome {
    /// The client.
    pub client: String,
    /// The node.
    pub node: String,
    /// When the commits happened.
    pub commits: Marks,
    /// How long after its commit the last one of these was acknowledged.
    pub latency: Span,
    /// How many were acknowledged, counted from the first.
    pub acknowledged: u64,
}

impl SessionOutcome {
    /// Returns how many commits were acknowledged at or after an instant.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// let first = &outcome.services[0].sessions[0];
    /// assert_eq!(first.acknowledged_from(cutover::kernel::Instant::ZERO), first.acknowledged);
    /// assert_eq!(first.acknowledged_from(outcome.until), 0);
    /// ```
    pub fn acknowledged_from(&self, instant: Instant) -> u64 {
        let earlier = self.commits.count_before(instant.minus(self.latency));
        self.acknowledged.saturating_sub(earlier)
    }
}
