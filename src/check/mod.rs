//! The judgement: invariants, the accounts, and what the judge remembers of a run.
//!
//! * `table`: every invariant with its number, kind, units, statement and source;
//! * `writers`, `durability`, `detection`, `names`, `redundancy`: the invariants by subject;
//! * `history`, `ledger`, `intervals`: what they are judged on; `case`, `verdict`: how.
//!
//! It sees truth, decisions and history; nothing in the simulation sees it. Kept here: an
//! invariant that was not put to the test is vacuous, never said to hold.

mod case;
mod detection;
mod durability;
mod history;
mod intervals;
mod ledger;
mod names;
mod redundancy;
mod table;
mod verdict;
mod writers;

pub use case::{Allowance, Breach, Case, Finding};
pub use history::{GivenUp, History, PromotionRecord, ServiceHistory, Silence, Strike};
pub use intervals::{DualWriting, Exposed, dual_writing, exposures};
pub use ledger::{Abandoned, Ledger};
pub use table::{INVARIANTS, InvariantCard, judge};
pub use verdict::{Amount, InvariantOutcome, Kind, Verdict};
