//! Whether the clients of a scenario can work as it says: whom they use, how fast, and when.
//!
//! Knows nothing of the script. Kept here: rates stay within what the simulator counts exactly.

use super::super::file::{Client, Scenario, Writer};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::names::Names;
use crate::kernel::{Bytes, Distribution, Rate, Span};
use crate::model::{Arrivals, CLIENTS_MAX, COMMIT_MAX, Endpoint};

/// The most requests a second of one client.
const RATE_MAX: u32 = 1_000_000;
/// The most commits of a writer in a run of which each comes at an instant of its own.
const DRAWN_MAX: u64 = 1_000_000;

/// Adds what is wrong with the clients.
pub(super) fn check(scenario: &Scenario, names: &Names<'_>, problems: &mut Problems) {
    let clients = Path::root().field("clients");
    for (index, client) in scenario.clients.iter().enumerate().take(CLIENTS_MAX) {
        let path = clients.item(index);
        names.expect_service(&path.field("service"), client.service(), problems);
        match client {
            Client::Writer(writer) => {
                let rate = path.field("writes_per_s");
                let rate_fits = per_second(&rate, "writes", writer.writes_per_s, problems);
                let wal = path.field("wal_per_commit");
                let wal_fits = commit(&wal, &writer.wal_per_commit, problems);
                let most = writer.wal_per_commit.greatest().unwrap_or_default();
                let wal_per_s = u64::from(writer.writes_per_s).saturating_mul(most.get());
                if rate_fits && wal_fits && wal_per_s > Rate::LIMIT.get() {
                    let message = format!(
                        "found {} commits of {} a second, expected at most {} of WAL",
                        writer.writes_per_s,
                        writer.wal_per_commit,
                        Rate::LIMIT
                    );
                    problems.add(&wal, message);
                }
                if rate_fits {
                    drawn(&path.field("arrivals"), writer, scenario.until, problems);
                }
            }
            Client::Reader(reader) => {
                let rate = path.field("reads_per_s");
                per_second(&rate, "reads", reader.reads_per_s, problems);
                let opted = scenario.tuning.ha_replica_name == Some(true);
                if reader.endpoint == Endpoint::HaReplica && !opted {
                    let hint = "tuning: Tuning(ha_replica_name: true)".to_owned();
                    let message = "found a name that no service has, expected it opted in";
                    problems.hint(&path.field("endpoint"), message.to_owned(), Some(hint));
                }
            }
            Client::SlotConsumer(_) => {}
        }
        times(&path, client, scenario.until, problems);
    }
}

/// Adds a problem if more commits would have to be drawn one by one than a run can hold.
fn drawn(path: &Path, writer: &Writer, until: Span, problems: &mut Problems) {
    let works = writer.ends.unwrap_or(until).min(until).minus(writer.begins);
    let commits = u128::from(writer.writes_per_s) * u128::from(works.as_micros()) / 1_000_000;
    if writer.arrivals == Arrivals::Poisson && commits > u128::from(DRAWN_MAX) {
        let message = format!(
            "found {commits} commits at instants of their own, expected at most {DRAWN_MAX} in \
             a run"
        );
        let hint = "writers at an even pace are not bounded".to_owned();
        problems.hint(path, message, Some(hint));
    }
}

/// Adds a problem unless a rate is possible, and returns whether it is.
fn per_second(path: &Path, what: &str, rate: u32, problems: &mut Problems) -> bool {
    let fits = (1..=RATE_MAX).contains(&rate);
    if !fits {
        let message = format!("found {rate} {what} a second, expected 1 to {RATE_MAX}");
        problems.add(path, message);
    }
    fits
}

/// Adds a problem unless a size of commits is possible, and returns whether it is.
///
/// What is drawn from a law without a bound is cut to what is possible.
fn commit(path: &Path, size: &Distribution<Bytes>, problems: &mut Problems) -> bool {
    let fits = size.greatest().is_none_or(|most| most > Bytes(0) && most <= COMMIT_MAX);
    if !fits {
        let message = format!("found {size} of WAL per commit, expected 1B to {COMMIT_MAX}");
        problems.add(path, message);
    }
    fits
}

fn times(path: &Path, client: &Client, until: Span, problems: &mut Problems) {
    let (begins, ends, first_lookup) = client.times();
    // A run of no length is a problem of its own.
    let over = |instant: Span| until > Span::ZERO && instant > until;
    if over(begins) {
        let message = format!("found a client that begins at {begins}, after the end at {until}");
        problems.add(&path.field("begins"), message);
    }
    if let Some(ends) = ends.filter(|ends| *ends <= begins) {
        let message = format!("found a client that ends at {ends}, expected later than {begins}");
        problems.add(&path.field("ends"), message);
    }
    if let Some(lookup) = first_lookup.filter(|lookup| over(*lookup)) {
        let message = format!("found a first look-up at {lookup}, after the end at {until}");
        problems.add(&path.field("first_lookup"), message);
    }
}
