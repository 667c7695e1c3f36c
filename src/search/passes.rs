//! What is tried to make a scenario simpler, pass by pass.
//!
//! Knows nothing of what fails. Kept here: the order of trying is fixed, what takes most away comes
//! first, and each change is strictly simpler by itself.

use serde_json::{Value, json};

use super::shrink::Failing;
use super::simpler;
use super::together;
use super::tree::{self, Edit};
use crate::kernel::{Chance, Span};
use crate::scenario::Scenario;
use crate::sim::When;

/// Returns everything that is tried with a scenario, in this order.
pub(super) fn edits(scenario: &Scenario, seed: u64) -> Vec<Edit> {
    let tree = tree::of(scenario);
    let Some(loaded) = tree::repaired(tree.clone()) else { return Vec::new() };
    let failing = Failing { tree, seed, loaded };
    ALL.iter().flat_map(|pass| pass(&failing)).collect()
}

/// What is tried, in this order: what takes most away comes first.
pub(super) const ALL: [fn(&Failing) -> Vec<Edit>; 12] = [
    |best| chunks(&best.tree, "/script"),
    |best| items(&best.tree),
    |best| once(&best.tree),
    |best| tree::optional(&best.tree).into_iter().rev().map(Edit::Field).collect(),
    |best| if best.seed == 0 { Vec::new() } else { vec![Edit::Seed(0)] },
    |best| times(best),
    |best| together::earlier(&best.tree),
    |best| together::equal(&best.tree),
    |best| until(&best.tree),
    |best| values(&best.tree, simpler::is_plan),
    |best| values(&best.tree, Value::is_number),
    |best| values(&best.tree, |value| value.is_string() && !simpler::is_plan(value)),
];

/// Returns halves, quarters and so on of a list, down to its single items.
pub(super) fn chunks(tree: &Value, list: &str) -> Vec<Edit> {
    let length = tree.pointer(list).and_then(Value::as_array).map_or(0, Vec::len);
    let mut edits = Vec::new();
    let mut size = length;
    while size > 0 {
        let places = (0..length).step_by(size);
        edits.extend(places.map(|place| Edit::Items(list.to_owned(), place, size)));
        size /= 2;
    }
    edits
}

/// Returns the items of all lists, the last first: what comes later refers to what comes before.
fn items(tree: &Value) -> Vec<Edit> {
    let lists = tree::lists(tree).into_iter().rev();
    let items = lists.flat_map(|(list, length)| {
        (0..length).rev().map(move |index| Edit::Items(list.clone(), index, 1))
    });
    items.collect()
}

/// Returns steps that are taken once in the place of those that are taken every so often.
fn once(tree: &Value) -> Vec<Edit> {
    let steps = tree.get("script").and_then(Value::as_array).into_iter().flatten().enumerate();
    let edits = steps.filter_map(|(index, step)| {
        let every = step.get("Every")?.clone();
        Some(Edit::Value(format!("/script/{index}"), json!({ "At": every })))
    });
    edits.collect()
}

/// Returns fixed times in the place of laws, what was drawn first.
fn times(best: &Failing) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (place, value) in tree::leaves(&best.tree) {
        if simpler::is_law(&value) {
            let simpler = simpler::than(&value, drawn(best, &place));
            edits.extend(simpler.into_iter().map(|value| Edit::Value(place.clone(), value)));
        }
    }
    edits
}

/// Returns what a law of the script was drawn as.
fn drawn(best: &Failing, place: &str) -> Option<Span> {
    let step: usize = place.strip_prefix("/script/")?.split('/').next()?.parse().ok()?;
    let step = best.loaded.setup.script.get(step)?;
    let (When::At(law) | When::Event(_, law)) = step.when else { return None };
    Some(law.draw(Chance::new(best.seed, 0).word("script", &step.words, step.turn)))
}

fn until(tree: &Value) -> Vec<Edit> {
    let end = tree.get("until").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let ends = end.map(simpler::shorter).unwrap_or_default();
    ends.into_iter().map(|end| Edit::Value("/until".to_owned(), end)).collect()
}

/// Returns simpler values of some kind, wherever they stand.
fn values(tree: &Value, kind: fn(&Value) -> bool) -> Vec<Edit> {
    let leaves = tree::leaves(tree).into_iter();
    let leaves = leaves.filter(|(place, value)| kind(value) && place != "/until");
    let edits = leaves.flat_map(|(place, value)| {
        let simpler = simpler::than(&value, None).into_iter();
        simpler.map(move |value| Edit::Value(place.clone(), value))
    });
    edits.collect()
}
