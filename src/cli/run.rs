//! The command `run`: one scenario, once.
//!
//! Knows nothing of how a report reads. Kept here: nothing is printed before the whole result is
//! there, and the exit code is the gravest that applies.

use std::path::Path;

use super::args::{Format, RunOptions};
use super::exit::Exit;
use super::guard::guarded;
use super::output;
use super::replay;
use super::stop::Stop;
use crate::bundle::Bundle;
use crate::report::{self, Report, Style};
use crate::scenario::{self, Judgement, Loaded};
use crate::sim;

/// Runs a scenario, prints the result, and saves it if asked to.
pub(crate) fn run(options: &RunOptions) -> Result<Exit, Stop> {
    let loaded = options.change.load(&options.file)?;
    let seed = options.seed.unwrap_or_else(|| loaded.seed());
    let command = repeat(options, seed);
    let (bundle, outcome) = guarded(&command, || ran(&loaded, options, seed))?;
    let expectations = loaded.judge(&outcome);
    let vary = || {
        report::sensitivities(&outcome, |knob, value| {
            let mut other = loaded.clone();
            other.set(knob, value).ok()?;
            Some(sim::run(&other.setup, seed))
        })
    };
    let told_in_full = !(options.quiet || options.explain) || options.out.is_some();
    let sensitivities = if told_in_full { Some(guarded(&command, vary)?) } else { None };
    let report = Report {
        story: &loaded.scenario.story,
        outcome: &outcome,
        expectations: &expectations,
        judgement: scenario::overall(&outcome, &expectations),
        repeat: command,
        sensitivities,
    };
    print(options, &report)?;
    if let Some(folder) = &options.out {
        let timeline = report::timeline(&outcome, Style::PLAIN);
        let mut files = vec![("run.json", report::json(&report)), ("timeline.txt", timeline)];
        files.extend(bundle.map(|bundle| (replay::FILE, bundle.to_string())));
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        output::save(folder, &files)?;
    }
    Ok(match report.judgement {
        Judgement::Pass => Exit::Pass,
        Judgement::Fail => Exit::Fail,
        Judgement::Inconclusive => Exit::Inconclusive,
    })
}

/// Runs a scenario; everything is recorded if it is to be saved.
fn ran(loaded: &Loaded, options: &RunOptions, seed: u64) -> (Option<Bundle>, sim::Outcome) {
    if options.out.is_none() {
        return (None, sim::run(&loaded.setup, seed));
    }
    let (bundle, outcome) = Bundle::record(loaded, seed);
    (Some(bundle), outcome)
}

fn print(options: &RunOptions, report: &Report<'_>) -> Result<(), Stop> {
    let style = output::style(options.color);
    if options.quiet {
        let line = report::headline(report);
        return output::emit(&format!("{line}; seed {}\n", report.outcome.seed));
    }
    if options.explain {
        return output::emit(&report::explanation(report, style));
    }
    match options.format {
        Format::Json => output::emit(&report::json(report)),
        Format::Text => {
            let timeline = report::timeline(report.outcome, style);
            output::emit(&format!("{timeline}\n{}", report::screen(report, style)))
        }
    }
}

/// Returns the command that does the same again.
fn repeat(options: &RunOptions, seed: u64) -> String {
    let mut words = vec!["cutover run".to_owned(), quoted(&path(&options.file))];
    words.push(format!("--seed {seed}"));
    words.extend(options.change.words());
    words.join(" ")
}

pub(super) fn path(path: &Path) -> String {
    let text = path.display().to_string();
    if text.starts_with('-') { format!("./{text}") } else { text }
}

/// Returns a word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:+,@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Arguments, Command};
    use clap::Parser;

    fn options(words: &[&str]) -> RunOptions {
        let all = ["cutover", "run"].iter().chain(words);
        let parsed = Arguments::try_parse_from(all).expect("the words are right");
        let Command::Run(options) = parsed.command else {
            panic!("{:?} is not run", parsed.command);
        };
        options
    }

    #[test]
    fn the_command_that_repeats_a_run_says_all_that_it_depends_on() {
        let words = ["my file.ron", "--seed", "0x10", "--set", "fence_delay=uniform(1s, 2s)"];
        let options =
            options(&[&words[..], &["--mutant", "no-fencing", "--policy", "pglookout"]].concat());
        let command = repeat(&options, options.seed.expect("it was given"));
        assert_eq!(
            command,
            "cutover run 'my file.ron' --seed 16 --set 'fence_delay=uniform(1s, 2s)' \
             --policy pglookout --mutant no-fencing"
        );
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(quoted("scenarios/a-b_c.ron"), "scenarios/a-b_c.ron");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
