//! How far a search goes: so many runs, and until somebody wants an end.
//!
//! Knows nothing of clocks and of signals. Kept here: whoever searches asks between any two runs.

/// The bounds of a search.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// So many runs are made at most.
    pub(crate) runs_max: u64,
    /// Whether an end is wanted by now.
    pub(crate) stop: &'a dyn Fn() -> bool,
}

impl Limits<'_> {
    /// Returns the bounds of a search that nobody ends before its runs are made.
    pub(crate) fn runs(runs_max: u64) -> Self {
        Self { runs_max, stop: &|| false }
    }

    /// Returns whether no further run is to be made after so many.
    pub(super) fn reached(self, runs: u64) -> bool {
        runs >= self.runs_max || (self.stop)()
    }
}
