//! What can go wrong: kinds of faults, what they are aimed at, how they strike and heal.
//!
//! * `kind`: every fault with its card; `target`: what it is aimed at; `act`: strike and heal.
//!
//! Knows nothing of beliefs and of scripts. Kept here: a fault changes the truth only, and the
//! platform has to find out.

mod act;
mod kind;
mod target;

pub use act::Victim;
pub(crate) use act::{heal, inject, resolve, sides};
pub use kind::{Aim, FAULTS, FaultCard, FaultKind};
pub use target::{Party, Target};
