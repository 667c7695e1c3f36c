//! The command `compare`: the same seeds under several plans, policies or values.
//!
//! Knows nothing of statistics. Kept here: every arm runs every seed, so that what strikes one arm
//! strikes the others.

use super::arms::{arms, grid};
use super::command::{header, markdown, metric};
use super::options::{CampaignFormat, CompareOptions, Saving};
use super::runner::{End, Runner};
use super::store::{Store, Unusable, kept};
use crate::campaign::{
    Campaign, Chunks, Header, Paired, PairedPart, PartError, Shard, Telling, shared_columns,
    shared_metrics,
};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::{path, quoted};
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

/// Compares arms run by run and prints what their differences are, or runs one shard of it.
pub(crate) fn compare(options: &CompareOptions) -> Result<Exit, Stop> {
    let runs = &options.runs;
    let found = found(options)?;
    let headers = found.iter().map(|(_, loaded)| header(loaded, runs));
    let arms: Vec<(String, Header)> =
        found.iter().zip(headers).map(|((name, _), header)| (name.clone(), header)).collect();
    let campaigns: Vec<Campaign> =
        found.iter().map(|(_, loaded)| Campaign::new(loaded, runs.seed)).collect();
    let telling = telling(options, &arms[0].1)?;
    let runner = Runner::new(runs.jobs, telling.repeat.clone());
    let all = arms[0].1.chunks;
    let chunks = match options.shard {
        Some(shard) => all.of_shard(shard),
        None => (0..all.count()).collect(),
    };
    let kept_there = Kept::open(&options.saving, &arms, &telling)?;
    let (paired, end) = kept_there.run(&runner, &campaigns, &chunks)?;
    let interrupted = matches!(end, End::Interrupted);
    let result =
        PairedPart { arms, telling, shard: options.shard.unwrap_or(Shard::WHOLE), chunks, paired };
    if options.shard.is_some() {
        return shard_result(options, &result, interrupted);
    }
    let done = result.paired.arms[0].runs;
    let interrupted = interrupted.then(|| {
        let message = format!("interrupted after {done} of {} runs, which are told of", runs.runs);
        kept(&options.saving, &Stop { exit: Exit::Interrupted, message })
    });
    if let (Some(stop), 0) = (&interrupted, done) {
        return Err(Stop { exit: stop.exit, message: "interrupted before any run".to_owned() });
    }
    let written =
        |format, style| written((&result.arms, &result.telling), &result.paired, format, style);
    if let (Some(folder), None) = (&options.saving.out, &interrupted) {
        let [json, text] = [CampaignFormat::Json, CampaignFormat::Text]
            .map(|format| written(format, Style::PLAIN));
        output::save(folder, &[("compare.json", &json?), ("compare.txt", &text?)])?;
    }
    output::emit(&written(options.format, output::style(runs.color))?)?;
    interrupted.map_or(Ok(Exit::Pass), Err)
}

/// Prints one shard of a comparison, if it came to its end.
fn shard_result(
    options: &CompareOptions,
    part: &PairedPart,
    interrupted: bool,
) -> Result<Exit, Stop> {
    if interrupted {
        let stop = Stop { exit: Exit::Interrupted, message: "interrupted".to_owned() };
        return Err(kept(&options.saving, &stop));
    }
    let text = part.to_text();
    if let Some(folder) = &options.saving.out {
        let name = format!("shard-{}-of-{}.json", part.shard.index, part.shard.of);
        output::save(folder, &[(&name, &text)])?;
    }
    output::emit(&text)?;
    Ok(Exit::Pass)
}

/// Returns what a comparison tells of; metrics that there are not are refused.
fn telling(options: &CompareOptions, header: &Header) -> Result<Telling, Stop> {
    let metrics: Vec<String> = if options.metric.is_empty() {
        TOLD.map(str::to_owned).to_vec()
    } else {
        options.metric.clone()
    };
    for name in &metrics {
        metric(header, name)?;
    }
    let is_map = options.files.len() == 1 && grid(&options.by)?.is_some();
    let map = if is_map { options.by.clone() } else { Vec::new() };
    Ok(Telling { metrics, map, tornado: options.tornado, repeat: repeat(options) })
}

/// Returns the result of a comparison as it is printed.
pub(super) fn written(
    (arms, telling): (&[(String, Header)], &Telling),
    paired: &Paired,
    format: CampaignFormat,
    style: Style,
) -> Result<String, Stop> {
    let headers: Vec<&Header> = arms.iter().map(|(_, header)| header).collect();
    let shared = shared_columns(&headers);
    let arms: Vec<Arm> = arms
        .iter()
        .map(|(name, header)| Arm { name: name.clone(), header: header.clone() })
        .collect();
    let grid = grid(&telling.map)?;
    let result = Arms {
        arms: &arms,
        told: &telling.metrics,
        shared: &shared,
        paired,
        grid: grid.as_ref(),
        repeat: telling.repeat.clone(),
    };
    let text = |style| {
        if telling.tornado { tornado_text(&result, style) } else { comparison_text(&result, style) }
    };
    Ok(match format {
        CampaignFormat::Json => comparison_json(&result),
        CampaignFormat::Text => text(style),
        CampaignFormat::Markdown => markdown(&text(Style::PLAIN)),
    })
}

/// The chunks of a comparison, of which some may have been saved before.
struct Kept<'a> {
    saving: &'a Saving,
    store: Option<Store<Paired>>,
    arms: &'a [(String, Header)],
    telling: &'a Telling,
}

impl<'a> Kept<'a> {
    /// Opens the folder that is asked for, if one is.
    fn open(
        saving: &'a Saving,
        arms: &'a [(String, Header)],
        telling: &'a Telling,
    ) -> Result<Self, Stop> {
        let store = Store::open(saving, |text| {
            let part = PairedPart::from_text(text).map_err(Unusable::Broken)?;
            if let Some((what, expected, found)) = part.difference(arms) {
                return Err(Unusable::Other(what, expected, found));
            }
            let chunk = part.chunks.first().copied();
            let none = || PartError::Unreadable("it holds no chunk".to_owned());
            Ok((chunk.ok_or_else(|| Unusable::Broken(none()))?, part.paired))
        })?;
        Ok(Self { saving, store, arms, telling })
    }

    /// Runs those of the chunks that are not there yet, saves each, and puts all of them together.
    fn run(
        self,
        runner: &Runner,
        campaigns: &[Campaign],
        chunks: &[u64],
    ) -> Result<(Paired, End), Stop> {
        let shared = shared_metrics(campaigns);
        let all = self.arms[0].1.chunks;
        let mut paired = Paired::empty(campaigns, &shared);
        let mut rest = chunks.to_vec();
        if let Some(store) = &self.store {
            rest.retain(|chunk| !store.known.contains_key(chunk));
            let known = chunks.iter().filter_map(|chunk| store.known.get(chunk));
            known.for_each(|saved| paired.merge(saved));
        }
        let work = |chunk| Paired::tally(campaigns, &shared, all.runs_of(chunk));
        let end = runner.run(&rest, work, |chunk, part| {
            paired.merge(&part);
            let Some(store) = &self.store else { return Ok(()) };
            let part = PairedPart {
                arms: self.arms.to_vec(),
                telling: self.telling.clone(),
                shard: Shard::WHOLE,
                chunks: vec![chunk],
                paired: part,
            };
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
        let loaded = runs.change.load(file)?;
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
    let usual = Chunks::of(runs.runs).size;
    words.extend(runs.chunk.filter(|size| *size != usual).map(|size| format!("--chunk {size}")));
    words.extend(runs.change.words());
    words.extend(options.metric.iter().map(|name| format!("--metric {}", quoted(name))));
    words.join(" ")
}
