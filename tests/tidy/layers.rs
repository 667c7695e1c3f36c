//! Who may know whom: a file may import its own module and layers strictly below it.
//!
//! Knows nothing of what a module is for. Kept here: modules on one layer do not know each other,
//! and a new module has to find its layer.

use super::finding::Finding;
use super::source::{Source, is_name, numbered, places};

const RULE: &str = "layers";

/// The modules of the crate, lowest layer first.
const LAYERS: &[&[&str]] = &[
    &["kernel", "parallel", "statistics"],
    &["knob"],
    &["model"],
    &["control", "fault"],
    &["check", "trace"],
    &["sim"],
    &["scenario", "blame"],
    &["search", "campaign", "contract", "bundle"],
    &["report", "strategy"],
    &["cli"],
];

/// Names of the truth that the belief may not even spell.
const UNKNOWN_TO_CONTROL: &[&str] = &["World", "Node"];

/// Returns what a file of the crate knows and should not.
pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    let Some(module) = module_of(source) else { return Vec::new() };
    let Some(own) = layer(module) else {
        let what = format!("module {module} is on no layer; name it in tests/tidy/layers.rs");
        return vec![source.finding(1, RULE, what)];
    };
    let mut found = Vec::new();
    let mut depth = depth(&source.path);
    for (number, line) in numbered(&source.code) {
        let mut complain = |what| found.push(source.finding(number, RULE, what));
        for place in places(line, "crate::") {
            let name = name_at(&line[place + "crate::".len()..]);
            match layer(name) {
                _ if name == module => {}
                Some(other) if other < own => {}
                Some(_) => complain(format!("{module} may not know {name}")),
                None => complain("import one module at a time, by its name".to_owned()),
            }
        }
        if line.trim_end().ends_with('{') && !places(line, "mod").is_empty() {
            depth += 1;
        }
        if line.matches("super::").count() >= depth {
            complain("reaches another module by `super`; write `crate`".to_owned());
        }
        if module == "control" {
            let names_truth = |place: &usize| !names_seat(line, *place);
            let spelt =
                UNKNOWN_TO_CONTROL.iter().filter(|word| places(line, word).iter().any(names_truth));
            spelt.for_each(|word| complain(format!("the belief may not name {word}")));
        }
    }
    found
}

/// Returns whether a word stands for where a daemon sits: `Seat::Node`, or that variant itself.
fn names_seat(line: &str, place: usize) -> bool {
    line[..place].ends_with("Seat::") || line.trim_start().starts_with("Node(u16)")
}

/// Returns the module of a file; the crate's root belongs to none.
fn module_of(source: &Source) -> Option<&str> {
    let rest = source.path.strip_prefix("src/").filter(|_| source.is_rust())?;
    match rest.split_once('/') {
        Some((module, _)) => Some(module),
        None => Some(rest.trim_end_matches(".rs")).filter(|stem| !["lib", "main"].contains(stem)),
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn name_at(text: &str) -> &str {
    let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
    &text[..end]
}

/// Returns how many modules a file is inside of: so many `super` lead to the crate's root.
fn depth(path: &str) -> usize {
    path.trim_start_matches("src/").trim_end_matches("/mod.rs").split('/').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        findings(&Source::new(path, text)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_layer_may_not_know_itself_elsewhere_or_what_is_above() {
        let above = found("src/model/node.rs", "use crate::check::Case;\n");
        assert_eq!(above, ["model may not know check"]);
        let beside = found("src/fault/act.rs", "fn a() { crate::control::decide(); }\n");
        assert_eq!(beside, ["fault may not know control"]);
        let below = "use crate::kernel::Span;\nuse crate::model::Plan;\nuse crate::fault::Aim;\n";
        assert!(found("src/fault/act.rs", below).is_empty());
    }

    #[test]
    fn words_in_comments_and_strings_are_no_imports() {
        let text = "//! See crate::sim.\nconst A: &str = \"crate::sim\";\n";
        assert!(found("src/kernel/time.rs", text).is_empty());
    }

    #[test]
    fn imports_that_hide_modules_are_refused() {
        assert_eq!(found("src/sim/mod.rs", "use crate::{kernel, cli};\n").len(), 1);
        assert_eq!(found("src/sim/mod.rs", "use crate::*;\n").len(), 1);
        assert_eq!(found("src/model/mod.rs", "use super::check::Case;\n").len(), 1);
        assert_eq!(found("src/model/dns.rs", "use super::super::check::Case;\n").len(), 1);
        assert!(found("src/model/dns.rs", "use super::node::Role;\n").is_empty());
        let tests = "mod tests {\n    use super::super::node::Role;\n}\n";
        assert!(found("src/model/dns.rs", tests).is_empty());
    }

    #[test]
    fn a_module_on_no_layer_is_refused() {
        assert_eq!(found("src/misc/mod.rs", "").len(), 1);
        assert_eq!(found("src/misc.rs", "").len(), 1);
        assert!(found("src/lib.rs", "pub mod misc;\n").is_empty());
    }

    #[test]
    fn the_belief_may_not_name_the_truth() {
        let text = "// No World here.\nfn a(world: &World) {}\nfn b() -> SilentNode {}\n";
        assert_eq!(found("src/control/elect.rs", text), ["the belief may not name World"]);
        let text = "use crate::model::Node;\nfn a(node: &Node, seat: Seat) -> Node {}\n";
        assert_eq!(found("src/control/elect.rs", text).len(), 2);
        let text = "    Node(u16),\nfn a() -> Seat { Seat::Node(1) }\n";
        assert!(found("src/control/lookout/daemon.rs", text).is_empty());
    }
}
