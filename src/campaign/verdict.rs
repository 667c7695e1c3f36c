#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! Whether targets are met, breached or undecided, and whether a result is precise enough.
//!
//! Knows nothing of how it is printed. Kept here: a target whose interval straddles its limit is
//! undecided, and so is one of which too little is known.

use super::accumulator::Accumulator;
use super::estimate::{Said, estimate, exact_share};
use super::header::Header;
use super::tally::Tally;
use crate::kernel::Share;
use crate::scenario::{Goal, GoalOf};
use crate::statistics::{Interval, from_u64, none_of, ranks};

/// How a target came out.
///
/// # Examples
/// A tenth of the runs, at least, is to be down for no more than 100 s:
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, GoalVerdict, Header, judge};
/// let header = Header::new(&loaded, 0, Chunks::of(100), String::new());
/// let campaign = Campaign::new(&loaded, 0);
/// assert_eq!(judge(&header, &campaign.empty())[0].verdict, GoalVerdict::Undecided);
/// assert_eq!(judge(&header, &campaign.tally(0..100))[0].verdict, GoalVerdict::Met);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalVerdict {
    /// Its whole interval is within the limit.
    Met,
    /// Its whole interval is beyond the limit.
    Breached,
    /// The interval straddles the limit, or too little is known.
    Undecided,
}

impl GoalVerdict {
    /// Returns the verdict as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::GoalVerdict;
    /// assert_eq!(GoalVerdict::Undecided.word(), "undecided");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Breached => "breached",
            Self::Undecided => "undecided",
        }
    }
}

/// A target with its verdict and the numbers that it rests on.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// # use cutover::campaign::{Campaign, Chunks, Header, judge};
/// # let header = Header::new(&loaded, 0, Chunks::of(100), String::new());
/// let tally = Campaign::new(&loaded, 0).tally(0..100);
/// let goal = &judge(&header, &tally)[0];
/// let (share, interval) = (goal.value.expect("there are runs"), goal.interval.expect("as well"));
/// assert_eq!((share * 100.0).round(), tally.within[0] as f64);
/// assert!(interval.low < share && share < interval.high);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GoalOutcome {
    /// How it came out.
    pub verdict: GoalVerdict,
    /// The estimate: of a metric in its unit, of a chance as a share; nothing if there is none.
    pub value: Option<f64>,
    /// Its interval; an end that is infinite never comes about.
    pub interval: Option<Interval>,
    /// How the estimate came about.
    pub said: Said,
}

/// Returns how the targets of a campaign came out.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header, judge};
/// let header = Header::new(&loaded, 0, Chunks::of(100), String::new());
/// let tally = Campaign::new(&loaded, 0).tally(0..100);
/// let words: Vec<&str> = judge(&header, &tally).iter().map(|one| one.verdict.word()).collect();
/// assert_eq!(words, ["met"]);
/// ```
pub fn judge(header: &Header, tally: &Tally) -> Vec<GoalOutcome> {
    let goals = header.goals.iter().zip(&tally.within);
    goals.map(|(goal, within)| judged(header, goal, *within, tally)).collect()
}

fn judged(header: &Header, goal: &Goal, within: u64, tally: &Tally) -> GoalOutcome {
    let metric = &tally.metrics[goal.metric];
    let limit = from_u64(goal.at_most);
    match goal.of {
        GoalOf::Mean | GoalOf::Availability => {
            let unit = header.metrics[goal.metric].unit.as_str();
            let of = estimate(metric, unit == "share");
            // What is a time is at most the run, so that quiet runs bound its mean.
            let quiet = of.said == Said::Bound && of.interval.is_none() && unit == "us";
            let most = from_u64(header.until_us) * none_of(tally.runs);
            let bound = quiet.then_some(Interval { low: 0.0, high: most });
            let interval = of.interval.or(bound);
            let verdict = below(interval, limit);
            GoalOutcome { verdict, value: of.mean, interval, said: of.said }
        }
        GoalOf::Quantile(share) => quantile(metric, part(share), limit),
        GoalOf::Chance(least) => {
            let interval = exact_share(within, tally.runs);
            let least = part(least);
            let verdict = if tally.runs == 0 {
                GoalVerdict::Undecided
            } else if interval.low >= least {
                GoalVerdict::Met
            } else if interval.high < least {
                GoalVerdict::Breached
            } else {
                GoalVerdict::Undecided
            };
            let value = (tally.runs > 0).then(|| from_u64(within) / from_u64(tally.runs));
            GoalOutcome { verdict, value, interval: Some(interval), said: Said::Simulated }
        }
    }
}

fn part(parts: u64) -> f64 {
    from_u64(parts) / from_u64(Share::WHOLE)
}

fn below(interval: Option<Interval>, limit: f64) -> GoalVerdict {
    match interval {
        Some(interval) if interval.high <= limit => GoalVerdict::Met,
        Some(interval) if interval.low > limit => GoalVerdict::Breached,
        Some(_) | None => GoalVerdict::Undecided,
    }
}

fn quantile(metric: &Accumulator, share: f64, limit: f64) -> GoalOutcome {
    let Some(ranks) = ranks(share, metric.runs()) else {
        let said = Said::TooFew;
        return GoalOutcome { verdict: GoalVerdict::Undecided, value: None, interval: None, said };
    };
    let end = |rank: u64, upper: bool| {
        let bounds = metric.at_rank(rank);
        bounds.map_or(f64::INFINITY, |(low, high)| from_u64(if upper { high } else { low }))
    };
    let interval = Interval { low: end(ranks.low, false), high: end(ranks.high, true) };
    let value = metric.at_rank(ranks.value).map(|(low, high)| from_u64(low + (high - low) / 2));
    let verdict = below(Some(interval), limit);
    GoalOutcome { verdict, value, interval: Some(interval), said: Said::Simulated }
}

/// Returns the verdict over all targets: the worst of them; nothing where there are none.
pub(crate) fn overall(outcomes: &[GoalOutcome]) -> Option<GoalVerdict> {
    let any = |verdict: GoalVerdict| outcomes.iter().any(|one| one.verdict == verdict);
    if outcomes.is_empty() {
        None
    } else if any(GoalVerdict::Breached) {
        Some(GoalVerdict::Breached)
    } else if any(GoalVerdict::Undecided) {
        Some(GoalVerdict::Undecided)
    } else {
        Some(GoalVerdict::Met)
    }
}

/// Returns whether the half width of a metric's interval is at most this share of its mean.
///
/// # Examples
/// A mean of 499.5 that is known to 18 on each side is precise to a tenth and not to a hundredth:
/// ```
/// use cutover::campaign::{Accumulator, precise};
/// let mut of = Accumulator::default();
/// (0..1_000).for_each(|run| of.record(run, Some(run)));
/// let share = |text: &str| text.parse().expect("it is a share");
/// assert!(precise(&of, false, share("10%")));
/// assert!(!precise(&of, false, share("1%")));
/// ```
pub fn precise(metric: &Accumulator, flag: bool, share: Share) -> bool {
    let of = estimate(metric, flag);
    let (Some(mean), Some(interval)) = (of.mean, of.interval) else { return false };
    of.said == Said::Constant || (interval.high - interval.low) / 2.0 <= part(share.parts()) * mean
}
