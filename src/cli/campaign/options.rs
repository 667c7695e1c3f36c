//! The options of the commands over many runs, typed.
//!
//! Knows nothing of what they do. Kept here: what can be refused without reading a file is refused
//! here.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::campaign::Shard;
use crate::cli::args::{Color, seed, setting};
use crate::cli::change::Change;
use crate::kernel::Share;

/// What every command over many runs can be told of the runs.
#[expect(clippy::struct_field_names, reason = "an option is called as it is written")]
#[derive(Clone, Debug, Args)]
pub(crate) struct Runs {
    /// How many runs there are, at most
    #[arg(long, value_name = "N", default_value = "1000", value_parser = count)]
    pub(crate) runs: u64,
    /// The seed of the first run; each run has the next, decimal or 0x hex
    #[arg(long, value_name = "N", default_value = "0", value_parser = seed)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) change: Change,
    /// How many threads work on it; all processors if not given
    #[arg(long, value_name = "N", value_parser = count)]
    pub(crate) jobs: Option<u64>,
    /// Runs that one thread takes at a time, and that one saved file holds
    #[arg(long, value_name = "N", value_parser = count)]
    pub(crate) chunk: Option<u64>,
    /// When to colour the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(help = "When to colour the text; auto honours NO_COLOR")]
    pub(crate) color: Color,
}

/// The options of `campaign`.
#[derive(Debug, Args)]
pub(crate) struct CampaignOptions {
    /// The scenario file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) runs: Runs,
    /// Stop early once the interval of a metric's mean is this share of it on each side
    #[arg(long, value_name = "METRIC=PERCENT", value_parser = precision)]
    pub(crate) precise: Vec<(String, Share)>,
    /// Run one of N parts and print a shard result for `cutover merge`
    #[arg(long, value_name = "I/N", value_parser = shard, conflicts_with = "precise")]
    pub(crate) shard: Option<Shard>,
    /// Estimate how rarely a metric is beyond a limit, or beyond zero, from weighed runs
    #[arg(long, value_name = "METRIC[=LIMIT]", conflicts_with = "precise")]
    pub(crate) rare: Option<String>,
    /// Failures of nodes come so many times as often while their service lacks nodes; if not given,
    /// what gives the most effective hits in a few runs of its own
    #[arg(long, value_name = "TIMES", value_parser = times, requires = "rare")]
    pub(crate) bias: Option<u32>,
    /// Split instead: each run tries so many clones each time that one more node is out
    #[arg(long, value_name = "N", value_parser = trials, requires = "rare")]
    #[arg(conflicts_with = "bias")]
    pub(crate) trials: Option<u32>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = CampaignFormat::Text)]
    pub(crate) format: CampaignFormat,
    #[command(flatten)]
    pub(crate) saving: Saving,
}

/// Where finished chunks are kept.
#[derive(Clone, Debug, Args)]
pub(crate) struct Saving {
    /// Save each finished chunk, and the result, in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with the chunks that are saved in the folder of --out
    #[arg(long, requires = "out")]
    pub(crate) resume: bool,
}

/// The options of `merge`.
#[derive(Debug, Args)]
pub(crate) struct MergeOptions {
    /// Shard results of one campaign or one comparison, in any order
    #[arg(required = true, value_name = "RESULT")]
    pub(crate) results: Vec<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = CampaignFormat::Text)]
    pub(crate) format: CampaignFormat,
    /// When to colour the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(help = "When to colour the text; auto honours NO_COLOR")]
    pub(crate) color: Color,
}

/// The options of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareOptions {
    /// The scenario file; with several, each is an arm
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) runs: Runs,
    /// Compare values of a knob, of `policy` or of `plan`: A,B,.. or A..B/STEP; twice for a grid
    ///
    /// A plan with `+recovery` behind it has recovery services in another region as well.
    #[arg(long, value_name = "KEY=VALUES", value_parser = setting)]
    pub(crate) by: Vec<(String, String)>,
    /// Double and halve each undocumented value that matters, and rank them
    #[arg(long, conflicts_with = "by")]
    pub(crate) tornado: bool,
    /// Run one of N parts and print a shard result for `cutover merge`
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
    /// Tell of this metric, as the JSON of `campaign` names them; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Vec<String>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = CampaignFormat::Text)]
    pub(crate) format: CampaignFormat,
    #[command(flatten)]
    pub(crate) saving: Saving,
}

/// How a result of many runs is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CampaignFormat {
    /// For people, at 80 columns
    Text,
    /// One JSON object, format cutover.campaign/1 or cutover.compare/1
    Json,
    /// The text as a block of Markdown, to be pasted
    Markdown,
}

fn count(text: &str) -> Result<u64, String> {
    let number = text.replace('_', "").parse::<u64>().map_err(|error| error.to_string());
    let expected = "expected a number from 1 to 1000000000";
    match number {
        Ok(number) if (1..=1_000_000_000).contains(&number) => Ok(number),
        Ok(number) => Err(format!("found {number}, {expected}")),
        Err(error) => Err(format!("{error}, {expected}")),
    }
}

fn times(text: &str) -> Result<u32, String> {
    whole(text, 1_000_000_000)
}

fn trials(text: &str) -> Result<u32, String> {
    // As many clones of a run are kept at once.
    whole(text, 1_000)
}

fn whole(text: &str, most: u32) -> Result<u32, String> {
    match text.replace('_', "").parse::<u32>() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("found {text}, expected a number from 1 to {most}")),
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').map(|(index, of)| (index.parse(), of.parse()));
    match parts {
        Some((Ok(index), Ok(of))) if 1 <= index && index <= of => Ok(Shard { index, of }),
        _ => Err("expected I/N with I from 1 to N, such as 2/7".to_owned()),
    }
}

fn precision(text: &str) -> Result<(String, Share), String> {
    let (metric, share) =
        text.split_once('=').ok_or("expected METRIC=PERCENT, such as failovers=5%")?;
    let share: Share = share.trim().parse().map_err(|error| format!("{error}"))?;
    if share.parts() == 0 {
        return Err("found 0%, expected more".to_owned());
    }
    Ok((metric.trim().to_owned(), share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_count_from_one() {
        assert_eq!(shard("2/7"), Ok(Shard { index: 2, of: 7 }));
        for text in ["0/7", "8/7", "2", "a/b", "-1/2"] {
            assert!(shard(text).is_err(), "{text}");
        }
    }

    #[test]
    fn precisions_and_counts_are_read() {
        let five = "5%".parse().expect("it is a share");
        assert_eq!(precision("failovers=5%"), Ok(("failovers".to_owned(), five)));
        assert!(precision("failovers").is_err() && precision("failovers=0%").is_err());
        assert_eq!(count("10_000"), Ok(10_000));
        assert!(count("0").is_err() && count("many").is_err());
    }
}
