//! A workload of one's own: a rate that changes, as clients that take turns.
//!
//! Knows nothing of how clients work. Kept here: at every instant exactly one of the turns works.

use super::file::{Client, Reader, SlotConsumer, Writer};
use crate::kernel::{Rate, Span};

/// Returns clients that together do what one client does, at a rate that changes.
///
/// Each pair says from when on how many commits or reads a second are made, or how many bytes a
/// second a consumer of a slot takes; a rate of zero is a pause. The pairs are put in the order of
/// their times, and nobody works before the client begins or after it ends. Each turn is a client
/// of its own, named `NAME-1`, `NAME-2`, ..., with connections of its own, which begins when the
/// one before ends; what each of them sees is told apart in results.
///
/// # Examples
/// A quiet night, a busy morning:
/// ```
/// use cutover::kernel::Span;
/// use cutover::scenario::{self, turns};
///
/// let text = r#"Scenario(
///     name: "morning",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [Writer(name: "app", service: "orders", writes_per_s: 1)],
///     until: "3h",
/// )"#;
/// let mut scenario = scenario::parse("morning.ron", text)?.scenario;
/// let morning = [(Span::ZERO, 5), (Span::from_hours(1), 300), (Span::from_hours(2), 100)];
/// scenario.clients = turns(&scenario.clients[0], &morning);
///
/// let loaded = scenario::Loaded::from_scenario(scenario)?;
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let acknowledged: Vec<u64> = outcome.clients.iter().map(|one| one.acked_commits).collect();
/// assert_eq!(outcome.clients[1].name, "app-2");
/// assert!(acknowledged[1] > 299 * 3600 && acknowledged[1] <= 300 * 3600);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn turns(client: &Client, rates: &[(Span, u32)]) -> Vec<Client> {
    let mut rates = rates.to_vec();
    rates.sort_by_key(|(from, _)| *from);
    let (begins, ends, _) = client.times();
    let next = rates.iter().skip(1).map(|(from, _)| Some(*from)).chain([None]);
    let turns = rates.iter().zip(next).enumerate().map(|(place, ((from, rate), next))| {
        let end = [next, ends].into_iter().flatten().min();
        (place + 1, ((*from).max(begins), end), *rate)
    });
    let working =
        turns.filter(|(_, (from, end), rate)| *rate > 0 && end.is_none_or(|end| *from < end));
    working.map(|(turn, times, rate)| one(client, turn, times, rate)).collect()
}

fn one(client: &Client, turn: usize, (begins, ends): (Span, Option<Span>), rate: u32) -> Client {
    let name = format!("{}-{turn}", client.name());
    match client {
        Client::Writer(writer) => Client::Writer(Writer {
            name,
            writes_per_s: rate,
            begins,
            ends,
            first_lookup: None,
            ..writer.clone()
        }),
        Client::Reader(reader) => Client::Reader(Reader {
            name,
            reads_per_s: rate,
            begins,
            ends,
            first_lookup: None,
            ..reader.clone()
        }),
        Client::SlotConsumer(consumer) => Client::SlotConsumer(SlotConsumer {
            name,
            rate: Rate(rate.into()),
            begins,
            ends,
            first_lookup: None,
            ..consumer.clone()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_taken_while_their_client_works_only() {
        let text = r#"Scenario(
            name: "day",
            services: [Service(name: "orders", plan: Business)],
            clients: [
                Writer(name: "app", service: "orders", writes_per_s: 1, begins: "10m", ends: "30m"),
            ],
            until: "3h",
        )"#;
        let scenario = crate::scenario::parse("day.ron", text).expect("it is valid").scenario;
        let minutes = Span::from_mins;
        let rates = [(minutes(0), 5), (minutes(20), 0), (minutes(25), 7), (minutes(60), 9)];
        let made = turns(&scenario.clients[0], &rates);
        let times = |one: &Client| (one.times().0, one.times().1);
        let told: Vec<_> = made.iter().map(|one| (one.name().to_owned(), times(one))).collect();
        let expected = [
            ("app-1".to_owned(), (minutes(10), Some(minutes(20)))),
            ("app-3".to_owned(), (minutes(25), Some(minutes(30)))),
        ];
        assert_eq!(told, expected);
    }
}
