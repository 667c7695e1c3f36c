//! What is found, as a scenario that passes as long as it shows what was found.
//!
//! Knows nothing of files. Kept here: whatever a find violates beside what it was found for is
//! accepted in it as well, as far as that can be.

use super::ask::Conditions;
use super::shrink::Shrunk;
use super::simpler::whole_seconds;
use super::violation::{Violation, known_failure};
use crate::check::{Amount, InvariantOutcome, Verdict};
use crate::kernel::Bytes;
use crate::scenario::{Allowance, Expectation, Loaded, Scenario, one_line};
use crate::sim::Outcome;

/// Why the violation that a scenario records is accepted in it.
const RECORDED: &str = "it is what this scenario records";

/// Why what goes wrong beside it is accepted.
const BESIDE: &str = "it comes with it";

/// Returns a scenario that demands nothing but what a violation is about.
///
/// What it accepts stays accepted, unless it is the record of this violation. It names no seed.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// let violation = cutover::search::sought(&loaded, &outcome).expect("nobody had died");
/// let bare = cutover::search::bare(&loaded, &outcome, &violation);
/// assert!(bare.expect.is_empty());
/// assert_eq!(bare.script, loaded.scenario.script);
/// ```
pub fn bare(loaded: &Loaded, outcome: &Outcome, violation: &Violation) -> Scenario {
    let scenario = &loaded.scenario;
    let said = |expectation: &&Expectation| one_line(expectation) == violation.what;
    let expect = scenario.expect.iter().filter(|_| violation.expected);
    let expect = expect.map(|one| known_failure(one).unwrap_or(one)).filter(said);
    let recorded = |one: &InvariantOutcome| {
        one.id == violation.what && one.verdict == Verdict::Allowed && !violation.expected
    };
    let recorded = outcome.invariants.iter().any(recorded);
    let allow = scenario.allow.iter().filter(|Allowance::Violation { invariant, .. }| {
        !(recorded && *invariant == violation.what)
    });
    Scenario {
        expect: expect.take(1).cloned().collect(),
        allow: allow.cloned().collect(),
        seed: None,
        ..scenario.clone()
    }
}

/// Returns a scenario that passes as long as a run of it shows what it was shrunk for.
///
/// What it was shrunk for is accepted or, where that cannot be, a known failure in it; so is what
/// else is violated. It runs exactly as long as the shrunken scenario.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// use cutover::search::{Conditions, regression};
/// let scenario = regression(&shrunk, "found", Conditions::default());
/// assert_eq!((scenario.name.as_str(), scenario.script.len()), ("found", 1));
/// ```
pub fn regression(shrunk: &Shrunk, name: &str, conditions: Conditions) -> Scenario {
    recorded(shrunk, name, conditions).0
}

/// Returns the same, and which invariants are open when it ends.
pub(super) fn recorded(
    shrunk: &Shrunk,
    name: &str,
    conditions: Conditions,
) -> (Scenario, Vec<&'static str>) {
    let mut scenario = shrunk.scenario.clone();
    let loaded = Loaded::from_scenario(scenario.clone()).expect("it was shrunk to this");
    let outcome = conditions.run(&loaded, shrunk.seed);
    name.clone_into(&mut scenario.name);
    scenario.seed = named(shrunk.seed);
    for (expectation, judged) in scenario.expect.iter_mut().zip(loaded.judge(&outcome)) {
        if shrunk.violation.expected && judged.text == shrunk.violation.what {
            scenario.story = format!("Minimal: {}.", judged.detail);
            *expectation = fails(expectation.clone(), RECORDED);
        }
    }
    let violated = |one: &&InvariantOutcome| one.verdict == Verdict::Violated;
    for one in outcome.invariants.iter().filter(violated) {
        let accepts = |Allowance::Violation { invariant, .. }: &Allowance| invariant == one.id;
        let amount = one.amounts.first().filter(|_| !scenario.allow.iter().any(accepts));
        let sought = one.id == shrunk.violation.what && !shrunk.violation.expected;
        let because = if sought { RECORDED } else { BESIDE };
        let verdict = |is| Expectation::Verdict { invariant: one.id.to_owned(), is };
        if sought {
            scenario.story = format!("Minimal: {}.", one.detail);
        }
        if amount.is_none() {
            let known = fails(verdict(Verdict::Holds), because);
            let place = if sought { 0 } else { scenario.expect.len() };
            scenario.expect.insert(place, known);
        } else if sought {
            scenario.expect.insert(0, verdict(Verdict::Allowed));
        }
        scenario.allow.extend(amount.map(|amount| Allowance::Violation {
            invariant: one.id.to_owned(),
            at_most: rounded_up(*amount),
            because: because.to_owned(),
        }));
    }
    let open = outcome.invariants.iter().filter(|one| one.pending.is_some());
    (scenario, open.map(|one| one.id).collect())
}

/// Returns a seed as a scenario names it: not, if it is the one that runs have anyway.
pub(super) fn named(seed: u64) -> Option<u64> {
    (seed != 0).then_some(seed)
}

/// Returns an expectation as a known failure.
fn fails(expectation: Expectation, because: &str) -> Expectation {
    Expectation::Fails { expectation: Box::new(expectation), because: because.to_owned() }
}

/// Returns a bound that a run with slightly other draws still keeps.
fn rounded_up(amount: Amount) -> Amount {
    /// The next number with two digits before its zeros.
    fn up(number: u64) -> u64 {
        let digits = number.checked_ilog10().unwrap_or(0).saturating_sub(1);
        number.next_multiple_of(10_u64.pow(digits))
    }
    match amount {
        Amount::Commits(count) => Amount::Commits(up(count)),
        Amount::Times(count) => Amount::Times(count),
        Amount::Bytes(bytes) => Amount::Bytes(Bytes(up(bytes.get()))),
        Amount::Window(span) => Amount::Window(whole_seconds(span)),
        Amount::Time(span) => Amount::Time(whole_seconds(span)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Judgement, overall};
    use crate::search::{Answer, shrink, sought};
    use crate::sim;

    fn answer(loaded: &Loaded, seed: u64) -> Answer {
        Conditions::default().ask(loaded, seed)
    }

    fn shrunk(text: &str) -> (Shrunk, Scenario) {
        let loaded = crate::scenario::parse("a.ron", text).expect("it is valid");
        let outcome = sim::run(&loaded.setup, 0);
        let found = sought(&loaded, &outcome).expect("something is wrong");
        let bare = bare(&loaded, &outcome, &found);
        let shrunk = shrink(&bare, 0, &found, 10_000, answer).expect("it fails");
        let regression = regression(&shrunk, "found", Conditions::default());
        (shrunk, regression)
    }

    const CUT: &str = r#"Scenario(
        name: "cut",
        services: [Service(name: "orders", plan: Premium, region: "eu-west")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 234)],
        script: [
            At("61.5s", Fault(LinkCut, Link(Primary("orders"), Platform))),
            At("7m", Heal(LinkCut, Link(Primary("orders"), Platform))),
        ],
        until: "25m",
        expect: [Promotions(service: "orders", count: 0)],
    )"#;

    #[test]
    fn a_find_passes_as_long_as_it_shows_what_was_found() {
        let (shrunk, regression) = shrunk(CUT);
        assert_eq!(shrunk.violation.what, "acked-write-survives");
        let loaded = Loaded::from_scenario(regression).expect("it is valid");
        let outcome = sim::run(&loaded.setup, shrunk.seed);
        let judged = loaded.judge(&outcome);
        assert_eq!(overall(&outcome, &judged), Judgement::Pass, "{judged:?}");
        let mut other = loaded.clone();
        other.set("detection_timeout", "30m").expect("it is a knob");
        let outcome = sim::run(&other.setup, shrunk.seed);
        assert_eq!(overall(&outcome, &other.judge(&outcome)), Judgement::Fail);
    }

    #[test]
    fn shrinking_what_was_shrunk_changes_nothing() {
        let (first, regression) = shrunk(CUT);
        let (second, again) = shrunk(&crate::scenario::write(&regression));
        assert_eq!(first.scenario.script, second.scenario.script);
        assert_eq!(regression, again);
        assert_eq!(first.certificate, second.certificate);
    }

    #[test]
    fn a_missed_expectation_is_kept_while_all_else_is_left_out() {
        let text = r#"Scenario(
            name: "died",
            services: [Service(name: "orders", plan: Premium)],
            script: [
                At("61.5s", Fault(Hang, Standby("orders", 2))),
                At("71.5s", Fault(HostDeath, Primary("orders"))),
            ],
            until: "25m",
            expect: [
                NodeCount(service: "orders", nodes: 3, by: "24m"),
                Promotions(service: "orders", count: 0),
            ],
        )"#;
        let (shrunk, _) = shrunk(text);
        assert!(shrunk.violation.expected);
        assert_eq!(shrunk.scenario.expect.len(), 1);
        assert_eq!(shrunk.scenario.script.len(), 1, "{:?}", shrunk.scenario);
    }
}
