//! Whether the steps of a script can happen: what they are aimed at, what they heal, and when.
//!
//! Knows nothing of how faults act. Kept here: a step may miss its victim in a run, but it is
//! never aimed at something that no run can have.

use super::super::error::{nearest, shown};
use super::super::file::{Deed, Scenario, Step, Target, Trigger};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::measures;
use super::names::Names;
use crate::control::{Operator, OrderAim};
use crate::fault::Aim;
use crate::kernel::Span;
use crate::model::STEPS_MAX;

/// The longest run, 10 years.
const UNTIL_MAX: Span = Span::from_days(3_653);

/// When the faults of a script may strike, to tell which nodes may ever exist.
#[derive(Debug)]
pub(super) struct Faults {
    /// The earliest instants of faults, in order of time.
    earliest: Vec<Span>,
    /// The earliest instant of a cut that may cost one replacement after the other.
    endless: Option<Span>,
    /// The most nodes that a plan has to which the script changes a service.
    largest: u8,
}

impl Faults {
    /// Returns when the faults of a script may strike.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let faults = scenario.script.iter().take(STEPS_MAX).filter_map(|step| match step.deed() {
            Deed::Fault(_, target) | Deed::Operator(_, target) => Some((step.earliest(), target)),
            Deed::Heal(..) => None,
        });
        // Failures by law have no bound, nor has WAL that is kept for a slot; each may cost a node.
        let bounded = scenario.failures.is_empty() && scenario.slots.is_empty();
        let unbounded = (!bounded).then_some(Span::ZERO);
        let (mut earliest, mut endless) = (Vec::new(), unbounded);
        for (least, target) in faults {
            earliest.push(least);
            if between_groups(target) {
                endless = Some(endless.map_or(least, |known: Span| known.min(least)));
            }
        }
        earliest.sort_unstable();
        let plans = scenario.script.iter().filter_map(|step| match step.deed() {
            Deed::Operator(Operator::ChangeTier(plan) | Operator::ChangePlan(plan), _) => {
                Some(plan.nodes())
            }
            Deed::Operator(..) | Deed::Fault(..) | Deed::Heal(..) => None,
        });
        Self { earliest, endless, largest: plans.max().unwrap_or(0) }
    }

    /// Returns how many nodes of a service may have existed by an instant; nothing if there is no
    /// bound. The fault of the step that asks is not counted.
    fn nodes(&self, plan: u8, by: Span, asking: bool) -> Option<u64> {
        if self.endless.is_some_and(|first| first <= by) {
            return None;
        }
        let faults = self.earliest.partition_point(|least| *least <= by) - usize::from(asking);
        let faults = u64::try_from(faults).unwrap_or(u64::MAX);
        let plan = u64::from(plan.max(self.largest));
        Some(plan.saturating_mul(faults.saturating_add(1)))
    }
}

/// Returns whether a cut of this link also hits nodes that replace others.
fn between_groups(target: &Target) -> bool {
    let group = |party: &Target| {
        matches!(party, Target::Platform | Target::Zone(..) | Target::Region(_) | Target::Everyone)
    };
    match target {
        Target::Link(from, to) | Target::OneWay(from, to) => group(from) && group(to),
        Target::Node(_)
        | Target::Primary(_)
        | Target::Standby(..)
        | Target::Platform
        | Target::Observer(_)
        | Target::Client(_)
        | Target::Zone(..)
        | Target::Region(_)
        | Target::Everyone
        | Target::Service(_) => false,
    }
}

/// Adds what is wrong with the script and with the end of the run.
pub(super) fn check(
    scenario: &Scenario,
    names: &Names<'_>,
    observers: u32,
    problems: &mut Problems,
) {
    let path = Path::root().field("script");
    let steps = &scenario.script[..scenario.script.len().min(STEPS_MAX)];
    if scenario.script.len() > STEPS_MAX {
        let found = scenario.script.len();
        let message = format!("found {found} steps, expected at most {STEPS_MAX}");
        problems.add(&path.item(STEPS_MAX), message);
    }
    until(scenario, steps, problems);
    let faults = Faults::of(scenario);
    for (index, step) in steps.iter().enumerate() {
        let deed = step.deed();
        let fault = !matches!(deed, Deed::Heal(..));
        if let Step::When(trigger, _) = step {
            trigger_names(&path.item(index).item(0), trigger, (names, &faults), problems);
        }
        if let Step::Every(period, _) = step {
            measures::period(&path.item(index).item(0), *period, scenario.until, problems);
        }
        let path = path.item(index).item(1);
        if let Deed::Fault(kind, _) = deed {
            measures::check(&path.item(0), *kind, (step, scenario.until), problems);
        }
        let by = step.latest().unwrap_or(Span::FOREVER);
        let aimed = Aimed { names, faults: &faults, by, fault, observers };
        let (name, aim) = match deed {
            Deed::Fault(kind, _) | Deed::Heal(kind, _) => (kind.card().name, kind.card().aim),
            Deed::Operator(operator, _) => (operator.card().name, aim_of(operator)),
        };
        aimed.check(&path.item(1), (name, aim), deed.target(), problems);
        if !fault {
            healing(&path, index, steps, problems);
        }
    }
}

fn until(scenario: &Scenario, steps: &[Step], problems: &mut Problems) {
    let (path, until) = (Path::root().field("until"), scenario.until);
    let last = steps.iter().map(|step| step.latest().unwrap_or(step.earliest())).max();
    if until == Span::ZERO {
        problems.add(&path, "found a run that ends at 0s, expected a later end");
    } else if until > UNTIL_MAX {
        problems.add(&path, format!("found a run until {until}, expected at most 10 years"));
    } else if let Some(last) = last.filter(|last| *last > until) {
        let message = format!("found a run until {until}, expected at least {last}, its last step");
        problems.add(&path, message);
    }
}

/// Adds a problem unless the heal at an index ends a fault before it.
fn healing(path: &Path, index: usize, steps: &[Step], problems: &mut Problems) {
    let Deed::Heal(kind, target) = steps[index].deed() else {
        return;
    };
    let card = kind.card();
    if card.heal.is_none() {
        problems.add(path, format!("found a heal of {}, which cannot be healed", card.name));
        return;
    }
    let by = steps[index].latest().unwrap_or(Span::FOREVER);
    let earlier = steps.iter().enumerate().any(|(other, step)| match step.deed() {
        Deed::Fault(struck, victim) => {
            (step.earliest(), other) < (by, index) && struck == kind && victim == target
        }
        Deed::Heal(..) | Deed::Operator(..) => false,
    });
    if !earlier {
        let message = format!(
            "found a heal without a fault, expected an earlier step with the same {} and target",
            card.name
        );
        problems.add(path, message);
    }
}

/// What a step is aimed with.
pub(super) struct Aimed<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) faults: &'a Faults,
    /// When the step happens at the latest.
    pub(super) by: Span,
    /// Whether the step is a fault itself.
    pub(super) fault: bool,
    /// How many observers there are.
    pub(super) observers: u32,
}

impl Aimed<'_> {
    pub(super) fn check(
        &self,
        path: &Path,
        (name, aim): (&str, Aim),
        target: &Target,
        problems: &mut Problems,
    ) {
        let word = word(target);
        match (aim, target) {
            (Aim::Node, Target::Node(_) | Target::Primary(_) | Target::Standby(..)) => {
                self.party(path, target, problems);
            }
            (Aim::Zone, Target::Zone(..))
            | (Aim::Region, Target::Region(_))
            | (Aim::Service, Target::Service(_)) => self.party(path, target, problems),
            (Aim::Node | Aim::Zone | Aim::Region | Aim::Service, _) => {
                let expected = aims(aim);
                problems
                    .add(path, format!("{name} cannot be aimed at {word}, expected {expected}"));
            }
            (Aim::Link, Target::Link(from, to) | Target::OneWay(from, to)) => {
                self.party(&path.item(0), from, problems);
                self.party(&path.item(1), to, problems);
                if from == to {
                    problems.add(path, format!("found a {word} from a thing to itself"));
                }
            }
            (Aim::Link, _) => {
                let message = format!("{name} cannot be aimed at {word}, expected Link");
                let hint = "the link to all others is Link(..., Everyone)".to_owned();
                problems.hint(path, message, Some(hint));
            }
        }
    }

    pub(super) fn party(&self, path: &Path, target: &Target, problems: &mut Problems) {
        let name = path.item(0);
        let names = self.names;
        match target {
            Target::Node(node) => {
                node_exists(&name, node, names, self.bound(node), problems);
            }
            Target::Primary(service) | Target::Service(service) => {
                names.expect_service(&name, service, problems);
            }
            Target::Standby(service, number) => {
                names.expect_service(&name, service, problems);
                let plan = names.service(service).map(|service| names.plans[service].plan);
                if let Some(plan) = plan.filter(|plan| !(1..=plan.standbys()).contains(number)) {
                    let expected = match plan.standbys() {
                        0 => format!("but plan {} has no standby", plan.name()),
                        1 => format!("expected 1: plan {} has one standby", plan.name()),
                        many => format!("expected 1 to {many}, as in plan {}", plan.name()),
                    };
                    problems.add(&path.item(1), format!("found standby {number}, {expected}"));
                }
            }
            Target::Client(client) => {
                if !names.clients.contains(&client.as_str()) {
                    problems.unknown(&name, "client", client, &names.clients);
                }
            }
            Target::Zone(region, _) | Target::Region(region) => {
                if !names.regions.contains(&region.as_str()) {
                    problems.unknown(&name, "region", region, &names.regions);
                }
            }
            Target::Observer(number) => {
                if !(1..=self.observers).contains(&u32::from(*number)) {
                    let most = self.observers;
                    let expected = match most {
                        0 => "but there are no observers".to_owned(),
                        most => format!("expected 1 to {most}"),
                    };
                    let message = format!("found observer {number}, {expected}");
                    let hint = "tuning: Tuning(lookout_observers: ...) says how many there are";
                    problems.hint(&name, message, Some(hint.to_owned()));
                }
            }
            Target::Platform | Target::Everyone => {}
            Target::Link(..) | Target::OneWay(..) => {
                let message = format!("found a {} as an end of a link", word(target));
                problems.add(path, format!("{message}, expected a node, a client or a group"));
            }
        }
    }

    /// Returns how many nodes of a node's service may exist at this step.
    fn bound(&self, node: &str) -> Option<u64> {
        let service = self.names.node(node)?.service;
        self.faults.nodes(self.names.plans[service].plan.nodes(), self.by, self.fault)
    }
}

/// Adds a problem unless a node may exist in the whole of a run.
pub(super) fn node_may_exist(
    path: &Path,
    node: &str,
    names: &Names<'_>,
    faults: &Faults,
    problems: &mut Problems,
) {
    let service = names.node(node).map(|node| &names.plans[node.service]);
    let bound =
        service.and_then(|service| faults.nodes(service.plan.nodes(), Span::FOREVER, false));
    node_exists(path, node, names, bound, problems);
}

/// Adds a problem unless a node may exist, where its service has at most `bound` nodes by then.
fn node_exists(
    path: &Path,
    node: &str,
    names: &Names<'_>,
    bound: Option<u64>,
    problems: &mut Problems,
) {
    let Some(found) = names.node(node) else {
        let known = names.first_nodes();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        problems.unknown(path, "node", node, &known);
        return;
    };
    let highest = bound.unwrap_or(u64::from(u16::MAX));
    if found.number > 0 && u64::from(found.number) <= highest {
        return;
    }
    let service = &names.plans[found.service];
    let first = u64::from(service.plan.nodes());
    let why = if highest > first {
        format!("each fault before leads to {first} new ones at most")
    } else {
        "no fault before leads to more".to_owned()
    };
    let name = shown(&service.name);
    let expected = match highest {
        1 => format!("{name}-1"),
        highest => format!("{name}-1 to {name}-{highest}"),
    };
    let message = format!("node {} cannot exist, expected {expected}: {why}", shown(node));
    let known = names.first_nodes();
    let near = known.iter().map(String::as_str).filter(|_| found.number == 0);
    problems.hint(path, message, nearest(node, near));
}

/// Adds what is wrong with the names in a trigger.
fn trigger_names(
    path: &Path,
    trigger: &Trigger,
    (names, faults): (&Names<'_>, &Faults),
    problems: &mut Problems,
) {
    match trigger {
        Trigger::After(_, inner) if matches!(**inner, Trigger::After(..)) => {
            problems.add(&path.item(1), "found After in After, expected one time for both");
        }
        Trigger::After(_, inner) => trigger_names(&path.item(1), inner, (names, faults), problems),
        Trigger::Enters { service, .. }
        | Trigger::Promoting { service }
        | Trigger::Served { service, .. } => {
            names.expect_service(&path.field("service"), service, problems);
        }
        Trigger::BecomesPassive { service } | Trigger::BecomesActive { service } => {
            super::demands::expect_paired(&path.field("service"), service, names, problems);
        }
        Trigger::Promoted { node }
        | Trigger::MarkedDown { node }
        | Trigger::Built { node }
        | Trigger::CaughtUp { node }
        | Trigger::Deleted { node } => {
            node_may_exist(&path.field("node"), node, names, faults, problems);
        }
        Trigger::Loses { client } | Trigger::Works { client } => {
            if !names.clients.contains(&client.as_str()) {
                problems.unknown(&path.field("client"), "client", client, &names.clients);
            }
        }
    }
}

/// Returns what an operator's order can be aimed at.
fn aim_of(operator: &Operator<String>) -> Aim {
    match operator.card().aim {
        OrderAim::ByHand => Aim::Node,
        OrderAim::Platform => Aim::Service,
    }
}

/// Returns the words with which a fault of this aim can be aimed.
fn aims(aim: Aim) -> &'static str {
    match aim {
        Aim::Node => "Node, Primary or Standby",
        Aim::Link => "Link or OneWay",
        Aim::Zone => "Zone",
        Aim::Region => "Region",
        Aim::Service => "Service",
    }
}

/// Returns the word that a target begins with.
fn word(target: &Target) -> &'static str {
    match target {
        Target::Node(_) => "Node",
        Target::Primary(_) => "Primary",
        Target::Standby(..) => "Standby",
        Target::Platform => "Platform",
        Target::Observer(_) => "Observer",
        Target::Client(_) => "Client",
        Target::Zone(..) => "Zone",
        Target::Region(_) => "Region",
        Target::Everyone => "Everyone",
        Target::Service(_) => "Service",
        Target::Link(..) => "Link",
        Target::OneWay(..) => "OneWay",
    }
}
