//! A deterministic discrete-event simulator of managed-PostgreSQL failover.

pub mod check;
pub mod control;
pub mod fault;
pub mod kernel;
pub mod knob;
pub mod model;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod trace;
