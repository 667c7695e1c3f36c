//! What can happen in a scenario: random faults, heals and orders of operators.
//!
//! Knows nothing of what a fault does, and names none: kinds come from the registry of faults, and
//! whether an aim makes sense is asked of the validation. Kept here: every scenario that is made
//! is valid, and which kinds of fault occur in it at all is drawn first.

use super::dice::Dice;
use super::measures::{measured, rounded};
use crate::control::{ORDERS, OrderAim};
use crate::fault::{FAULTS, FaultKind};
use crate::kernel::{Law, Span};
use crate::knob::{Knobs, Phase};
use crate::model::{Plan, STEPS_MAX, Zone};
use crate::scenario::{Deed, Loaded, Scenario, Step, Target, Trigger};
use crate::sim::Operator;

/// So often another aim is drawn for a deed before it is left out.
const AIMS_MAX: usize = 12;

/// Something that can be done to a service.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Fault(FaultKind),
    Operator(Operator),
}

/// Returns what can be done at all.
fn kinds() -> Vec<Kind> {
    let faults = FAULTS.iter().map(|card| {
        let kind = ron::from_str(card.example.unwrap_or(card.name));
        Kind::Fault(kind.expect("a fault is written as its card says"))
    });
    let orders = ORDERS.iter().map(|card| Kind::Operator(card.operator));
    faults.chain(orders).collect()
}

/// Returns some of the kinds, each with the same likelihood, which is drawn too; maybe none.
fn subset(dice: &mut Dice) -> Vec<Kind> {
    let rarity = *dice.one_of(&[2, 4, 8]);
    // There are many orders, and faults are to strike between them.
    let wanted =
        |kind: &Kind| dice.once_in(rarity) && (matches!(kind, Kind::Fault(_)) || dice.once_in(2));
    kinds().into_iter().filter(wanted).collect()
}

/// Adds random steps to a valid scenario, at most so many.
///
/// Which kinds of fault and order may occur is drawn first, so that some of them occur often in
/// one scenario and not at all in the next. The steps of the scenario stay as they are.
///
/// # Examples
/// ```
/// use cutover::search::{Dice, add_steps};
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [Service(name: "orders", plan: Business)],
///     until: "30m",
/// )"#;
/// let quiet = cutover::scenario::parse("quiet.ron", text)?;
/// let loaded = add_steps(&mut Dice::seeded(3, "example"), &quiet, 6);
/// assert!(loaded.scenario.script.len() <= 6);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn add_steps(dice: &mut Dice, loaded: &Loaded, most: u64) -> Loaded {
    let kinds = subset(dice);
    add(dice, loaded, &kinds, most)
}

/// Adds random orders of operators to a valid scenario, at most so many.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::{Dice, add_orders};
/// let with = add_orders(&mut Dice::seeded(3, "example"), &loaded, 4);
/// assert!(with.scenario.script.len() <= 1 + 4);
/// ```
pub fn add_orders(dice: &mut Dice, loaded: &Loaded, most: u64) -> Loaded {
    let orders: Vec<Kind> = ORDERS.iter().map(|card| Kind::Operator(card.operator)).collect();
    add(dice, loaded, &orders, most)
}

/// Adds random faults and their heals to a valid scenario, at most so many steps.
///
/// Which kinds of fault may occur is drawn first, as for [`add_steps`].
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Deed;
/// use cutover::search::{Dice, add_faults};
/// let with = add_faults(&mut Dice::seeded(3, "example"), &loaded, 4);
/// let ordered = |deed: &Deed| matches!(deed, Deed::Operator(..));
/// assert!(!with.scenario.script.iter().any(|step| ordered(step.deed())));
/// ```
pub fn add_faults(dice: &mut Dice, loaded: &Loaded, most: u64) -> Loaded {
    let mut kinds = subset(dice);
    kinds.retain(|kind| matches!(kind, Kind::Fault(_)));
    add(dice, loaded, &kinds, most)
}

fn add(dice: &mut Dice, loaded: &Loaded, kinds: &[Kind], most: u64) -> Loaded {
    let mut loaded = loaded.clone();
    if kinds.is_empty() {
        return loaded;
    }
    let mut last = Span::ZERO;
    for _ in 0..dice.below(most.saturating_add(1)) {
        if loaded.scenario.script.len() >= STEPS_MAX {
            break;
        }
        let heals = healable(&loaded.scenario);
        let at = moment(dice, &loaded, last);
        last = at;
        if !heals.is_empty() && dice.once_in(3) {
            let (struck, heal) = dice.one_of(&heals).clone();
            let at = Law::Fixed(at.max(struck).min(loaded.scenario.until));
            // A fault that may strike later than this cannot be healed at it.
            drop(loaded.add_step(Step::At(at, heal)));
            continue;
        }
        let kind = *dice.one_of(kinds);
        for _ in 0..AIMS_MAX {
            let deed = deed(dice, kind, &loaded.scenario);
            let step = step(dice, at, deed, &loaded.scenario);
            if loaded.add_step(step).is_ok() {
                break;
            }
        }
    }
    loaded
}

fn deed(dice: &mut Dice, kind: Kind, scenario: &Scenario) -> Deed {
    match kind {
        Kind::Operator(operator) => {
            let home = || scenario.services.first().map(|service| service.region.clone());
            let aim = match operator.card().aim {
                OrderAim::ByHand => party(dice, scenario),
                OrderAim::Platform => Target::Service(dice.one_of(&scenario.services).name.clone()),
            };
            Deed::Operator(operator.located(|_| home().unwrap_or_default()), aim)
        }
        Kind::Fault(kind) => {
            let one = party(dice, scenario);
            let kind = measured(dice, &kind);
            Deed::Fault(kind, aimed(dice, one, scenario))
        }
    }
}

/// Returns a step at an instant, sometimes drawn from the seed, by a trigger, or repeated.
fn step(dice: &mut Dice, at: Span, deed: Deed, scenario: &Scenario) -> Step {
    let until = scenario.until;
    match dice.below(16) {
        0 => {
            let later = Span::from_micros(dice.below(120_000_000));
            Step::At(Law::Uniform(at, (at + later).min(until)), deed)
        }
        1 => Step::Every(at.max(Span::from_secs(10)), deed),
        2 | 3 => Step::When(trigger(dice, scenario), deed),
        _ => Step::At(Law::Fixed(at), deed),
    }
}

fn trigger(dice: &mut Dice, scenario: &Scenario) -> Trigger {
    let service = dice.one_of(&scenario.services).name.clone();
    let node = format!("{service}-{}", dice.within(1, 4));
    let client = scenario.clients.first().map_or_else(String::new, |one| one.name().to_owned());
    let trigger = match dice.below(6) {
        0 => Trigger::Promoting { service },
        1 => Trigger::Promoted { node },
        2 => Trigger::MarkedDown { node },
        3 => Trigger::Built { node },
        4 => Trigger::CaughtUp { node },
        _ => Trigger::Loses { client },
    };
    let wait = Span::from_micros(dice.of_any_size(120_000_000));
    let wait = rounded(dice, wait);
    if wait == Span::ZERO { trigger } else { Trigger::After(Law::Fixed(wait), Box::new(trigger)) }
}

/// Returns an instant of a run: anywhere, at or after the step before, or beside a deadline.
fn moment(dice: &mut Dice, loaded: &Loaded, last: Span) -> Span {
    let until = loaded.scenario.until;
    let anywhere = |dice: &mut Dice| Span::from_micros(dice.below(until.as_micros()));
    let at = match dice.below(8) {
        0 => last,
        1 | 2 => last + Span::from_micros(dice.of_any_size(600_000_000)),
        3 | 4 => beside(dice, &loaded.setup.knobs, last),
        _ => anywhere(dice),
    };
    let at = if at > until { anywhere(dice) } else { at };
    if dice.once_in(3) { at } else { rounded(dice, at) }
}

/// Returns an instant at which a report, a deadline or an answer may be due, or one beside it.
fn beside(dice: &mut Dice, knobs: &Knobs, last: Span) -> Span {
    let first = match knobs.heartbeat_phase {
        Phase::At(first) => first,
        Phase::Drawn => Span::ZERO,
    };
    let spans = [
        knobs.detection_timeout,
        knobs.platform_delay.least(),
        knobs.promotion_overhead.least(),
        knobs.dns_publish_delay.least(),
        knobs.node_build.least(),
        knobs.dns_ttl,
    ];
    let period = knobs.heartbeat_period;
    let reports = last.as_micros() / period.as_micros().max(1) + dice.below(12);
    let begun = first + period * reports;
    let sum =
        spans.into_iter().fold(begun, |sum, span| if dice.once_in(3) { sum + span } else { sum });
    (sum + Span::from_micros(dice.below(3))).minus(Span::from_micros(1))
}

/// Returns a party, or a link from it to another.
pub(super) fn aimed(dice: &mut Dice, one: Target, scenario: &Scenario) -> Target {
    let to = party(dice, scenario);
    match dice.below(3) {
        0 => one,
        1 => Target::Link(Box::new(one), Box::new(to)),
        _ => Target::OneWay(Box::new(one), Box::new(to)),
    }
}

/// Returns a party that the scenario knows.
pub(super) fn party(dice: &mut Dice, scenario: &Scenario) -> Target {
    let service = dice.one_of(&scenario.services);
    let (name, region) = (service.name.clone(), service.region.clone());
    let standbys = u64::from(service.plan.standbys()).max(1);
    let number = |number: u64| u8::try_from(number).expect("it is small");
    match dice.below(14) {
        0..=2 => Target::Primary(name),
        3 | 4 => Target::Standby(name, number(dice.within(1, standbys))),
        5 | 6 => {
            let nodes = u64::from(service.plan.nodes()) + 2;
            Target::Node(format!("{name}-{}", dice.within(1, nodes)))
        }
        7 => Target::Zone(region, *dice.one_of(&[Zone::A, Zone::B, Zone::C])),
        8 => Target::Region(region),
        9 => Target::Service(name),
        10 => Target::Everyone,
        11 if !scenario.clients.is_empty() => {
            Target::Client(dice.one_of(&scenario.clients).name().to_owned())
        }
        12 => Target::Observer(number(dice.within(1, 2))),
        _ => Target::Platform,
    }
}

/// Returns the heals of the faults that can be healed, with the latest instant of their faults.
fn healable(scenario: &Scenario) -> Vec<(Span, Deed)> {
    let faults = scenario.script.iter().filter_map(|step| {
        let Deed::Fault(kind, target) = step.deed() else { return None };
        kind.card().heal?;
        Some((step.latest()?, Deed::Heal(*kind, target.clone())))
    });
    faults.collect()
}

/// Returns the plans from which services are made: those that have somebody to promote come often.
pub(super) const PLANS: [Plan; 6] =
    [Plan::Business, Plan::Premium, Plan::Hobbyist, Plan::Startup, Plan::Business, Plan::Premium];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn quiet() -> Loaded {
        let text = r#"Scenario(
            name: "quiet",
            services: [
                Service(name: "orders", plan: Premium),
                Service(name: "cart", plan: Business),
            ],
            clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
            tuning: Tuning(policy: Pglookout, lookout_observers: 2),
            until: "30m",
        )"#;
        crate::scenario::parse("quiet.ron", text).expect("it is valid")
    }

    #[test]
    fn every_kind_of_fault_and_order_occurs_and_every_scenario_is_valid() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let (mut empty, mut heals) = (0, 0);
        for seed in 0..2_000 {
            let made = add_steps(&mut Dice::seeded(seed, "menu"), &quiet(), 8);
            let again = Loaded::from_scenario(made.scenario.clone()).expect("it is valid");
            assert_eq!(again.setup, made.setup);
            empty += usize::from(made.scenario.script.is_empty());
            for step in &made.scenario.script {
                let name = match step.deed() {
                    Deed::Fault(kind, _) => kind.name().to_owned(),
                    Deed::Operator(operator, _) => format!("{operator:?}"),
                    Deed::Heal(..) => {
                        heals += 1;
                        continue;
                    }
                };
                *counts.entry(name).or_default() += 1;
            }
        }
        assert!(empty > 50 && heals > 200, "{empty} empty, {heals} heals");
        for card in FAULTS {
            assert!(counts.get(card.name).is_some_and(|count| *count > 20), "{counts:?}");
        }
        for operator in Operator::BY_HAND {
            assert!(counts.contains_key(&format!("{operator:?}")), "{counts:?}");
        }
    }

    #[test]
    fn some_kinds_of_fault_are_left_out_of_most_scenarios() {
        let kinds = |seed| {
            let made = add_steps(&mut Dice::seeded(seed, "menu"), &quiet(), 40);
            let mut kinds: Vec<&str> = made
                .scenario
                .script
                .iter()
                .filter_map(|step| {
                    let Deed::Fault(kind, _) = step.deed() else { return None };
                    Some(kind.name())
                })
                .collect();
            let steps = kinds.len();
            kinds.sort_unstable();
            kinds.dedup();
            (steps, kinds.len())
        };
        let few = (0..600).map(kinds).filter(|(steps, kinds)| *steps > 15 && *kinds < 5).count();
        assert!(few > 4, "only {few} scenarios with many steps of few kinds");
    }
}
