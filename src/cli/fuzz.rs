//! The command `fuzz`: random faults over a scenario.
//!
//! Knows nothing of how runs are made. Kept here: a budget in runs gives the same result whatever
//! the number of threads, each find is saved as soon as it is there, and whoever wants an end waits
//! for one run at most.

use std::time::{Duration, Instant};

use super::corpus::{self, Corpus};
use super::exit::Exit;
use super::hunt_args::{FuzzOptions, HuntFormat};
use super::interruption::Interruption;
use super::jobs::jobs;
use super::output;
use super::progress::Progress;
use super::run::{path, quoted};
use super::shrink::{find, quietly};
use super::stop::Stop;
use crate::report::{self, Find, Hunt};
use crate::search::{ASSERTION, Fuzz, Limits};

/// So many runs are made between two looks at the clock.
const BATCH: u64 = 64;

/// A find is made smaller with so many runs at most.
const SHRINK_MAX: u64 = 20_000;

/// Searches for what goes wrong, prints it, and saves it if there is a corpus.
pub(crate) fn fuzz(options: &FuzzOptions) -> Result<Exit, Stop> {
    if options.runs.is_none() && options.time.is_none() {
        return Err(Stop::usage(
            "found neither --runs nor --time, expected how many runs are made, such as \
             --runs 1000, or how long, such as --time 10m",
        ));
    }
    let mut loaded = options.change.load(&options.file)?;
    loaded.scenario = loaded.settled();
    let name = loaded.scenario.name.clone();
    let fuzz = Fuzz::new(loaded, options.seed, options.steps);
    let interruption = Interruption::watch();
    let begun = Instant::now();
    let time = options.time.map(|span| Duration::from_micros(span.as_micros()));
    let late = || time.is_some_and(|time| begun.elapsed() >= time);
    let stop = || interruption.is_noted() || late();
    let (corpus, found, runs) = quietly(|| search(options, fuzz, &stop))?;
    let hunt = Hunt {
        scenario: name,
        seed: options.seed,
        runs,
        known: corpus.known,
        gone: corpus.gone,
        unread: corpus.unread,
        found,
        repeat: repeat(options, runs),
    };
    output::emit(&match options.format {
        HuntFormat::Text => report::hunt_text(&hunt),
        HuntFormat::Json => report::hunt_json(&hunt),
    })?;
    if interruption.is_noted() {
        return Err(interrupted(options, runs));
    }
    let mut finds = hunt.known.iter().chain(&hunt.found);
    if finds.clone().any(|find| find.shrunk.violation.what == ASSERTION) {
        return Ok(Exit::Internal);
    }
    let found = if finds.next().is_some() { Exit::Fail } else { Exit::Pass };
    Ok(if hunt.unread.is_empty() { found } else { found.graver(Exit::Input) })
}

/// Says what an interruption leaves.
fn interrupted(options: &FuzzOptions, runs: u64) -> Stop {
    let kept = options.corpus.as_deref().map_or_else(
        || "nothing is saved; with --corpus DIR each find would be".to_owned(),
        |folder| format!("each find is saved in {}, and known from there on", path(folder)),
    );
    let message = format!("interrupted after {runs} runs, whose finds are printed\n{kept}");
    Stop { exit: Exit::Interrupted, message }
}

fn search(
    options: &FuzzOptions,
    mut fuzz: Fuzz,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(Corpus, Vec<Find>, u64), Stop> {
    let conditions = fuzz.conditions();
    let folder = options.corpus.as_deref();
    let progress = Progress::begin();
    let reading = || {
        progress.tell(|| "looking at the corpus".to_owned());
        stop()
    };
    let of_corpus = Limits { runs_max: SHRINK_MAX, stop: &reading };
    let mut corpus = corpus::read((folder, &options.merge), conditions, of_corpus)?;
    if let Some(folder) = folder {
        corpus.settle(folder)?;
    }
    let mut found: Vec<Find> = Vec::new();
    let mut shrunk = 0;
    loop {
        let left = options.runs.map_or(BATCH, |runs| runs.saturating_sub(fuzz.runs()).min(BATCH));
        if left == 0 || stop() {
            break;
        }
        fuzz.search_until(left, jobs(options.jobs), stop);
        for new in &fuzz.found()[shrunk..] {
            let known = |find: &Find| find.shrunk.violation == new.violation;
            if corpus.known.iter().any(known) {
                continue;
            }
            let shrinking = || {
                progress.tell(|| format!("{}; shrinking {}", so_far(&fuzz), new.violation.what));
                stop()
            };
            let limits = Limits { runs_max: SHRINK_MAX, stop: &shrinking };
            let Some(small) = fuzz.shrink_within(new, limits) else { continue };
            let name = new.violation.name();
            let file =
                folder.map_or_else(|| name.clone() + ".ron", |to| path(&to.join(&name)) + ".ron");
            let mut find = find(&small, (&name, &file), conditions, Some(new.run));
            if let Some(folder) = folder {
                find.file = Some(file);
                corpus.save(folder, &mut find)?;
            }
            found.push(find);
        }
        shrunk = fuzz.found().len();
        progress.tell(|| so_far(&fuzz));
    }
    progress.end();
    for find in &mut found {
        let seen = fuzz.found().iter().find(|seen| seen.violation == find.shrunk.violation);
        find.seen = seen.map_or(0, |seen| seen.seen);
    }
    Ok((corpus, found, fuzz.runs()))
}

/// Returns how far a search is.
fn so_far(fuzz: &Fuzz) -> String {
    format!("{} runs, {} distinct violations", fuzz.runs(), fuzz.found().len())
}

/// Returns the command that does the same again: what was searched for a time, by its runs.
fn repeat(options: &FuzzOptions, runs: u64) -> String {
    let mut words = vec![format!("cutover fuzz {} --runs {runs}", quoted(&path(&options.file)))];
    words.push(format!("--seed {} --steps {}", options.seed, options.steps));
    words.extend(options.corpus.iter().map(|folder| format!("--corpus {}", quoted(&path(folder)))));
    words.extend(options.merge.iter().map(|from| format!("--merge {}", quoted(&path(from)))));
    words.extend(options.change.words());
    words.join(" ")
}
