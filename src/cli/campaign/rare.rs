//! The option `--rare`: what is asked that is rare, as words and as data.
//!
//! Knows nothing of weights. Kept here: what could give no answer is refused before anything runs.

use std::num::NonZero;
use std::ops::Range;

use super::command::metric;
use super::options::CampaignOptions;
use crate::campaign::{Campaign, Estimator, Header, Rare};
use crate::cli::guard::guarded;
use crate::cli::stop::Stop;
use crate::kernel::{Bytes, Span};
use crate::parallel::{map, processors};
use crate::scenario::{Loaded, limit_of, metrics};
use crate::statistics::{are_past_the_best, trusted_hits};

/// How many times as often failures come, of which the best is taken if nothing is said of it.
const BIASES: [u32; 10] = [3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];

/// Returns what is asked that is rare, if anything is.
pub(super) fn asked(
    options: &CampaignOptions,
    loaded: &Loaded,
    header: &Header,
) -> Result<Option<Rare>, Stop> {
    let Some(text) = &options.rare else { return Ok(None) };
    let (name, limit) = match text.split_once('=') {
        Some((name, limit)) => (name.trim(), Some(limit.trim())),
        None => (text.trim(), None),
    };
    let place = metric(header, name)?;
    let unit = metrics(&loaded.scenario)[place].unit;
    let beyond = limit.map_or(Ok(0), |limit| {
        limit_of(unit, limit).map_err(|error| Stop::usage(format!("--rare {name}: {error}")))
    })?;
    let estimator = match options.trials {
        Some(trials) => Estimator::Splitting { trials },
        None => Estimator::FailureBiasing { bias: options.bias.unwrap_or(BIASES[0]) },
    };
    let mut rare = Rare { metric: place, beyond, estimator };
    rare.check(&loaded.setup).map_err(|error| Stop::usage(format!("--rare {name}: {error}")))?;
    if options.trials.is_none() && options.bias.is_none() {
        rare.estimator = Estimator::FailureBiasing { bias: best(options, loaded, header, rare)? };
    }
    Ok(Some(rare))
}

/// Returns the bias that gives the most effective hits in a few runs beyond those of the campaign.
fn best(
    options: &CampaignOptions,
    loaded: &Loaded,
    header: &Header,
    rare: Rare,
) -> Result<u32, Stop> {
    let runs = options.runs.runs;
    let pilot = runs..runs + (runs / 10).clamp(100, 1_000);
    let asked = |bias| Rare { estimator: Estimator::FailureBiasing { bias }, ..rare };
    let biases: Vec<u32> =
        BIASES.into_iter().filter(|bias| asked(*bias).check(&loaded.setup).is_ok()).collect();
    let parts: Vec<_> = pilot.clone().step_by(10).map(|at| at..(at + 10).min(pilot.end)).collect();
    let jobs = options.runs.jobs.and_then(|jobs| usize::try_from(jobs.min(1_024)).ok());
    let jobs = jobs.and_then(NonZero::new).unwrap_or_else(processors);
    let mut best = None;
    for bias in biases {
        let campaign = Campaign::new(loaded, options.runs.seed).weighed(asked(bias));
        let part = |runs: &Range<u64>| campaign.tally(runs.clone());
        let tallies = guarded(&super::command::repeat(header), || map(&parts, jobs, part))?;
        let mut tally = campaign.empty();
        for part in &tallies {
            tally.merge(part);
        }
        let hits = trusted_hits(&tally.weighted, &tally.weights);
        match best {
            // Beyond the best, failures only get in each other's way, and runs get ever longer.
            Some((_, most)) if are_past_the_best(hits, most) => break,
            Some((_, most)) if hits <= most => {}
            Some(_) | None => best = Some((bias, hits)),
        }
    }
    Ok(best.map_or(BIASES[0], |(bias, _)| bias))
}

/// Returns the options that ask it again.
pub(super) fn words(header: &Header, rare: &Rare) -> String {
    let column = &header.metrics[rare.metric];
    let limit = match (rare.beyond, column.unit.as_str()) {
        (0, _) => String::new(),
        (limit, "us") => format!("={}", Span::from_micros(limit)),
        (limit, "bytes") => format!("={}", Bytes(limit)),
        (limit, _) => format!("={limit}"),
    };
    let how = match rare.estimator {
        Estimator::FailureBiasing { bias } => format!("--bias {bias}"),
        Estimator::Splitting { trials } => format!("--trials {trials}"),
    };
    let asked = crate::cli::run::quoted(&format!("{}{limit}", column.name));
    format!(" --rare {asked} {how}")
}
