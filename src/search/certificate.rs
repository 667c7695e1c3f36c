//! The proof that a scenario is minimal: what happens without each of its parts.
//!
//! Knows nothing of how it was made minimal. Kept here: every part that can be left out is named,
//! with the run that no longer fails without it.

use serde_json::Value;

use super::shrink::Answer;
use super::tree::{self, Edit};

/// What a scenario is without one of its parts.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// let step = shrunk.certificate.iter().find(|proof| proof.part == "script[0]");
/// let without = step.and_then(|proof| proof.without.as_ref());
/// assert!(without.is_none_or(|answer| !answer.violations.contains(&shrunk.violation)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The part, such as `script[1]` or `tuning.dns_ttl`.
    pub part: String,
    /// What it says, as data.
    pub says: String,
    /// What a run without it shows; nothing if the scenario makes no sense without it.
    pub without: Option<Answer>,
}

/// Runs a scenario without each of its parts; nothing if a run could not be made any more.
pub(super) fn prove(
    tree: &Value,
    mut run: impl FnMut(Value) -> Option<Answer>,
) -> Option<Vec<Proof>> {
    let lists = tree::lists(tree).into_iter();
    let items = lists.flat_map(|(list, length)| {
        (0..length)
            .map(move |index| (Edit::Items(list.clone(), index, 1), format!("{list}/{index}")))
    });
    let fields = tree::optional(tree).into_iter();
    let fields = fields.filter(|field| !tree.pointer(field).is_some_and(Value::is_array));
    let fields = fields.map(|field| (Edit::Field(field.clone()), field));
    let mut proofs = Vec::new();
    for (edit, place) in items.chain(fields) {
        let without = tree::changed(tree, &edit)?;
        let says = tree.pointer(&place).map(Value::to_string).unwrap_or_default();
        proofs.push(Proof { part: told(&place), says, without: run(without) });
    }
    Some(proofs)
}

/// Returns a place as errors tell it: `/script/1` as `script[1]`.
fn told(place: &str) -> String {
    let parts = place.split('/').skip(1).enumerate().map(|(depth, part)| {
        match (depth, part.parse::<usize>()) {
            (_, Ok(index)) => format!("[{index}]"),
            (0, Err(_)) => part.to_owned(),
            (_, Err(_)) => format!(".{part}"),
        }
    });
    parts.collect()
}
