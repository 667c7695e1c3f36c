//! Whether the measures of faults and the periods of steps are possible.
//!
//! Knows nothing of whom a fault strikes. Kept here: no accepted measure leaves a fault without an
//! effect, and none makes a run endless.

use super::super::file::Step;
use super::super::locate::Path;
use super::super::problem::Problems;
use crate::fault::FaultKind;
use crate::kernel::{Rate, Span};
use crate::knob::DELAY_MAX;

/// The longest measure of any other kind, 10 years, as long as the longest run.
const MEASURE_MAX: Span = Span::from_days(3_653);
/// How often faults that come back may do so in one run.
const TURNS_MAX: u64 = 20_000_000;
/// How often a step may come back in one run: what it cuts each time adds up.
const REPEATS_MAX: u64 = 10_000;

/// Adds what is wrong with the measures of a step's fault in a run of this length.
pub(super) fn check(
    path: &Path,
    kind: FaultKind,
    (step, until): (&Step, Span),
    problems: &mut Problems,
) {
    let name = kind.name();
    let strikes = match step {
        Step::Every(period, _) if *period > Span::ZERO => comes(*period, until).max(1),
        Step::At(..) | Step::When(..) | Step::Every(..) => 1,
    };
    let turns_max = (TURNS_MAX / strikes).max(1);
    match kind {
        FaultKind::CrashLoop(up) => {
            if within(&path.item(0), name, up, MEASURE_MAX, problems) {
                turns(&path.item(0), (name, up), (until, turns_max), problems);
            }
        }
        FaultKind::ClockAhead(by) | FaultKind::ClockBehind(by) => {
            within(&path.item(0), name, by, MEASURE_MAX, problems);
        }
        FaultKind::SlowLink { delay, goodput } => slow_link(path, delay, goodput, problems),
        FaultKind::Flapping { down, up } => {
            let fits_down = within(&path.field("down"), "down", down, MEASURE_MAX, problems);
            let fits_up = within(&path.field("up"), "up", up, MEASURE_MAX, problems);
            if fits_down && fits_up {
                turns(&path.field("down"), (name, down + up), (until, turns_max), problems);
            }
        }
        FaultKind::HostDeath
        | FaultKind::PowerLoss
        | FaultKind::ProcessCrash
        | FaultKind::OutOfMemory
        | FaultKind::Hang
        | FaultKind::StorageStall
        | FaultKind::DiskFull
        | FaultKind::ConnectionsExhausted
        | FaultKind::LongQuery
        | FaultKind::Maintenance
        | FaultKind::DaemonRestart
        | FaultKind::LinkCut
        | FaultKind::ZoneOutage
        | FaultKind::RegionOutage
        | FaultKind::UploadStall
        | FaultKind::PublishStall
        | FaultKind::ProvisionStall => {}
    }
}

/// Adds what is wrong with the period of a step in a run of this length.
pub(super) fn period(path: &Path, period: Span, until: Span, problems: &mut Problems) {
    if within(path, "Every", period, Span::FOREVER, problems) {
        turns(path, ("Every", period), (until, REPEATS_MAX), problems);
    }
}

fn slow_link(path: &Path, delay: Span, goodput: Rate, problems: &mut Problems) {
    if delay > DELAY_MAX {
        let message = format!("found delay {delay}, expected at most {DELAY_MAX}");
        problems.add(&path.field("delay"), message);
    }
    if goodput == Rate(0) {
        let hint = "LinkCut lets nothing pass".to_owned();
        let message = "found goodput 0B/s, expected more than zero";
        problems.hint(&path.field("goodput"), message, Some(hint));
    }
    if delay == Span::ZERO && goodput == Rate::UNLIMITED {
        let message = "found a SlowLink without delay and limit, expected one of them";
        problems.add(&path.field("delay"), message);
    }
}

/// Adds a problem unless a measure is above zero and at most `max`; tells whether it is.
fn within(path: &Path, name: &str, span: Span, max: Span, problems: &mut Problems) -> bool {
    if span == Span::ZERO {
        problems.add(path, format!("found {name} 0s, expected more than zero"));
    } else if span > max {
        problems.add(path, format!("found {name} {span}, expected at most {max}"));
    }
    span > Span::ZERO && span <= max
}

/// Adds a problem if something that comes back every so often does so too often in a run.
fn turns(
    path: &Path,
    (name, every): (&str, Span),
    (until, max): (Span, u64),
    problems: &mut Problems,
) {
    let turns = comes(every, until);
    if turns > max {
        let message = format!(
            "found {name} {every}, which comes {turns} times until {until}, expected at most {max}"
        );
        problems.add(path, message);
    }
}

/// Returns how often something comes that comes every so often.
fn comes(every: Span, until: Span) -> u64 {
    until.as_micros() / every.as_micros()
}
