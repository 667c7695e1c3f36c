//! Why the worst thing of a run happened, in plain sentences.
//!
//! * `worst`: what the worst thing is; `story`: what it was and the events that led to it.
//!
//! Knows nothing of the rest of a run. Kept here: an explanation goes backwards, tells only what
//! had to be true, and fits on a screen.

mod story;
mod worst;

use super::findings::Report;
use super::headline::word;
use super::page::Page;
use super::style::{Ink, Style};
use super::wording::moment;
use crate::blame::Link;
use crate::knob::MUTANTS;

/// How many events of a chain are told, the latest.
const LINKS_MAX: usize = 12;

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
    let mut page = Page::new(style);
    let (word, ink) = word(report.judgement);
    page.lead(0, ink, word, &super::headline::worst(report));
    let story = story::of(report, &worst::of(report));
    page.title("WHY");
    page.say(2, Ink::Plain, &story.what);
    for part in &story.parts {
        page.lead(2, Ink::Plain, "*", part);
    }
    if let Some(card) = MUTANTS.iter().find(|card| Some(card.name) == report.outcome.mutant) {
        page.say(2, Ink::Plain, &format!("A fault is planted: {}.", card.meaning));
    }
    if !story.chain.is_empty() {
        page.gap();
        page.say(2, Ink::Plain, "What had to be true for that, from the end to the beginning:");
        let told = story.chain.iter().rev().take(LINKS_MAX);
        let wide = told.clone().map(|link| moment(link.at).len()).max().unwrap_or(0);
        for link in told {
            let at = moment(link.at);
            page.lead(4, Ink::Plain, &format!("{at:>wide$}"), &sentence(link));
        }
    }
    page.gap();
    page.command(2, &report.repeat);
    page.into_text()
}

/// Returns a link with the constant that timed it.
fn sentence(link: &Link) -> String {
    let Some(by) = &link.by else { return link.what.clone() };
    let basis = if by.is_stance { "" } else { ", documented" };
    format!("{} ({} = {}{basis})", link.what, by.knob, by.value)
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
    2 min 30.0 s  Hang of orders-1 ends
         118.4 s  orders-3 is primary on timeline 2, which begins at 0/3A01F000
                  (promotion_overhead = 1s)
         117.3 s  the platform orders orders-3 to be promoted (rule
                  promote-for-silent-primary)
         117.3 s  the platform gives orders-1 up, having heard nothing since
                  (detection_timeout = 1m, documented)
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
}
