//! A saved run again, event for event.
//!
//! Knows nothing of how a bundle is written. Kept here: a run that goes another way is told by the
//! first event that differs.

use super::content::{Bundle, Happening, happened, invariants, verdict};
use super::text::BundleError;
use crate::kernel::{Chance, Draw};
use crate::knob::{KNOBS, Knobs};
use crate::scenario;
use crate::sim::Outcome;

/// How a saved run went when it was run again.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let (bundle, outcome) = cutover::bundle::Bundle::record(&loaded, 7);
/// let replay = cutover::bundle::replay(&bundle).expect("its scenario is valid");
/// assert!(replay.divergence.is_none() && replay.new_draws.is_empty());
/// assert_eq!(replay.outcome.fingerprint, outcome.fingerprint);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Where it first went another way; nothing if it went the same.
    pub divergence: Option<Divergence>,
    /// Words that were drawn now and not then.
    pub new_draws: Vec<Draw>,
    /// What is judged otherwise, in words: the run as a whole, or an invariant.
    pub judged_otherwise: Vec<String>,
    /// Where the record says something else than the run that it tells of, in words, though every
    /// event is the same; such a record was changed since.
    pub record_differs: Vec<String>,
    /// The outcome now.
    pub outcome: Outcome,
}

/// The first event that differs.
///
/// # Examples
/// A bundle that was tampered with:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let (mut bundle, _) = cutover::bundle::Bundle::record(&loaded, 7);
/// bundle.happenings[2].digest ^= 1;
/// let replay = cutover::bundle::replay(&bundle).expect("its scenario is valid");
/// assert_eq!(replay.divergence.map(|first| first.number), Some(3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Its number, from 1.
    pub number: usize,
    /// What happened then; nothing if nothing more did.
    pub then: Option<Happening>,
    /// What happens now; nothing if nothing more does.
    pub now: Option<Happening>,
}

/// Runs a saved run again, from its draws.
///
/// # Errors
/// When its scenario or a knob of it is none of this version's.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let (mut bundle, _) = cutover::bundle::Bundle::record(&loaded, 7);
/// assert!(cutover::bundle::replay(&bundle).is_ok());
/// bundle.scenario = "Scenario(".to_owned();
/// assert!(cutover::bundle::replay(&bundle).is_err());
/// ```
pub fn replay(bundle: &Bundle) -> Result<Replay, BundleError> {
    let mut loaded = scenario::parse("the scenario of the bundle", &bundle.scenario)?;
    loaded.set_all(bundle.knobs.iter().map(|(knob, value)| (knob.as_str(), value.as_str())))?;
    loaded.setup.knobs.mutant = bundle.mutant;
    let chance = Chance::replayed(bundle.seed, 0, bundle.draws.iter().cloned());
    let (happenings, outcome, new_draws) = happened(&loaded, &chance);
    let differs = |place: &usize| {
        let digest = |happenings: &[Happening]| happenings.get(*place).map(|one| one.digest);
        digest(&bundle.happenings) != digest(&happenings)
    };
    let first = (0..bundle.happenings.len().max(happenings.len())).find(differs);
    let divergence = first.map(|place| Divergence {
        number: place + 1,
        then: bundle.happenings.get(place).cloned(),
        now: happenings.get(place).cloned(),
    });
    let mut judged_otherwise = Vec::new();
    let now = verdict(&loaded, &outcome);
    if now != bundle.verdict {
        judged_otherwise.push(format!("the run was judged {}, is judged {now}", bundle.verdict));
    }
    let judged = invariants(&outcome);
    for (id, now) in &judged {
        match bundle.invariants.iter().find(|(known, _)| known == id) {
            Some((_, then)) if then == now => {}
            Some((_, then)) => judged_otherwise.push(format!("{id} was {then}, is {now}")),
            None => judged_otherwise.push(format!("{id} was not judged, is {now}")),
        }
    }
    let gone = |id: &String| !judged.iter().any(|(known, _)| known == id);
    let gone = bundle.invariants.iter().filter(|(id, _)| gone(id));
    judged_otherwise.extend(gone.map(|(id, then)| format!("{id} was {then}, is not judged")));
    let mut record_differs = match divergence {
        None => differences(bundle, &happenings, &outcome),
        Some(_) => Vec::new(),
    };
    if divergence.is_none() && bundle.version == env!("CARGO_PKG_VERSION") {
        // The version that made the record judges the same events in the same way.
        record_differs.append(&mut judged_otherwise);
        record_differs.extend(unlike_its_seed(bundle, &loaded.setup.knobs, &new_draws));
    }
    Ok(Replay { divergence, new_draws, judged_otherwise, record_differs, outcome })
}

/// Returns where a record is not what its version writes: draws that its seed does not give, and
/// draws and knobs that it leaves out.
fn unlike_its_seed(bundle: &Bundle, knobs: &Knobs, new_draws: &[Draw]) -> Vec<String> {
    let mut differences = Vec::new();
    let chance = Chance::new(bundle.seed, 0);
    let given = |draw: &Draw| chance.word(&draw.purpose, &draw.name, draw.counter) == draw.word;
    if let Some(draw) = bundle.draws.iter().find(|draw| !given(draw)) {
        let (purpose, name, seed) = (&draw.purpose, &draw.name, bundle.seed);
        differences.push(format!("its draw of {purpose} for {name} is not that of seed {seed}"));
    }
    let missing = new_draws.iter().take(1);
    differences.extend(missing.map(|draw| {
        let (purpose, name) = (&draw.purpose, &draw.name);
        format!("it lacks the draw of {purpose} for {name}, which the run makes")
    }));
    let known = |name: &str| bundle.knobs.iter().any(|(knob, _)| knob == name);
    let missing = KNOBS.iter().find(|row| knobs.get(row.name).is_some() && !known(row.name));
    differences.extend(missing.map(|row| format!("it lacks the knob {}", row.name)));
    differences
}

/// Returns where a record differs from the run of which every event is the same.
fn differences(bundle: &Bundle, happenings: &[Happening], outcome: &Outcome) -> Vec<String> {
    let mut differences = Vec::new();
    if bundle.fingerprint != outcome.fingerprint {
        let (then, now) = (bundle.fingerprint, outcome.fingerprint);
        differences.push(format!("its fingerprint is {then:016x}, that of the run {now:016x}"));
    }
    // Another version may tell the same event in other words.
    let same_version = bundle.version == env!("CARGO_PKG_VERSION");
    let pairs = bundle.happenings.iter().zip(happenings).enumerate().filter(|_| same_version);
    let other = pairs.filter(|(_, (then, now))| (then.at, &then.told) != (now.at, &now.told));
    differences.extend(other.take(1).map(|(place, (then, now))| {
        let (number, was, is) = (place + 1, &then.told, &now.told);
        format!(
            "its event {number} is {was:?} at {}, that of the run {is:?} at {}",
            then.at, now.at
        )
    }));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Span;

    fn bundle() -> Bundle {
        let text = r#"Scenario(
            name: "drawn",
            services: [Service(name: "orders", plan: Premium)],
            clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
            tuning: Tuning(promotion_overhead: "lognormal(4s, 0.5)"),
            script: [At("uniform(60s, 90s)", Fault(HostDeath, Primary("orders")))],
            until: "20m",
        )"#;
        let loaded = scenario::parse("drawn.ron", text).expect("it is valid");
        Bundle::record(&loaded, 11).0
    }

    #[test]
    fn a_run_goes_the_same_from_its_draws_whatever_the_streams_give_now() {
        let mut bundle = bundle();
        assert!(bundle.draws.len() > 4, "{:?}", bundle.draws);
        // Another seed stands for streams that have changed.
        bundle.seed = 999;
        let replay = replay(&bundle).expect("it is valid");
        assert_eq!((replay.divergence, replay.new_draws), (None, Vec::new()));
        assert_eq!(replay.outcome.fingerprint, bundle.fingerprint);
        assert!(replay.judged_otherwise.is_empty());
    }

    #[test]
    fn without_its_draws_another_seed_goes_another_way() {
        let mut bundle = bundle();
        bundle.seed = 999;
        bundle.draws.retain(|draw| draw.purpose != "script");
        let replay = replay(&bundle).expect("it is valid");
        assert_eq!(replay.new_draws.len(), 1);
        let divergence = replay.divergence.expect("the host dies at another time");
        let (then, now) = (divergence.then.expect("it died"), divergence.now.expect("it dies"));
        assert_ne!(then.at, now.at);
    }

    #[test]
    fn the_first_event_that_differs_is_named() {
        let whole = bundle();
        let mut other = whole.clone();
        other.happenings[5].digest ^= 1;
        other.happenings[9].digest ^= 1;
        let divergence = replay(&other).expect("it is valid").divergence.expect("it differs");
        assert_eq!((divergence.number, divergence.now.as_ref()), (6, whole.happenings.get(5)));
        let mut short = whole.clone();
        let last = short.happenings.pop();
        let divergence = replay(&short).expect("it is valid").divergence.expect("it differs");
        assert_eq!((divergence.then, divergence.now), (None, last));
        let mut knob = whole.clone();
        knob.knobs.retain(|(name, _)| name != "promotion_overhead");
        assert_eq!(replay(&knob).expect("it is valid").divergence, None, "the file says it too");
    }

    #[test]
    fn a_default_that_has_changed_since_changes_nothing() {
        let mut bundle = bundle();
        // What a knob was counts, whatever the file leaves to the default.
        let period = bundle.knobs.iter_mut().find(|(name, _)| name == "heartbeat_period");
        Span::from_secs(7).to_string().clone_into(&mut period.expect("it is a knob").1);
        let replay = replay(&bundle).expect("it is valid");
        assert!(replay.divergence.is_some(), "the value of the bundle is the one that counts");
    }

    #[test]
    fn a_record_that_was_changed_is_told_though_the_run_is_the_same() {
        let whole = bundle();
        let told = |change: &dyn Fn(&mut Bundle)| {
            let mut changed = whole.clone();
            change(&mut changed);
            let replay = replay(&changed).expect("it is valid");
            assert_eq!(replay.divergence, None);
            [replay.record_differs, replay.judged_otherwise].concat().join("; ")
        };
        assert_eq!(told(&|_| {}), "");
        assert!(told(&|it| it.seed += 1).contains(" is not that of seed 12"));
        assert!(told(&|it| drop(it.draws.pop())).contains("it lacks the draw of "));
        assert_eq!(
            told(&|it| it.knobs.retain(|(knob, _)| knob != "dns_ttl")),
            "it lacks the knob dns_ttl"
        );
        assert!(told(&|it| "fail".clone_into(&mut it.verdict)).contains("the run was judged fail"));
        assert!(told(&|it| it.fingerprint ^= 1).contains("its fingerprint is "));
        let text = told(&|it| "nothing".clone_into(&mut it.happenings[3].told));
        assert!(text.contains("its event 4 is \"nothing\" at "), "{text}");
        let moon = || ("moon-rises".to_owned(), "holds".to_owned());
        let text = told(&|it| it.invariants.push(moon()));
        assert_eq!(text, "moon-rises was holds, is not judged");
        let text = told(&|it| drop(it.invariants.remove(0)));
        assert!(text.contains(" was not judged, is "), "{text}");
    }

    #[test]
    fn what_this_version_does_not_know_is_told() {
        let mut bundle = bundle();
        bundle.knobs.push(("moon_phase".to_owned(), "3d".to_owned()));
        let error = replay(&bundle).expect_err("there is no such knob").to_string();
        assert!(error.contains("moon_phase"), "{error}");
        bundle.scenario = bundle.scenario.replace("HostDeath", "HostDeth");
        let error = replay(&bundle).expect_err("there is no such fault").to_string();
        assert!(error.contains("did you mean HostDeath?"), "{error}");
    }
}
