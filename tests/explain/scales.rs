//! What lines of the ledger scale with, tried out: whoever turns a knob that a line names sees the
//! line move.
//!
//! Knows nothing of how a line comes to its knobs. Kept here: every line of every shipped scenario
//! is tried that is a second or five commits long; shorter ones may be rounded to the next request.

use cutover::blame::{Entry, Kind, Scale, ledger};
use cutover::check::Amount;
use cutover::kernel::Span;
use cutover::parallel;
use cutover::scenario::Loaded;
use cutover::sim;

use super::load;

/// Values of knobs, of which a knob takes those that it understands.
const VALUES: [&str; 26] = [
    "3s", "20s", "45s", "90s", "5m", "400ms", "40ms", "1ms", "40m", "6h", "4", "2", "1", "300kB",
    "1MiB", "64MiB", "2GiB", "40GiB", "200GiB", "2TiB", "64KiB/s", "9MiB/s", "700MiB/s", "false",
    "true", "never",
];

/// Returns runs with a knob at each value that it takes: those of the list, and the words that it
/// knows.
fn turned(loaded: &Loaded, knob: &str) -> Vec<Loaded> {
    let refused = loaded.clone().set(knob, "Nonsense").expect_err("no knob takes that");
    let told = refused.to_string();
    let words = told.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| word.starts_with(char::is_uppercase));
    let set = |value: &str| {
        let mut other = loaded.clone();
        other.set(knob, value).is_ok().then_some(other)
    };
    words.chain(VALUES).filter_map(set).collect()
}

fn is_long(amount: Amount) -> bool {
    match amount {
        Amount::Time(time) => time >= Span::from_secs(1),
        Amount::Commits(commits) => commits >= 5,
        Amount::Bytes(_) | Amount::Window(_) | Amount::Times(_) => false,
    }
}

/// Returns all lines of a kind and a subject.
fn alike(all: &[Entry], line: &Entry) -> Vec<Amount> {
    let same = |one: &&Entry| {
        (&one.service, &one.subject, one.kind) == (&line.service, &line.subject, line.kind)
    };
    all.iter().filter(same).map(|one| one.amount).collect()
}

/// Returns whether some value of one of the knobs that a line names moves the line.
fn moves(loaded: &Loaded, all: &[Entry], line: &Entry) -> bool {
    let Scale::Knobs(settings) = &line.scale else { return true };
    settings.is_empty()
        || settings.iter().any(|setting| {
            let mut others = turned(loaded, setting.knob).into_iter();
            others.any(|other| alike(&ledger(&sim::run(&other.setup, 0)), line) != alike(all, line))
        })
}

#[test]
fn whoever_turns_a_knob_that_a_line_names_sees_the_line_move() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("there are scenarios");
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.expect("it can be read").path();
            let ron = path.extension().is_some_and(|extension| extension == "ron");
            ron.then(|| path.file_stem().expect("it has a name").to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    let tried = parallel::map(&names, parallel::processors(), |name| {
        let loaded = load(name);
        let all = ledger(&sim::run(&loaded.setup, 0));
        let long: Vec<&Entry> = all.iter().filter(|line| is_long(line.amount)).collect();
        let still = long.iter().filter(|line| !moves(&loaded, &all, line));
        let still: Vec<String> = still
            .map(|line| format!("{name}: {} {:?} {}", line.subject, line.kind, line.scale.names()))
            .collect();
        (long.len(), still)
    });
    let lines: usize = tried.iter().map(|(lines, _)| lines).sum();
    let still: Vec<&String> = tried.iter().flat_map(|(_, still)| still).collect();
    assert!(
        still.is_empty(),
        "{} of {lines} lines name knobs that do not move them: {still:#?}",
        still.len()
    );
    assert!(lines > 600, "only {lines} lines were tried");
}

#[test]
fn a_line_that_names_another_knob_is_found() {
    let loaded = load("business-primary-crash");
    let all = ledger(&sim::run(&loaded.setup, 0));
    let line = all.iter().find(|line| matches!(line.kind, Kind::Outage(_)) && is_long(line.amount));
    let mut wrong = line.expect("it has an outage").clone();
    assert!(moves(&loaded, &all, &wrong));
    let Scale::Knobs(settings) = &mut wrong.scale else { panic!("{wrong:?}") };
    settings.truncate(1);
    settings[0].knob = "terraform_gap";
    assert!(!moves(&loaded, &all, &wrong), "a knob that does not matter is taken for one");
}
