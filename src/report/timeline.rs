//! Everything that happened in a run, one line each, in order.
//!
//! Knows nothing of why it matters. Kept here: time, subject and event stand in columns of their
//! own, and faults stand out even without colour.

use super::page::Page;
use super::style::{Ink, Style};
use super::table::Table;
use super::wording::moment;
use crate::sim::{FaultOutcome, Line, Outcome};

/// Returns the timeline of a run at 80 columns; `!` marks a fault and `+` its end.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let text = cutover::report::timeline(&outcome, cutover::report::Style::PLAIN);
/// assert!(text.lines().any(|line| line.contains("orders-1") && line.contains('!')));
/// ```
pub fn timeline(outcome: &Outcome, style: Style) -> String {
    let mut table = Table::new(&["", ">", "", ""]);
    for line in &outcome.timeline {
        let fault = outcome.faults.iter().find(|fault| tells_of(line, fault));
        let (mark, ink) = match fault {
            Some(fault) if fault.healed => ("+", Ink::Good),
            Some(_) => ("!", Ink::Bad),
            None => ("", Ink::Plain),
        };
        table.inked(ink, [mark.to_owned(), moment(line.at), line.subject.clone(), told(line)]);
    }
    let mut page = Page::new(style);
    if outcome.timeline.is_empty() {
        page.say(0, Ink::Plain, "nothing happened");
    }
    page.table(0, &table);
    page.into_text()
}

fn tells_of(line: &Line, fault: &FaultOutcome) -> bool {
    line.at == fault.at && line.event.contains(fault.fault)
}

fn told(line: &Line) -> String {
    let rule = line.rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
    let actions = line.actions.iter().map(|action| format!("\n-> {action}"));
    format!("{}{rule}{}", line.event, actions.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_timeline_reads_in_columns_and_marks_its_faults() {
        let text = timeline(&fixture::outcome(), Style::PLAIN);
        assert_eq!(
            text,
            "\
!        60.0 s  orders-1        Hang strikes: the host is frozen
        117.3 s  platform        orders-1 was silent for 1m [primary-silent]
                                 -> fence orders-1
                                 -> promote orders-3
                                 -> build a replacement of orders-1
        118.4 s  orders-3        is primary on timeline 2 from 0/3A01F000
   2 min 03.4 s  orders          points to orders-3
+  2 min 30.0 s  orders-1        Hang is healed
   9 min 02.0 s  replica-orders  points to orders-2 and orders-4
"
        );
    }

    #[test]
    fn only_a_coloured_timeline_has_escape_sequences() {
        let outcome = fixture::outcome();
        let (plain, colored) =
            (timeline(&outcome, Style::PLAIN), timeline(&outcome, Style::COLORED));
        assert!(!plain.contains('\u{1b}'));
        assert!(colored.starts_with("\u{1b}[1;31m!  "), "{colored}");
    }

    #[test]
    fn a_run_in_which_nothing_happens_says_so() {
        assert_eq!(timeline(&fixture::quiet(), Style::PLAIN), "nothing happened\n");
    }
}
