//! Random followers: services bound to another, and logical slots with their consumers.
//!
//! Knows nothing of what becomes of them. Kept here: names are unlike those of other clients, and
//! what makes no sense is left out by whoever checks the scenario.

use super::dice::Dice;
use crate::kernel::{Law, Rate, Span};
use crate::model::{DRIVERS, DriverParts};
use crate::scenario::{
    Client, Deed, IfMissing, Integration, Loaded, Service, Slot, SlotConsumer, StartPosition, Step,
    Target,
};
use crate::sim::Operator;

/// Returns at most one integration, between two different services.
pub(super) fn integrations(dice: &mut Dice, services: &[Service]) -> Vec<Integration> {
    if services.len() < 2 || dice.once_in(2) {
        return Vec::new();
    }
    let first = usize::try_from(dice.below(2)).expect("it is small");
    let (source, follower) = (services[first].name.clone(), services[1 - first].name.clone());
    vec![match dice.below(4) {
        0 => {
            let set_up = !dice.once_in(4);
            Integration::DisasterRecovery { primary: source, recovery: follower, set_up }
        }
        1 => Integration::GlobalActiveDatabase { primary: source, secondary: follower },
        _ => Integration::ReadReplica { source, replica: follower },
    }]
}

/// Adds, to some scenarios with services that are bound together, the orders of a whole cycle:
/// most orders are refused unless others went before them.
pub(super) fn cycle(dice: &mut Dice, loaded: &Loaded) -> Loaded {
    let mut loaded = loaded.clone();
    let bound = loaded.scenario.integrations.first().filter(|_| dice.once_in(2));
    let Some(bound) = bound.cloned() else { return loaded };
    let (source, follower) = (bound.source().1, bound.destination().1);
    let cycle: &[(Operator<String>, &str)] = match bound {
        Integration::ReadReplica { .. } => &[(Operator::RemoveIntegration, follower)],
        Integration::GlobalActiveDatabase { .. } => {
            &[(Operator::PromoteSecondary, follower), (Operator::AddSecondary, source)]
        }
        Integration::DisasterRecovery { set_up: false, .. } => {
            &[(Operator::SetUpRecovery, follower), (Operator::Failover, follower)]
        }
        Integration::DisasterRecovery { .. } if dice.once_in(2) => {
            &[(Operator::Switchover, follower), (Operator::Switchback, source)]
        }
        Integration::DisasterRecovery { .. } => &[
            (Operator::Failover, follower),
            (Operator::RecreatePrimary, source),
            (Operator::TakeOver, source),
        ],
    };
    let mut at = Span::ZERO;
    for (order, service) in cycle {
        at = at + Span::from_micros(dice.below(900_000_000));
        let deed = Deed::Operator(order.clone(), Target::Service((*service).to_owned()));
        // An order that would come after the end is left out.
        drop(loaded.add_step(Step::At(Law::Fixed(at), deed)));
    }
    loaded
}

/// Returns up to two slots of some services, most of them with a consumer.
pub(super) fn slots(
    dice: &mut Dice,
    services: &[Service],
    until: Span,
) -> (Vec<Slot>, Vec<Client>) {
    let (mut slots, mut consumers) = (Vec::new(), Vec::new());
    let count = [0, 0, 1, 2][usize::try_from(dice.below(4)).expect("it is small")];
    for name in &["cdc", "lake"][..count] {
        let service = dice.one_of(services);
        let created = dice.once_in(2).then(|| within(dice, until));
        slots.push(Slot {
            name: (*name).to_owned(),
            service: service.name.clone(),
            database: (*dice.one_of(&["defaultdb", "shop"])).to_owned(),
            creates: created.map(Law::Fixed),
            left_over: Vec::new(),
        });
        if !dice.once_in(4) {
            consumers.push(Client::SlotConsumer(consumer(dice, name, service, until)));
        }
    }
    (slots, consumers)
}

fn consumer(dice: &mut Dice, slot: &str, service: &Service, until: Span) -> SlotConsumer {
    let is_slow = dice.once_in(4);
    SlotConsumer {
        name: format!("{slot}-consumer"),
        service: service.name.clone(),
        slot: slot.to_owned(),
        ack_every: Span::from_micros(1 + dice.of_any_size(60_000_000)),
        rate: if is_slow { Rate(1_000 + dice.of_any_size(10_000_000)) } else { Rate::UNLIMITED },
        start: *dice.one_of(&[StartPosition::Own, StartPosition::Slot]),
        if_missing: *dice.one_of(&[IfMissing::Create, IfMissing::Wait]),
        region: None,
        driver: dice.one_of(DRIVERS).driver,
        parts: DriverParts::default(),
        first_lookup: None,
        begins: if dice.once_in(2) { within(dice, until) } else { Span::ZERO },
        ends: None,
    }
}

fn within(dice: &mut Dice, until: Span) -> Span {
    Span::from_micros(dice.below(until.as_micros()))
}
