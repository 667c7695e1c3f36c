//! The command `compare`: the same seeds under several plans, policies or values.
//!
//! Knows nothing of statistics. Kept here: every arm runs every seed, so that what strikes one arm
//! strikes the others.

use super::arms::{arms, grid};
use super::command::{header, markdown, metric};
use super::options::{CampaignFormat, CompareOptions, Saving};
use super::runner::{End, Runner};
use super::store::{Store, Unusable, kept};
use crate::campaign::{Campaign, Header, Paired, PairedPart, shared_metrics};
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
    let chunks = Kept::open(&options.saving, &arms)?;
    let (paired, end) = chunks.run(&runner, (&campaigns, &shared))?;
    let done = paired.arms[0].runs;
    let interrupted = matches!(end, End::Interrupted).then(|| {
        let message = format!("interrupted after {done} of {} runs, which are told of", runs.runs);
        kept(&options.saving, &Stop { exit: Exit::Interrupted, message })
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
    if let (Some(folder), None) = (&options.saving.out, &interrupted) {
        let (json, text) = (comparison_json(&result), text(Style::PLAIN));
        output::save(folder, &[("compare.json", &json), ("compare.txt", &text)])?;
    }
    output::emit(&match options.format {
        CampaignFormat::Json => comparison_json(&result),
        CampaignFormat::Text => text(output::style(runs.color)),
        CampaignFormat::Markdown => markdown(&text(Style::PLAIN)),
    })?;
    interrupted.map_or(Ok(Exit::Pass), Err)
}

/// The chunks of a comparison, of which some may have been saved before.
struct Kept<'a> {
    saving: &'a Saving,
    store: Option<Store<Paired>>,
    arms: Vec<(String, Header)>,
}

impl<'a> Kept<'a> {
    /// Opens the folder that is asked for, if one is.
    fn open(saving: &'a Saving, arms: &[Arm]) -> Result<Self, Stop> {
        let arms: Vec<(String, Header)> =
            arms.iter().map(|arm| (arm.name.clone(), arm.header.clone())).collect();
        let store = Store::open(saving, |text| {
            let part = PairedPart::from_text(text).map_err(Unusable::Broken)?;
            match part.difference(&arms) {
                Some((what, expected, found)) => Err(Unusable::Other(what, expected, found)),
                None => Ok((part.chunk, part.paired)),
            }
        })?;
        Ok(Self { saving, store, arms })
    }

    /// Runs the chunks that are not there yet, saves each, and puts all of them together.
    fn run(
        self,
        runner: &Runner,
        (campaigns, shared): (&[Campaign], &[Vec<usize>]),
    ) -> Result<(Paired, End), Stop> {
        let chunks = self.arms[0].1.chunks;
        let mut paired = Paired::empty(campaigns, shared);
        let mut rest: Vec<u64> = (0..chunks.count()).collect();
        if let Some(store) = &self.store {
            rest.retain(|chunk| !store.known.contains_key(chunk));
            store.known.values().for_each(|saved| paired.merge(saved));
        }
        let work = |chunk| Paired::tally(campaigns, shared, chunks.runs_of(chunk));
        let end = runner.run(&rest, work, |chunk, part| {
            paired.merge(&part);
            let Some(store) = &self.store else { return Ok(()) };
            let part = PairedPart { arms: self.arms.clone(), chunk, paired: part };
            store.save(chunk, &part.to_text()).map_err(|stop| kept(self.saving, &stop))
        })?;
        Ok((paired, end))
    }
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
