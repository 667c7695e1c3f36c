//! What was measured on real `PostgreSQL` comes out of scenario files.
//!
//! Knows nothing of how the simulator works: a case is a scenario file and the public outcome of
//! its runs, never a formula. Kept here: each scenario states what its case was measured with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use cutover::kernel::{Bytes, Instant, Span};
use cutover::scenario::{
    Client, Deed, ExpectationVerdict, Loaded, SlotConsumer, Step, Writer, load,
};
use cutover::sim::{FaultOutcome, Outcome, ServiceOutcome, SlotOutcome, run};
use serde::Deserialize;

/// Each run is repeated with these seeds; a case is accepted whatever they draw.
const SEEDS: std::ops::Range<u64> = 0..16;

/// What `cases.json` holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(rename = "note")]
    _note: String,
    cases: Vec<Case>,
}

/// Something that was measured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    what: String,
    runs: Vec<Run>,
    checks: Vec<Check>,
    #[serde(rename = "seen")]
    _seen: Vec<String>,
}

/// A scenario of a case, with what it has to state.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    scenario: String,
    given: BTreeMap<String, String>,
    seen: Option<String>,
}

/// What is observed and when it is accepted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    observe: Observation,
    accept: Acceptance,
}

/// What is read off an outcome: microseconds, bytes or commits.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Observation {
    LossWindow,
    LostBytes,
    LostCommits,
    Duplicates,
    SkippedCommits,
    PhantomCommits,
    AcknowledgedAfterResume,
    PromotionTakes,
    Promotions,
    ResumesAfterFault,
    WritableAfterFault,
}

/// Which values of an observation are accepted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Acceptance {
    Inside(String, String),
    Within(String),
    Equals(String),
    Covers(Cover),
}

/// Over all phases of the daemons, values reach from the least to the greatest that was seen, and
/// no further than stated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cover {
    seen: (String, String),
    not_wider_than: (String, String),
}

impl Observation {
    /// Reads a value as the file of cases spells it.
    fn read(self, text: &str) -> u64 {
        match self {
            Self::LossWindow
            | Self::PromotionTakes
            | Self::ResumesAfterFault
            | Self::WritableAfterFault => {
                text.parse::<Span>().expect("it is a duration").as_micros()
            }
            Self::LostBytes => text.parse::<Bytes>().expect("it is a size").get(),
            Self::LostCommits
            | Self::Duplicates
            | Self::SkippedCommits
            | Self::PhantomCommits
            | Self::AcknowledgedAfterResume
            | Self::Promotions => text.parse().expect("it is a number"),
        }
    }

    fn of(self, outcome: &Outcome) -> u64 {
        let service = service(outcome);
        let span = match self {
            Self::LostBytes => return service.loss.lost_bytes,
            Self::LostCommits => return service.loss.lost_commits,
            Self::Duplicates => return slot(outcome).duplicates,
            Self::SkippedCommits => return slot(outcome).skipped_commits,
            Self::PhantomCommits => return slot(outcome).phantom_commits,
            Self::AcknowledgedAfterResume => return acknowledged_after_resume(outcome),
            Self::Promotions => {
                let count = service.promotions.len();
                return u64::try_from(count).expect("there are few promotions");
            }
            Self::WritableAfterFault => promoted(outcome).since(fault(outcome).at),
            Self::LossWindow => service.loss.window,
            Self::PromotionTakes => promoted(outcome).since(service.promotions[0].ordered),
            Self::ResumesAfterFault => {
                let outage = outcome.clients[0].outages.first().expect("the client was out");
                outage.end.expect("the client resumed").since(fault(outcome).at)
            }
        };
        span.as_micros()
    }
}

impl Acceptance {
    fn accepts(&self, observation: Observation, found: u64, seen: Option<&str>) -> bool {
        let read = |text: &str| observation.read(text);
        match self {
            Self::Inside(low, high) => (read(low)..=read(high)).contains(&found),
            Self::Within(tolerance) => {
                let seen = seen.expect("a run that is held against a value states it");
                found.abs_diff(read(seen)) <= read(tolerance)
            }
            Self::Equals(value) => found == read(value),
            Self::Covers(Cover { not_wider_than: (low, high), .. }) => {
                (read(low)..=read(high)).contains(&found)
            }
        }
    }
}

fn service(outcome: &Outcome) -> &ServiceOutcome {
    &outcome.services[0]
}

fn slot(outcome: &Outcome) -> &SlotOutcome {
    service(outcome).slots.last().expect("the scenario has a slot")
}

fn fault(outcome: &Outcome) -> &FaultOutcome {
    outcome.faults.iter().find(|fault| !fault.healed).expect("the scenario has a fault")
}

fn promoted(outcome: &Outcome) -> Instant {
    service(outcome).promotions[0].finished.expect("the promotion was finished")
}

/// Returns how many commits the old primary acknowledged after its fault was healed.
fn acknowledged_after_resume(outcome: &Outcome) -> u64 {
    let resumed = outcome.faults.iter().find(|fault| fault.healed).expect("it is healed").at;
    let service = service(outcome);
    let old = &service.promotions[0].from;
    let sessions = service.sessions.iter().filter(|session| session.node == *old);
    sessions.map(|session| session.acknowledged_from(resumed)).sum()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/measured")
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(folder().join("cases.json")).expect("the file is there");
    let cases: Cases = serde_json::from_str(&text).expect("the file is well formed");
    cases.cases
}

fn writer(loaded: &Loaded) -> &Writer {
    let writer = loaded.scenario.clients.iter().find_map(|client| match client {
        Client::Writer(writer) => Some(writer),
        Client::Reader(_) | Client::SlotConsumer(_) => None,
    });
    writer.expect("the scenario has a writer")
}

fn consumer(loaded: &Loaded) -> &SlotConsumer {
    let consumer = loaded.scenario.clients.iter().find_map(|client| match client {
        Client::SlotConsumer(consumer) => Some(consumer),
        Client::Reader(_) | Client::Writer(_) => None,
    });
    consumer.expect("the scenario has a consumer")
}

fn promoted_node(outcome: &Outcome) -> String {
    service(outcome).promotions[0].node.clone()
}

/// Returns how many commits a node acknowledged.
fn acknowledged_by(outcome: &Outcome, node: &str) -> u64 {
    let sessions = service(outcome).sessions.iter().filter(|session| session.node == node);
    sessions.map(|session| session.acknowledged).sum()
}

/// Returns what a scenario states, or leads to, of something that was given in a measurement.
fn stated(loaded: &Loaded, outcome: &Outcome, given: &str) -> String {
    let struck = fault(outcome).at;
    let before = |earlier: Span| struck.since(Instant::ZERO + earlier).to_string();
    match given {
        "fault" => match &loaded.scenario.script[0] {
            Step::At(_, Deed::Fault(kind, _)) => kind.card().name.to_owned(),
            step @ (Step::At(..) | Step::When(..) | Step::Every(..)) => {
                panic!("the first step of {} is no fault: {step:?}", loaded.file)
            }
        },
        "writes_per_s" => writer(loaded).writes_per_s.to_string(),
        "wal_per_commit" => writer(loaded).wal_per_commit.to_string(),
        "ack_every" => consumer(loaded).ack_every.to_string(),
        "slot_age" => slot(outcome).age.expect("the slot was copied").to_string(),
        "new_rows" => acknowledged_by(outcome, &promoted_node(outcome)).to_string(),
        "load" => before(writer(loaded).begins),
        "first_lookup_before" => before(writer(loaded).first_lookup.expect("it is stated")),
        "writable_after" => promoted(outcome).since(struck).to_string(),
        "unreplayed" => {
            let candidate = &service(outcome).promotions[0].candidates[0];
            let bytes = candidate.received_lsn.expect("it received something").get()
                - candidate.replayed_lsn.get();
            // The candidate replays a little more between its last report and the order.
            Bytes(bytes - 3_750_000).to_string()
        }
        knob => loaded.setup.knobs.get(knob).unwrap_or_else(|| panic!("there is no knob {knob}")),
    }
}

/// Returns a scenario with the grids of the daemons at many phases of their periods, among them
/// those that are as late and as early as can be.
fn phases(loaded: &Loaded) -> Vec<Loaded> {
    let (poll, check) =
        (loaded.setup.knobs.lookout_poll_interval, loaded.setup.knobs.lookout_check_interval);
    let early = |micros: u64| Span::from_micros(micros);
    let share = |period: Span, quarters: u64| early(period.as_micros() / 4 * quarters);
    let of = |period: Span| {
        let late = |micros: u64| period.minus(early(micros));
        let inner = (0..4).map(move |quarters| share(period, quarters));
        inner.chain([early(1), early(2), late(3), late(2), late(1)]).collect::<Vec<Span>>()
    };
    let pairs = of(poll).into_iter().flat_map(|one| of(check).into_iter().map(move |it| (one, it)));
    let at = |(poll, check): (Span, Span)| {
        let mut moved = loaded.clone();
        moved.set("lookout_poll_phase", &poll.to_string()).expect("it is a phase");
        moved.set("lookout_check_phase", &check.to_string()).expect("it is a phase");
        moved
    };
    pairs.map(at).collect()
}

/// Runs the scenarios of a case over all phases and holds what they reach against what was seen.
fn cover(id: &str) {
    let cases = cases();
    let case = cases.iter().find(|case| case.id == id).expect("the case is in the file");
    for Check { observe, accept } in &case.checks {
        let Acceptance::Covers(cover) = accept else { panic!("{id} is not to be covered") };
        let (least, most) = (observe.read(&cover.seen.0), observe.read(&cover.seen.1));
        let found = case.runs.iter().flat_map(|given| {
            let loaded = load(&folder().join(&given.scenario)).expect("the scenario is valid");
            let runs = phases(&loaded).into_iter();
            let runs =
                runs.flat_map(|moved| SEEDS.map(move |seed| (run(&moved.setup, seed), seed)));
            runs.map(|(outcome, seed)| {
                let found = observe.of(&outcome);
                let fits = accept.accepts(*observe, found, None);
                assert!(fits, "{id}, seed {seed}: {observe:?} is {found}, {accept:?}");
                found
            })
            .collect::<Vec<u64>>()
        });
        let found: Vec<u64> = found.collect();
        let reached = (found.iter().min(), found.iter().max());
        let covers = reached.0 <= Some(&least) && reached.1 >= Some(&most);
        assert!(covers, "{id} ({}): {observe:?} reaches from {reached:?}, {accept:?}", case.what);
    }
}

/// Runs the scenarios of a case and holds them against what was measured.
fn accept(id: &str) {
    let cases = cases();
    let case = cases.iter().find(|case| case.id == id).expect("the case is in the file");
    for given in &case.runs {
        let loaded = load(&folder().join(&given.scenario)).expect("the scenario is valid");
        for seed in SEEDS {
            let outcome = run(&loaded.setup, seed);
            let place = format!("{id} ({}), {} with seed {seed}", case.what, given.scenario);
            for (name, value) in &given.given {
                assert_eq!(&stated(&loaded, &outcome, name), value, "{place} states {name}");
            }
            for Check { observe, accept } in &case.checks {
                let found = observe.of(&outcome);
                let seen = given.seen.as_deref();
                let fits = accept.accepts(*observe, found, seen);
                assert!(fits, "{place}: {observe:?} is {found}, seen {seen:?}, {accept:?}");
            }
            for judged in loaded.judge(&outcome) {
                let met = judged.verdict == ExpectationVerdict::Met;
                assert!(met, "{place}: expected {}, found {}", judged.text, judged.detail);
            }
        }
    }
}

#[test]
fn a_cut_wire_of_50_ms_loses_what_was_under_way_on_it() {
    accept("M01");
}

#[test]
fn a_cut_wire_of_400_ms_loses_what_was_under_way_on_it() {
    accept("M02");
}

#[test]
fn a_cut_wire_that_was_full_loses_the_backlog() {
    accept("M03");
}

#[test]
fn a_dead_server_loses_no_more_than_its_sessions_still_commit() {
    accept("M04");
}

#[test]
fn a_resumed_primary_goes_on_acknowledging_until_it_is_fenced() {
    accept("M05");
}

#[test]
fn a_daemon_replaces_a_dead_primary_in_a_range_around_its_timeout_of_60_s() {
    accept("M11");
    cover("M11");
}

#[test]
fn a_daemon_replaces_a_dead_primary_in_a_range_around_its_timeout_of_20_s() {
    accept("M12");
    cover("M12");
}

#[test]
fn an_observer_that_sees_the_primary_keeps_it_from_being_replaced() {
    accept("M13");
}

#[test]
fn a_client_resumes_at_the_first_expiry_after_the_change() {
    accept("M14");
}

#[test]
fn what_is_not_yet_replayed_costs_time_and_no_data() {
    accept("M17");
}

#[test]
fn a_consumer_is_given_again_what_was_confirmed_since_the_last_copy() {
    accept("M09");
}

#[test]
fn a_consumer_that_is_ahead_of_the_new_primary_misses_new_rows() {
    accept("M10");
    accept("M10-slot");
}

#[test]
fn every_scenario_belongs_to_one_case() {
    let cases = cases();
    let used: Vec<&str> = cases.iter().flat_map(|case| &case.runs).map(|r| &*r.scenario).collect();
    let files: BTreeSet<String> = fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("it is UTF-8"))
        .filter(|name| name != "cases.json")
        .collect();
    let once: BTreeSet<String> = used.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!((used.len(), &once), (files.len(), &files));
}
