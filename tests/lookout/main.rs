//! The pglookout policy: what follows from its rules, and its agreement with a naive twin.
//!
//! Knows nothing of the simulator. Kept here: the twin shares no code with the policy but the
//! values that go in.

mod facts;
mod heard;
mod history;
mod properties;
mod stage;
mod twin;
