//! The ways in which a scenario, or a part of one, can be made simpler, one by one.
//!
//! Knows nothing of why it is to be simpler. Kept here: a scenario that was made simpler is valid.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::passes;
use super::simpler;
use super::tree::{self, Edit};
use crate::scenario::{Loaded, Scenario};

/// One way in which something can be made simpler.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::{simplifications, simplified};
/// let ways = simplifications(&loaded.scenario, 0);
/// assert!(ways.iter().any(|way| simplified(&loaded.scenario, 0, way).is_some()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simplification(pub(super) Edit);

/// Returns the ways in which a scenario can be made simpler, those that take most away first.
///
/// Not all of them make sense; see [`simplified`].
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::simplifications;
/// assert!(!simplifications(&loaded.scenario, 0).is_empty());
/// ```
pub fn simplifications(scenario: &Scenario, seed: u64) -> Vec<Simplification> {
    passes::edits(scenario, seed).into_iter().map(Simplification).collect()
}

/// Returns a scenario and a seed made simpler in one way; nothing if that makes no sense.
///
/// # Examples
/// ```
/// use cutover::search::{simplifications, simplified};
/// let text = r#"Scenario(
///     name: "hang",
///     services: [Service(name: "orders", plan: Business)],
///     script: [At("61.7s", Fault(Hang, Primary("orders")))],
///     until: "10m",
/// )"#;
/// let scenario = cutover::scenario::parse("hang.ron", text)?.scenario;
/// let ways = simplifications(&scenario, 3);
/// let (first, seed) = simplified(&scenario, 3, &ways[0]).expect("it makes sense");
/// assert!(first.scenario.script.is_empty());
/// assert_eq!(seed, 3);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn simplified(scenario: &Scenario, seed: u64, way: &Simplification) -> Option<(Loaded, u64)> {
    let tree = tree::changed(&tree::of(scenario), &way.0)?;
    let seed = if let Edit::Seed(seed) = way.0 { seed } else { seed };
    Some((tree::repaired(tree)?, seed))
}

/// Returns the ways in which a part of a scenario can be made simpler by itself.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::{part_simplifications, simplified_part};
/// let clients = &loaded.scenario.clients;
/// let simpler = part_simplifications(clients);
/// let fewer = simpler.iter().filter_map(|way| simplified_part(clients, way));
/// assert!(fewer.map(|clients| clients.len()).min() < Some(2));
/// ```
pub fn part_simplifications<T: Serialize>(part: &T) -> Vec<Simplification> {
    let tree = serde_json::to_value(part).expect("a part holds names, numbers and spans only");
    let mut edits = passes::chunks(&tree, "");
    let fields = tree.as_object().into_iter().flatten();
    edits.extend(fields.map(|(key, _)| Edit::Field(format!("/{key}"))));
    tree::visit(&tree, "", &mut |place, value| {
        let simpler = simpler::than(value, None).into_iter();
        edits.extend(simpler.map(|value| Edit::Value(place.to_owned(), value)));
    });
    edits.into_iter().map(Simplification).collect()
}

/// Returns a part of a scenario made simpler in one way; nothing if that is no such part.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::{part_simplifications, simplified_part};
/// let script = &loaded.scenario.script;
/// let simpler = part_simplifications(script);
/// assert!(simpler.iter().any(|way| simplified_part(script, way).is_some_and(|it| it.is_empty())));
/// ```
pub fn simplified_part<T>(part: &T, way: &Simplification) -> Option<T>
where
    T: Serialize + DeserializeOwned,
{
    let tree: Value = serde_json::to_value(part).ok()?;
    serde_json::from_value(tree::changed(&tree, &way.0)?).ok()
}
