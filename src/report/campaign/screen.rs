#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! The first screen of a campaign, for planners, at 80 columns.
//!
//! Knows nothing of terminals. Kept here: verdicts first, then three headline numbers with their
//! intervals, where the downtime comes from, and the commands that show the worst runs.

use super::amount::{amount, exactly, percent, short};
use super::json::WORST;
use super::share::{Portion, cause, part, portions};
use super::{digest, said};
use crate::campaign::{
    Accumulator, Column, Estimate, GoalOutcome, GoalVerdict, Header, Said, Tally, judge, overall,
};
use crate::kernel::Span;
use crate::report::page::Page;
use crate::report::style::{Ink, Style};
use crate::report::table::Table;
use crate::report::wording::{number, span};
use crate::scenario::{GoalOf, SLOS};
use crate::statistics::{Interval, clopper_pearson, from_u64};

/// Returns a campaign as text of 80 columns.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header};
/// let header = Header::new(&loaded, 0, Chunks::of(40), String::new());
/// let tally = Campaign::new(&loaded, 0).tally(0..40);
/// let text = cutover::report::campaign_text(&header, &tally, cutover::report::Style::PLAIN);
/// assert!(text.contains("business-primary-crash"));
/// ```
pub fn campaign_text(header: &Header, tally: &Tally, style: Style) -> String {
    let mut page = Page::new(style);
    let targets = judge(header, tally);
    let estimates = said(header, tally);
    headline(header, tally, &targets, &mut page);
    if !targets.is_empty() {
        page.title("TARGETS");
        for (goal, target) in header.goals.iter().zip(&targets) {
            let found = match goal.of {
                GoalOf::Chance(_) => found("share", target),
                GoalOf::Mean | GoalOf::Quantile(_) => {
                    found(&header.metrics[goal.metric].unit, target)
                }
                GoalOf::Availability => found("share", &available(header, target)),
            };
            page.lead(
                2,
                ink(target.verdict),
                target.verdict.word(),
                &format!("{}: {found}", goal.text),
            );
        }
    }
    headlines(header, &estimates, &mut page);
    origin(header, tally, &mut page);
    means(header, tally, &estimates, &mut page);
    quantiles(header, tally, &estimates, &mut page);
    invariants(header, tally, &mut page);
    worst(header, tally, &mut page);
    page.into_text()
}

/// Returns a target on downtime as one on the share of time that is left.
fn available(header: &Header, target: &GoalOutcome) -> GoalOutcome {
    let share = |micros: f64| 1.0 - micros / from_u64(header.until_us.max(1));
    let turned = |of: Interval| Interval { low: share(of.high), high: share(of.low) };
    GoalOutcome {
        value: target.value.map(share),
        interval: target.interval.map(turned),
        ..target.clone()
    }
}

fn ink(verdict: GoalVerdict) -> Ink {
    match verdict {
        GoalVerdict::Met => Ink::Good,
        GoalVerdict::Breached => Ink::Bad,
        GoalVerdict::Undecided => Ink::Doubtful,
    }
}

fn headline(header: &Header, tally: &Tally, targets: &[GoalOutcome], page: &mut Page) {
    let (word, color) = overall(targets).map_or(("DONE".to_owned(), Ink::Strong), |verdict| {
        (verdict.word().to_uppercase(), ink(verdict))
    });
    let last = header.seed.wrapping_add(tally.runs.saturating_sub(1));
    let asked = if tally.runs < header.chunks.runs {
        format!(" of at most {}", number(header.chunks.runs))
    } else {
        String::new()
    };
    let text = format!(
        "{}{asked} runs of {} ({}), policy {}, seeds {} to {last}, 95 % confidence intervals",
        number(tally.runs),
        header.scenario,
        length(header.until_us),
        header.policy,
        header.seed,
    );
    page.lead(0, color, &word, &text);
    if !header.story.is_empty() {
        page.say(word.len() + 2, Ink::Plain, &header.story);
    }
}

/// Returns the length of a run; whole days as such.
pub(super) fn length(micros: u64) -> String {
    const DAY: u64 = 86_400_000_000;
    if micros.is_multiple_of(DAY) && micros > DAY {
        return format!("{} days each", micros / DAY);
    }
    format!("{} each", span(Span::from_micros(micros)))
}

/// Returns an interval in words.
fn between(unit: &str, interval: Interval) -> String {
    format!("{} to {}", amount(unit, interval.low), amount(unit, interval.high))
}

fn found(unit: &str, target: &GoalOutcome) -> String {
    let value =
        target.value.map_or_else(|| "nothing can be said".to_owned(), |it| amount(unit, it));
    let interval =
        target.interval.map_or_else(String::new, |one| format!(" ({})", between(unit, one)));
    format!("{value}{interval}, {}", target.said.word())
}

/// Writes the three numbers that rank plans: downtime, the chance of a good run, what is lost.
fn headlines(header: &Header, estimates: &[Estimate], page: &mut Page) {
    page.title("HEADLINES, PER RUN");
    let of = |name: &str| header.metric(name).map(|place| &estimates[place]);
    if let Some(down) = of("write_downtime") {
        let share = |micros: f64| 1.0 - micros / from_u64(header.until_us.max(1));
        let available = down.mean.map_or_else(String::new, |mean| {
            format!("; writes available {} of the time", percent(share(mean)))
        });
        page.lead(2, Ink::Plain, "writes down", &(told("us", down) + &available));
    }
    for (_, name) in SLOS {
        if let Some(meets) = of(name) {
            let slo = name.trim_start_matches("meets_");
            page.lead(2, Ink::Plain, &format!("chance of {slo} %"), &told("share", meets));
        }
    }
    for (name, word) in [("loses_commits", "chance of loss"), ("lost_commits", "commits lost")] {
        if let Some(lost) = of(name) {
            let unit = if name == "loses_commits" { "share" } else { "count" };
            page.lead(2, Ink::Plain, word, &told(unit, lost));
        }
    }
}

/// Returns an estimate in words: the mean, its interval, and how it came about.
fn told(unit: &str, of: &Estimate) -> String {
    match (of.said, of.mean, of.interval) {
        (Said::Simulated, Some(mean), Some(interval)) => {
            format!("{} ({}), simulated", amount(unit, mean), between(unit, interval))
        }
        (Said::Bound, Some(mean), Some(interval)) if mean > 0.5 => {
            format!("always; at least {} (bound)", amount(unit, interval.low))
        }
        (Said::Bound, _, Some(interval)) => {
            format!("never; at most {} (bound)", amount(unit, interval.high))
        }
        (Said::Bound, ..) => "none in any run".to_owned(),
        (Said::Constant, Some(mean), _) => format!("{} in every run", amount(unit, mean)),
        (said, Some(mean), _) => format!("{} ({}: no interval)", amount(unit, mean), said.word()),
        (said, None, _) => said.word().to_owned(),
    }
}

/// Metrics that have a place of their own on the screen.
fn is_told_elsewhere(name: &str) -> bool {
    let headline = ["write_downtime", "loses_commits", "lost_commits"].contains(&name);
    headline || name.starts_with("meets_") || part(name).is_some() || cause(name).is_some()
}

fn means(header: &Header, tally: &Tally, estimates: &[Estimate], page: &mut Page) {
    let mut table = Table::of_names(&["metric", ">mean", "95 % interval"]);
    let rows = header.metrics.iter().zip(&tally.metrics).zip(estimates);
    for ((column, metric), of) in rows {
        if is_told_elsewhere(&column.name) || (metric.nonzero == 0 && metric.never == 0) {
            continue;
        }
        let mean = of.mean.map_or_else(|| "-".to_owned(), |mean| short(&column.unit, mean));
        let how = match (of.said, of.interval) {
            (Said::Simulated, Some(interval)) => {
                let [low, high] = [interval.low, interval.high].map(|it| short(&column.unit, it));
                format!("{low} to {high}, simulated")
            }
            (Said::TooFew, _) => format!("too few runs speak of it ({})", number(metric.nonzero)),
            (Said::Skewed, _) => "too skewed for so few runs".to_owned(),
            (Said::Never, _) => {
                format!("never in {} of {} runs", number(metric.never), number(tally.runs))
            }
            (said, _) => said.word().to_owned(),
        };
        table.row([column.name.clone(), mean, how]);
    }
    page.title("MEANS, PER RUN");
    page.table(2, &table);
    page.say(2, Ink::Faint, "metrics that were zero in every run are left out");
}

fn quantiles(header: &Header, tally: &Tally, estimates: &[Estimate], page: &mut Page) {
    let mut table = Table::of_names(&["metric", ">p50", ">p95", ">p99", ">greatest"]);
    let rows = header.metrics.iter().zip(&tally.metrics).zip(estimates);
    for ((column, metric), of) in rows.filter(|((column, metric), _)| has_quantiles(column, metric))
    {
        let at = |share: f64| {
            let of = of.quantiles.iter().find(|one| (one.share - share).abs() < 1e-9);
            of.map_or("-".to_owned(), |one| {
                one.value.map_or("never".to_owned(), |value| short(&column.unit, from_u64(value)))
            })
        };
        let most = metric.most.filter(|_| metric.never == 0);
        let most = most.map_or("never".to_owned(), |most| short(&column.unit, from_u64(most.0)));
        table.row([column.name.clone(), at(0.5), at(0.95), at(0.99), most]);
    }
    page.title("QUANTILES, OVER RUNS, SIMULATED");
    page.table(2, &table);
    page.say(2, Ink::Faint, "- stands where fewer than ten runs lie beyond");
    quantile_intervals(header, tally, estimates, page);
}

/// Writes the intervals of the quantiles; of one value where both ends are the same.
fn quantile_intervals(header: &Header, tally: &Tally, estimates: &[Estimate], page: &mut Page) {
    let mut table = Table::of_names(&["metric", "p50", "p95", "p99"]);
    let rows = header.metrics.iter().zip(&tally.metrics).zip(estimates);
    for ((column, _), of) in rows.filter(|((column, metric), _)| has_quantiles(column, metric)) {
        let end = |end: Option<u64>| {
            end.map_or("never".to_owned(), |end| short(&column.unit, from_u64(end)))
        };
        let cells = [0.5, 0.95, 0.99].map(|share| {
            let of = of.quantiles.iter().find(|one| (one.share - share).abs() < 1e-9);
            of.map_or("-".to_owned(), |of| {
                let (low, high) = (end(of.low), end(of.high));
                if low == high { low } else { format!("{low} to {high}") }
            })
        });
        let [half, most, nearly] = cells;
        table.row([column.name.clone(), half, most, nearly]);
    }
    page.title("THEIR 95 % INTERVALS, BY ORDER STATISTICS");
    page.table(2, &table);
}

/// Returns whether a metric's quantiles are told: those of metrics that vary and are no parts.
fn has_quantiles(column: &Column, metric: &Accumulator) -> bool {
    let told = !column.name.starts_with("downtime_") && column.unit != "share";
    told && !metric.is_constant() && metric.nonzero > 0
}

fn origin(header: &Header, tally: &Tally, page: &mut Page) {
    let (parts, causes) = (portions(header, tally, part), portions(header, tally, cause));
    if parts.is_empty() && causes.is_empty() {
        return;
    }
    page.title("WHERE THE DOWNTIME COMES FROM, SIMULATED");
    let words = |portions: &[Portion]| {
        let word = |one: &Portion| format!("{} {}", one.name, percent(one.share));
        portions.iter().map(word).collect::<Vec<String>>().join(", ")
    };
    page.lead(2, Ink::Plain, "spent on ", &words(&parts));
    page.lead(2, Ink::Plain, "caused by", &words(&causes));
}

fn invariants(header: &Header, tally: &Tally, page: &mut Page) {
    let broken = header.invariants.iter().zip(&tally.invariants);
    let broken: Vec<_> = broken.filter(|(_, of)| of.violated > 0).collect();
    page.title("INVARIANTS");
    if broken.is_empty() {
        return page.say(2, Ink::Plain, "no run broke one");
    }
    let mut table = Table::of_names(&["broken", ">runs", "share of runs, and the first seed"]);
    for (id, of) in broken {
        let interval = clopper_pearson(of.violated, tally.runs);
        let share = percent(from_u64(of.violated) / from_u64(tally.runs.max(1)));
        let first = of.first.map_or(0, |run| header.seed.wrapping_add(run));
        let text = format!("{share} ({}), seed {first}", between("share", interval));
        table.row([id.clone(), number(of.violated), text]);
    }
    page.table(2, &table);
}

fn worst(header: &Header, tally: &Tally, page: &mut Page) {
    page.title("TO SEE THE WORST RUNS");
    for name in WORST {
        let place = header.metric(name);
        let most = place.and_then(|place| tally.metrics[place].most).filter(|most| most.0 > 0);
        let (Some(place), Some((value, run))) = (place, most) else { continue };
        let unit = &header.metrics[place].unit;
        page.say(2, Ink::Plain, &format!("{name} {}", exactly(unit, value)));
        page.command(4, &header.replay(run));
    }
    let text = format!(
        "inputs {}, result {}, {} events, cutover {}",
        header.inputs,
        digest(header, tally),
        number(tally.events),
        header.version
    );
    page.title("DIGESTS");
    page.say(2, Ink::Plain, &text);
}
