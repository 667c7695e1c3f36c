//! What happens next: events in order of time, rank and arrival.
//!
//! Knows nothing of what an event means. Events of one instant and rank leave in the order in
//! which they came, whatever else is queued.

use super::time::Instant;

/// Pending events by instant, then rank, then arrival.
///
/// A sorted list, latest first: the sets are small, most newcomers are due soon, and both leaving
/// and arriving then happen at its end. The place in the list keeps the order of arrival, so equal
/// queues are those that yield the same events in the same order.
///
/// # Examples
/// ```
/// use cutover::kernel::{Instant, Queue};
/// let mut queue = Queue::new();
/// queue.push(Instant::from_micros(5), 0, "later");
/// queue.push(Instant::from_micros(2), 1, "second");
/// queue.push(Instant::from_micros(2), 0, "first");
/// assert_eq!(queue.pop(), Some((Instant::from_micros(2), "first")));
/// assert_eq!(queue.peek(), Some((Instant::from_micros(2), 1)));
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
    /// Returns an empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an event due at `at`, behind those of the same instant and the same or a lower rank.
    pub fn push(&mut self, at: Instant, rank: u32, event: E) {
        let sooner = |entry: &&Entry<E>| (entry.at, entry.rank) <= (at, rank);
        let place = self.entries.len() - self.entries.iter().rev().take_while(sooner).count();
        self.entries.insert(place, Entry { at, rank, event });
    }

    /// Returns the instant and the rank of the next event.
    pub fn peek(&self) -> Option<(Instant, u32)> {
        self.entries.last().map(|entry| (entry.at, entry.rank))
    }

    /// Removes the next event and returns it with its instant.
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        self.entries.pop().map(|entry| (entry.at, entry.event))
    }

    /// Returns the number of pending events.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the instant, rank and event of all that is pending, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Instant, u32, E)> + '_ {
        self.entries.iter().rev().map(|entry| (entry.at, entry.rank, entry.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn events_leave_as_from_a_stably_sorted_list(
            steps in prop::collection::vec((0..9_u64, 0..3_u32, 0..3_u8), 0..80),
        ) {
            let (mut queue, mut list) = (Queue::new(), Vec::new());
            for (event, (at, rank, pops)) in steps.into_iter().enumerate() {
                let at = Instant::from_micros(at);
                queue.push(at, rank, event);
                list.push((at, rank, event));
                list.sort_by_key(|(at, rank, _)| (*at, *rank));
                prop_assert_eq!(queue.iter().collect::<Vec<_>>(), list.clone());
                for _ in 0..pops.min(u8::try_from(list.len()).expect("it is short")) {
                    let (at, rank, event) = list.remove(0);
                    prop_assert_eq!(queue.peek(), Some((at, rank)));
                    prop_assert_eq!(queue.pop(), Some((at, event)));
                }
                prop_assert_eq!(queue.len(), list.len());
                prop_assert_eq!(queue.is_empty(), list.is_empty());
            }
        }
    }

    #[test]
    fn queues_are_equal_when_they_yield_the_same() {
        let (soon, late) = (Instant::from_micros(1), Instant::from_micros(2));
        let (mut left, mut right) = (Queue::new(), Queue::new());
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
        let mut queue: Queue<u8> = Queue::new();
        assert_eq!((queue.peek(), queue.pop()), (None, None));
    }
}
