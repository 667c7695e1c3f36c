//! The belief: what the platform hears, believes and orders.
//!
//! * `decide`: news in, a rule and its orders out; `failover`, `replace`, `elect`: its procedures;
//! * `manager`: what one decider believes of one service; `rule`, `action`: its two vocabularies;
//! * `own`: a policy that somebody else writes;
//! * `lookout`: the second policy, with a decider on every node and on every observer.
//!
//! The truth is unknown here: no node, no link, no WAL but what was reported. Kept here: deciding
//! is a pure function of what was heard.

mod action;
mod decide;
mod elect;
mod failover;
pub mod lookout;
mod manager;
mod own;
mod replace;
mod rule;

pub use action::{ACTIONS, Action, Numbers};
pub use decide::{Decision, decide};
pub use elect::{Candidacy, Fitness};
pub use manager::{Manager, Member, Phase, Standing, Timer};
pub use own::{Decide, OwnPolicy};
pub use rule::Rule;
