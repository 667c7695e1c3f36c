//! Chunks of runs on several threads, one wave after the other.
//!
//! Knows nothing of what a chunk gives. Kept here: results are handed over in the order of the
//! chunks, whichever thread was first; an interruption is noticed between two waves.

use std::io::{self, IsTerminal};
use std::num::NonZero;

use crate::cli::guard::guarded;
use crate::cli::interruption::Interruption;
use crate::cli::output;
use crate::cli::stop::Stop;
use crate::parallel::{map, processors};

/// Chunks that each thread takes in one wave.
const WAVE: usize = 4;

/// Threads that work on chunks until they are interrupted.
pub(super) struct Runner {
    jobs: NonZero<usize>,
    interruption: Interruption,
    /// The command that repeats all of it, for somebody who sees a bug.
    command: String,
    told: bool,
}

/// Why no more chunks are run.
pub(super) enum End {
    /// All are done.
    Done,
    /// The user stopped it.
    Interrupted,
}

impl Runner {
    /// Returns threads, as many as wanted or as there are processors.
    pub(super) fn new(jobs: Option<u64>, command: String) -> Self {
        let jobs = jobs.and_then(|jobs| NonZero::new(usize::try_from(jobs.min(1_024)).ok()?));
        let jobs = jobs.unwrap_or_else(processors);
        let interruption = Interruption::watch();
        Self { jobs, interruption, command, told: io::stderr().is_terminal() }
    }

    /// Works on chunks and hands each result over, in order.
    pub(super) fn run<T: Send>(
        &self,
        chunks: &[u64],
        work: impl Fn(u64) -> T + Sync,
        mut finish: impl FnMut(u64, T) -> Result<(), Stop>,
    ) -> Result<End, Stop> {
        let wave = self.jobs.get() * WAVE;
        for (done, chunks_of_wave) in chunks.chunks(wave).enumerate() {
            if self.interruption.is_noted() {
                return Ok(End::Interrupted);
            }
            self.progress(done * wave, chunks.len());
            let results =
                guarded(&self.command, || map(chunks_of_wave, self.jobs, |chunk| work(*chunk)))?;
            for (chunk, result) in chunks_of_wave.iter().zip(results) {
                finish(*chunk, result)?;
            }
        }
        self.progress(chunks.len(), chunks.len());
        Ok(End::Done)
    }

    /// Shows how far it has come, to a person only.
    fn progress(&self, done: usize, all: usize) {
        if self.told {
            let text = if done == all { String::new() } else { format!("{done} of {all} chunks") };
            output::overwrite(&text);
        }
    }
}
