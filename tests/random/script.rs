//! Random scripts: faults and heals of every kind, aimed by name, role or link, at instants that
//! often coincide or lie a microsecond beside a deadline.
//!
//! Knows nothing of what a fault does. Kept here: every step can happen in a run of its scenario.

use cutover::control::{Operator, OrderAim};
use cutover::fault::{Aim, FaultKind};
use cutover::kernel::{Law, Rate, Span};
use cutover::knob::{Knobs, Phase};
use cutover::model::{Endpoint, Plan, Zone};
use cutover::scenario::{Deed, Scenario, Step, Target, Trigger};
use cutover::sim::PhaseName;
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
    wait: Wait,
}

/// What a step waits for instead of its moment, if it does.
#[derive(Clone, Copy, Debug)]
enum Wait {
    /// Nothing: it happens at its moment.
    Nothing,
    /// A trigger: which kind, of whom, and for how many milliseconds after it.
    Trigger(u8, Part, u64),
    /// One period after the other, in milliseconds.
    Period(u64),
}

#[derive(Clone, Debug)]
enum MadeDeed {
    Strike(FaultKind, Part),
    Operate(Operator<String>, Part),
    /// A fault of a link.
    Cut(FaultKind, (Part, Part), bool),
    /// Heals the n-th fault that can be healed, counted backwards.
    Heal(usize),
}

/// Returns random steps.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Made>> {
    prop::collection::vec(
        (moment(), deed(), wait()).prop_map(|(moment, deed, wait)| Made { moment, deed, wait }),
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

fn part(kinds: impl Strategy<Value = u8>) -> impl Strategy<Value = Part> {
    (kinds, 0..3_usize, 0..6_u8).prop_map(|(kind, service, number)| Part { kind, service, number })
}

fn wait() -> impl Strategy<Value = Wait> {
    let trigger = (0..10_u8, part(0..3_u8), 0..90_000_u64);
    prop_oneof![
        12 => Just(Wait::Nothing),
        2 => trigger.prop_map(|(kind, part, after)| Wait::Trigger(kind, part, after)),
        1 => (10_000..600_000_u64).prop_map(Wait::Period),
    ]
}

fn deed() -> impl Strategy<Value = MadeDeed> {
    let node = || part(prop_oneof![2 => Just(0_u8), 3 => Just(1_u8), 3 => Just(2_u8)]);
    let side = || part(0..9_u8);
    let cut = (link_fault(), (side(), side()), any::<bool>());
    let operator = prop_oneof![
        1 => Just(Operator::StartServer),
        1 => Just(Operator::Promote),
        4 => Just(Operator::Maintain),
        1 => prop::sample::select(&Plan::ALL[..]).prop_map(Operator::ChangePlan),
        1 => prop::sample::select(&Plan::ALL[..]).prop_map(Operator::ChangeTier),
        1 => Just(Operator::MajorUpgrade),
        1 => Just(Operator::PowerOffService),
        2 => Just(Operator::PowerOnService),
        1 => Just(Operator::RemoveWindows),
    ];
    prop_oneof![
        12 => (node_fault(), node()).prop_map(|(kind, part)| MadeDeed::Strike(kind, part)),
        8 => cut.prop_map(|(kind, ends, both)| MadeDeed::Cut(kind, ends, both)),
        2 => (place_fault(), node()).prop_map(|(kind, part)| MadeDeed::Strike(kind, part)),
        9 => (0..3_usize).prop_map(MadeDeed::Heal),
        3 => (operator, node()).prop_map(|(operator, part)| MadeDeed::Operate(operator, part)),
    ]
}

fn node_fault() -> impl Strategy<Value = FaultKind> {
    let span = || (1..120_000_u64).prop_map(Span::from_millis);
    prop_oneof![
        6 => Just(FaultKind::HostDeath),
        6 => Just(FaultKind::ProcessCrash),
        6 => Just(FaultKind::Hang),
        3 => Just(FaultKind::PowerLoss),
        2 => Just(FaultKind::OutOfMemory),
        1 => span().prop_map(FaultKind::CrashLoop),
        3 => Just(FaultKind::StorageStall),
        2 => Just(FaultKind::DiskFull),
        2 => Just(FaultKind::ConnectionsExhausted),
        2 => Just(FaultKind::LongQuery),
        2 => span().prop_map(FaultKind::ClockAhead),
        2 => span().prop_map(FaultKind::ClockBehind),
        2 => Just(FaultKind::Maintenance),
        3 => Just(FaultKind::DaemonRestart),
    ]
}

fn link_fault() -> impl Strategy<Value = FaultKind> {
    let slow = (0..3_000_u64, 10_000..100_000_000_u64).prop_map(|(delay, goodput)| {
        FaultKind::SlowLink { delay: Span::from_millis(delay), goodput: Rate(goodput) }
    });
    let flapping = (100..60_000_u64, 100..60_000_u64).prop_map(|(down, up)| FaultKind::Flapping {
        down: Span::from_millis(down),
        up: Span::from_millis(up),
    });
    prop_oneof![6 => Just(FaultKind::LinkCut), 1 => slow, 1 => flapping]
}

fn place_fault() -> impl Strategy<Value = FaultKind> {
    prop_oneof![
        Just(FaultKind::ZoneOutage),
        Just(FaultKind::RegionOutage),
        Just(FaultKind::UploadStall),
        Just(FaultKind::PublishStall),
        Just(FaultKind::ProvisionStall),
    ]
}

/// Returns the script that the steps make in a scenario without one.
pub(crate) fn script(scenario: &Scenario, made: &[Made]) -> Vec<Step> {
    let mut script: Vec<Step> = Vec::new();
    let mut previous = Law::Fixed(Span::ZERO);
    for step in made {
        let mut at = law(&step.moment, previous, scenario);
        let first = match step.wait {
            Wait::Period(millis) => Law::Fixed(Span::from_millis(millis).min(scenario.until)),
            Wait::Trigger(..) => Law::Fixed(Span::ZERO),
            Wait::Nothing => at,
        };
        let nodes = bound(&script, first).min(bound(&script, at));
        let deed = match step.deed.clone() {
            MadeDeed::Strike(kind, part) => {
                Some(Deed::Fault(kind, victim(kind, part, scenario, nodes)))
            }
            MadeDeed::Operate(operator, part) => {
                let service = &scenario.services[part.service % scenario.services.len()];
                let target = if operator.card().aim == OrderAim::Platform {
                    Target::Service(service.name.clone())
                } else {
                    party(part, scenario, nodes)
                };
                Some(Deed::Operator(operator, target))
            }
            MadeDeed::Cut(kind, ends, both) => Some(cut(kind, ends, both, (scenario, nodes))),
            MadeDeed::Heal(back) => heal(&script, back).map(|(struck, deed)| {
                at = not_before(struck, at);
                deed
            }),
        };
        if let Some(deed) = deed {
            script.push(timed(step.wait, at, deed, scenario));
        }
        previous = at;
    }
    script
}

/// Returns a step that waits for what it is to wait for; heals happen at their time.
fn timed(wait: Wait, at: Law, deed: Deed, scenario: &Scenario) -> Step {
    match (wait, &deed) {
        (Wait::Trigger(kind, part, millis), Deed::Fault(..) | Deed::Operator(..)) => {
            let after = Law::Fixed(Span::from_millis(millis));
            let trigger = trigger(kind, part, scenario);
            Step::When(Trigger::After(after, Box::new(trigger)), deed)
        }
        (Wait::Period(millis), Deed::Fault(..)) => {
            Step::Every(Span::from_millis(millis).min(scenario.until), deed)
        }
        _ => Step::At(at, deed),
    }
}

fn trigger(kind: u8, part: Part, scenario: &Scenario) -> Trigger {
    let of = &scenario.services[part.service % scenario.services.len()];
    let service = of.name.clone();
    // The first nodes of a plan always exist.
    let node = format!("{service}-{}", part.number % of.plan.nodes() + 1);
    let client = scenario.clients.first().map(|client| client.name().to_owned());
    let phases = [
        PhaseName::Steady,
        PhaseName::Promoting,
        PhaseName::Restoring,
        PhaseName::Upgrading,
        PhaseName::BackingUp,
        PhaseName::ShuttingDown,
    ];
    let phase = phases[usize::from(part.number) % phases.len()];
    let endpoint = [Endpoint::Primary, Endpoint::Replica][usize::from(part.kind % 2)];
    match (kind, client) {
        (0, _) => Trigger::Enters { service, phase },
        (1, _) => Trigger::Promoting { service },
        (2, _) => Trigger::Promoted { node },
        (3, _) => Trigger::MarkedDown { node },
        (4, _) => Trigger::Built { node },
        (5, _) => Trigger::CaughtUp { node },
        (6, _) => Trigger::Deleted { node },
        (8, Some(client)) => Trigger::Loses { client },
        (9, Some(client)) => Trigger::Works { client },
        _ => Trigger::Served { endpoint, service },
    }
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
        knobs.platform_delay.least(),
        knobs.detection_timeout,
        knobs.standby_timeout,
        knobs.promotion_overhead.least(),
        knobs.dns_publish_delay.least(),
        knobs.platform_delay.least(),
        knobs.platform_delay.least(),
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
        .filter(|step| matches!(step.deed(), Deed::Fault(..)) && step.earliest() <= by);
    u64::try_from(faults.count()).expect("a script is short") + 1
}

fn cut(
    kind: FaultKind,
    (one, two): (Part, Part),
    both: bool,
    (scenario, bound): (&Scenario, u64),
) -> Deed {
    let from = party(one, scenario, bound);
    let mut to = party(two, scenario, bound);
    if from == to {
        to = if from == Target::Everyone { Target::Platform } else { Target::Everyone };
    }
    let (from, to) = (Box::new(from), Box::new(to));
    let link = if both { Target::Link(from, to) } else { Target::OneWay(from, to) };
    Deed::Fault(kind, link)
}

/// Returns what a fault that strikes no link is aimed at.
fn victim(kind: FaultKind, part: Part, scenario: &Scenario, bound: u64) -> Target {
    let service = &scenario.services[part.service % scenario.services.len()];
    match kind.card().aim {
        Aim::Zone => party(Part { kind: 4, ..part }, scenario, bound),
        Aim::Region => Target::Region(service.region.clone()),
        Aim::Service => Target::Service(service.name.clone()),
        Aim::Node | Aim::Link => party(part, scenario, bound),
    }
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
        8 if scenario.tuning.lookout_observers.is_some_and(|observers| observers > 0) => {
            let observers = scenario.tuning.lookout_observers.unwrap_or(1);
            Target::Observer(part.number % u8::try_from(observers).unwrap_or(1) + 1)
        }
        _ => Target::Platform,
    }
}

/// Returns the heal of an earlier fault that can be healed, and when that fault strikes.
fn heal(script: &[Step], back: usize) -> Option<(Law, Deed)> {
    let faults = script.iter().filter_map(|step| match step {
        Step::At(law, Deed::Fault(kind, target)) if kind.card().heal.is_some() => {
            Some((*law, Deed::Heal(*kind, target.clone())))
        }
        Step::When(_, Deed::Fault(kind, target)) if kind.card().heal.is_some() => {
            Some((Law::Fixed(Span::ZERO), Deed::Heal(*kind, target.clone())))
        }
        Step::Every(period, Deed::Fault(kind, target)) if kind.card().heal.is_some() => {
            Some((Law::Fixed(*period), Deed::Heal(*kind, target.clone())))
        }
        Step::At(..) | Step::When(..) | Step::Every(..) => None,
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
