//! What happens next: events in order of time, rank and arrival.
//!
//! Knows nothing of what an event means. Events of one instant and rank leave in the order in
//! which they came, whatever else is queued.

use super::instant::Instant;

/// Pending events by instant, then rank, then arrival.
///
/// A sorted list, latest first: the sets are small, most newcomers are due soon, and both leaving
/// and arriving then happen at its end. The place in the list keeps the order of arrival, so equal
/// queues are those that yield the same events in the same order.
///
/// # Examples
/// What is pending is never before the present instant:
/// ```
/// # let path = "scenarios/business-standby-loss.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// while let Some((next, _)) = sim.world().queue.peek() {
///     assert!(next >= sim.now());
///     if !sim.step() {
///         break;
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Queue<E> {
    entries: Vec<Entry<E>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
struct Entry<E> {
    at: Instant,
    rank: u32,
    event: E,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        // A run seldom has more pending; growing step by step would cost more.
        Self { entries: Vec::with_capacity(16) }
    }
}

impl<E: Copy> Queue<E> {
    /// Adds an event due at `at`, behind those of the same instant and the same or a lower rank.
    pub(crate) fn push(&mut self, at: Instant, rank: u32, event: E) {
        let sooner = |entry: &&Entry<E>| (entry.at, entry.rank) <= (at, rank);
        let place = self.entries.len() - self.entries.iter().rev().take_while(sooner).count();
        self.entries.insert(place, Entry { at, rank, event });
    }

    /// Returns the instant and the rank of the next event.
    ///
    /// # Examples
    /// ```
    /// # let path = "scenarios/business-standby-loss.ron";
    /// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// let (next, _) = sim.world().queue.peek().expect("something is going to happen");
    /// assert_eq!(Some(next), sim.next_at());
    /// sim.step();
    /// assert_eq!(sim.now(), next);
    /// ```
    pub fn peek(&self) -> Option<(Instant, u32)> {
        self.entries.last().map(|entry| (entry.at, entry.rank))
    }

    /// Removes the next event and returns it with its instant.
    pub(crate) fn pop(&mut self) -> Option<(Instant, E)> {
        self.entries.pop().map(|entry| (entry.at, entry.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that is pending, in order.
    fn all<E: Copy>(queue: &Queue<E>) -> Vec<(Instant, u32, E)> {
        queue.entries.iter().rev().map(|entry| (entry.at, entry.rank, entry.event)).collect()
    }

    proptest! {
        #[test]
        fn events_leave_as_from_a_stably_sorted_list(
            steps in prop::collection::vec((0..9_u64, 0..3_u32, 0..3_u8), 0..80),
        ) {
            let (mut queue, mut list) = (Queue::default(), Vec::new());
            for (event, (at, rank, pops)) in steps.into_iter().enumerate() {
                let at = Instant::from_micros(at);
                queue.push(at, rank, event);
                list.push((at, rank, event));
                list.sort_by_key(|(at, rank, _)| (*at, *rank));
                prop_assert_eq!(all(&queue), list.clone());
                for _ in 0..pops.min(u8::try_from(list.len()).expect("it is short")) {
                    let (at, rank, event) = list.remove(0);
                    prop_assert_eq!(queue.peek(), Some((at, rank)));
                    prop_assert_eq!(queue.pop(), Some((at, event)));
                }
            }
        }
    }

    #[test]
    fn queues_are_equal_when_they_yield_the_same() {
        let (soon, late) = (Instant::from_micros(1), Instant::from_micros(2));
        let (mut left, mut right) = (Queue::default(), Queue::default());
        left.push(late, 0, 'b');
        left.push(soon, 0, 'x');
        left.pop();
        left.push(soon, 0, 'a');
        right.push(soon, 0, 'a');
        assert_ne!(left, right);
        right.push(late, 0, 'b');
        assert_eq!(left, right);
    }

    #[test]
    fn an_empty_queue_has_nothing_next() {
        let mut queue: Queue<u8> = Queue::default();
        assert_eq!((queue.peek(), queue.pop()), (None, None));
    }
}
