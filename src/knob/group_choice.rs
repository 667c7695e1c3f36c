//! The closed sets that knobs of groups choose from.
//!
//! Knows nothing of what a choice leads to. Kept here: each word means one thing.

use serde::{Deserialize, Serialize};

/// What the state Running of a group says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupRunning {
    /// That no order is under way, whether or not the primary instance serves.
    ControlPlane,
    /// That the primary instance serves as well.
    Serving,
}
