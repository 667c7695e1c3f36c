//! Pairs and groups of services: orders, roles and states against the documentation's
//! table, and what holds whatever operators and faults do.
//!
//! Knows nothing of the inside of the library. Kept here: the table is written out by hand, and
//! every shipped scenario and thousands of random runs are held against it.

mod campaign;
mod followers;
mod groups;
mod moves;
mod orders;
mod random;
#[path = "../shipped/mod.rs"]
mod shipped;
mod stage;
