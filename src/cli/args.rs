//! Commands and options, typed.
//!
//! Knows nothing of what they do. Kept here: every option has a help text and a long name, and
//! what can be refused without reading a file is refused here.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::campaign::options::{CampaignOptions, CompareOptions, MergeOptions};
use super::change::Change;
use super::exit::Exit;
use super::hunt_args::{FuzzOptions, ReplayOptions, ShrinkOptions};
use crate::check::INVARIANTS;
use crate::knob::{MUTANTS, Mutant, POLICIES, Policy, nearest};
use crate::scenario::Quantity;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(about = "Simulates failovers of managed PostgreSQL, deterministically")]
#[command(name = "cutover", version, max_term_width = 80, after_help = exit_codes())]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one scenario: timeline first, verdict and first screen after it
    Run(RunOptions),
    /// Run scenario files or folders against their own expectations, as a test suite
    Test(TestOptions),
    /// Find the exact values of one quantity at which the outcome changes
    Boundary(BoundaryOptions),
    /// Run scenarios against planted bugs of the platform: which invariant catches which
    Mutate(MutateOptions),
    /// Tell which statements of the providers' documents scenarios uphold or refute
    Contracts(MutateOptions),
    /// Random faults over a scenario; what goes wrong is shrunk and written as a scenario
    Fuzz(FuzzOptions),
    /// Make a failing scenario as small as it can be while it fails for the same reason
    Shrink(ShrinkOptions),
    /// A saved run again, event for event; says where it first goes another way
    Replay(ReplayOptions),
    /// Run a scenario many times and say what that allows to be said
    Campaign(CampaignOptions),
    /// Put the shard results of a campaign together
    Merge(MergeOptions),
    /// Run the same seeds under several plans, policies or values
    Compare(CompareOptions),
    /// Check scenario files or folders without running them; every error at once
    Validate(ValidateOptions),
    /// List what there is: faults, invariants, rules, knobs, plans, policies, drivers, ...
    List(ListOptions),
    /// Explain an invariant, rule, knob, fault, mutant, ...: what it says and its source
    Explain(ExplainOptions),
}

/// The options of `run`.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// The number that every draw comes from, decimal or 0x hex [default: the scenario's, or 0]
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) change: Change,
    /// How to print the result; as JSON in the format cutover.run/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Also save run.json, timeline.txt and a bundle for `replay` in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the verdict line only
    #[arg(long, conflicts_with = "format")]
    pub(crate) quiet: bool,
    /// Tell why the worst thing happened, in place of the timeline and the first screen
    #[arg(long, conflicts_with_all = ["format", "quiet"])]
    pub(crate) explain: bool,
    /// When to colour the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(help = "When to colour the text; auto honours NO_COLOR")]
    pub(crate) color: Color,
}

/// The options of `test`.
#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    /// Scenario files, or folders whose .ron files are run
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The number that every draw comes from, decimal or 0x hex [default: the scenario's, or 0]
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = SuiteFormat::Text)]
    pub(crate) format: SuiteFormat,
    /// Also tell which rules, phases, faults and orders no scenario reached
    #[arg(long)]
    pub(crate) coverage: bool,
    /// On how many threads; the output is the same for any
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
}

/// The options of `boundary`.
#[derive(Debug, Args)]
pub(crate) struct BoundaryOptions {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// A knob, script.N (the time of a step, from 1) or script.N.MEASURE, and its range
    #[arg(long, value_name = "KEY=A..B", value_parser = range)]
    pub(crate) vary: Range,
    /// What tells one outcome from another
    #[arg(long, value_enum, default_value_t = By::Events)]
    pub(crate) by: By,
    /// Into how many parts the range is cut before changes are looked for
    #[arg(long, value_name = "N", default_value = "64", value_parser = parts)]
    pub(crate) grid: u64,
    /// The number that every draw comes from, decimal or 0x hex [default: the scenario's, or 0]
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// Set a knob, as `list knobs` names them; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// How to print the result; as JSON in the format cutover.boundary/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// On how many threads; the output is the same for any
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
}

/// What tells one outcome from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Who takes over, whether commits are lost, what became of each logical slot, which invariants
    /// are broken, who is still down
    Events,
    /// What is violated and which expectations of the scenario are missed
    Verdict,
}

/// The range of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// The quantity.
    pub(crate) key: String,
    /// Its least value.
    pub(crate) low: Quantity,
    /// Its greatest value.
    pub(crate) high: Quantity,
}

/// The options of `mutate` and `contracts`.
#[derive(Debug, Args)]
pub(crate) struct MutateOptions {
    /// Scenario files, or folders whose .ron files are run
    #[arg(value_name = "PATH", default_value = "scenarios")]
    pub(crate) paths: Vec<PathBuf>,
    /// The number that every draw comes from, decimal or 0x hex
    #[arg(long, value_name = "N", default_value = "0", value_parser = seed)]
    pub(crate) seed: u64,
    /// How to print the result; as JSON in the format cutover.mutate/1 or cutover.contracts/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// On how many threads; the output is the same for any
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
}

/// How the result of a suite is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuiteFormat {
    /// For people, at 80 columns
    Text,
    /// One JSON object, format cutover.test/1
    Json,
    /// `JUnit` XML, for build servers
    Junit,
    /// The Test Anything Protocol
    Tap,
}

/// The options of `validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateOptions {
    /// Scenario files, or folders whose .ron files are checked
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// The options of `list`.
#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// What to list
    #[arg(value_enum)]
    pub(crate) what: Registry,
}

/// The options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// A name of any list but plans and scenarios, the number of an invariant or a contract, or a
    /// saved run: why the worst thing of it happened
    pub(crate) id: String,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Registry {
    /// What can go wrong
    Faults,
    /// What is checked
    Invariants,
    /// By which rules the platform decides, and how a daemon's procedure ends
    Rules,
    /// What can be tuned, with defaults and their sources
    Knobs,
    /// What an operator can order, and what each order presupposes
    Orders,
    /// Why an order can be refused
    Refusals,
    /// Which roles and states a service of a pair can have
    Roles,
    /// How many nodes a service has
    Plans,
    /// Who decides
    Policies,
    /// What is measured of runs
    Metrics,
    /// How clients behave, with the source or reason of every part
    Drivers,
    /// Faults to plant in the platform or a server
    Mutants,
    /// What the providers' documents say, with its place and what checks it
    Contracts,
    /// The scenarios in the folder `scenarios`
    Scenarios,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, at 80 columns
    Text,
    /// One JSON object, for programs
    Json,
}

/// When text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn exit_codes() -> String {
    let rows = Exit::ALL.iter().map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
    format!("Exit codes:\n{}", rows.collect::<Vec<_>>().join("\n"))
}

pub(super) fn seed(text: &str) -> Result<u64, String> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = hex.map_or_else(|| text.parse(), |digits| u64::from_str_radix(digits, 16));
    number.map_err(|error| format!("{error}, expected a number such as 7 or 0x7f"))
}

pub(super) fn number(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().map_err(|_| {
        let why = if digits { ", which is too large" } else { "" };
        format!("found {text:?}{why}, expected a number such as 1000")
    })
}

pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(key, _)| !key.trim().is_empty());
    let (key, value) = parts.ok_or("expected KEY=VALUE, such as dns_ttl=1m")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

fn parts(text: &str) -> Result<u64, String> {
    let known = text.parse().ok().filter(|parts| (1..=1_000_000).contains(parts));
    known.ok_or_else(|| "expected a number from 1 to 1000000".to_owned())
}

fn range(text: &str) -> Result<Range, String> {
    let expected = "expected KEY=A..B, such as script.1=20s..40s";
    let (key, values) = setting(text).map_err(|_| expected.to_owned())?;
    let (low, high) = values.split_once("..").ok_or(expected)?;
    let read = |text: &str| {
        let wrong = || format!("found {text:?}, expected a time, a rate, a size or a number");
        Quantity::read(text.trim()).ok_or_else(wrong)
    };
    let (low, high) = (read(low)?, read(high)?);
    if low.with(high.get()) != high {
        return Err("found a range between two kinds of values, expected one kind".to_owned());
    }
    if low.get() >= high.get() {
        return Err("found an empty range, expected the lower end first".to_owned());
    }
    Ok(Range { key, low, high })
}

pub(super) fn mutant(text: &str) -> Result<Mutant, String> {
    let names = MUTANTS.iter().map(|card| card.name);
    Mutant::by_name(text).ok_or_else(|| unknown(text, names, ("mutant", "mutants")))
}

pub(super) fn invariant(text: &str) -> Result<&'static str, String> {
    let names = || INVARIANTS.iter().map(|card| card.id);
    names()
        .find(|id| *id == text)
        .ok_or_else(|| unknown(text, names(), ("invariant", "invariants")))
}

pub(super) fn policy(text: &str) -> Result<Policy, String> {
    let names = POLICIES.iter().map(|card| card.name);
    Policy::by_name(text).ok_or_else(|| unknown(text, names, ("policy", "policies")))
}

fn unknown(
    text: &str,
    names: impl Iterator<Item = &'static str>,
    (one, many): (&str, &str),
) -> String {
    let near = nearest(text, names);
    let hint = near.map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
    format!("no such {one}{hint}; `cutover list {many}` names them all")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_has_help() {
        for command in Arguments::command().get_subcommands() {
            for option in command.get_arguments() {
                assert!(option.get_help().is_some(), "{} {}", command.get_name(), option.get_id());
            }
        }
    }

    #[test]
    fn seeds_are_decimal_or_hex() {
        assert_eq!(seed("12"), Ok(12));
        assert_eq!(seed("0xff"), Ok(255));
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert!(seed("-1").is_err() && seed("0x").is_err() && seed("seven").is_err());
    }

    #[test]
    fn a_setting_is_a_key_and_a_value() {
        assert_eq!(setting("dns_ttl = 1m"), Ok(("dns_ttl".to_owned(), "1m".to_owned())));
        assert_eq!(setting("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(setting("dns_ttl").is_err() && setting("=5").is_err());
    }

    #[test]
    fn a_range_is_of_one_kind_and_not_empty() {
        let found = range("script.1=20s..1m").expect("it is a range");
        assert_eq!((found.key.as_str(), found.low.get()), ("script.1", 20_000_000));
        for text in ["dns_ttl", "dns_ttl=5s", "dns_ttl=5s..3", "dns_ttl=5s..5s", "a=x..y"] {
            assert!(range(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_mutant_is_answered_with_the_nearest_name() {
        assert!(mutant("no-fencin").expect_err("unknown").contains("did you mean no-fencing?"));
    }

    #[test]
    fn a_misspelt_policy_is_answered_with_the_nearest_name() {
        assert_eq!(policy("pglookout"), Ok(Policy::Pglookout));
        assert!(policy("pglokout").expect_err("unknown").contains("did you mean pglookout?"));
    }
}
