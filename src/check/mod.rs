//! The judgement: invariants, the accounts, and what the judge remembers of a run.
//!
//! * `table`, `slot_table`, `pair_table`, `planned`: every invariant with its number, kind, units,
//!   statement and source;
//! * `writers`, `durability`, `detection`, `names`, `redundancy`, `archive`, `followers`,
//!   `clients`, `quorum`, `pairs`, `orders`, `takeover`, `groups`, `slots`, `switchover`,
//!   `plan_change`, `planned_slots`, `window`, `standstills`: the invariants by subject;
//! * `history`, `operations`, `pair_history`, `group_history`, `watch`, `slot_memory`, `ledger`,
//!   `deliveries`, `repeats`, `intervals`: what they are judged on; `case`, `verdict`: how.
//!
//! It sees truth, decisions and history; nothing in the simulation sees it. Kept here: an
//! invariant that was not put to the test is vacuous, never said to hold.

mod archive;
mod case;
mod clients;
mod deliveries;
mod detection;
mod durability;
mod followers;
mod group_history;
mod groups;
mod history;
mod intervals;
mod ledger;
mod names;
mod operations;
mod orders;
mod pair_history;
mod pair_table;
mod pairs;
mod plan_change;
mod planned;
mod planned_slots;
mod quorum;
mod redundancy;
mod repeats;
mod slot_memory;
mod slot_table;
mod slots;
mod standstills;
mod switchover;
mod table;
mod takeover;
mod verdict;
mod watch;
mod window;
mod writers;

pub(crate) use archive::archive_gaps;
pub use case::Allowance;
pub(crate) use case::Case;
pub(crate) use deliveries::{consumed_phantoms, phantoms_of};
pub(crate) use history::{
    GivenUp, History, OrderGiven, PromotionRecord, Restore, ServiceHistory, Silence, Strike,
};
pub(crate) use intervals::{dual_writing, exposures};
pub(crate) use ledger::{Abandoned, Ledger, phantoms};
pub(crate) use operations::{OperationRecord, StopRecord};
pub use pairs::{ROLE_MOVES, RoleMove};
pub(crate) use quorum::acked_in_force;
pub use repeats::{Repeats, Skips};
pub(crate) use repeats::{Resumption, resumptions};
pub(crate) use slot_memory::{SlotFeedEnd, SlotRecord};
pub(crate) use standstills::{Standstill, StandstillKind};
pub(crate) use switchover::is_well;
pub(crate) use table::judge;
pub use table::{INVARIANTS, InvariantCard};
pub use verdict::{Amount, InvariantOutcome, Kind, Verdict};
pub(crate) use watch::is_alone;
