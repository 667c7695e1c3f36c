//! Files of times and spans that a scenario names: one on each line, `#` begins a comment.
//!
//! Knows nothing of what they are for. Kept here: a scenario that ran has no file left to read, so
//! that its setup is all that a run is made from.

use std::path::Path;

use super::error::shown;
use super::file::{Occurs, Scenario};
use super::load;
use super::locate::Path as Place;
use super::problem::Problems;
use crate::kernel::{Distribution, Span};

/// The most observations that one file may have.
const LINES_MAX: usize = 100_000;

/// Puts what the files of a scenario hold in their place; files are sought beside `scenario_file`.
pub(super) fn read(scenario: &mut Scenario, scenario_file: Option<&Path>, problems: &mut Problems) {
    let folder = scenario_file.map(|file| file.parent().unwrap_or(Path::new("")));
    for (index, failure) in scenario.failures.iter_mut().enumerate() {
        let place = Place::root().field("failures").item(index);
        match &mut failure.occurs {
            Occurs::Every(gaps) => distribution(gaps, folder, &place.field("occurs"), problems),
            Occurs::TimesIn(file) => {
                let read = spans(file, folder, &place.field("occurs"), problems);
                failure.occurs = Occurs::Times(read.unwrap_or_default());
            }
            Occurs::Times(_) => {}
        }
        if let Some(lasts) = &mut failure.lasts {
            distribution(lasts, folder, &place.field("lasts"), problems);
        }
        if let Occurs::Times(times) = &mut failure.occurs {
            times.sort_unstable();
        }
    }
}

fn distribution(
    of: &mut Distribution,
    folder: Option<&Path>,
    place: &Place,
    problems: &mut Problems,
) {
    if let Distribution::ObservedIn(file) = of {
        let read = spans(file, folder, place, problems);
        *of = Distribution::observed(read.unwrap_or_else(|| vec![Span::CENTURY]));
    }
}

/// Returns the spans of a file, or adds what is wrong with it.
fn spans(
    file: &str,
    folder: Option<&Path>,
    place: &Place,
    problems: &mut Problems,
) -> Option<Vec<Span>> {
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
    let mut spans = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        match line.parse::<Span>() {
            Ok(span) if span < Span::FOREVER => spans.push(span),
            Ok(_) => problems.add(place, format!("{file}:{}: found never", number + 1)),
            Err(error) => problems.add(place, format!("{file}:{}: {error}", number + 1)),
        }
    }
    if spans.is_empty() || spans.len() > LINES_MAX {
        let found = spans.len();
        let message = format!("{file}: found {found} spans, expected 1 to {LINES_MAX}");
        problems.add(place, message);
        return None;
    }
    Some(spans)
}
