//! A scenario as a tree of lists, fields and words, in which any part can be left out or replaced.
//!
//! Knows nothing of services, faults or times: whatever a file may say is a part here, so a field
//! or a fault that is added needs nothing here. Kept here: only the validation says what makes
//! sense.

use serde_json::Value;

use crate::kernel::Digest;
use crate::scenario::{Errors, Loaded, Scenario};

/// So many times what makes no sense any more is left out as well.
const REPAIRS_MAX: usize = 16;

/// A change of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Leaves out items of a list: the list, the first of them, and how many.
    Items(String, usize, usize),
    /// Leaves out a field, which then has its default.
    Field(String),
    /// Replaces a value.
    Value(String, Value),
    /// Replaces several values at once.
    Values(Vec<(String, Value)>),
    /// Replaces the seed of the run.
    Seed(u64),
}

/// Returns a scenario as a tree.
pub(super) fn of(scenario: &Scenario) -> Value {
    serde_json::to_value(scenario).expect("a scenario holds names, numbers and spans only")
}

/// Returns the scenario of a tree, if it is one.
pub(super) fn scenario(tree: &Value) -> Option<Scenario> {
    serde_json::from_value(tree.clone()).ok()
}

/// Returns a digest of a tree and a seed, to recognise what was tried before.
pub(super) fn digest(tree: &Value, seed: u64) -> u64 {
    let mut digest = Digest::new();
    digest.u64(seed).text(&tree.to_string()).finish()
}

/// Returns a tree after a change; nothing if there is nothing to change.
pub(super) fn changed(tree: &Value, edit: &Edit) -> Option<Value> {
    let mut tree = tree.clone();
    match edit {
        Edit::Items(list, from, count) => {
            let items = tree.pointer_mut(list)?.as_array_mut()?;
            let to = (from + count).min(items.len());
            items.drain(*from.min(&to)..to);
        }
        Edit::Field(field) => {
            let (parent, key) = field.rsplit_once('/')?;
            // The other fields stay in their order.
            tree.pointer_mut(parent)?.as_object_mut()?.shift_remove(key)?;
        }
        Edit::Value(place, value) => *tree.pointer_mut(place)? = value.clone(),
        Edit::Values(values) => {
            for (place, value) in values {
                *tree.pointer_mut(place)? = value.clone();
            }
        }
        Edit::Seed(_) => {}
    }
    Some(tree)
}

/// Returns the scenario of a tree, without the items that make no sense in it.
///
/// What refers to something that was left out is left out as well: the heal of a fault, the client
/// of a service.
pub(super) fn repaired(mut tree: Value) -> Option<Loaded> {
    for _ in 0..REPAIRS_MAX {
        match Loaded::from_read(scenario(&tree)?) {
            Ok(loaded) => return Some(loaded),
            Err(errors) => leave_out(&mut tree, &errors)?,
        }
    }
    None
}

/// Leaves out the items that errors are about; nothing if an error is about something else.
fn leave_out(tree: &mut Value, errors: &Errors) -> Option<()> {
    let mut items: Vec<(&str, usize)> = Vec::new();
    for error in errors.list() {
        let (list, rest) = error.path.split_once('[')?;
        let (index, _) = rest.split_once(']')?;
        items.push((list, index.parse().ok()?));
    }
    items.sort_unstable();
    items.dedup();
    for (list, index) in items.into_iter().rev() {
        let list = tree.get_mut(list)?.as_array_mut()?;
        if index >= list.len() {
            return None;
        }
        list.remove(index);
    }
    Some(())
}

/// Returns the top-level lists of a tree with their lengths, in the order of the file.
pub(super) fn lists(tree: &Value) -> Vec<(String, usize)> {
    let fields = tree.as_object().into_iter().flatten();
    let lists =
        fields.filter_map(|(key, value)| Some((format!("/{key}"), value.as_array()?.len())));
    lists.collect()
}

/// Returns every field that can be left out and then has another value than it has now.
pub(super) fn optional(tree: &Value) -> Vec<String> {
    let mut fields = Vec::new();
    visit(tree, "", &mut |place, value| {
        if let Some(object) = value.as_object() {
            fields.extend(object.keys().map(|key| format!("{place}/{key}")));
        }
    });
    fields.retain(|field| {
        let without = changed(tree, &Edit::Field(field.clone()));
        let without = without.and_then(|tree| scenario(&tree));
        without.is_some_and(|scenario| of(&scenario) != *tree)
    });
    fields
}

/// Returns every word, number and text of a tree that is not the default of its field.
pub(super) fn leaves(tree: &Value) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    visit(tree, "", &mut |place, value| {
        if value.is_string() || value.is_number() {
            leaves.push((place.to_owned(), value.clone()));
        }
    });
    leaves.retain(|(place, _)| {
        let without = changed(tree, &Edit::Field(place.clone()));
        let without = without.and_then(|tree| scenario(&tree));
        without.is_none_or(|scenario| of(&scenario) != *tree)
    });
    leaves
}

/// Shows every value of a tree with its place, a list or a field before what is in it.
pub(super) fn visit(value: &Value, place: &str, see: &mut impl FnMut(&str, &Value)) {
    see(place, value);
    if let Some(items) = value.as_array() {
        for (index, item) in items.iter().enumerate() {
            visit(item, &format!("{place}/{index}"), see);
        }
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        visit(item, &format!("{place}/{key}"), see);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn shipped() -> Vec<Loaded> {
        let files = fs::read_dir("scenarios").expect("the scenarios are shipped");
        let paths = files.map(|entry| entry.expect("it can be listed").path());
        paths
            .filter(|path| path.is_file())
            .map(|path| crate::scenario::load(&path).expect("it is valid"))
            .collect()
    }

    #[test]
    fn every_shipped_scenario_is_what_its_tree_says() {
        for loaded in shipped() {
            let tree = of(&loaded.scenario);
            assert_eq!(scenario(&tree).as_ref(), Some(&loaded.scenario), "{tree}");
            let setup = repaired(tree).expect("it is valid").setup;
            assert_eq!(setup, loaded.setup);
        }
    }

    #[test]
    fn whatever_refers_to_what_is_left_out_is_left_out_as_well() {
        let text = r#"Scenario(
            name: "two",
            services: [Service(name: "a", plan: Business), Service(name: "b", plan: Premium)],
            clients: [
                Writer(name: "x", service: "a", writes_per_s: 1),
                Writer(name: "y", service: "b", writes_per_s: 1),
            ],
            script: [
                At("1m", Fault(Hang, Primary("a"))),
                At("1m", Fault(Hang, Standby("b", 2))),
                At("2m", Heal(Hang, Primary("a"))),
            ],
            until: "5m",
        )"#;
        let tree = of(&crate::scenario::parse("two.ron", text).expect("it is valid").scenario);
        let left = |edit: Edit| {
            let tree = changed(&tree, &edit).expect("there is something to leave out");
            let scenario = repaired(tree).expect("the rest is valid").scenario;
            (scenario.services.len(), scenario.clients.len(), scenario.script.len())
        };
        assert_eq!(left(Edit::Items("/services".to_owned(), 0, 1)), (1, 1, 1));
        assert_eq!(left(Edit::Items("/services".to_owned(), 1, 1)), (1, 1, 2));
        assert_eq!(left(Edit::Items("/script".to_owned(), 0, 1)), (2, 2, 1));
        assert_eq!(left(Edit::Field("/clients".to_owned())), (2, 0, 3));
        let nothing = changed(&tree, &Edit::Items("/services".to_owned(), 0, 2));
        assert!(repaired(nothing.expect("there are services")).is_none());
    }

    #[test]
    fn what_has_its_default_can_neither_be_left_out_nor_made_simpler() {
        let text = r#"Scenario(
            name: "one",
            services: [Service(name: "a", plan: Business, region: "region")],
            clients: [Writer(name: "x", service: "a", writes_per_s: 9, wal_per_commit: "3KiB")],
            tuning: Tuning(dns_ttl: "7s"),
            until: "5m",
        )"#;
        let tree = of(&crate::scenario::parse("one.ron", text).expect("it is valid").scenario);
        assert_eq!(optional(&tree), ["/clients", "/tuning", "/tuning/dns_ttl"]);
        let places: Vec<String> = leaves(&tree).into_iter().map(|(place, _)| place).collect();
        let writer = |field: &str| format!("/clients/0/Writer/{field}");
        assert!(places.contains(&writer("writes_per_s")));
        assert!(!places.contains(&writer("wal_per_commit")));
        assert!(!places.contains(&"/services/0/region".to_owned()));
    }
}
