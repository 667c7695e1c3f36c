//! From a scenario that fails to the smallest that fails for the same reason.
//!
//! Knows nothing of how a failure is found. Kept here: every step is strictly simpler and fails in
//! the same way, the order of trying is fixed, and the end is reached when nothing simpler fails;
//! so the result is minimal, and shrinking it again changes nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::certificate::{self, Proof};
use super::simpler;
use super::tree::{self, Edit};
use super::violation::Violation;
use crate::kernel::{Chance, Span};
use crate::scenario::{Loaded, Scenario};
use crate::sim::When;

/// What a run of a scenario showed.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// let answer = cutover::search::Conditions::default().ask(&loaded, 0);
/// assert_eq!(answer.fingerprint, cutover::sim::run(&loaded.setup, 0).fingerprint);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What went wrong.
    pub violations: Vec<Violation>,
    /// The fingerprint of the run.
    pub fingerprint: u64,
}

/// A scenario that was made as small as it can be.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// assert!(shrunk.minimal && shrunk.runs > 0);
/// assert_eq!(shrunk.violation.what, "no-false-failover");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The scenario.
    pub scenario: Scenario,
    /// The seed with which it fails.
    pub seed: u64,
    /// What goes wrong in it.
    pub violation: Violation,
    /// For each part that is left: what a run without it shows. Empty when the bound was reached.
    pub certificate: Vec<Proof>,
    /// Whether nothing simpler fails; false when the bound was reached before that was known.
    pub minimal: bool,
    /// How many runs it took.
    pub runs: u64,
}

/// Makes a scenario as small as it can be while it shows the same violation.
///
/// `ask` runs a scenario with a seed and says what went wrong; it has to answer the same each time.
/// At most `runs_max` runs are made. Nothing is returned when the scenario does not show the
/// violation to begin with.
///
/// # Examples
/// An invariant of one's own, and a scenario with more in it than it takes to break it:
/// ```
/// use cutover::search::{self, Answer, Violation};
///
/// let text = r#"Scenario(
///     name: "too-much",
///     services: [Service(name: "orders", plan: Premium), Service(name: "cart", plan: Business)],
///     clients: [Writer(name: "app", service: "cart", writes_per_s: 123)],
///     tuning: Tuning(dns_ttl: "17s"),
///     script: [
///         At("2m3s", Fault(Hang, Standby("orders", 2))),
///         At("4m5.678s", Fault(HostDeath, Primary("cart"))),
///         At("6m7s", Heal(Hang, Standby("orders", 2))),
///     ],
///     until: "1h",
/// )"#;
/// let scenario = cutover::scenario::parse("too-much.ron", text)?.scenario;
/// let own = Violation::new("nobody-is-promoted", []);
/// let shrunk = search::shrink(&scenario, 7, &own, 2_000, |loaded, seed| {
///     let outcome = cutover::sim::run(&loaded.setup, seed);
///     let promoted = outcome.services.iter().any(|service| !service.promotions.is_empty());
///     let violations = if promoted { vec![own.clone()] } else { Vec::new() };
///     Answer { violations, fingerprint: outcome.fingerprint }
/// });
/// let shrunk = shrunk.expect("it fails");
/// assert!(shrunk.minimal);
/// let (services, steps) = (&shrunk.scenario.services, &shrunk.scenario.script);
/// assert_eq!((services.len(), steps.len(), shrunk.seed), (1, 1, 0));
/// assert!(shrunk.scenario.clients.is_empty());
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn shrink(
    scenario: &Scenario,
    seed: u64,
    violation: &Violation,
    runs_max: u64,
    ask: impl FnMut(&Loaded, u64) -> Answer,
) -> Option<Shrunk> {
    let mut search = Search { violation, runs: 0, runs_max, tried: BTreeSet::new(), ask };
    let mut best = search.look(tree::of(scenario), seed)?;
    while search.round(&mut best) {}
    let within = search.runs < runs_max;
    let proofs = if within {
        certificate::prove(&best.tree, |tree| search.without(tree, best.seed))
    } else {
        None
    };
    Some(Shrunk {
        scenario: best.loaded.scenario,
        seed: best.seed,
        violation: violation.clone(),
        minimal: proofs.is_some(),
        certificate: proofs.unwrap_or_default(),
        runs: search.runs,
    })
}

/// A scenario that fails.
struct Failing {
    tree: Value,
    seed: u64,
    loaded: Loaded,
}

struct Search<'a, A> {
    violation: &'a Violation,
    runs: u64,
    runs_max: u64,
    /// What is known not to fail in the same way.
    tried: BTreeSet<u64>,
    ask: A,
}

impl<A: FnMut(&Loaded, u64) -> Answer> Search<'_, A> {
    /// Tries everything that is simpler; tells whether anything of it failed.
    fn round(&mut self, best: &mut Failing) -> bool {
        let mut simpler = false;
        for pass in PASSES {
            let mut edits = pass(best);
            let mut turn = 0;
            while let Some(edit) = edits.get(turn) {
                if self.runs >= self.runs_max {
                    return false;
                }
                if let Some(smaller) = self.attempt(best, edit) {
                    *best = smaller;
                    simpler = true;
                    edits = pass(best);
                } else {
                    turn += 1;
                }
            }
        }
        simpler
    }

    fn attempt(&mut self, best: &Failing, edit: &Edit) -> Option<Failing> {
        let seed = if let Edit::Seed(seed) = edit { *seed } else { best.seed };
        let tree = tree::changed(&best.tree, edit)?;
        let smaller = self.look(tree, seed)?;
        (smaller.tree != best.tree || smaller.seed != best.seed).then_some(smaller)
    }

    /// Returns what is left of a tree when it fails in the same way.
    fn look(&mut self, tree: Value, seed: u64) -> Option<Failing> {
        if self.tried.contains(&tree::digest(&tree, seed)) {
            return None;
        }
        let asked = tree::digest(&tree, seed);
        let found = self.run(tree, seed).filter(|(_, answer)| self.shows(answer));
        if found.is_none() {
            self.tried.insert(asked);
        }
        found.map(|(failing, _)| failing)
    }

    fn run(&mut self, tree: Value, seed: u64) -> Option<(Failing, Answer)> {
        let loaded = tree::repaired(tree)?;
        self.runs += 1;
        let answer = (self.ask)(&loaded, seed);
        Some((Failing { tree: tree::of(&loaded.scenario), seed, loaded }, answer))
    }

    fn shows(&self, answer: &Answer) -> bool {
        answer.violations.contains(self.violation)
    }

    /// Returns what a run without a part shows; nothing if there is no such scenario.
    fn without(&mut self, tree: Value, seed: u64) -> Option<Answer> {
        self.run(tree, seed).map(|(_, answer)| answer)
    }
}

/// Returns everything that is tried with a scenario, in this order.
pub(super) fn edits(scenario: &Scenario, seed: u64) -> Vec<Edit> {
    let tree = tree::of(scenario);
    let Some(loaded) = tree::repaired(tree.clone()) else { return Vec::new() };
    let failing = Failing { tree, seed, loaded };
    PASSES.iter().flat_map(|pass| pass(&failing)).collect()
}

/// What is tried, in this order: what takes most away comes first.
const PASSES: [fn(&Failing) -> Vec<Edit>; 9] = [
    |best| chunks(&best.tree, "/script"),
    |best| items(&best.tree),
    |best| tree::optional(&best.tree).into_iter().rev().map(Edit::Field).collect(),
    |best| if best.seed == 0 { Vec::new() } else { vec![Edit::Seed(0)] },
    |best| times(best),
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
