//! What is found, as a scenario that passes as long as it shows what was found.
//!
//! Knows nothing of files. Kept here: whatever a find violates beside what it was found for is
//! accepted in it as well, as far as that can be.

use super::ask::Conditions;
use super::shrink::Shrunk;
use super::violation::{Violation, all, violations};
use crate::check::{Amount, InvariantOutcome, Verdict};
use crate::kernel::{Bytes, Instant, Span};
use crate::scenario::{Allowance, Expectation, Loaded, Scenario, one_line};
use crate::sim::Outcome;

/// Why the violation that a scenario records is accepted in it.
const RECORDED: &str = "it is what this scenario records";

/// So often a run is made longer to judge what is still open at its end.
const LONGER_MAX: usize = 4;

/// Returns what a scenario is to be shrunk for: what goes wrong in it, or what it is a record of.
///
/// A scenario that expects an invariant to be violated is the record of that violation. Otherwise
/// it is what went wrong first, and nothing if nothing did.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// let violation = cutover::search::sought(&loaded, &outcome).expect("nobody had died");
/// assert_eq!(violation.what, "no-false-failover");
/// ```
pub fn sought(loaded: &Loaded, outcome: &Outcome) -> Option<Violation> {
    let recorded = loaded.scenario.expect.iter().find_map(records);
    let of_record = |found: &Violation| Some(&found.what) == recorded.as_ref();
    let found = violations(loaded, outcome);
    let first = found.iter().find(|found| of_record(found)).or(found.first()).cloned();
    first.or_else(|| all(loaded, outcome).into_iter().find(of_record))
}

/// Returns the invariant whose violation an expectation records.
fn records(expectation: &Expectation) -> Option<String> {
    if let Expectation::Fails { expectation, .. } = expectation
        && let Expectation::Verdict { invariant, is: Verdict::Holds } = &**expectation
    {
        return Some(invariant.clone());
    }
    let Expectation::Verdict { invariant, is } = expectation else { return None };
    matches!(is, Verdict::Violated | Verdict::Allowed).then(|| invariant.clone())
}

/// Returns a scenario that demands nothing but what a violation is about.
///
/// What it accepts stays accepted, unless it is the record of this violation.
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
    let expect = scenario.expect.iter().filter(|_| violation.expected).filter(said);
    let recorded = |one: &InvariantOutcome| {
        one.id == violation.what && one.verdict == Verdict::Allowed && !violation.expected
    };
    let recorded = outcome.invariants.iter().any(recorded);
    let allow = scenario.allow.iter().filter(|Allowance::Violation { invariant, .. }| {
        !(recorded && *invariant == violation.what)
    });
    Scenario {
        expect: expect.cloned().collect(),
        allow: allow.cloned().collect(),
        ..scenario.clone()
    }
}

/// Returns a scenario that passes as long as a run of it shows what it was shrunk for.
///
/// It runs as long as it takes to judge everything else in it. An invariant that cannot be
/// accepted, or that is accepted up to a bound already, is a known failure in it. What else is
/// violated and cannot be accepted stays violated.
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
    let (mut scenario, outcome) = judged(shrunk, conditions);
    name.clone_into(&mut scenario.name);
    let violated = |one: &&InvariantOutcome| one.verdict == Verdict::Violated;
    for one in outcome.invariants.iter().filter(violated) {
        let accepts = |Allowance::Violation { invariant, .. }: &Allowance| invariant == one.id;
        let amount = one.amounts.first().filter(|_| !scenario.allow.iter().any(accepts));
        let sought = one.id == shrunk.violation.what;
        if sought {
            scenario.story = format!("Minimal: {}.", one.detail);
            let verdict = |is| Expectation::Verdict { invariant: one.id.to_owned(), is };
            scenario.expect.push(if amount.is_some() {
                verdict(Verdict::Allowed)
            } else {
                Expectation::Fails {
                    expectation: Box::new(verdict(Verdict::Holds)),
                    because: RECORDED.to_owned(),
                }
            });
        }
        let because = if sought { RECORDED } else { "it comes with it" };
        scenario.allow.extend(amount.map(|amount| Allowance::Violation {
            invariant: one.id.to_owned(),
            at_most: rounded_up(*amount),
            because: because.to_owned(),
        }));
    }
    scenario
}

/// Returns the shrunken scenario and its outcome, longer if only that tells how it all ends.
fn judged(shrunk: &Shrunk, conditions: Conditions) -> (Scenario, Outcome) {
    let ran = |scenario: &Scenario| {
        let loaded = Loaded::from_scenario(scenario.clone()).expect("it was shrunk to this");
        let outcome = conditions.run(&loaded, shrunk.seed);
        let shows = violations(&loaded, &outcome).contains(&shrunk.violation);
        (outcome, shows)
    };
    let short = shrunk.scenario.clone();
    let (outcome, _) = ran(&short);
    let mut longer = short.clone();
    let mut last = outcome.clone();
    for _ in 0..LONGER_MAX {
        let pending = last.invariants.iter().filter_map(|one| one.pending).max();
        let Some(pending) = pending.map(|at| at.since(Instant::ZERO)) else {
            return (longer, last);
        };
        longer.until = seconds(pending).max(longer.until + Span::from_secs(1));
        let (outcome, shows) = ran(&longer);
        if !shows {
            break;
        }
        last = outcome;
    }
    (short, outcome)
}

fn seconds(span: Span) -> Span {
    let next = span.as_micros().checked_next_multiple_of(1_000_000);
    next.map_or(Span::FOREVER, Span::from_micros)
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
        Amount::Window(span) => Amount::Window(seconds(span)),
        Amount::Time(span) => Amount::Time(seconds(span)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Judgement, overall};
    use crate::search::{Answer, shrink};
    use crate::sim;

    fn answer(loaded: &Loaded, seed: u64) -> Answer {
        let outcome = sim::run(&loaded.setup, seed);
        Answer { violations: violations(loaded, &outcome), fingerprint: outcome.fingerprint }
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
