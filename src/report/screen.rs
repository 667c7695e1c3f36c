//! The first screen of a run: what an operator reads at three in the morning.
//!
//! Knows nothing of what a section says. Kept here: the order of the sections, the verdict first
//! and the command that repeats the run last.

use super::findings::Report;
use super::page::Page;
use super::section;
use super::style::Style;

/// Returns the first screen of a run at 80 columns.
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
/// let text = cutover::report::screen(&report, cutover::report::Style::PLAIN);
/// assert!(text.contains("orders-2"));
/// ```
pub fn screen(report: &Report<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    section::verdict(report, &mut page);
    section::failures(report, &mut page);
    section::promotions(report, &mut page);
    section::services(report, &mut page);
    section::data(report, &mut page);
    section::writers(report, &mut page);
    section::outages(report, &mut page);
    section::endpoints(report, &mut page);
    section::slots(report, &mut page);
    section::exposure(report, &mut page);
    section::scale(report, &mut page);
    section::judgement(report, &mut page);
    section::stances(report, &mut page);
    section::repeat(report, &mut page);
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Instant;
    use crate::report::{fixture, headline};
    use crate::scenario::Judgement;
    use crate::sim::Outcome;

    fn quiet_screen(outcome: &Outcome) -> String {
        let mut report = fixture::failing(outcome);
        report.judgement = Judgement::Pass;
        report.expectations = &[];
        screen(&report, Style::PLAIN)
    }

    #[test]
    fn a_failed_run_tells_all_there_is_to_know() {
        let outcome = fixture::outcome();
        assert_eq!(
            screen(&fixture::failing(&outcome), Style::PLAIN),
            "\
FAIL  writes down 74.2 s, reads of dash down 12 min 58 s and still down, 212
      acknowledged commits lost, two writers for 27.0 s; 1 invariant violated
      (at-most-one-writer), 1 expectation missed
      premium-primary-hang, seed 7, policy platform; 15 min 00 s simulated, 1234
      events
      The primary hangs for 90 s; a standby takes over while it sleeps.

WHAT FAILED
        60.0 s  Hang of orders-1, the primary of orders: the host is frozen: its
                kernel acknowledges, its processes do nothing
                last report at 57.3 s, marked as down at 117.3 s: 57.3 s later
  2 min 30.0 s  Hang of orders-1 ends

WHO WAS PROMOTED, AND WHY
  orders-3  takes over orders from orders-1 (failover, rule primary-silent)
    ordered 117.3 s, finished 118.4 s, name moved 2 min 03.4 s
    candidate  received    replayed     reported  decision
    orders-2   0/39FF0000  0/39FF0000  4.8 s ago  behind orders-3
    orders-3   0/3A01F000  0/3A01E000  0.3 s ago  furthest along, so promoted
    timeline 2 begins at 0/3A01F000; the WAL of orders-1 ended at 0/3A103000,
    912.0 KiB beyond

DATA, IN COMMITS
  service  acknowledged  lost  with warning  divergent  in doubt
  orders        168,020   212          none        215         1
  lost  0/3A01F000 to 0/3A103000 of timeline 1 (912.0 KiB) is on orders-1 alone:
        212 acknowledged commits, reaching 27.1 s back; its disk still exists

TWO WRITERS
  orders  orders-1 and orders-3 both writable from 2 min 30.0 s to 2 min 57.0 s
          (27.0 s); 212 commits acknowledged on orders-1, the side that lost, to
          app

OUTAGES, AS CLIENTS SAW THEM
  client         down  what, when and why
  app          74.2 s  writes to orders
                       from 60.0 s to 2 min 14.2 s (74.2 s)
                       = detect 57.3 s + promote 1.1 s + publish 5.0 s +
                       cache 8.3 s + connect 2.0 s + retry 0.5 s
  dash    12 min 58 s  reads from replica-orders
                       from 61.2 s to 62.4 s (1.2 s)
                       = retry 1.2 s
                       from 2 min 03.4 s to the end of the run (12 min 57 s)
                       = publish 6 min 59 s + connect 5 min 58 s
                       saw an older state than before 3 times
  audit          none  reads from orders
  still down at the end: dash

ENDPOINTS
  name                    from  points to
  orders                 0.0 s  orders-1
                  2 min 03.4 s  orders-3
  replica-orders         0.0 s  orders-2 and orders-3
                  2 min 03.4 s  nobody answers
                  9 min 02.0 s  orders-2 and orders-4

EXPOSURE: TIME WITHOUT A PROMOTABLE STANDBY
  orders  from 118.4 s to 9 min 02.0 s (7 min 04 s); losing the primary
          meanwhile would have cost up to 13,123 acknowledged commits;
          redundancy restored at 9 min 02.0 s
  orders  16.0 MiB of WAL before timeline 2 are in no archive: no restore ends
          within these 28.0 s

WHAT OUTAGES AND LOSSES SCALE WITH
     outages  lost  scale with
        none   212  fence_delay = uniform(5s, 30s), fencing = OnContact
      57.3 s  none  detection_timeout = 1m (documented)
       1.1 s  none  promotion_overhead = 1s, redo_rate = 50MiB/s
  7 min 04 s  none  dns_publish_delay = 5s
       8.3 s  none  dns_ttl = 30s
       2.0 s  none  connect_timeout = 5s, tcp_user_timeout = 15s
       1.7 s  none  backoff_first = 100ms
  5 min 58 s  none  tcp_user_timeout = 15s, connect_timeout = 5s

INVARIANTS
  VIOLATED  at-most-one-writer at 2 min 30.0 s, 27.0 s and 212 commits: orders-1
            and orders-3 of orders accept writes
            at no instant are two nodes of a service writable (AU)
  allowed   acked-write-survives at 118.4 s, 212 commits and 27.1 s back:
            orders-3 lacks the end of timeline 1, because: async replication
  2 held; 1 was vacuous: nothing put it to the test

EXPECTATIONS
  MISSED  Promoted(node: \"orders-2\", between: (\"1m55s\", \"2m15s\")) (line 31)
          found at 118.4 s: orders-3 was promoted
  1 of 2 expectations met

WHAT THIS RESULT RESTS ON
  4 values without a source; the one that matters:
    dns_ttl = 30s: 1m makes the write outage 12.0 s longer; 15s makes the write
    outage 8.3 s shorter and loses 3 commits fewer

TO REPEAT THIS RUN
  cutover run scenarios/premium-primary-hang.ron --seed 7
"
        );
    }

    #[test]
    fn a_run_in_which_nothing_happens_says_so_in_words() {
        assert_eq!(
            quiet_screen(&fixture::quiet()),
            "\
PASS  no outage, no acknowledged commits lost; 2 invariants held, 1 vacuous
      premium-primary-hang, seed 7, policy platform; 15 min 00 s simulated, 1234
      events
      The primary hangs for 90 s; a standby takes over while it sleeps.

WHAT FAILED
  Nothing: no fault struck.

WHO WAS PROMOTED, AND WHY
  Nobody.

DATA, IN COMMITS
  service  acknowledged  lost  with warning  divergent  in doubt
  orders         90,000  none          none       none      none

TWO WRITERS
  none

OUTAGES, AS CLIENTS SAW THEM
  client  down  what, when and why
  app     none  writes to orders
  dash    none  reads from replica-orders
  audit   none  reads from orders
  still down at the end: none

ENDPOINTS
  name             from  points to
  orders          0.0 s  orders-1
  replica-orders  0.0 s  orders-2 and orders-3

EXPOSURE: TIME WITHOUT A PROMOTABLE STANDBY
  orders  none

INVARIANTS
  2 held; 1 was vacuous: nothing put it to the test

EXPECTATIONS
  the scenario has none

WHAT THIS RESULT RESTS ON
  no value without a source

TO REPEAT THIS RUN
  cutover run scenarios/premium-primary-hang.ron --seed 7
"
        );
    }

    #[test]
    fn the_verdict_line_of_a_passed_run_counts_what_is_vacuous() {
        let outcome = fixture::quiet();
        let mut report = fixture::failing(&outcome);
        report.judgement = Judgement::Pass;
        report.expectations = &[];
        assert_eq!(
            headline(&report),
            "PASS  no outage, no acknowledged commits lost; 2 invariants held, 1 vacuous"
        );
    }

    #[test]
    fn no_line_is_longer_than_a_terminal_is_wide() {
        let mut outcome = fixture::outcome();
        let name = "a-service-whose-name-is-as-long-as-its-owner-was-patient";
        let service = &mut outcome.services[0];
        service.name = name.to_owned();
        service.promotions[0].candidates[0].node = format!("{name}-2");
        service.promotions[0].published = None;
        service.promotions[0].false_alarm = true;
        service.exposure[0].start = Instant::ZERO;
        service.exposure[0].end = None;
        service.census.truncate(2);
        outcome.clients[0].name = name.to_owned();
        outcome.clients[0].service = name.to_owned();
        let outages = outcome.clients[1].outages.clone();
        outcome.clients[1].outages = outages.iter().cycle().take(9).cloned().collect();
        outcome.faults = outcome.faults.iter().cycle().take(20).cloned().collect();
        for style in [Style::PLAIN, Style::COLORED] {
            let text = screen(&fixture::failing(&outcome), style);
            let plain = text.replace("\u{1b}[0m", "").replace("\u{1b}[1;31m", "");
            let plain = plain.replace("\u{1b}[1;33m", "").replace("\u{1b}[1m", "");
            let plain = plain.replace("\u{1b}[2m", "");
            for line in plain.lines() {
                assert!(line.chars().count() <= 80 && line.trim_end() == line, "{line}");
            }
            let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(plain.contains("and 6 shorter outages") && plain.contains("and 12 more"));
            assert!(plain.contains("FALSE ALARM") && plain.contains("redundancy not restored"));
        }
    }
}
