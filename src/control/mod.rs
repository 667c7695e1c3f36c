//! The belief: what the platform hears, believes and orders.
//!
//! * `decide`: news in, a rule and its orders out; `failover`, `replace`, `elect`: its procedures;
//! * `operator`, `order_card`: what an operator can order, and what that presupposes; `command`: an
//!   order in, its rule or a refusal out;
//! * `follow`, `follower`: services that follow another one, and their maintenance; `pair`,
//!   `group`: two that take each other's place, or go apart; `bond`: either;
//! * `request`, `switchover`, `answer`, `drain`, `window`, `verify`, `handover`, `plan_change`: its
//!   planned procedures; `upgrade`, `power`: what has a whole service down; `operation`: how far
//!   one is;
//! * `manager`: what one decider believes of one service; `member`: of one node; `phase`: what it
//!   is doing; `rule`, `rule_sentence`, `action`: its two vocabularies;
//! * `own`: a policy that somebody else writes;
//! * `lookout`: the second policy, with a decider on every node and on every observer.
//!
//! The truth is unknown here: no node, no link, no WAL but what was reported. Kept here: deciding
//! is a pure function of what was heard.

mod action;
mod answer;
mod bond;
mod command;
mod decide;
mod drain;
mod elect;
mod failover;
mod follow;
mod follower;
mod group;
mod handover;
pub mod lookout;
mod manager;
mod member;
mod operation;
mod operator;
mod order_card;
mod own;
mod pair;
mod phase;
mod plan_change;
mod power;
mod replace;
mod request;
mod rule;
mod rule_sentence;
mod switchover;
mod upgrade;
mod verify;
mod window;

pub use action::{ACTIONS, Action, Numbers};
pub(crate) use bond::{Bond, Showing};
pub use command::Refusal;
pub(crate) use command::command;
pub use decide::{Decision, decide};
pub use elect::{Candidacy, Fitness};
pub use follow::Following;
pub use group::{GroupPart, GroupState};
pub use manager::Manager;
pub(crate) use manager::{SOURCE, Timer};
pub use member::{Member, Standing};
pub(crate) use operation::Cause;
pub use operator::Operator;
pub use order_card::{ORDERS, OrderAim, OrderCard};
pub use own::{Decide, OwnPolicy};
pub(crate) use pair::{Managers, PairDecision, Side};
pub use pair::{PairRole, ServiceState};
pub use phase::{Phase, PhaseName};
pub(crate) use power::shown;
pub use rule::Rule;
pub use window::Window;
pub(crate) use window::opens;
