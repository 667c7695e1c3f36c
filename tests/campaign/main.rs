//! Campaigns as scripts see them: the same bytes however they are run, or a clear refusal.
//!
//! * `stage`: a folder with a scenario, and the program in it;
//! * `shards`: parts of a campaign put together; `interruption`: killed, stopped, out of room;
//! * `rare`: weighed runs; `ready`: the campaigns that come with cutover;
//! * `targets`: verdicts, precision, and metrics that do not exist; `comparison`: arms.
//!
//! Knows nothing of statistics. Kept here: no test depends on how fast the machine is.

mod comparison;
mod interruption;
mod rare;
mod ready;
mod shards;
mod stage;
mod targets;
