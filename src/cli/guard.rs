//! Turns a failed assertion of the simulator into a message and an exit code.
//!
//! Knows nothing of what was run. Kept here: a bug of the simulator never looks like a verdict.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::exit::Exit;
use super::stop::Stop;

/// Does something that may fail an assertion; `command` is what somebody has to run to see it.
pub(crate) fn guarded<T>(command: &str, deed: impl FnOnce() -> T) -> Result<T, Stop> {
    // Whatever the deed left half done is dropped with it.
    catch_unwind(AssertUnwindSafe(deed)).map_err(|_| Stop {
        exit: Exit::Internal,
        message: format!(
            "error: an assertion of the simulator itself failed; this says nothing about the \
             scenario\nplease report the message above together with the scenario file, \
             cutover {} and the command\n  {command}",
            env!("CARGO_PKG_VERSION"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_assertion_becomes_an_exit_code_and_names_the_command() {
        let stop = guarded("cutover run a.ron --seed 0", || assert_eq!(1, 2, "as planned"))
            .expect_err("the assertion fails");
        assert_eq!(stop.exit, Exit::Internal);
        assert!(stop.message.ends_with("  cutover run a.ron --seed 0"));
        assert_eq!(guarded("", || 5).expect("nothing fails"), 5);
    }
}
