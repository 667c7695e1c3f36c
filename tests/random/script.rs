//! Random scripts: faults and heals of every kind, aimed by name, role or link, at instants that
//! often coincide or lie a microsecond beside a deadline.
//!
//! Knows nothing of what a fault does. Kept here: every step can happen in a run of its scenario.

use cutover::fault::FaultKind;
use cutover::kernel::{Law, Span};
use cutover::knob::{Knobs, Phase};
use cutover::model::{Plan, Zone};
use cutover::scenario::{Deed, Scenario, Step, Target};
use proptest::prelude::*;

/// When a step happens.
#[derive(Clone, Debug)]
enum Moment {
    /// After this share of the run, in thousandths.
    Share(u64),
    /// So many microseconds from the start.
    Exact(u64),
    /// At a report plus some of the delays that follow one, give or take a microsecond.
    Beside { report: u64, delays: u8, nudge: u64 },
    /// At the instant of the step before.
    Same,
    /// A while after the step before, in milliseconds.
    Later(u64),
    /// At an instant drawn from the seed, between these shares of the run.
    Drawn(u64, u64),
}

/// A party in the making: which kind, of which service, and which of them.
#[derive(Clone, Copy, Debug)]
struct Part {
    kind: u8,
    service: usize,
    number: u8,
}

/// A step in the making.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    moment: Moment,
    deed: MadeDeed,
}

#[derive(Clone, Copy, Debug)]
enum MadeDeed {
    Strike(FaultKind, Part),
    Cut(Part, Part, bool),
    /// Heals the n-th fault that can be healed, counted backwards.
    Heal(usize),
}

/// Returns random steps.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Made>> {
    prop::collection::vec(
        (moment(), deed()).prop_map(|(moment, deed)| Made { moment, deed }),
        0..=8,
    )
}

fn moment() -> impl Strategy<Value = Moment> {
    let beside = (0..40_u64, any::<u8>(), 0..3_u64)
        .prop_map(|(report, delays, nudge)| Moment::Beside { report, delays, nudge });
    prop_oneof![
        3 => (0..1_000_u64).prop_map(Moment::Share),
        1 => (0..600_000_000_u64).prop_map(Moment::Exact),
        4 => beside,
        1 => Just(Moment::Same),
        3 => (0..120_000_u64).prop_map(Moment::Later),
        1 => (0..1_000_u64, 0..1_000_u64).prop_map(|(one, other)| Moment::Drawn(one, other)),
    ]
}

fn deed() -> impl Strategy<Value = MadeDeed> {
    let part = || {
        let kinds = prop_oneof![2 => Just(0_u8), 3 => Just(1_u8), 3 => Just(2_u8)];
        (kinds, 0..3_usize, 0..6_u8).prop_map(|(kind, service, number)| Part {
            kind,
            service,
            number,
        })
    };
    let side = || {
        (0..8_u8, 0..3_usize, 0..6_u8).prop_map(|(kind, service, number)| Part {
            kind,
            service,
            number,
        })
    };
    let kind = prop_oneof![
        3 => Just(FaultKind::HostDeath),
        3 => Just(FaultKind::ProcessCrash),
        3 => Just(FaultKind::Hang),
    ];
    prop_oneof![
        4 => (kind, part()).prop_map(|(kind, part)| MadeDeed::Strike(kind, part)),
        3 => (side(), side(), any::<bool>())
            .prop_map(|(one, two, both)| MadeDeed::Cut(one, two, both)),
        3 => (0..3_usize).prop_map(MadeDeed::Heal),
    ]
}

/// Returns the script that the steps make in a scenario without one.
pub(crate) fn script(scenario: &Scenario, made: &[Made]) -> Vec<Step> {
    let mut script: Vec<Step> = Vec::new();
    let mut previous = Law::Fixed(Span::ZERO);
    for step in made {
        let mut at = law(&step.moment, previous, scenario);
        let deed = match step.deed {
            MadeDeed::Strike(kind, part) => {
                Some(Deed::Fault(kind, party(part, scenario, bound(&script, at))))
            }
            MadeDeed::Cut(one, two, both) => {
                Some(cut((one, two), both, scenario, bound(&script, at)))
            }
            MadeDeed::Heal(back) => heal(&script, back).map(|(struck, deed)| {
                at = not_before(struck, at);
                deed
            }),
        };
        if let Some(deed) = deed {
            script.push(Step::At(at, deed));
        }
        previous = at;
    }
    script
}

/// Returns when a step happens: never after the end of the run.
fn law(moment: &Moment, previous: Law, scenario: &Scenario) -> Law {
    let until = scenario.until.as_micros();
    let share = |part: u64| until / 1_000 * part;
    let fixed = |micros: u64| Law::Fixed(Span::from_micros(micros.min(until)));
    match *moment {
        Moment::Share(part) => fixed(share(part)),
        Moment::Exact(micros) => fixed(micros),
        Moment::Beside { report, delays, nudge } => fixed(beside(scenario, report, delays) + nudge),
        Moment::Same => previous,
        Moment::Later(millis) => fixed(previous.least().as_micros() + millis * 1_000),
        Moment::Drawn(one, other) => {
            let span = |part: u64| Span::from_micros(share(part));
            Law::Uniform(span(one.min(other)), span(one.max(other)))
        }
    }
}

/// Returns the microsecond before a report is sent, plus some of the delays that may follow.
fn beside(scenario: &Scenario, report: u64, delays: u8) -> u64 {
    let mut knobs = Knobs::default();
    knobs.tune(&scenario.tuning);
    let first = match knobs.heartbeat_phase {
        Phase::At(first) => first,
        Phase::Drawn => Span::ZERO,
    };
    let spans = [
        knobs.platform_delay,
        knobs.detection_timeout,
        knobs.standby_timeout,
        knobs.promotion_overhead.least(),
        knobs.dns_publish_delay.least(),
        knobs.platform_delay,
        knobs.platform_delay,
        knobs.node_build.least(),
    ];
    let chosen = spans.iter().enumerate().filter(|(bit, _)| delays >> bit & 1 == 1);
    let sum = chosen.fold(first + knobs.heartbeat_period * report, |sum, (_, span)| sum + *span);
    sum.minus(Span::from_micros(1)).as_micros()
}

/// Returns how many times the nodes of a plan may have existed at a step.
fn bound(script: &[Step], at: Law) -> u64 {
    let by = at.greatest().unwrap_or(Span::FOREVER);
    let faults = script
        .iter()
        .filter(|Step::At(law, deed)| matches!(deed, Deed::Fault(..)) && law.least() <= by);
    u64::try_from(faults.count()).expect("a script is short") + 1
}

fn cut((one, two): (Part, Part), both: bool, scenario: &Scenario, bound: u64) -> Deed {
    let from = party(one, scenario, bound);
    let mut to = party(two, scenario, bound);
    if from == to {
        to = if from == Target::Everyone { Target::Platform } else { Target::Everyone };
    }
    let (from, to) = (Box::new(from), Box::new(to));
    let link = if both { Target::Link(from, to) } else { Target::OneWay(from, to) };
    Deed::Fault(FaultKind::LinkCut, link)
}

fn party(part: Part, scenario: &Scenario, bound: u64) -> Target {
    let service = &scenario.services[part.service % scenario.services.len()];
    let (name, region) = (service.name.clone(), service.region.clone());
    let number = u64::from(part.number);
    match part.kind {
        0 => {
            let most = u64::from(service.plan.nodes()) * bound;
            Target::Node(format!("{name}-{}", number % most + 1))
        }
        2 if service.plan != Plan::Hobbyist && service.plan != Plan::Startup => {
            Target::Standby(name, part.number % service.plan.standbys() + 1)
        }
        1 | 2 => Target::Primary(name),
        3 if !scenario.clients.is_empty() => {
            let client = &scenario.clients[usize::from(part.number) % scenario.clients.len()];
            Target::Client(client.name().to_owned())
        }
        4 => Target::Zone(region, [Zone::A, Zone::B, Zone::C][usize::from(part.number % 3)]),
        5 => Target::Region(region),
        6 => Target::Everyone,
        _ => Target::Platform,
    }
}

/// Returns the heal of an earlier fault that can be healed, and when that fault strikes.
fn heal(script: &[Step], back: usize) -> Option<(Law, Deed)> {
    let faults = script.iter().filter_map(|Step::At(law, deed)| match deed {
        Deed::Fault(kind, target) if kind.card().heal.is_some() => {
            Some((*law, Deed::Heal(*kind, target.clone())))
        }
        Deed::Fault(..) | Deed::Heal(..) => None,
    });
    faults.rev().nth(back)
}

/// Returns a law none of whose draws is before the greatest of another.
fn not_before(first: Law, second: Law) -> Law {
    let last = first.greatest().unwrap_or(Span::FOREVER);
    if let Law::Uniform(low, high) = second
        && high > last
    {
        return Law::Uniform(low.max(last), high);
    }
    Law::Fixed(second.least().max(last))
}
