#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! How rarely something happens, from runs that were made likelier.
//!
//! Knows nothing of how they were. Kept here: the estimate is labelled, stands beside what as many
//! plain runs could say, and has no interval where too few runs carry it.

use serde_json::json;

use super::amount::{exactly, percent, plain, rounded};
use crate::campaign::{Estimator, Header, Rare, Tally};
use crate::report::page::Page;
use crate::report::style::{Ink, Style};
use crate::report::wording::number;
use crate::statistics::{
    EFFECTIVE_HITS_MIN, Interval, Weighted, none_of, runs_for_precision, weights_add_up,
};

/// Returns how many plain runs would give an interval as narrow.
fn plain_runs(of: &Weighted, interval: Interval) -> Option<f64> {
    let estimate = of.estimate();
    let share = (interval.high - interval.low) / 2.0 / estimate;
    Some(runs_for_precision(estimate, share)).filter(|runs| runs.is_finite())
}

/// Returns what is asked, in words.
fn question(header: &Header, rare: &Rare) -> String {
    let column = &header.metrics[rare.metric];
    let limit = match rare.beyond {
        0 => "zero".to_owned(),
        limit => exactly(&column.unit, limit),
    };
    let length = super::screen::length(header.until_us);
    let length = length.trim_end_matches(" each");
    format!("chance that {} is more than {limit} in a run of {length}", column.name)
}

/// Returns why there is no interval.
fn silence(tally: &Tally, rare: &Rare) -> String {
    let of = &tally.weighted;
    let other = match rare.estimator {
        Estimator::FailureBiasing { .. } => "another --bias",
        Estimator::Splitting { .. } => "more --trials",
    };
    if of.hits == 0 {
        format!("never in these runs, of which nothing follows; more --runs or {other} may tell")
    } else if of.beyond > 0 {
        format!(
            "no estimate: {} runs weigh more than can be kept; less --bias may do",
            number(of.beyond)
        )
    } else if !weights_add_up(&tally.weights) {
        format!(
            "no estimate: the weights of all runs are {} on average and not one, so runs that \
             matter were hardly seen; less --bias may do",
            plain(tally.weights.estimate())
        )
    } else {
        format!(
            "about {}, but fewer than {EFFECTIVE_HITS_MIN} effective hits carry it: no interval; \
             more --runs or {other} may do",
            percent(of.estimate())
        )
    }
}

/// Returns the estimate as text of 80 columns; `repeat` is the command that gives it again.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/campaigns/total-loss.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Estimator, Header, Rare};
/// use cutover::report::{Style, rare_text};
/// let rare = Rare { metric: 0, beyond: 0, estimator: Estimator::FailureBiasing { bias: 20 } };
/// let tally = Campaign::new(&loaded, 0).weighed(rare).tally(0..5);
/// let header = Header::new(&loaded, 0, Chunks::of(5), String::new());
/// let repeat = "cutover campaign total-loss.ron --rare write_downtime --runs 5";
/// let text = rare_text(&header, &rare, (&tally, repeat), Style::PLAIN);
/// assert!(text.contains("failure biasing: 5 runs") && text.ends_with(&format!("{repeat}\n")));
/// ```
pub fn rare_text(
    header: &Header,
    rare: &Rare,
    (tally, repeat): (&Tally, &str),
    style: Style,
) -> String {
    let mut page = Page::new(style);
    let (weighted, interval) = (&tally.weighted, tally.rare_interval());
    let said = interval.map_or_else(
        || silence(tally, rare),
        |interval| {
            let [estimate, low, high] =
                [weighted.estimate(), interval.low, interval.high].map(percent);
            format!("{estimate} ({low} to {high}), rare-event estimator")
        },
    );
    let ink = if interval.is_some() { Ink::Strong } else { Ink::Doubtful };
    page.lead(0, ink, "RARE", &format!("{}: {said}", question(header, rare)));
    let (runs, hits) = (number(weighted.runs), number(weighted.hits));
    let worth = plain(weighted.effective_hits());
    let last = header.seed.wrapping_add(weighted.runs.saturating_sub(1));
    let seeds = format!(
        "of {}, policy {}, seeds {} to {last}",
        header.scenario, header.policy, header.seed
    );
    let how = match rare.estimator {
        Estimator::FailureBiasing { bias } => format!(
            "failure biasing: {runs} runs {seeds}, in which exponential failures of nodes come \
             {bias} times as often while their service lacks nodes; {hits} hits, worth {worth} \
             equal ones"
        ),
        Estimator::Splitting { trials } => format!(
            "splitting: {runs} repetitions {seeds}, with {trials} clones tried each time that one \
             more node is out; {hits} repetitions with a hit, worth {worth} equal ones"
        ),
    };
    page.say(6, Ink::Plain, &how);
    let bound = percent(none_of(weighted.runs));
    let instead = interval.and_then(|interval| plain_runs(weighted, interval));
    let instead = instead.map_or_else(String::new, |runs| {
        format!("; the same interval would take {} of them (analytic)", plain(runs))
    });
    let text =
        format!("as many plain runs without a hit would say: at most {bound} (bound){instead}");
    page.say(6, Ink::Plain, &text);
    page.title("TO REPEAT THIS");
    page.command(2, repeat);
    page.into_text()
}

/// Returns the estimate as JSON in the format `cutover.rare/1`, ending in a newline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/campaigns/total-loss.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Estimator, Header, Rare};
/// let rare = Rare { metric: 0, beyond: 0, estimator: Estimator::FailureBiasing { bias: 20 } };
/// let tally = Campaign::new(&loaded, 0).weighed(rare).tally(0..5);
/// let header = Header::new(&loaded, 0, Chunks::of(5), String::new());
/// let text = cutover::report::rare_json(&header, &rare, (&tally, "cutover campaign FILE"));
/// let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
/// assert_eq!((&value["format"], &value["bias"]), (&"cutover.rare/1".into(), &20.into()));
/// assert_eq!(value["hits"], tally.weighted.hits);
/// ```
pub fn rare_json(header: &Header, rare: &Rare, (tally, repeat): (&Tally, &str)) -> String {
    let (of, interval) = (&tally.weighted, tally.rare_interval());
    let (estimator, bias, trials) = match rare.estimator {
        Estimator::FailureBiasing { bias } => ("failure biasing", Some(bias), None),
        Estimator::Splitting { trials } => ("splitting", None, Some(trials)),
    };
    let column = &header.metrics[rare.metric];
    let value = json!({
        "format": "cutover.rare/1",
        "version": header.version,
        "scenario": header.scenario,
        "inputs": header.inputs,
        "policy": header.policy,
        "metric": column.name,
        "unit": column.unit,
        "beyond": rare.beyond,
        "said": "rare-event estimator",
        "estimator": estimator,
        "bias": bias,
        "trials": trials,
        "runs": of.runs,
        "seeds": { "first": header.seed, "count": of.runs },
        "until_us": header.until_us,
        "hits": of.hits,
        "effective_hits": rounded(of.effective_hits()),
        "mean_weight": bias.and_then(|_| rounded(tally.weights.estimate())),
        "probability": rounded(of.estimate()),
        "standard_error": rounded(of.standard_error()),
        "low": interval.and_then(|interval| rounded(interval.low)),
        "high": interval.and_then(|interval| rounded(interval.high)),
        "plain_bound": rounded(none_of(of.runs)),
        "plain_runs": interval.and_then(|interval| plain_runs(of, interval)).and_then(rounded),
        "repeat": repeat,
    });
    format!("{value:#}\n")
}
