//! Whether two clients were out at the same time for as long as was expected.
//!
//! Knows nothing of why a client was out. Kept here: time counts in which both were, and nothing
//! else.

use super::Finding;
use crate::kernel::{Instant, Span};
use crate::sim::{ClientOutcome, Outcome};

/// Judges how long two clients cannot do their work at the same time.
pub(super) fn out(outcome: &Outcome, clients: &(String, String), between: (Span, Span)) -> Finding {
    let (one, other) = clients;
    let of = |name: &str| outcome.clients.iter().find(|client| client.name == name);
    let (Some(first), Some(second)) = (of(one), of(other)) else {
        return Finding::missed(None, format!("the run has no clients {one} and {other}"));
    };
    let (spans, others) = (spans(first, outcome.until), spans(second, outcome.until));
    let (mut total, mut began) = (Span::ZERO, None);
    for (start, end) in spans {
        for (begins, ends) in &others {
            let (from, to) = (start.max(*begins), end.min(*ends));
            if from < to {
                total = total + to.since(from);
                began.get_or_insert(from);
            }
        }
    }
    let detail = format!("{one} and {other} were out at the same time for {total}");
    if (between.0..=between.1).contains(&total) {
        Finding::met(began, detail)
    } else {
        Finding::missed(began, detail)
    }
}

fn spans(client: &ClientOutcome, until: Instant) -> Vec<(Instant, Instant)> {
    client.outages.iter().map(|one| (one.start, one.end.unwrap_or(until))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made::{self, met, missed, secs};
    use super::*;

    fn named(one: &str, other: &str) -> (String, String) {
        (one.to_owned(), other.to_owned())
    }

    #[test]
    fn time_counts_in_which_both_clients_are_out() {
        let mut outcome = made::outcome();
        let start = outcome.clients[0].outages[0].start;
        let mut other = outcome.clients[0].clone();
        other.name = "dash".to_owned();
        other.outages.truncate(1);
        other.outages[0].end = Some(start + Span::from_secs(3));
        outcome.clients.push(other);
        let judged = |outcome: &Outcome, to: u64| {
            out(outcome, &named("app", "dash"), (Span::ZERO, Span::from_secs(to)))
        };
        let detail = "app and dash were out at the same time for 3s";
        assert_eq!(judged(&outcome, 3), Finding::met(Some(start), detail.to_owned()));
        assert_eq!(judged(&outcome, 2), Finding::missed(Some(start), detail.to_owned()));
        outcome.clients[1].outages[0].start = secs(899);
        outcome.clients[1].outages[0].end = None;
        let detail = "app and dash were out at the same time for 0s";
        assert_eq!(judged(&outcome, 0), met(None, detail));
        let unknown = out(&outcome, &named("app", "web"), (Span::ZERO, Span::ZERO));
        assert_eq!(unknown, missed(None, "the run has no clients app and web"));
    }
}
