//! What is made simpler together: times that keep their distance, and values that have to be equal.
//!
//! Knows nothing of what a step does. Kept here: steps that move together come earlier and no time
//! of theirs becomes less round, so that moving comes to an end.

use serde_json::Value;

use super::simpler::{self, ROUND};
use super::tree::{self, Edit};
use crate::kernel::{Distribution, Law, Span};

/// Returns the ways in which all steps at fixed times can come earlier by the same time.
pub(super) fn earlier(tree: &Value) -> Vec<Edit> {
    let steps = tree.get("script").and_then(Value::as_array).into_iter().flatten().enumerate();
    let times: Vec<(String, Span)> = steps
        .filter_map(|(index, step)| {
            let time = fixed(step.get("At")?.get(0)?)?;
            Some((format!("/script/{index}/At/0"), time))
        })
        .collect();
    let Some(first) = times.iter().map(|(_, time)| *time).min() else { return Vec::new() };
    if times.len() < 2 {
        return Vec::new();
    }
    let begins = [0].into_iter().chain(ROUND.into_iter().rev()).map(Span::from_micros);
    let begins = begins.filter(|begin| *begin < first);
    let moved = begins.filter_map(|begin| {
        let by = first.minus(begin);
        let rounder = |(_, time): &(String, Span)| unit(time.minus(by)) >= unit(*time);
        times.iter().all(rounder).then(|| {
            let places = times
                .iter()
                .map(|(place, time)| (place.clone(), Value::from(time.minus(by).to_string())));
            Edit::Values(places.collect())
        })
    });
    moved.collect()
}

/// Returns the ways in which equal texts of the script can be made simpler at all places at once:
/// a heal ends the fault with the same words, and two steps may have to come at the same time.
pub(super) fn equal(tree: &Value) -> Vec<Edit> {
    let leaves = tree::leaves(tree).into_iter();
    let leaves: Vec<(String, Value)> = leaves
        .filter(|(place, value)| place.starts_with("/script/") && value.is_string())
        .collect();
    let mut edits = Vec::new();
    for (turn, (_, value)) in leaves.iter().enumerate() {
        let same = || leaves.iter().filter(|(_, other)| other == value);
        let is_first = !leaves[..turn].iter().any(|(_, other)| other == value);
        if same().count() < 2 || !is_first {
            continue;
        }
        edits.extend(simpler::than(value, None).into_iter().map(|simpler| {
            Edit::Values(same().map(|(place, _)| (place.clone(), simpler.clone())).collect())
        }));
    }
    edits
}

fn fixed(time: &Value) -> Option<Span> {
    let Ok(Distribution::One(Law::Fixed(span))) = time.as_str()?.parse() else { return None };
    (span != Span::FOREVER).then_some(span)
}

/// Returns the largest unit in which people would tell a time; of none at all the largest.
fn unit(time: Span) -> u64 {
    let whole = |unit: &&u64| time.as_micros().is_multiple_of(**unit);
    ROUND.iter().find(whole).copied().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(times: &[&str]) -> Value {
        let steps = times.iter().map(|time| format!("At(\"{time}\", Fault(Hang, Primary(\"a\")))"));
        let text = format!(
            "Scenario(name: \"two\", services: [Service(name: \"a\", plan: Business)], \
             script: [{}], until: \"1h\")",
            steps.collect::<Vec<_>>().join(", ")
        );
        tree::of(&crate::scenario::parse("two.ron", &text).expect("it is valid").scenario)
    }

    fn times(tree: &Value) -> Vec<String> {
        let steps = tree["script"].as_array().expect("it is a list").iter();
        steps.map(|step| step["At"][0].as_str().expect("it is a time").to_owned()).collect()
    }

    #[test]
    fn steps_keep_their_distance_and_become_no_less_round() {
        let tree = tree(&["7m", "7m50s"]);
        let made: Vec<_> = earlier(&tree)
            .iter()
            .map(|edit| times(&tree::changed(&tree, edit).expect("they are there")))
            .collect();
        assert_eq!(made.first().expect("there are some"), &["0s", "50s"]);
        assert!(!made.contains(&vec!["30s".to_owned(), "1m20s".to_owned()]), "{made:?}");
        for pair in &made {
            let span = |text: &str| text.parse::<Span>().expect("it is a time");
            assert_eq!(span(&pair[1]).minus(span(&pair[0])), Span::from_secs(50));
        }
    }

    #[test]
    fn equal_values_change_at_all_places() {
        let tree = tree(&["2m5s", "3m", "2m5s"]);
        let edits = equal(&tree);
        let made = tree::changed(&tree, &edits[0]).expect("they are there");
        assert_eq!(times(&made), ["0s", "3m", "0s"]);
        assert_eq!(equal(&tree_of_distinct()), []);
    }

    fn tree_of_distinct() -> Value {
        tree(&["1m1s", "2m2s"])
    }
}
