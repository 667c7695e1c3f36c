//! Whose a loss is: runs in which primaries fall silent, and lies about lines of lost commits.
//!
//! Random scenarios of any kind seldom have a primary that goes on writing where the platform does
//! not reach it, or more than one fault behind a loss. Knows nothing of how a loss is split. Kept
//! here: every kind of loss occurs in what is judged, so that none is agreed on for want of a case.

use std::collections::BTreeMap;

use serde_json::Value;

use super::split::KINDS;
use super::{Judged, agreed, numbers, report, scenario, shipped, walk};

#[test]
fn library_and_judge_agree_on_runs_in_which_primaries_fall_silent() {
    let range: Vec<u64> = numbers().collect();
    let all = agreed(&range, scenario::silenced);
    if range.len() >= 2_000 {
        let runs = runs_by_kind(&all);
        assert!(KINDS.iter().all(|kind| runs[*kind] >= 20), "{runs:?}");
    }
}

/// Returns in how many runs each kind of loss occurs.
fn runs_by_kind(all: &[Judged]) -> BTreeMap<&'static str, usize> {
    let runs = |kind: &str| all.iter().filter(|one| one.losses.contains(kind)).count();
    KINDS.iter().map(|kind| (*kind, runs(kind))).collect()
}

/// Returns the places of the lines of lost commits in a ledger.
fn lost(told: &Value) -> Vec<usize> {
    let lines = told["ledger"].as_array().expect("there is a list");
    let is_loss = |line: &Value| KINDS.iter().any(|kind| line["kind"] == *kind);
    (0..lines.len()).filter(|place| is_loss(&lines[*place])).collect()
}

fn add(line: &mut Value, key: &str, more: i64) {
    let number = line[key].as_i64().expect("it is a number");
    line[key] = (number + more).into();
}

/// Returns what might be told instead of a ledger, each with what is wrong in it.
fn lies(told: &Value) -> Vec<(String, Value)> {
    let mut lies = Vec::new();
    let mut lie = |what: String, act: &dyn Fn(&mut Vec<Value>)| {
        let mut forged = told.clone();
        act(forged["ledger"].as_array_mut().expect("there is a list"));
        lies.push((what, forged));
    };
    let places = lost(told);
    for place in &places {
        for kind in KINDS.iter().filter(|kind| told["ledger"][*place]["kind"] != **kind) {
            lie(format!("{place} is {kind}"), &|lines| lines[*place]["kind"] = (*kind).into());
        }
        for key in ["from_us", "to_us", "commits"] {
            lie(format!("{place}: {key}"), &|lines| add(&mut lines[*place], key, 1));
        }
        lie(format!("{place} is left out"), &|lines| drop(lines.remove(*place)));
    }
    for (one, next) in places.iter().zip(places.iter().skip(1)) {
        lie(format!("a commit of {one} is one of {next}"), &|lines| {
            add(&mut lines[*one], "commits", -1);
            add(&mut lines[*next], "commits", 1);
        });
        lie(format!("{next} begins a microsecond later"), &|lines| {
            add(&mut lines[*one], "to_us", 1);
            add(&mut lines[*next], "from_us", 1);
        });
    }
    lies
}

#[test]
fn a_lie_about_whose_a_loss_is_is_noticed() {
    let all = shipped::scenarios();
    let (mut noticed, mut kinds) = (0, Vec::new());
    for one in &all {
        let loaded = scenario::shortened(&one.loaded);
        let told = report(&cutover::sim::run(&loaded.setup, 0));
        let of = |place: &usize| told["ledger"][*place]["kind"].as_str().unwrap_or_default();
        let split: Vec<String> = lost(&told).iter().map(|place| of(place).to_owned()).collect();
        // Each kind that occurs is lied about once, beside another.
        if split.len() < 2 || split.iter().all(|kind| kinds.contains(kind)) {
            continue;
        }
        kinds.extend(split);
        for (what, forged) in lies(&told) {
            let found = walk::walk(&loaded, 0, &forged).ledger;
            assert!(!found.is_empty(), "{}: {what}, and it goes unnoticed", one.name);
            noticed += 1;
        }
    }
    assert!(KINDS.iter().all(|kind| kinds.contains(&(*kind).to_owned())), "only {kinds:?}");
    assert!(noticed >= 40, "only {noticed} lies");
}
