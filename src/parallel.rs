//! Work on many things at once, with the results in the order of the things.
//!
//! Knows nothing of the work. Kept here: the results are the same for any number of threads, since
//! each depends on its own thing alone and none on when it was worked on.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Works on every item, on so many threads, and returns the results in the order of the items.
///
/// # Panics
/// When the work on an item does; the items that are under way are finished first.
///
/// # Examples
/// ```
/// use std::num::NonZero;
///
/// let jobs = NonZero::new(3).expect("three is not zero");
/// assert_eq!(cutover::parallel::map(&[1, 2, 3, 4], jobs, |n| n * n), [1, 4, 9, 16]);
/// ```
pub fn map<T: Sync, R: Send>(
    items: &[T],
    jobs: NonZero<usize>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let threads = jobs.get().min(items.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<R>>> = Mutex::new(items.iter().map(|_| None).collect());
    let run = || {
        while let Some((index, item)) = take(items, &next) {
            let result = work(item);
            done.lock().expect("no thread panics while it holds the lock")[index] = Some(result);
        }
    };
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        for handle in handles {
            if let Err(panic) = handle.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    let done = done.into_inner().expect("no thread panics while it holds the lock");
    done.into_iter().map(|result| result.expect("every item was taken once")).collect()
}

/// Returns how many threads this machine runs at once, one if nobody knows.
///
/// # Examples
/// ```
/// assert!(cutover::parallel::processors().get() >= 1);
/// ```
pub fn processors() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(count: usize) -> NonZero<usize> {
        NonZero::new(count).expect("the count is not zero")
    }

    #[test]
    fn results_are_in_the_order_of_the_items_for_any_number_of_threads() {
        let items: Vec<u64> = (0..500).collect();
        // The later ones are done sooner.
        let slow = |n: &u64| (0..(500 - n) * 50).fold(*n, |sum, m| sum.wrapping_mul(31) ^ m);
        let alone = map(&items, jobs(1), slow);
        for threads in [2, 3, 8, 1_000] {
            assert_eq!(map(&items, jobs(threads), slow), alone);
        }
        assert_eq!(map(&[], jobs(4), slow), Vec::<u64>::new());
    }

    #[test]
    #[should_panic(expected = "seven is unlucky")]
    fn a_panic_of_one_item_is_a_panic_of_the_whole() {
        let items: Vec<u32> = (0..20).collect();
        map(&items, jobs(4), |n| assert_ne!(*n, 7, "seven is unlucky"));
    }
}
