//! Whether a run did what its scenario expects, judged from the run's outcome alone.
//!
//! * `promotion`, `phase`: what the platform did, and when; `endpoint`: what names point to, and
//!   how many nodes serve; `measure`: how long, how much and how often; `slot`: logical slots;
//!   `pair`: roles, states, refusals; `group`: parts of instances; `both`: what two clients
//!   suffer at once; `verdict`: how they came out, and the run as a whole; `miss`: in which way
//!   one was missed.
//!
//! Knows nothing of how the run came about. Kept here: an expectation is met, missed, or, when
//! only a longer run could tell, inconclusive.

mod both;
mod endpoint;
mod group;
#[cfg(test)]
mod made;
mod measure;
mod miss;
mod pair;
mod phase;
mod promotion;
mod slot;
mod verdict;

use super::file::Expectation;
use super::load;
use super::loaded::Loaded;
use super::locate::Path;
use crate::check::Verdict;
use crate::kernel::{Instant, Span};
use crate::sim::{Outcome, ServiceOutcome, SlotOutcome};
pub(crate) use miss::how_missed;
use ron::ser::PrettyConfig;
pub(crate) use verdict::unexcused;
pub use verdict::{ExpectationOutcome, ExpectationVerdict, Judgement, overall};

impl Loaded {
    /// Returns how each expectation of the scenario came out in a run, in the order of the file.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// use cutover::scenario::ExpectationVerdict;
    /// assert_eq!(loaded.judge(&outcome)[0].verdict, ExpectationVerdict::Met);
    /// ```
    pub fn judge(&self, outcome: &Outcome) -> Vec<ExpectationOutcome> {
        let path = Path::root().field("expect");
        let line = |index| self.places.as_ref().map(|places| places.place(&path.item(index)).line);
        let expected = self.scenario.expect.iter().enumerate();
        expected
            .map(|(index, expectation)| {
                let finding = judge(expectation, outcome);
                ExpectationOutcome {
                    text: one_line(expectation),
                    verdict: finding.verdict,
                    at: finding.at,
                    detail: finding.detail,
                    line: line(index),
                    excuses: excuses(expectation),
                }
            })
            .collect()
    }
}

/// Returns the invariant whose violation a known failure excuses.
fn excuses(expectation: &Expectation) -> Option<String> {
    let Expectation::Fails { expectation, .. } = expectation else { return None };
    if let Expectation::Verdict { invariant, is: Verdict::Holds } = &**expectation {
        return Some(invariant.clone());
    }
    None
}

/// Returns an expectation as a scenario file says it, in one line.
pub(crate) fn one_line(expectation: &Expectation) -> String {
    let config = PrettyConfig::new().compact_structs(true).compact_arrays(true);
    let text = load::options().to_string_pretty(expectation, config);
    text.expect("an expectation holds names, numbers and spans only")
}

/// How one expectation came out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    verdict: ExpectationVerdict,
    at: Option<Instant>,
    detail: String,
}

impl Finding {
    fn met(at: Option<Instant>, detail: String) -> Self {
        Self { verdict: ExpectationVerdict::Met, at, detail }
    }

    fn missed(at: Option<Instant>, detail: String) -> Self {
        Self { verdict: ExpectationVerdict::Missed, at, detail }
    }

    fn inconclusive(detail: String) -> Self {
        Self { verdict: ExpectationVerdict::Inconclusive, at: None, detail }
    }

    /// Returns how it counts when the scenario says that it is not met so far.
    fn known(self, because: &str) -> Self {
        match self.verdict {
            ExpectationVerdict::Met => {
                let detail = format!("it is met by now, so Fails can go: {}", self.detail);
                Self { verdict: ExpectationVerdict::Fixed, detail, ..self }
            }
            ExpectationVerdict::Missed => {
                let detail = format!("{}; known, because {because}", self.detail);
                Self { verdict: ExpectationVerdict::Known, detail, ..self }
            }
            ExpectationVerdict::Inconclusive
            | ExpectationVerdict::Known
            | ExpectationVerdict::Fixed => self,
        }
    }

    /// What is not met yet is missed, or inconclusive while its time is not over.
    fn not_met(time_left: bool, at: Option<Instant>, detail: String) -> Self {
        if time_left { Self::inconclusive(detail) } else { Self::missed(at, detail) }
    }
}

fn judge(expectation: &Expectation, outcome: &Outcome) -> Finding {
    judged(expectation, outcome).unwrap_or_else(|unknown| unknown)
}

/// Judges an expectation; fails with a finding if it speaks of a service that the run lacks.
fn judged(expectation: &Expectation, outcome: &Outcome) -> Result<Finding, Finding> {
    let of = |service: &str| service_of(outcome, service);
    let until = outcome.until;
    Ok(match expectation {
        Expectation::Promoted { node, between } => promotion::promoted(outcome, node, *between),
        Expectation::Promotions { service, count } => promotion::count(of(service)?, *count),
        Expectation::PromotionTakes { node, between } => promotion::takes(outcome, node, *between),
        Expectation::MarkedDown { node, between } => {
            promotion::marked_down(outcome, node, *between)
        }
        Expectation::EndpointServes { endpoint, service, by } => {
            endpoint::serves(of(service)?, *endpoint, since_start(*by), until)
        }
        Expectation::EndpointPoints { endpoint, service, to, at } => {
            endpoint::points(of(service)?, *endpoint, to, since_start(*at), until)
        }
        Expectation::NodeCount { service, nodes, by } => {
            endpoint::nodes(of(service)?, *nodes, since_start(*by), until)
        }
        Expectation::Outage { client, between } => measure::outage(outcome, client, *between),
        Expectation::LostCommits { service, between } => {
            measure::lost_commits(of(service)?, *between)
        }
        Expectation::LostBytes { service, between } => measure::lost_bytes(of(service)?, *between),
        Expectation::LossWindow { service, between } => {
            measure::loss_window(of(service)?, *between)
        }
        Expectation::AcknowledgedBy { node, after, between } => {
            measure::acknowledged(outcome, node, since_start(*after), *between)
        }
        Expectation::DualWriters { service, between } => {
            measure::dual_writers(of(service)?, until, *between)
        }
        Expectation::Exposure { service, between } => {
            measure::exposure(of(service)?, until, *between)
        }
        Expectation::SlotState { service, slot, is } => slot::state(of(service)?, slot, *is),
        Expectation::SlotAge { service, slot, between } => slot::age(of(service)?, slot, *between),
        Expectation::SlotLag { service, slot, between } => slot::lag(of(service)?, slot, *between),
        Expectation::Duplicates { service, slot, between } => {
            let what: Counted = ("was given again", |of| of.duplicates);
            slot::commits(of(service)?, slot, *between, what)
        }
        Expectation::SkippedCommits { service, slot, between } => {
            let what: Counted = ("is never given", |of| of.skipped_commits);
            slot::commits(of(service)?, slot, *between, what)
        }
        Expectation::PhantomCommits { service, slot, between } => {
            let what: Counted = ("holds of what is gone", |of| of.phantom_commits);
            slot::commits(of(service)?, slot, *between, what)
        }
        Expectation::PhaseOrder { service, phases } => phase::order(of(service)?, phases, until),
        Expectation::PeakNodes { service, nodes } => phase::peak(of(service)?, *nodes),
        Expectation::Outages { client, longer_than, count } => {
            measure::outages(outcome, client, *longer_than, *count)
        }
        Expectation::RoleBy { service, role, by } => pair::role(outcome, service, (*role, *by)),
        Expectation::StateBy { service, state, by } => pair::state(outcome, service, (*state, *by)),
        Expectation::Refused { order, service, because } => {
            pair::refused(outcome, (order.card(), service), because)
        }
        Expectation::Unprotected { service, between } => pair::bare(outcome, service, *between),
        Expectation::PartBy { service, part, by } => group::part(outcome, service, (*part, *by)),
        Expectation::BothWritable { service, between } => group::both(outcome, service, *between),
        Expectation::OutageTogether { clients, between } => both::out(outcome, clients, *between),
        Expectation::Verdict { invariant, is } => measure::verdict(outcome, invariant, *is),
        Expectation::Fails { expectation, because } => judge(expectation, outcome).known(because),
    })
}

/// What is counted of a slot, in words and as a number.
type Counted = (&'static str, fn(&SlotOutcome) -> u64);

/// Returns the instant that a scenario gives as a span since the start of the run.
fn since_start(span: Span) -> Instant {
    Instant::ZERO + span
}

/// Returns a service; one that the run does not have meets nothing.
fn service_of<'a>(outcome: &'a Outcome, name: &str) -> Result<&'a ServiceOutcome, Finding> {
    let found = outcome.services.iter().find(|service| service.name == name);
    found.ok_or_else(|| Finding::missed(None, format!("the run has no service {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(verdict: ExpectationVerdict) -> ExpectationOutcome {
        let text = String::new();
        ExpectationOutcome {
            detail: text.clone(),
            text,
            verdict,
            at: None,
            line: None,
            excuses: None,
        }
    }

    #[test]
    fn what_is_wrong_outweighs_what_cannot_be_told() {
        use ExpectationVerdict::{Inconclusive, Met, Missed};
        let mut outcome = made::outcome();
        assert_eq!(overall(&outcome, &[judged(Met)]), Judgement::Pass);
        assert_eq!(
            overall(&outcome, &[judged(Met), judged(Inconclusive)]),
            Judgement::Inconclusive
        );
        assert_eq!(overall(&outcome, &[judged(Inconclusive), judged(Missed)]), Judgement::Fail);
        outcome.invariants.push(made::invariant("at-most-one-writer", Verdict::Violated));
        assert_eq!(overall(&outcome, &[judged(Inconclusive)]), Judgement::Fail);
        outcome.invariants[0].verdict = Verdict::Vacuous;
        assert_eq!(overall(&outcome, &[]), Judgement::Pass);
        outcome.invariants[0].pending = Some(made::secs(901));
        assert_eq!(overall(&outcome, &[judged(Met)]), Judgement::Inconclusive);
    }

    #[test]
    fn a_known_failure_excuses_its_invariant_and_turns_red_when_it_is_fixed() {
        let mut outcome = made::outcome();
        outcome.invariants.push(made::invariant("at-most-one-writer", Verdict::Violated));
        let holds =
            Expectation::Verdict { invariant: "at-most-one-writer".to_owned(), is: Verdict::Holds };
        let because = "the fence is late".to_owned();
        let fails = Expectation::Fails { expectation: Box::new(holds), because };
        let outcome_of = |outcome: &Outcome| ExpectationOutcome {
            excuses: excuses(&fails),
            ..judged(judge(&fails, outcome).verdict)
        };
        assert_eq!(outcome_of(&outcome).verdict, ExpectationVerdict::Known);
        assert_eq!(overall(&outcome, &[outcome_of(&outcome)]), Judgement::Pass);
        outcome.invariants.push(made::invariant("timelines-form-a-tree", Verdict::Violated));
        assert_eq!(overall(&outcome, &[outcome_of(&outcome)]), Judgement::Fail);
        outcome.invariants.truncate(1);
        outcome.invariants[0].verdict = Verdict::Holds;
        assert_eq!(outcome_of(&outcome).verdict, ExpectationVerdict::Fixed);
        assert_eq!(overall(&outcome, &[outcome_of(&outcome)]), Judgement::Fail);
    }

    #[test]
    fn an_expectation_is_quoted_as_the_file_says_it() {
        let between = (Span::from_secs(60), Span::from_secs(75));
        let expectation = Expectation::Promoted { node: "orders-2".to_owned(), between };
        let text = r#"Promoted(node: "orders-2", between: ("1m", "1m15s"))"#;
        assert_eq!(one_line(&expectation), text);
    }
}
