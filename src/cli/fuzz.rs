//! The command `fuzz`: random faults over a scenario.
//!
//! Knows nothing of how runs are made. Kept here: a budget in runs gives the same result whatever
//! the number of threads, and each find is saved as soon as it is there.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::corpus::{self, Corpus};
use super::exit::Exit;
use super::hunt_args::{FuzzOptions, HuntFormat};
use super::interruption::Interruption;
use super::jobs::jobs;
use super::output;
use super::run::{path, quoted};
use super::shrink::{find, quietly};
use super::stop::Stop;
use crate::report::{self, Find, Hunt};
use crate::search::{ASSERTION, Fuzz};

/// So many runs are made between two looks at the clock.
const BATCH: u64 = 64;

/// A find is made smaller with so many runs at most.
const SHRINK_MAX: u64 = 20_000;

/// Searches for what goes wrong, prints it, and saves it if there is a corpus.
pub(crate) fn fuzz(options: &FuzzOptions) -> Result<Exit, Stop> {
    let mut loaded = options.change.load(&options.file)?;
    loaded.scenario = loaded.settled();
    let name = loaded.scenario.name.clone();
    let fuzz = Fuzz::new(loaded, options.seed, options.steps);
    let interruption = Interruption::watch();
    let (corpus, found, runs) = quietly(|| search(options, fuzz, &interruption))?;
    let hunt = Hunt {
        scenario: name,
        seed: options.seed,
        runs,
        known: corpus.known,
        gone: corpus.gone,
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
    Ok(if finds.next().is_some() { Exit::Fail } else { Exit::Pass })
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
    interruption: &Interruption,
) -> Result<(Corpus, Vec<Find>, u64), Stop> {
    let conditions = fuzz.conditions();
    let folder = options.corpus.as_deref();
    let folders: Vec<&Path> =
        folder.into_iter().chain(options.merge.iter().map(PathBuf::as_path)).collect();
    let mut corpus = corpus::read(&folders, conditions, SHRINK_MAX)?;
    let mut kept = Vec::new();
    if let Some(folder) = folder {
        for known in &mut corpus.known {
            kept.push(corpus::save(folder, known)?);
        }
        if folder.is_dir() {
            corpus::remove_others(folder, &kept, &corpus.gone)?;
        }
    }
    let mut found: Vec<Find> = Vec::new();
    let (begun, mut told, mut shrunk) = (Instant::now(), Instant::now(), 0);
    let time = options.time.map(|span| Duration::from_micros(span.as_micros()));
    loop {
        let left = options.runs.map_or(BATCH, |runs| runs.saturating_sub(fuzz.runs()).min(BATCH));
        let late = time.is_some_and(|time| begun.elapsed() >= time);
        if left == 0 || late || interruption.is_noted() {
            break;
        }
        fuzz.search(left, jobs(options.jobs));
        for new in &fuzz.found()[shrunk..] {
            let known = |find: &Find| find.shrunk.violation == new.violation;
            if corpus.known.iter().any(known) {
                continue;
            }
            let Some(small) = fuzz.shrink(new, SHRINK_MAX) else { continue };
            let name = new.violation.name();
            let file =
                folder.map_or_else(|| name.clone() + ".ron", |to| path(&to.join(&name)) + ".ron");
            let mut find = find(&small, (&name, &file), conditions, Some(new.run));
            if let Some(folder) = folder {
                corpus::save(folder, &mut find)?;
            }
            found.push(find);
        }
        shrunk = fuzz.found().len();
        if told.elapsed() >= Duration::from_secs(1) {
            told = Instant::now();
            progress(&format!("{} runs, {shrunk} distinct violations", fuzz.runs()));
        }
    }
    progress("");
    for find in &mut found {
        let seen = fuzz.found().iter().find(|seen| seen.violation == find.shrunk.violation);
        find.seen = seen.map_or(0, |seen| seen.seen);
    }
    Ok((corpus, found, fuzz.runs()))
}

/// Tells on a terminal how far the search is; nothing ends it.
fn progress(text: &str) {
    if std::io::stderr().is_terminal() {
        output::overwrite(text);
    }
}

/// Returns the command that does the same again: what was searched for a time, by its runs.
fn repeat(options: &FuzzOptions, runs: u64) -> String {
    let mut words = vec![format!("cutover fuzz {} --runs {runs}", quoted(&path(&options.file)))];
    words.push(format!("--seed {} --steps {}", options.seed, options.steps));
    words.extend(options.change.words());
    words.join(" ")
}
