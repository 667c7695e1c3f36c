//! The first and the last lines of the screen: the verdict, which run it was, how to repeat it.
//!
//! Knows nothing of the sections between them. Kept here: the seed is always printed.

use crate::kernel::Instant;
use crate::report::findings::Report;
use crate::report::headline::{word, worst};
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, span};

/// Writes the verdict, the worst of the run, and what was run.
pub(in crate::report) fn verdict(report: &Report<'_>, page: &mut Page) {
    let (outcome, (word, ink)) = (report.outcome, word(report.judgement));
    page.lead(0, ink, word, &worst(report));
    let mutant = outcome.mutant.map_or_else(String::new, |name| format!(", planted fault {name}"));
    let run = format!(
        "{}, seed {}, policy {}{mutant}; {} simulated, {}",
        outcome.scenario,
        outcome.seed,
        outcome.policy,
        span(outcome.until.since(Instant::ZERO)),
        counted(outcome.events, "event"),
    );
    page.say(word.len() + 2, Ink::Faint, &run);
    if !report.story.is_empty() {
        page.say(word.len() + 2, Ink::Faint, report.story);
    }
}

/// Writes the command that repeats the run.
pub(in crate::report) fn repeat(report: &Report<'_>, page: &mut Page) {
    page.title("TO REPEAT THIS RUN");
    page.command(2, &report.repeat);
}
