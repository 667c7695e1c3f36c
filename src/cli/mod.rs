//! The command line: words in, words out, and an exit code.
//!
//! Knows nothing of how a result comes about or reads. Kept here: results go to standard output,
//! everything else to standard error, and a closed pipe ends the program quietly.
//!
//! | file | duty |
//! |---|---|
//! | `args.rs` | commands and options, typed |
//! | `change.rs` | what is changed of a scenario: knobs, policy, mutant |
//! | `exit.rs`, `stop.rs` | exit codes; why a command ends early |
//! | `output.rs`, `guard.rs` | streams and files; panics of the simulator |
//! | `run.rs`, `test.rs`, `validate.rs`, `list.rs`, `explain.rs` | one command each |
//! | `saved.rs` | `explain` of a saved run |
//! | `boundary.rs`, `mutate.rs`, `contracts.rs` | one command each, of many runs |
//! | `jobs.rs`, `interruption.rs`, `progress.rs` | on how many threads; Ctrl-C; how far it is |
//! | `fuzz.rs`, `shrink.rs`, `replay.rs` | one command each; `hunt_args.rs`: their options |
//! | `corpus.rs` | a folder of finds |
//! | `campaign/` | many runs: `campaign`, `merge`, `compare` |
//! | `catalog.rs` | the registries as tables |

mod args;
mod boundary;
mod campaign;
mod catalog;
mod change;
mod contracts;
mod corpus;
mod exit;
mod explain;
mod fuzz;
mod guard;
mod hunt_args;
mod interruption;
mod jobs;
mod list;
mod mutate;
mod output;
mod progress;
mod replay;
mod run;
mod saved;
mod shrink;
mod stop;
mod test;
mod validate;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Arguments, Command};
use self::exit::Exit;

/// Runs the program: reads the command line, does what it says, and returns the exit code.
///
/// # Examples
/// The whole of a program, under whatever name:
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     cutover::cli::main()
/// }
/// ```
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error).into(),
    };
    let result = match &arguments.command {
        Command::Run(options) => run::run(options),
        Command::Test(options) => test::test(options),
        Command::Boundary(options) => boundary::boundary(options),
        Command::Mutate(options) => mutate::mutate(options),
        Command::Contracts(options) => contracts::contracts(options),
        Command::Replay(options) => replay::replay(options),
        Command::Fuzz(options) => fuzz::fuzz(options),
        Command::Shrink(options) => shrink::shrink(options),
        Command::Campaign(options) => campaign::campaign(options),
        Command::Merge(options) => campaign::merge(options),
        Command::Compare(options) => campaign::compare(options),
        Command::Validate(options) => validate::validate(&options.paths),
        Command::List(options) => list::list(options.what),
        Command::Explain(options) => explain::explain(&options.id),
    };
    result
        .unwrap_or_else(|stop| {
            output::complain(&stop.message);
            stop.exit
        })
        .into()
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
