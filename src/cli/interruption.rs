//! Ctrl-C as something that long commands can look at.
//!
//! Knows nothing of what is interrupted. Kept here: the first interruption is only noted, so that
//! what was finished can be kept; the second ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

/// Whether the user wants an end.
#[derive(Clone, Debug)]
pub(super) struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// Begins to note interruptions; to be called once in a program.
    pub(super) fn watch() -> Self {
        let noted = Arc::new(AtomicBool::new(false));
        let seen = noted.clone();
        let handler = move || {
            // Whoever asks twice does not want to wait for what is under way.
            if seen.swap(true, Ordering::SeqCst) {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
        };
        // Where signals cannot be caught, an interruption ends the program as it always did.
        drop(ctrlc::set_handler(handler));
        Self(noted)
    }

    /// Returns whether there was one.
    pub(super) fn is_noted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
