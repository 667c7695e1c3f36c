//! The command `compare`: the same seeds under several plans, policies or values.
//!
//! Knows nothing of statistics. Kept here: every arm runs every seed, so that what strikes one arm
//! strikes the others.

use super::arms::{arms, grid};
use super::command::{header, markdown, metric};
use super::options::{CampaignFormat, CompareOptions};
use super::runner::{End, Runner};
use crate::campaign::{Campaign, Paired, shared_metrics};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::{self, path, quoted};
use crate::cli::stop::Stop;
use crate::report::{Arm, Arms, Style, comparison_json, comparison_text, tornado_text};
use crate::report::{doubled, halved};
use crate::scenario::Loaded;
use crate::sim;

/// The metrics that are told when none is asked for.
const TOLD: [&str; 8] = [
    "write_downtime",
    "meets_99.95",
    "meets_99.99",
    "failovers",
    "false_failovers",
    "restores",
    "lost_commits",
    "node_time",
];

/// Compares arms run by run and prints what their differences are.
pub(crate) fn compare(options: &CompareOptions) -> Result<Exit, Stop> {
    let runs = &options.runs;
    let found = found(options)?;
    let headers = found.iter().map(|(_, loaded)| header(loaded, runs));
    let arms: Vec<Arm> = found
        .iter()
        .zip(headers)
        .map(|((name, _), header)| Arm { name: name.clone(), header })
        .collect();
    let campaigns: Vec<Campaign> =
        found.iter().map(|(_, loaded)| Campaign::new(loaded, runs.seed)).collect();
    let shared = shared_metrics(&campaigns);
    let told: Vec<String> = if options.metric.is_empty() {
        TOLD.map(str::to_owned).to_vec()
    } else {
        options.metric.clone()
    };
    for name in &told {
        metric(&arms[0].header, name)?;
    }
    let repeat = repeat(options);
    let runner = Runner::new(runs.jobs, repeat.clone());
    let mut paired = Paired::empty(&campaigns, &shared);
    let chunks = arms[0].header.chunks;
    let all: Vec<u64> = (0..chunks.count()).collect();
    let work = |chunk| Paired::tally(&campaigns, &shared, chunks.runs_of(chunk));
    let end = runner.run(&all, work, |_, part| {
        paired.merge(&part);
        Ok(())
    })?;
    let done = paired.arms[0].runs;
    let interrupted = matches!(end, End::Interrupted).then(|| Stop {
        exit: Exit::Interrupted,
        message: format!("interrupted after {done} of {} runs, which are told of", runs.runs),
    });
    if let (Some(stop), 0) = (&interrupted, done) {
        return Err(Stop { exit: stop.exit, message: "interrupted before any run".to_owned() });
    }
    let grid = if options.files.len() == 1 { grid(&options.by)? } else { None };
    let result = Arms {
        arms: &arms,
        told: &told,
        shared: &shared,
        paired: &paired,
        grid: grid.as_ref(),
        repeat,
    };
    let text = |style| {
        if options.tornado { tornado_text(&result, style) } else { comparison_text(&result, style) }
    };
    output::emit(&match options.format {
        CampaignFormat::Json => comparison_json(&result),
        CampaignFormat::Text => text(output::style(runs.color)),
        CampaignFormat::Markdown => markdown(&text(Style::PLAIN)),
    })?;
    interrupted.map_or(Ok(Exit::Pass), Err)
}

/// Returns the arms that are asked for, with their names.
fn found(options: &CompareOptions) -> Result<Vec<(String, Loaded)>, Stop> {
    let runs = &options.runs;
    let mut found: Vec<(String, Loaded)> = Vec::new();
    for file in &options.files {
        let loaded = run::changed(file, &runs.set, runs.policy, runs.mutant)?;
        let several = options.files.len() > 1;
        let of_file = if options.tornado {
            variations(&loaded, runs.seed)
        } else {
            arms(&loaded, &options.by)?
        };
        for (name, arm) in of_file {
            let file = if several { loaded.scenario.name.clone() } else { String::new() };
            let names: Vec<String> =
                [file, name].into_iter().filter(|one| !one.is_empty()).collect();
            found.push((names.join(", "), arm));
        }
    }
    if found.len() < 2 {
        let text = "found one arm, expected --by, --tornado or several files";
        return Err(Stop::usage(text));
    }
    Ok(found)
}

/// Returns the scenario as it is, and with each undocumented value that mattered in one of the
/// first runs doubled and halved.
fn variations(loaded: &Loaded, seed: u64) -> Vec<(String, Loaded)> {
    /// Runs that are looked at to see which values matter.
    const LOOKED_AT: u64 = 20;
    let mut touched: Vec<(&'static str, String)> = Vec::new();
    for number in 0..LOOKED_AT {
        for stance in sim::run(&loaded.setup, seed.wrapping_add(number)).stances {
            if !touched.iter().any(|(knob, _)| *knob == stance.knob) {
                touched.push((stance.knob, stance.value));
            }
        }
    }
    touched.sort();
    let mut arms = vec![("as it is".to_owned(), loaded.clone())];
    for (knob, value) in touched {
        for other in [halved(&value), doubled(&value)].into_iter().flatten() {
            let mut arm = loaded.clone();
            if arm.set(knob, &other).is_ok() {
                arms.push((format!("{knob}={other}"), arm));
            }
        }
    }
    arms
}

/// Returns the command that does the same again.
fn repeat(options: &CompareOptions) -> String {
    let mut words = vec!["cutover compare".to_owned()];
    words.extend(options.files.iter().map(|file| quoted(&path(file))));
    for (key, values) in &options.by {
        words.push(format!("--by {}", quoted(&format!("{key}={values}"))));
    }
    if options.tornado {
        words.push("--tornado".to_owned());
    }
    let runs = &options.runs;
    words.push(format!("--runs {} --seed {}", runs.runs, runs.seed));
    for (key, value) in &runs.set {
        words.push(format!("--set {}", quoted(&format!("{key}={value}"))));
    }
    words.extend(runs.policy.map(|policy| format!("--policy {}", policy.card().name)));
    words.extend(runs.mutant.map(|mutant| format!("--mutant {}", mutant.card().name)));
    words.extend(options.metric.iter().map(|name| format!("--metric {}", quoted(name))));
    words.join(" ")
}
