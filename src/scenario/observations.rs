//! Files of times, spans and sizes that a scenario names: one on each line, `#` begins a comment.
//!
//! Knows nothing of what they are for. Kept here: a scenario that ran has no file left to read, so
//! that its setup is all that a run is made from.

use std::path::Path;

use super::error::shown;
use super::file::{Client, Occurs, Scenario};
use super::load;
use super::locate::Path as Place;
use super::problem::Problems;
use crate::kernel::{Distribution, LawError, Measure, Span};
use crate::knob::Tuning;

/// The most observations that one file may have.
const LINES_MAX: usize = 100_000;

/// Puts what the files of a scenario hold in their place; files are sought beside `scenario_file`.
pub(super) fn read(scenario: &mut Scenario, scenario_file: Option<&Path>, problems: &mut Problems) {
    let folder = scenario_file.map(|file| file.parent().unwrap_or(Path::new("")));
    for (index, failure) in scenario.failures.iter_mut().enumerate() {
        let place = Place::root().field("failures").item(index);
        match &mut failure.occurs {
            Occurs::Every(gaps) => {
                distribution(gaps, Span::CENTURY, folder, &place.field("occurs"), problems);
            }
            Occurs::TimesIn(file) => {
                let read = observed::<Span>(file, folder, &place.field("occurs"), problems);
                failure.occurs = Occurs::Times(read.unwrap_or_default());
            }
            Occurs::Times(_) => {}
        }
        if let Some(lasts) = &mut failure.lasts {
            distribution(lasts, Span::CENTURY, folder, &place.field("lasts"), problems);
        }
        if let Occurs::Times(times) = &mut failure.occurs {
            times.sort_unstable();
        }
    }
    for (index, client) in scenario.clients.iter_mut().enumerate() {
        if let Client::Writer(writer) = client {
            let place = Place::root().field("clients").item(index).field("wal_per_commit");
            let least = Measure::of_units(1);
            distribution(&mut writer.wal_per_commit, least, folder, &place, problems);
        }
    }
    tuning(&mut scenario.tuning, folder, problems);
}

/// Reads the observations of knobs.
fn tuning(tuning: &mut Tuning, folder: Option<&Path>, problems: &mut Problems) {
    let place = |knob: &'static str| Place::root().field("tuning").field(knob);
    let delays = [
        ("platform_delay", &mut tuning.platform_delay),
        ("replication_delay", &mut tuning.replication_delay),
        ("region_delay", &mut tuning.region_delay),
        ("cross_service_lag", &mut tuning.cross_service_lag),
        ("client_delay", &mut tuning.client_delay),
    ];
    for (knob, delay) in delays {
        if let Some(delay) = delay {
            distribution(delay, Span::ZERO, folder, &place(knob), problems);
        }
    }
    if let Some(size) = &mut tuning.database_size {
        distribution(size, Measure::ZERO, folder, &place("database_size"), problems);
    }
}

/// Reads the observations of a distribution; `instead` stands for those of a file that is wrong.
fn distribution<Q: Measure>(
    of: &mut Distribution<Q>,
    instead: Q,
    folder: Option<&Path>,
    place: &Place,
    problems: &mut Problems,
) {
    if let Distribution::ObservedIn(file) = of {
        let read = observed(file, folder, place, problems);
        *of = Distribution::observed(read.unwrap_or_else(|| vec![instead]));
    }
}

/// Returns what a file holds, or adds what is wrong with it.
fn observed<Q: Measure>(
    file: &str,
    folder: Option<&Path>,
    place: &Place,
    problems: &mut Problems,
) -> Option<Vec<Q>> {
    let Some(folder) = folder else {
        let message = format!("found the file {}, which only a scenario file has", shown(file));
        problems.add(place, message);
        return None;
    };
    let text = match load::read(&folder.join(file)) {
        Ok(text) => text,
        Err(errors) => {
            problems.add(place, errors.to_string());
            return None;
        }
    };
    let mut seen = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        match line.parse::<Q>().map_err(Into::into) {
            Ok(one) if Q::ENDLESS != Some(one) => seen.push(one),
            Ok(_) => problems.add(place, format!("{file}:{}: found never", number + 1)),
            Err::<_, LawError>(error) => {
                problems.add(place, format!("{file}:{}: {error}", number + 1));
            }
        }
    }
    if seen.is_empty() || seen.len() > LINES_MAX {
        let (found, what) = (seen.len(), Q::PLURAL);
        let message = format!("{file}: found {found} {what}, expected 1 to {LINES_MAX}");
        problems.add(place, message);
        return None;
    }
    Some(seen)
}
