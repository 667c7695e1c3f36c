//! The second policy: pglookout, a daemon on every node and on every observer, each deciding alone.
//!
//! | file | duty |
//! |---|---|
//! | `daemon` | what one daemon believes |
//! | `sight` | one poll of one node, and what an observer passes on |
//! | `hear` | how polls and answers become belief |
//! | `map` | who is primary and who is standby, by own sight and by observers |
//! | `check` | one run of the decision procedure |
//! | `ballot` | its last step: positions, the furthest node and the majority |
//! | `gate` | the ways in which the procedure ends |
//!
//! A daemon knows its own clock, the clocks it was told and nothing of the truth. There is no
//! leader and no lock, and nobody stops an old primary. Kept here: a daemon orders nothing but its
//! own node's promotion, and a new daemon has forgotten everything.
//!
//! # Examples
//! A lone standby of two nodes that never saw its primary promotes itself at its first check.
//! ```
//! use cutover::control::lookout::{Configuration, Daemon, Gate, Poll, Seat, Seen, check};
//! use cutover::kernel::{Instant, Position};
//! use cutover::knob::Knobs;
//!
//! let knobs = Knobs::default();
//! let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), Instant::ZERO);
//! let now = Instant::from_micros(1_000_000);
//! let seen = Seen::standby(now, Position::from_micro_bytes(7));
//! daemon.polled(1, Poll { fetched: now, seen: None });
//! daemon.polled(2, Poll { fetched: now, seen: Some(seen) });
//! let outcome = check(&knobs, &mut daemon, now);
//! assert_eq!(outcome.verdict, Gate::PromoteItself);
//! assert!(outcome.promote_self);
//! ```

mod ballot;
mod check;
mod daemon;
mod gate;
mod hear;
mod map;
mod sight;
#[cfg(test)]
mod tests;

pub use check::{Alert, Check, check};
pub use daemon::{Configuration, Daemon, Seat};
pub use gate::Gate;
pub use map::Map;
pub use sight::{Answer, Poll, Seen, Sight, Watch};
