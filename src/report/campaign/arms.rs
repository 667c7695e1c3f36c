#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! Arms of a comparison with what they give, and what the difference from the first is.
//!
//! Knows nothing of how it is printed. Kept here: a difference is told apart from none by its own
//! interval, or by a sign test where too few pairs differ for one.

use super::grid::Grid;
use super::said;
use crate::campaign::{Difference, Estimate, Header, Paired};
use crate::statistics::{CONFIDENCE, Interval, Moments, binomial_at_most, from_u64, mean_interval};

/// Fewer differing pairs say too little of the law of the difference.
const PAIRS_MIN: u64 = 30;

/// One arm of a comparison.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Chunks, Header};
/// use cutover::report::Arm;
/// let faster = loaded.with("dns_ttl", "5s").expect("it is a knob");
/// let header = Header::new(&faster, 0, Chunks::of(40), "--set dns_ttl=5s".to_owned());
/// let arm = Arm { name: "dns_ttl=5s".to_owned(), header };
/// assert!(arm.header.replay(0).ends_with("--seed 0 --set dns_ttl=5s"));
/// ```
#[derive(Clone, Debug)]
pub struct Arm {
    /// What it is, such as `dns_ttl=10s`.
    pub name: String,
    /// Its campaign.
    pub header: Header,
}

/// A comparison with its result.
///
/// # Examples
/// A metric that all arms share is told where it is asked for:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header, Paired, shared_metrics};
/// use cutover::report::{Arm, Arms, Style, comparison_text};
/// let campaigns = [Campaign::new(&loaded, 0), Campaign::new(&loaded, 0)];
/// let shared = shared_metrics(&campaigns);
/// let paired = Paired::tally(&campaigns, &shared, 0..5);
/// let header = Header::new(&loaded, 0, Chunks::of(5), String::new());
/// let arms = ["one", "two"].map(|name| Arm { name: name.to_owned(), header: header.clone() });
/// let (arms, shared, paired) = (&arms, &shared, &paired);
/// let told = &["read_downtime".to_owned()];
/// let of = Arms { arms, told, shared, paired, grid: None, repeat: "cutover compare".to_owned() };
/// let text = comparison_text(&of, Style::PLAIN);
/// assert!(text.contains("read_downtime") && !text.contains("write_downtime"));
/// ```
#[derive(Clone, Debug)]
pub struct Arms<'a> {
    /// The arms; the first is what the others are compared with.
    pub arms: &'a [Arm],
    /// The names of the metrics that are told, of those that all arms share.
    pub told: &'a [String],
    /// For each metric that all arms share, its place in each arm.
    pub shared: &'a [Vec<usize>],
    /// What is kept of the runs.
    pub paired: &'a Paired,
    /// What the arms are made of, if it is two keys.
    pub grid: Option<&'a Grid>,
    /// The command that repeats it.
    pub repeat: String,
}

/// A metric of one arm, with its difference from the first.
pub(super) struct Cell<'a> {
    pub(super) arm: &'a str,
    pub(super) estimate: Estimate,
    pub(super) moments: Moments,
    pub(super) difference: Option<Compared>,
}

impl Cell<'_> {
    /// Returns whether it is told apart from the first arm; nothing for the first arm itself.
    pub(super) fn verdict(&self) -> Option<&'static str> {
        self.difference.as_ref().map(verdict)
    }
}

/// A difference from the first arm.
pub(super) struct Compared {
    pub(super) of: Difference,
    pub(super) mean: f64,
    pub(super) interval: Option<Interval>,
    /// How many times the variance of independent runs would be that of pairs.
    pub(super) reduction: Option<f64>,
}

impl Arms<'_> {
    pub(super) fn unit(&self, shared: usize) -> &str {
        &self.arms[0].header.metrics[self.shared[shared][0]].unit
    }

    pub(super) fn name(&self, shared: usize) -> &str {
        &self.arms[0].header.metrics[self.shared[shared][0]].name
    }

    /// Returns the metrics that are told, by their places among the shared ones.
    pub(super) fn rows(&self) -> Vec<usize> {
        let place = |name: &String| (0..self.shared.len()).find(|one| self.name(*one) == name);
        self.told.iter().filter_map(place).collect()
    }

    pub(super) fn cells(&self, shared: usize) -> Vec<Cell<'_>> {
        let places = &self.shared[shared];
        let moments = |arm: usize| self.paired.arms[arm].metrics[places[arm]].moments();
        let first = moments(0);
        let arms = self.arms.iter().enumerate().map(|(index, arm)| Cell {
            arm: &arm.name,
            estimate: said(&arm.header, &self.paired.arms[index])[places[index]].clone(),
            moments: moments(index),
            difference: index.checked_sub(1).and_then(|behind| {
                compared(self.paired.differences[behind][shared], &first, &moments(index))
            }),
        });
        arms.collect()
    }
}

fn compared(of: Difference, first: &Moments, other: &Moments) -> Option<Compared> {
    let moments = of.moments();
    let mean = moments.mean()?;
    let apart = first.variance().zip(other.variance()).map(|(one, two)| one + two);
    let together = moments.variance().filter(|variance| *variance > 0.0);
    let reduction = apart.zip(together).map(|(apart, together)| apart / together);
    let differing = of.more + of.less;
    let enough = differing == 0 || differing >= PAIRS_MIN;
    let interval = mean_interval(&moments).filter(|_| enough);
    Some(Compared { of, mean, interval, reduction })
}

/// Returns whether a difference is told apart from none: by its interval, or, where too few pairs
/// differ for one, by how many differ in which direction.
pub(super) fn verdict(of: &Compared) -> &'static str {
    let (more, less) = (of.of.more, of.of.less);
    let fewer = binomial_at_most(from_u64(more.min(less)), from_u64(more + less), 0.5);
    match of.interval {
        _ if more + less == 0 => "no run differs",
        Some(interval) if interval.low > 0.0 => "more",
        Some(interval) if interval.high < 0.0 => "less",
        Some(_) => "not told apart",
        None if 2.0 * fewer > 1.0 - CONFIDENCE => "too few runs differ",
        None if more > less => "more, by a sign test",
        None => "less, by a sign test",
    }
}
