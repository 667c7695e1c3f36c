//! What results tell of slots: on the screen, in JSON, in the ledger and as metrics.
//!
//! Knows nothing of how it is put together. Kept here: the numbers are those of the stories of the
//! shipped scenarios, worked out there.

use cutover::blame::{Again, Gap, Kind, ledger};
use cutover::check::Amount;
use cutover::report::{Report, Style, json, screen};
use cutover::scenario::{Loaded, load, measure, metrics, overall};
use cutover::sim::{Outcome, run};
use serde_json::Value;
use std::path::Path;

/// What of the interface every slot in JSON has.
const KEYS: [&str; 12] = [
    "service",
    "slot",
    "node",
    "state",
    "confirmed_flush_lsn",
    "restart_lsn",
    "lag_bytes",
    "age_us",
    "duplicates",
    "skipped_commits",
    "phantom_commits",
    "left_over",
];

struct Told {
    loaded: Loaded,
    outcome: Outcome,
}

impl Told {
    fn of(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
        let loaded = load(&path.with_extension("ron")).expect("it is a scenario");
        let outcome = run(&loaded.setup, 0);
        Self { loaded, outcome }
    }

    fn printed(&self, print: impl Fn(&Report<'_>) -> String) -> String {
        let expectations = self.loaded.judge(&self.outcome);
        print(&Report {
            story: "",
            outcome: &self.outcome,
            expectations: &expectations,
            judgement: overall(&self.outcome, &expectations),
            repeat: "cutover run FILE --seed 0".to_owned(),
            sensitivities: None,
        })
    }

    /// Returns the screen without its line breaks.
    fn screen(&self) -> String {
        let text = self.printed(|report| screen(report, Style::PLAIN));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn slots(&self) -> Vec<Value> {
        let value: Value = serde_json::from_str(&self.printed(json)).expect("it is JSON");
        value["slots"].as_array().expect("it is a list").clone()
    }

    fn metric(&self, name: &str) -> Option<u64> {
        let metrics = metrics(&self.loaded.scenario);
        let place = metrics.iter().position(|metric| metric.name == name);
        measure(&metrics, &self.outcome)[place.expect("it is a metric")]
    }

    /// Returns how many commits the ledger has of a kind.
    fn commits(&self, kind: Kind) -> u64 {
        let lines = ledger(&self.outcome).into_iter().filter(|entry| entry.kind == kind);
        let counted = lines.map(|entry| {
            let Amount::Commits(commits) = entry.amount else { panic!("{entry:?}") };
            commits
        });
        counted.sum()
    }
}

#[test]
fn a_consumer_that_resumes_with_a_hole_is_told_where_it_lies() {
    let told = Told::of("slot-consumer-knows-better");
    let screen = told.screen();
    let hole = "RESUMES WITH A HOLE: lake is never given 2000 commits, the WAL of orders-2 from";
    assert!(screen.contains(hole), "{screen}");
    assert!(screen.contains("lake holds 2001 commits that no longer exist"), "{screen}");
    let slots = told.slots();
    assert!(KEYS.iter().all(|key| slots[0].get(key).is_some()), "{slots:?}");
    let number = |key: &str| slots[0][key].as_u64().expect("it is a number");
    assert_eq!((number("skipped_commits"), number("phantom_commits")), (2000, 2001));
    // 20 s of WAL at 30 kB/s, from the fork on.
    let hole = number("skipped_to_lsn") - number("skipped_from_lsn");
    assert!((600_000..=600_300).contains(&hole), "{hole}");
    assert_eq!(told.commits(Kind::Gap(Gap::Asked)), 2000);
    assert_eq!(
        (told.metric("slot_skipped_commits"), told.metric("slot_hole")),
        (Some(2000), Some(1))
    );
}

#[test]
fn what_is_given_again_is_told_by_cause() {
    let told = Told::of("slot-copies-without-own-position");
    // Feedback of 72 s was copied at 73 s, that of 77 s came, and the crash was at 77.9 s.
    assert_eq!(told.commits(Kind::Again(Again::Uncopied)), 500);
    assert_eq!(told.commits(Kind::Again(Again::Unconfirmed)), 91);
    assert_eq!(told.metric("slot_repeated_commits"), Some(591));
    assert_eq!(told.metric("lost_slots"), Some(0));
    let screen = told.screen();
    let why =
        "lake was given 591 commits again (500 confirmed after the last copy, 91 not confirmed";
    assert!(screen.contains(why), "{screen}");
    let crashed = Told::of("slot-goes-back-after-a-crash");
    assert!(crashed.commits(Kind::Again(Again::Unsaved)) > 0);
}

#[test]
fn a_slot_that_is_not_there_is_told_with_its_age_and_what_to_do() {
    let told = Told::of("slot-29800ms-on-one-clock");
    let screen = told.screen();
    let young = "not copied yet, 29.8 s old; create it anew and copy the tables again";
    assert!(screen.contains(young), "{screen}");
    assert_eq!(told.slots()[0]["state"], "not_yet_synced");
    assert_eq!(told.slots()[0]["slot_age_us"], 29_800_000);
    assert_eq!(told.metric("lost_slots"), Some(1));
    // Its consumer is no reader of the replica name.
    assert_eq!(told.metric("read_downtime"), Some(0));
    assert_eq!(told.metric("consumer_downtime"), Some(830_100_000));
    let anew = Told::of("slots-not-kept");
    assert!(anew.screen().contains("its consumer has created it anew: copy the tables again"));
    assert!((1000..=1001).contains(&anew.commits(Kind::Gap(Gap::Anew))));
}

#[test]
fn a_slot_that_somebody_left_is_told_as_such() {
    let told = Told::of("leftover-slot-of-the-same-name");
    assert!(told.screen().contains("LEFT OVER on orders-2 after orders-1"), "{}", told.screen());
    assert_eq!(
        (&told.slots()[0]["left_over"], &told.slots()[1]["left_over"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
}
