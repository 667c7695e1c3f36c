//! The program's entry: hands the words of the command line to the library.
//!
//! Knows nothing of commands. Kept here: nothing but the call.

use std::process::ExitCode;

fn main() -> ExitCode {
    cutover::cli::main()
}
