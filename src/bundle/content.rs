//! What a bundle holds.
//!
//! Knows nothing of how it is written. Kept here: what is recorded is what a run of the same
//! scenario and seed does, draw for draw and event for event.

use std::sync::Arc;

use crate::kernel::{Chance, Draw, Instant};
use crate::knob::{KNOBS, Mutant};
use crate::scenario::{self, Loaded, overall};
use crate::sim::{Outcome, Sim};
use crate::trace::Note;

/// A saved run.
///
/// # Examples
/// ```
/// use cutover::bundle::{self, Bundle};
/// let text = r#"Scenario(
///     name: "drawn",
///     services: [Service(name: "orders", plan: Business)],
///     script: [At("uniform(60s, 90s)", Fault(HostDeath, Primary("orders")))],
///     until: "10m",
/// )"#;
/// let loaded = cutover::scenario::parse("drawn.ron", text).expect("it is valid");
/// let (bundle, outcome) = Bundle::record(&loaded, 7);
/// let again: Bundle = bundle.to_string().parse().expect("what is written can be read");
/// assert_eq!(again, bundle);
/// let replay = bundle::replay(&again).expect("it is valid");
/// assert_eq!((replay.divergence, replay.outcome), (None, outcome));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The version that made it.
    pub version: String,
    /// The scenario as the text of a file, with the knobs that differ from their defaults.
    pub scenario: String,
    /// Every knob and its value, whatever its default is now.
    pub knobs: Vec<(String, String)>,
    /// The planted fault.
    pub mutant: Option<Mutant>,
    /// The seed, from which nothing is drawn that is among the draws.
    pub seed: u64,
    /// Every random word that was drawn, in the order of names.
    pub draws: Vec<Draw>,
    /// Everything that happened, in order.
    pub happenings: Vec<Happening>,
    /// The digest over everything that happened.
    pub fingerprint: u64,
    /// How the run was judged.
    pub verdict: String,
    /// How each invariant came out: its id and the verdict.
    pub invariants: Vec<(String, String)>,
}

/// Something that happened in a run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let (bundle, _) = cutover::bundle::Bundle::record(&loaded, 7);
/// assert!(bundle.happenings.windows(2).all(|two| two[0].at <= two[1].at));
/// assert!(bundle.happenings.iter().any(|one| one.told.contains("orders-2")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Instant,
    /// What, as a number that is the same in every version.
    pub digest: u64,
    /// What, in words.
    pub told: String,
}

impl Bundle {
    /// Runs a scenario with a seed and records everything.
    ///
    /// A policy of somebody's own is code and cannot be recorded.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::bundle::Bundle;
    /// let (bundle, outcome) = Bundle::record(&loaded, 7);
    /// assert_eq!((bundle.seed, bundle.fingerprint), (7, outcome.fingerprint));
    /// assert_eq!(bundle.verdict, "pass");
    /// ```
    pub fn record(loaded: &Loaded, seed: u64) -> (Self, Outcome) {
        let (happenings, outcome, draws) = happened(loaded, &Chance::recorded(seed, 0));
        let knobs = &loaded.setup.knobs;
        let values = KNOBS.iter().filter_map(|row| {
            let value = knobs.get(row.name)?;
            Some((row.name.to_owned(), value))
        });
        let bundle = Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario::write(&loaded.settled()),
            knobs: values.collect(),
            mutant: knobs.mutant,
            seed,
            draws,
            happenings,
            fingerprint: outcome.fingerprint,
            verdict: verdict(loaded, &outcome),
            invariants: invariants(&outcome),
        };
        (bundle, outcome)
    }
}

/// Returns what happens in a run, its outcome, and the draws that were noted.
pub(super) fn happened(loaded: &Loaded, chance: &Chance) -> (Vec<Happening>, Outcome, Vec<Draw>) {
    let mut sim = Sim::with_chance(Arc::new(loaded.setup.clone()), chance.clone());
    sim.run();
    let happenings = sim.notes().iter().map(|note| Happening {
        at: note.at,
        digest: note.digest(),
        told: told(&sim, note),
    });
    (happenings.collect(), sim.outcome(), chance.draws())
}

fn told(sim: &Sim, note: &Note) -> String {
    let Some(line) = sim.told(note) else { return format!("{:?}", note.what) };
    let rule = line.rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
    let orders = line.actions.iter().fold(String::new(), |told, order| told + " -> " + order);
    format!("{}: {}{rule}{orders}", line.subject, line.event)
}

/// Returns how a run is judged, in a word.
pub(super) fn verdict(loaded: &Loaded, outcome: &Outcome) -> String {
    overall(outcome, &loaded.judge(outcome)).word().to_owned()
}

/// Returns how each invariant came out.
pub(super) fn invariants(outcome: &Outcome) -> Vec<(String, String)> {
    let invariants = outcome.invariants.iter();
    invariants.map(|one| (one.id.to_owned(), one.verdict.word().to_owned())).collect()
}
