//! What timed a daemon (pglookout) that promoted its own node.
//!
//! Knows nothing of the platform. Kept here: a daemon that waited as long as it is told to went by
//! its timeout; one that decided sooner had forgotten something, and one that decided later had to
//! wait for somebody.

use super::cause;
use super::scale::Scale;
use crate::kernel::Instant;
use crate::sim::{Outcome, Promotion};

/// Returns what the time from the end of a primary to a daemon's decision scales with.
pub(super) fn scale(outcome: &Outcome, promotion: &Promotion) -> Scale {
    let knobs = &outcome.knobs;
    let slack = knobs.lookout_poll_interval + knobs.lookout_check_interval;
    let fault = cause::of_silence(outcome, &promotion.from, (Instant::ZERO, promotion.ordered));
    let waited = fault.map(|fault| promotion.ordered.since(fault.at));
    let sooner = waited.is_some_and(|waited| waited + slack < knobs.lookout_failover_lag);
    let later = waited.is_some_and(|waited| waited > knobs.lookout_failover_lag + slack * 2);
    let misleading = cause::misleading(outcome, promotion);
    let by = |kind: &str| misleading.iter().find(|fault| fault.fault == kind);
    if let Some(fault) = by("Maintenance").filter(|_| later) {
        return Scale::Fault(fault.fault);
    }
    let forgot = sooner && by("DaemonRestart").is_some();
    let names: &[&str] = if forgot {
        &["lookout_poll_interval", "lookout_check_interval"]
    } else {
        &["lookout_failover_lag"]
    };
    Scale::knobs(knobs, names)
}
