//! How far a search is, told on standard error now and then.
//!
//! Knows nothing of what is searched for. Kept here: nothing is told of what is over soon, and a
//! terminal is left as it was.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::output;

/// So long nothing is told on a terminal.
const TERMINAL_PAUSE: Duration = Duration::from_secs(1);

/// So long nothing is told elsewhere, such as in the log of a build server.
const LOG_PAUSE: Duration = Duration::from_secs(30);

/// How far a search is.
pub(super) struct Progress {
    /// Whether what was told last is written over.
    terminal: bool,
    told: Cell<Instant>,
}

impl Progress {
    /// Begins with nothing to tell.
    pub(super) fn begin() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), told: Cell::new(Instant::now()) }
    }

    /// Tells how far it is, if that was not told lately.
    pub(super) fn tell(&self, text: impl FnOnce() -> String) {
        let pause = if self.terminal { TERMINAL_PAUSE } else { LOG_PAUSE };
        if self.told.get().elapsed() < pause {
            return;
        }
        self.told.set(Instant::now());
        if self.terminal {
            output::overwrite(&text());
        } else {
            output::complain(&text());
        }
    }

    /// Leaves a terminal as it was.
    pub(super) fn end(&self) {
        if self.terminal {
            output::overwrite("");
        }
    }
}
