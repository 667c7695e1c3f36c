//! What went wrong in a run, told apart by what it is and how it came about.
//!
//! Knows nothing of how a scenario came about. Kept here: two violations are the same when the same
//! thing is broken in the same way, whatever the names, the times and the amounts.

use std::fmt;

use crate::check::{InvariantOutcome, Kind, Verdict};
use crate::kernel::{Digest, Instant};
use crate::scenario::{Client, Expectation, ExpectationVerdict, Loaded, how_missed};
use crate::sim::{Outcome, Promotion, ServiceOutcome};

/// Something that went wrong, and the skeleton of how it came about.
///
/// The skeleton of a violated invariant is the last change of the primary before it, in the
/// service that it is about: by which rule it was ordered, why, and whether the old primary still
/// served. Where there is none and the invariant is about what was lost in the end, it is the first
/// one after it. Faults are no part of it, so that those that do not matter can be left out. Before
/// it, the skeleton of a missed expectation has the way in which it was missed, such as `too-much`.
///
/// # Examples
/// ```
/// use cutover::search::Violation;
/// let one = Violation::new("my-invariant", ["promote-for-silent-primary"]);
/// let other = Violation::new("my-invariant", ["restore-for-silent-primary"]);
/// assert_ne!(one.fingerprint(), other.fingerprint());
/// assert_eq!(one.name(), format!("my-invariant-{:08x}", one.fingerprint() >> 32));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The invariant's id, or the expectation as a scenario file says it.
    pub what: String,
    /// How it came about, from the first cause to the last.
    pub skeleton: Vec<String>,
    /// Whether an expectation was missed, rather than an invariant violated.
    pub expected: bool,
}

impl Violation {
    /// Returns a violation of an invariant, such as one of somebody's own.
    ///
    /// # Examples
    /// ```
    /// let own = cutover::search::Violation::new("nobody-is-promoted", []);
    /// assert_eq!(own.to_string(), "nobody-is-promoted");
    /// ```
    pub fn new<'a>(what: &str, skeleton: impl IntoIterator<Item = &'a str>) -> Self {
        let skeleton = skeleton.into_iter().map(str::to_owned).collect();
        Self { what: what.to_owned(), skeleton, expected: false }
    }

    /// Returns a number that is the same for the same violation, in every version.
    ///
    /// # Examples
    /// ```
    /// use cutover::search::Violation;
    /// let one = Violation::new("mine", []);
    /// assert_eq!(one.fingerprint(), Violation::new("mine", []).fingerprint());
    /// ```
    pub fn fingerprint(&self) -> u64 {
        let mut digest = Digest::new();
        digest.u64(u64::from(self.expected)).text(&self.what);
        for part in &self.skeleton {
            digest.text(part);
        }
        digest.finish()
    }

    /// Returns a name for files: what it is, and the beginning of its fingerprint.
    ///
    /// # Examples
    /// ```
    /// assert!(cutover::search::Violation::new("mine", []).name().starts_with("mine-"));
    /// ```
    pub fn name(&self) -> String {
        let what = if self.expected { "expectation" } else { &self.what };
        format!("{what}-{:08x}", self.fingerprint() >> 32)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.skeleton.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", self.skeleton.join(", "))
    }
}

/// Returns what went wrong in a run, in the order in which it happened.
///
/// A violation that the scenario accepts is none.
///
/// # Examples
/// ```
/// use cutover::search::violations;
/// let text = r#"Scenario(
///     name: "cut",
///     services: [Service(name: "orders", plan: Business)],
///     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))],
///     until: "10m",
/// )"#;
/// let loaded = cutover::scenario::parse("cut.ron", text)?;
/// let found = violations(&loaded, &cutover::sim::run(&loaded.setup, 0));
/// assert_eq!(found[0].what, "no-false-failover");
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn violations(loaded: &Loaded, outcome: &Outcome) -> Vec<Violation> {
    let violated = |one: &&InvariantOutcome| one.verdict == Verdict::Violated;
    broken(loaded, outcome, violated)
}

/// Returns what went wrong in a run, what is accepted and what is known included.
pub(super) fn all(loaded: &Loaded, outcome: &Outcome) -> Vec<Violation> {
    let broken_at_all =
        |one: &&InvariantOutcome| matches!(one.verdict, Verdict::Violated | Verdict::Allowed);
    let mut opened = loaded.clone();
    for expectation in &mut opened.scenario.expect {
        if let Some(inner) = known_failure(expectation) {
            *expectation = inner.clone();
        }
    }
    broken(&opened, outcome, broken_at_all)
}

/// Returns the expectation of which a scenario says that it is not met so far.
///
/// The one that excuses an invariant is about that invariant, which is judged by itself.
pub(super) fn known_failure(expectation: &Expectation) -> Option<&Expectation> {
    let Expectation::Fails { expectation, .. } = expectation else { return None };
    let excuses = matches!(**expectation, Expectation::Verdict { is: Verdict::Holds, .. });
    (!excuses).then_some(&**expectation)
}

fn broken(
    loaded: &Loaded,
    outcome: &Outcome,
    counts: impl Fn(&&InvariantOutcome) -> bool,
) -> Vec<Violation> {
    let mut broken: Vec<&InvariantOutcome> = outcome.invariants.iter().filter(counts).collect();
    broken.sort_by_key(|one| one.at.unwrap_or(Instant::FAR));
    let invariants = broken.into_iter().map(|one| Violation {
        what: one.id.to_owned(),
        skeleton: skeleton(
            &about(outcome, |service| names(&one.detail, service)),
            one.at,
            one.kind,
        ),
        expected: false,
    });
    let judged = loaded.scenario.expect.iter().zip(loaded.judge(outcome));
    let missed = judged.filter(|(_, judged)| judged.verdict == ExpectationVerdict::Missed);
    let missed = missed.map(|(expectation, judged)| {
        let mut how = vec![how_missed(expectation, outcome)];
        let users = |service: &str| {
            let users = loaded.scenario.clients.iter().filter(|client| client.service() == service);
            users.map(Client::name).any(|client| has_word(&judged.text, client))
        };
        let services = about(outcome, |service| names(&judged.text, service) || users(service));
        how.extend(skeleton(&services, judged.at, Kind::Always));
        Violation { what: judged.text, skeleton: how, expected: true }
    });
    invariants.chain(missed).collect()
}

/// Returns the services that something is about; all of them if it is about none.
fn about(outcome: &Outcome, is: impl Fn(&str) -> bool) -> Vec<&ServiceOutcome> {
    let services = outcome.services.iter();
    let some: Vec<&ServiceOutcome> = services.filter(|service| is(&service.name)).collect();
    if some.is_empty() { outcome.services.iter().collect() } else { some }
}

fn skeleton(services: &[&ServiceOutcome], at: Option<Instant>, kind: Kind) -> Vec<String> {
    let at = at.unwrap_or(Instant::FAR);
    let mut changes: Vec<&Promotion> =
        services.iter().flat_map(|service| &service.promotions).collect();
    changes.sort_by_key(|change| change.ordered);
    let before = changes.iter().rev().find(|change| change.ordered <= at);
    // What is judged at the end may be dated before its cause: a commit that was lost, when it was
    // acknowledged.
    let after = changes.iter().find(|change| change.ordered > at && kind == Kind::AtEnd);
    let Some(change) = before.or(after) else { return Vec::new() };
    let old = if change.false_alarm { "old-primary-serves" } else { "old-primary-down" };
    [change.rule, change.cause, old].map(str::to_owned).to_vec()
}

/// Returns whether a text names a service or one of its nodes.
fn names(text: &str, service: &str) -> bool {
    words(text).any(|word| {
        let rest = word.strip_prefix(service);
        let number =
            |rest: &str| rest.strip_prefix('-').is_some_and(|rest| rest.parse::<u16>().is_ok());
        rest.is_some_and(|rest| rest.is_empty() || number(rest))
    })
}

/// Returns whether a text names something.
fn has_word(text: &str, name: &str) -> bool {
    words(text).any(|word| word == name)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    text.split(move |letter| !part_of_name(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim;

    fn found(script: &str, seed: u64) -> Vec<Violation> {
        let text = format!(
            "Scenario(name: \"v\", services: [Service(name: \"orders\", plan: Premium)], \
             clients: [Writer(name: \"app\", service: \"orders\", writes_per_s: 200)], \
             script: [{script}], until: \"30m\")"
        );
        let loaded = crate::scenario::parse("v.ron", &text).expect("it is valid");
        violations(&loaded, &sim::run(&loaded.setup, seed))
    }

    const CUT: &str = "At(\"1m\", Fault(LinkCut, Link(Primary(\"orders\"), Platform)))";

    #[test]
    fn the_same_cause_has_the_same_fingerprint_whenever_it_strikes() {
        let early = found(CUT, 0);
        let late = found(&CUT.replace("1m", "7m13s"), 5);
        assert!(!early.is_empty());
        assert_eq!(early, late);
        let prints =
            |found: &[Violation]| found.iter().map(Violation::fingerprint).collect::<Vec<_>>();
        assert_eq!(prints(&early), prints(&late));
    }

    #[test]
    fn another_way_to_the_same_violation_has_another_fingerprint() {
        let lost = |script: &str| {
            let found = found(script, 0).into_iter().find(|one| one.what == "acked-write-survives");
            found.expect("commits are lost")
        };
        let cut = lost(CUT);
        let link = |standby: u8| {
            format!(
                "At(\"100s\", Fault(LinkCut, Link(Primary(\"orders\"), \
                 Standby(\"orders\", {standby}))))"
            )
        };
        let death = "At(\"2m\", Fault(HostDeath, Primary(\"orders\")))";
        let died = lost(&format!("{}, {}, {death}", link(1), link(2)));
        assert_eq!(cut.skeleton[2], "old-primary-serves");
        assert_eq!(died.skeleton[2], "old-primary-down");
        assert_ne!(cut.fingerprint(), died.fingerprint());
    }

    #[test]
    fn what_happens_long_after_a_violation_is_no_part_of_it() {
        let stall = |verb: &str, at: &str| {
            format!("At(\"{at}\", {verb}(StorageStall, Primary(\"orders\")))")
        };
        let blocked = |script: &str| {
            let found = found(script, 0).into_iter();
            let mut blocked = found.filter(|one| one.what == "blocked-writes-noticed");
            blocked.next().expect("writes are blocked and nobody notices")
        };
        let stalled = [stall("Fault", "5m"), stall("Heal", "8m")].join(", ");
        let death = "At(\"15m\", Fault(HostDeath, Primary(\"orders\")))";
        let alone = blocked(&stalled);
        assert_eq!(blocked(&format!("{stalled}, {death}")), alone);
        assert_eq!(alone.skeleton, [""; 0]);
    }

    #[test]
    fn a_text_is_about_a_service_when_it_names_it_or_a_node_of_it() {
        assert!(names("orders-12 and cart-1 wrote", "orders"));
        assert!(names("loss of orders, at 5s", "orders"));
        assert!(!names("orders-eu-1 wrote; reorders", "orders"));
        assert!(names("orders-eu-1 wrote", "orders-eu"));
    }
}
