//! From a scenario that fails to the smallest that fails for the same reason.
//!
//! Knows nothing of how a failure is found. Kept here: every step is strictly simpler and fails in
//! the same way, the order of trying is fixed, and the end is reached when nothing simpler fails
//! and doing it again changes nothing; so the result is minimal exactly as it stands.

use std::collections::BTreeSet;

use serde_json::Value;

use super::certificate::{self, Proof};
use super::limits::Limits;
use super::passes;
use super::simpler;
use super::tree::{self, Edit};
use super::violation::Violation;
use crate::kernel::Span;
use crate::scenario::{Loaded, Scenario};

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
    /// How long a run lasts at least that judges what this one leaves open at its end; nothing if
    /// all is judged.
    pub pending: Option<Span>,
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
/// It runs as long as it takes to judge everything else in it, if that has an end. `ask` runs a
/// scenario with a seed and says what went wrong; it has to answer the same each time.
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
///     Answer { violations, fingerprint: outcome.fingerprint, pending: None }
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
    shrink_within(scenario, seed, violation, Limits::runs(runs_max), ask)
}

/// Makes a scenario as small as it can be within some bounds.
pub(super) fn shrink_within(
    scenario: &Scenario,
    seed: u64,
    violation: &Violation,
    limits: Limits<'_>,
    ask: impl FnMut(&Loaded, u64) -> Answer,
) -> Option<Shrunk> {
    let longest = (scenario.until * LONGER_TIMES).max(LONGER_ANYWAY);
    let mut search =
        Search { violation, runs: 0, limits, longest, settles: true, tried: BTreeSet::new(), ask };
    let best = search.look(tree::of(scenario), seed, true)?;
    let best = search.fixed(best);
    let proofs = if limits.reached(search.runs) {
        None
    } else {
        certificate::prove(&best.tree, |tree| search.without(tree, best.seed))
    };
    let gone = |proof: &Proof| proof.without.as_ref().is_none_or(|answer| !search.shows(answer));
    // A run that was given up proves nothing.
    let proofs = proofs.filter(|proofs| proofs.iter().all(gone) && !(limits.stop)());
    Some(Shrunk {
        scenario: best.loaded.scenario,
        seed: best.seed,
        violation: violation.clone(),
        minimal: proofs.is_some(),
        certificate: proofs.unwrap_or_default(),
        runs: search.runs,
    })
}

/// So often a run is made longer to judge what is still open at its end.
const LONGER_MAX: usize = 6;

/// A run is made this many times as long at most for that, or [`LONGER_ANYWAY`].
const LONGER_TIMES: u64 = 4;

/// A run may be made as long as this for that, however short it was.
const LONGER_ANYWAY: Span = Span::from_hours(1);

/// A scenario that fails.
#[derive(Clone)]
pub(super) struct Failing {
    pub(super) tree: Value,
    pub(super) seed: u64,
    pub(super) loaded: Loaded,
}

impl Failing {
    /// Returns whether another one is the same.
    fn is(&self, other: &Self) -> bool {
        (&self.tree, self.seed) == (&other.tree, other.seed)
    }
}

struct Search<'a, A> {
    violation: &'a Violation,
    runs: u64,
    limits: Limits<'a>,
    /// A run is not made longer than this to judge what is open at its end.
    longest: Span,
    /// Whether a run counts only if everything in it is judged by its end.
    settles: bool,
    /// What is known not to fail in the same way, by what counts as a run.
    tried: BTreeSet<(bool, u64)>,
    ask: A,
}

impl<A: FnMut(&Loaded, u64) -> Answer> Search<'_, A> {
    /// Makes a scenario simpler until doing it all again from there changes nothing.
    fn fixed(&mut self, mut best: Failing) -> Failing {
        let mut ends: Vec<Failing> = Vec::new();
        loop {
            while self.round(&mut best) {}
            if self.limits.reached(self.runs) {
                return best;
            }
            if let Some(place) = ends.iter().position(|end| end.is(&best)) {
                // Of ends that lead to each other all lead to the same one.
                let text = |end: &Failing| (end.tree.to_string(), end.seed);
                let round = ends.split_off(place).into_iter();
                let least = round.min_by_key(|end| (text(end).0.len(), text(end)));
                return least.unwrap_or(best);
            }
            ends.push(best.clone());
            self.settles = true;
            let Some(again) = self.look(best.tree.clone(), best.seed, true) else { return best };
            best = again;
        }
    }

    /// Tries everything that is simpler; tells whether anything of it failed.
    fn round(&mut self, best: &mut Failing) -> bool {
        let mut simpler = false;
        for pass in passes::ALL {
            let mut edits = pass(best);
            let mut turn = 0;
            while let Some(edit) = edits.get(turn) {
                if self.limits.reached(self.runs) {
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
        // What takes something away may take longer; what makes a value simpler may not.
        let less = match edit {
            Edit::Items(..) | Edit::Field(_) => true,
            // A smaller plan takes nodes away.
            Edit::Value(_, value) => value.is_object() || simpler::is_plan(value),
            Edit::Seed(_) | Edit::Values(_) => false,
        };
        let smaller = self.look(tree, seed, less)?;
        (!smaller.is(best)).then_some(smaller)
    }

    /// Returns what is left of a tree when it fails in the same way.
    fn look(&mut self, tree: Value, seed: u64, longer: bool) -> Option<Failing> {
        let asked = tree::digest(&tree, seed);
        if self.tried.contains(&(self.settles, asked)) {
            return None;
        }
        let found = self.fails(tree, seed, longer);
        if found.is_none() {
            self.tried.insert((self.settles, asked));
        }
        found
    }

    fn fails(&mut self, tree: Value, seed: u64, longer: bool) -> Option<Failing> {
        let (failing, answer) = self.run(tree, seed)?;
        if !self.shows(&answer) {
            return None;
        }
        let pending = answer.pending.filter(|_| self.settles);
        let Some(pending) = pending else { return Some(failing) };
        if !longer {
            return None;
        }
        if let Some(settled) = self.settled(&failing, pending) {
            return Some(settled);
        }
        // That nothing can be left out counts for more than that all else is judged.
        self.settles = false;
        Some(failing)
    }

    /// Returns the same, so much longer that all is judged by the end, if that is possible.
    fn settled(&mut self, failing: &Failing, pending: Span) -> Option<Failing> {
        let mut pending = pending;
        let mut until = failing.loaded.scenario.until;
        for _ in 0..LONGER_MAX {
            if self.limits.reached(self.runs) {
                return None;
            }
            until = simpler::whole_seconds(pending).max(until + Span::from_secs(1));
            if until > self.longest {
                return None;
            }
            let edit = Edit::Value("/until".to_owned(), Value::from(until.to_string()));
            let (longer, answer) = self.run(tree::changed(&failing.tree, &edit)?, failing.seed)?;
            if !self.shows(&answer) {
                return None;
            }
            let Some(later) = answer.pending else { return Some(longer) };
            pending = later;
        }
        None
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
