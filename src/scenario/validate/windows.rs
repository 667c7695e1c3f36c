//! Whether the windows of services can be as a scenario says.
//!
//! Source: Aiven, controlled switchover windows: at most four a day, each of at least ten minutes,
//! split at midnight. Knows nothing of switchovers. Kept here: every window lies within one day.

use super::super::file::Scenario;
use super::super::locate::Path;
use super::super::problem::Problems;
use crate::kernel::Span;

/// How many windows a day has at most.
const WINDOWS_MAX: usize = 4;
/// How long a window is at least.
const LENGTH_MIN: Span = Span::from_mins(10);
const DAY: Span = Span::from_days(1);

/// Adds what is wrong with windows.
pub(super) fn check(scenario: &Scenario, problems: &mut Problems) {
    for (index, service) in scenario.services.iter().enumerate() {
        let path = Path::root().field("services").item(index).field("windows");
        let found = service.windows.len();
        if found > WINDOWS_MAX {
            let message = format!("found {found} windows a day, expected at most {WINDOWS_MAX}");
            problems.add(&path.item(WINDOWS_MAX), message);
        }
        for (place, (from, to)) in service.windows.iter().enumerate().take(WINDOWS_MAX) {
            let path = path.item(place);
            if *to > DAY {
                let message = format!("found a window to {to}, expected an end within the day");
                problems.add(&path, message);
            } else if *from + LENGTH_MIN > *to {
                let message = format!(
                    "found a window from {from} to {to}, expected one of {LENGTH_MIN} or more"
                );
                problems.add(&path, message);
            }
        }
    }
}
