//! Why the worst thing of a run happened, in plain sentences.
//!
//! * `worst`: what the worst thing is; `story`: what it was and the events that led to it;
//!   `outage` and `slot`: the same of an outage and of a logical slot.
//!
//! Knows nothing of the rest of a run. Kept here: an explanation goes backwards, tells only what
//! had to be true, and fits on a screen.

mod outage;
mod slot;
mod story;
mod worst;

use story::{Piece, Story};

use super::findings::Report;
use super::headline::word;
use super::page::Page;
use super::style::{Ink, Style};
use super::wording::{counted, moment};
use crate::blame::{Link, Setting};
use crate::knob::MUTANTS;

/// How many lines an explanation may have, for a screen of 24 with the next prompt.
const ROWS: usize = 23;

/// How much is told.
#[derive(Clone, Copy, Debug)]
struct Detail {
    /// A part that is less than so many hundredths of the whole is told with the others like it.
    least: u64,
    /// Whether the constant behind an event is told if a part has it already.
    again: bool,
    /// Whether the whole headline is told, or only its reasons.
    cost: bool,
    /// How many events of a chain are told, the first and the last.
    links: usize,
    /// Whether it is told what else went wrong.
    besides: bool,
}

/// From all that there is to as much as fits on the smallest screen.
const DETAILS: [Detail; 10] = [
    Detail { least: 1, again: true, cost: true, links: 12, besides: true },
    Detail { least: 1, again: false, cost: true, links: 12, besides: true },
    Detail { least: 2, again: false, cost: true, links: 12, besides: true },
    Detail { least: 3, again: false, cost: true, links: 12, besides: true },
    Detail { least: 3, again: false, cost: false, links: 12, besides: true },
    Detail { least: 5, again: false, cost: false, links: 12, besides: true },
    Detail { least: 12, again: false, cost: false, links: 12, besides: true },
    Detail { least: 40, again: false, cost: false, links: 12, besides: true },
    Detail { least: 40, again: false, cost: false, links: 8, besides: false },
    Detail { least: 40, again: false, cost: false, links: 6, besides: false },
];

/// Returns why the worst thing of a run happened, at 80 columns.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// let report = cutover::report::Report {
///     story: &loaded.scenario.story,
///     outcome: &outcome,
///     expectations: &judged,
///     judgement: cutover::scenario::overall(&outcome, &judged),
///     repeat: "cutover run FILE".to_owned(),
///     sensitivities: None,
/// };
/// let text = cutover::report::explanation(&report, cutover::report::Style::PLAIN);
/// assert!(text.contains("orders-1") && text.contains("orders-2"));
/// ```
pub fn explanation(report: &Report<'_>, style: Style) -> String {
    let story = story::of(report, &worst::of(report));
    let mut pages = DETAILS.iter().map(|detail| written(report, style, (&story, *detail)));
    let fitting = pages.find(|text| text.lines().count() <= ROWS);
    let [.., least] = DETAILS;
    fitting.unwrap_or_else(|| written(report, style, (&story, least)))
}

/// Returns an explanation in some detail.
fn written(report: &Report<'_>, style: Style, (story, detail): (&Story, Detail)) -> String {
    let mut page = Page::new(style);
    let (word, ink) = word(report.judgement);
    let headline = super::headline::worst(report);
    let reasons = headline.rsplit_once("; ").map_or(headline.as_str(), |(_, reasons)| reasons);
    page.lead(0, ink, word, if detail.cost { &headline } else { reasons });
    page.title("WHY");
    page.say(2, Ink::Plain, &story.what);
    let parts = parts(story, detail);
    for part in &parts {
        page.lead(2, Ink::Plain, "*", part);
    }
    if let Some(card) = MUTANTS.iter().find(|card| Some(card.name) == report.outcome.mutant) {
        page.say(2, Ink::Plain, &format!("A fault is planted: {}.", card.meaning));
    }
    if !story.chain.is_empty() {
        page.gap();
        page.say(2, Ink::Plain, "What had to be true for that, from the end to the beginning:");
        let wide = story.chain.iter().map(|link| moment(link.at).len()).max().unwrap_or(0);
        let newest: Vec<&Link> = story.chain.iter().rev().collect();
        let left_out = newest.len().saturating_sub(detail.links);
        let half = detail.links / 2;
        let count = u64::try_from(left_out).unwrap_or(u64::MAX);
        for (place, link) in newest.iter().enumerate() {
            if left_out > 0 && place == half {
                let what = format!("({} between)", counted(count, "event"));
                page.lead(4, Ink::Plain, &" ".repeat(wide), &what);
            }
            if left_out == 0 || place < half || place >= half + left_out {
                let at = moment(link.at);
                let told = sentence(link, (&parts, detail));
                page.lead(4, Ink::Plain, &format!("{at:>wide$}"), &told);
            }
        }
    }
    page.gap();
    page.command(2, &report.repeat);
    page.into_text()
}

/// Returns the parts of a story, the small ones together.
fn parts(story: &Story, detail: Detail) -> Vec<String> {
    let whole: u64 = story.parts.iter().map(|part| part.amount).sum();
    let small = |part: &&Piece| part.amount * 100 < whole * detail.least;
    let told = story.parts.iter().filter(|part| !small(part));
    let mut parts: Vec<String> = told.map(|part| format!("{} {}", part.told, part.how)).collect();
    let rest: Vec<&Piece> = story.parts.iter().filter(small).collect();
    match rest[..] {
        [] => {}
        _ => parts.push(format!("{} more", story::sum(&rest))),
    }
    parts.extend(story.notes.iter().cloned());
    parts.extend(story.besides.iter().filter(|_| detail.besides).cloned());
    parts
}

/// Returns a link with the constant that timed it.
fn sentence(link: &Link, (parts, detail): (&[String], Detail)) -> String {
    let told = |by: &&Setting| {
        detail.again || !parts.iter().any(|part| part.contains(&format!("{} = ", by.knob)))
    };
    let Some(by) = link.by.as_ref().filter(told) else { return link.what.clone() };
    let basis = if by.is_stance { "" } else { ", documented" };
    let constant = format!("{} = {}{basis})", by.knob, by.value);
    match link.what.strip_suffix(')') {
        Some(what) => format!("{what}, {constant}"),
        None => format!("{} ({constant}", link.what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_worst_of_a_failed_run_is_told_backwards() {
        let mut outcome = fixture::outcome();
        outcome.services[0].promotions[0].rule = "promote-for-silent-primary";
        assert_eq!(
            explanation(&fixture::failing(&outcome), Style::PLAIN),
            "\
FAIL  writes down 74.2 s, reads of dash down 12 min 58 s and still down, 212
      acknowledged commits lost, two writers for 27.0 s; 1 invariant violated
      (at-most-one-writer), 1 expectation missed

WHY
  orders-1 and orders-3 of orders were both writable from 2 min 30.0 s to 2 min
  57.0 s (27.0 s), and 212 commits acknowledged on orders-1 meanwhile are lost.

  What had to be true for that, from the end to the beginning:
    2 min 57.0 s  the fence of orders-1 takes effect (fence_delay = uniform(5s,
                  30s))
    2 min 30.0 s  orders-1 takes writes again
    2 min 30.0 s  Hang of orders-1 ends
         118.4 s  orders-3 is primary on timeline 2 (promotion_overhead = 1s)
         117.3 s  orders-3 is to be promoted (rule promote-for-silent-primary)
         117.3 s  orders-1 is given up (detection_timeout = 1m, documented)
          60.0 s  Hang strikes orders-1
          57.3 s  the last report of orders-1 arrives

  cutover run scenarios/premium-primary-hang.ron --seed 7
"
        );
    }

    #[test]
    fn a_run_in_which_nothing_happens_has_nothing_to_explain() {
        let outcome = fixture::quiet();
        let mut report = fixture::failing(&outcome);
        report.judgement = crate::scenario::Judgement::Pass;
        report.expectations = &[];
        let text = explanation(&report, Style::PLAIN);
        assert!(text.contains("Nothing went wrong: no client was out"), "{text}");
    }
    #[test]
    fn one_lost_commit_is_told_as_one() {
        let mut outcome = fixture::outcome();
        outcome.services[0].dual_writers[0].losing_commits = 1;
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = flat(&explanation(&fixture::failing(&outcome), Style::PLAIN));
        assert!(text.contains("1 commit acknowledged on orders-1 meanwhile is lost"), "{text}");
        outcome.services[0].loss.ranges[0].acked_commits = 1;
        outcome.invariants.retain(|row| row.verdict != crate::check::Verdict::Violated);
        let mut report = fixture::failing(&outcome);
        report.expectations = &[];
        let text = flat(&explanation(&report, Style::PLAIN));
        let told = "1 acknowledged commit of orders is lost: orders-1 wrote it to timeline 1";
        assert!(text.contains(told), "{text}");
    }
}
