//! Why a command ends before it has a result.
//!
//! Knows nothing of streams. Kept here: whoever stops says why and with which exit code.

use std::fmt::Display;

use super::exit::Exit;

/// A command that ends early: what to say and how to exit.
#[derive(Debug)]
pub(crate) struct Stop {
    /// How the program ends.
    pub(crate) exit: Exit,
    /// What is said on standard error.
    pub(crate) message: String,
}

impl Stop {
    /// Returns a stop because of the command line.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self { exit: Exit::Usage, message: format!("error: {message}") }
    }

    /// Returns a stop because of an input; its errors name their places themselves.
    pub(crate) fn input(message: impl Display) -> Self {
        Self { exit: Exit::Input, message: message.to_string() }
    }

    /// Returns a stop because an output could not be written.
    pub(crate) fn output(what: impl Display, why: impl Display) -> Self {
        Self { exit: Exit::Output, message: format!("error: cannot write {what}: {why}") }
    }
}
