//! Random logical slots, each with a consumer or without one.
//!
//! Knows nothing of services' plans. Kept here: no two consumers read from one slot.

use cutover::kernel::{Law, Rate, Span};
use cutover::model::{Driver, DriverParts};
use cutover::scenario::{Client, IfMissing, Service, Slot, SlotConsumer, StartPosition};
use proptest::prelude::*;

const SLOTS: [&str; 4] = ["cdc", "lake", "search", "cache"];
const DATABASES: [&str; 2] = ["defaultdb", "shop"];

/// A slot in the making, with its consumer.
#[derive(Clone, Debug)]
pub(super) struct Made {
    service: usize,
    database: usize,
    creates: Option<u64>,
    /// Whether somebody left a slot of its name on the first standby.
    left_over: bool,
    consumer: Option<Consumer>,
}

#[derive(Clone, Debug)]
struct Consumer {
    ack_every: u64,
    rate: Option<u64>,
    own: bool,
    creates: bool,
    begins: Option<u64>,
    ends: Option<u64>,
}

/// Returns random slots: most scenarios have none.
pub(super) fn slots() -> impl Strategy<Value = Vec<Made>> {
    let share = || prop::option::weighted(0.4, 0..1_000_u64);
    let ways = (any::<bool>(), any::<bool>());
    let rate = prop::option::weighted(0.2, 1_000_u64..10_000_000);
    let consumer = (1_u64..60_000_000, rate, ways, share(), share()).prop_map(
        |(ack_every, rate, (own, creates), begins, ends)| Consumer {
            ack_every,
            rate,
            own,
            creates,
            begins,
            ends,
        },
    );
    let places = (0..3_usize, 0..DATABASES.len(), prop::bool::weighted(0.1));
    let slot = (places, share(), prop::option::weighted(0.8, consumer));
    let slot = slot.prop_map(|((service, database, left_over), creates, consumer)| Made {
        service,
        database,
        creates,
        left_over,
        consumer,
    });
    prop_oneof![
        1 => Just(Vec::new()),
        1 => prop::collection::vec(slot, 1..=SLOTS.len()),
    ]
}

/// Returns the slots and their consumers.
pub(super) fn made(made: Vec<Made>, services: &[Service], until: Span) -> (Vec<Slot>, Vec<Client>) {
    let part = |share: u64| Span::from_micros(until.as_micros() / 1_000 * share);
    let (mut slots, mut consumers) = (Vec::new(), Vec::new());
    for (made, name) in made.into_iter().zip(SLOTS) {
        let of = &services[made.service % services.len()];
        let service = of.name.clone();
        let left_over = made.left_over && of.plan.standbys() > 0;
        slots.push(Slot {
            name: name.to_owned(),
            service: service.clone(),
            database: DATABASES[made.database].to_owned(),
            creates: made.creates.map(|share| Law::Fixed(part(share))),
            left_over: left_over.then(|| format!("{service}-2")).into_iter().collect(),
        });
        let Some(of) = made.consumer else { continue };
        let begins = of.begins.map_or(Span::ZERO, part);
        consumers.push(Client::SlotConsumer(SlotConsumer {
            name: format!("{name}-consumer"),
            service,
            slot: name.to_owned(),
            ack_every: Span::from_micros(of.ack_every),
            rate: of.rate.map_or(Rate::UNLIMITED, Rate),
            start: if of.own { StartPosition::Own } else { StartPosition::Slot },
            if_missing: if of.creates { IfMissing::Create } else { IfMissing::Wait },
            region: None,
            driver: Driver::Tuned,
            parts: DriverParts::default(),
            first_lookup: None,
            begins,
            ends: of.ends.map(part).filter(|ends| *ends > begins),
        }));
    }
    (slots, consumers)
}
