//! The options of the commands that search for what goes wrong, typed.
//!
//! Knows nothing of what they do. Kept here: every option has a help text and a long name.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{invariant, number, seed};
use super::change::Change;
use crate::kernel::Span;

/// The options of `fuzz`.
#[derive(Debug, Args)]
pub(crate) struct FuzzOptions {
    /// The scenario file; what it accepts in `allow` is nothing to be found
    pub(crate) file: PathBuf,
    /// How many runs are made
    #[arg(long, value_name = "N", value_parser = number)]
    pub(crate) runs: Option<u64>,
    /// How long runs are made and finds are shrunk, such as 30s or 10m
    #[arg(long, value_name = "SPAN", conflicts_with = "runs")]
    pub(crate) time: Option<Span>,
    /// How many steps are added to the script at most, up to 200
    #[arg(long, value_name = "N", default_value = "8", value_parser = steps)]
    pub(crate) steps: u64,
    /// The number that every draw comes from, decimal or 0x hex
    #[arg(long, value_name = "N", default_value = "0", value_parser = seed)]
    pub(crate) seed: u64,
    /// A folder of finds: shrunk again and merged, and new ones are added
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: Option<PathBuf>,
    /// A folder or file of finds to merge into the corpus; may be repeated
    #[arg(long, value_name = "PATH", requires = "corpus")]
    pub(crate) merge: Vec<PathBuf>,
    /// On how many threads; what is found is the same for any
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    #[command(flatten)]
    pub(crate) change: Change,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = HuntFormat::Text)]
    pub(crate) format: HuntFormat,
}

/// More random steps than these take longer to draw than to run.
const STEPS_MAX: u64 = 200;

fn steps(text: &str) -> Result<u64, String> {
    let found = number(text)?;
    if found > STEPS_MAX {
        return Err(format!("found {found} steps, expected at most {STEPS_MAX}"));
    }
    Ok(found)
}

/// The options of `shrink`.
#[derive(Debug, Args)]
pub(crate) struct ShrinkOptions {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// The number that every draw of the run comes from, decimal or 0x hex
    #[arg(long, value_name = "N", value_parser = seed)]
    #[arg(help = "The seed of the failing run, decimal or 0x hex [default: the scenario's, or 0]")]
    pub(crate) seed: Option<u64>,
    /// What is to go on going wrong, as `list invariants` names it [default: what went wrong first]
    #[arg(long, value_name = "ID", value_parser = invariant)]
    pub(crate) invariant: Option<&'static str>,
    /// How many runs are made at most before the proof
    #[arg(long, value_name = "N", default_value = "20000", value_parser = number)]
    pub(crate) runs: u64,
    #[command(flatten)]
    pub(crate) change: Change,
    /// How to print the result; as text it is a scenario file
    #[arg(long, value_enum, default_value_t = HuntFormat::Text)]
    pub(crate) format: HuntFormat,
    /// Also save original.ron, minimal.ron and shrink.json in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// The options of `replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    /// The bundle, or the folder that `--out` saved it in
    pub(crate) bundle: PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = ReplayFormat::Text)]
    pub(crate) format: ReplayFormat,
}

/// How the result of a replay is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplayFormat {
    /// For people
    Text,
    /// One JSON object, format cutover.replay/1
    Json,
}

/// How the result of a search is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HuntFormat {
    /// For people
    Text,
    /// One JSON object, format cutover.fuzz/1 or cutover.shrink/1
    Json,
}
