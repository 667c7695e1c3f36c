//! Ids: small numbers that name the parts of one run, and the limits of a run.
//!
//! Knows nothing of what the parts are. Kept here: an id is an index into its own vector, and a
//! node's id is never given to another node.

use serde::{Deserialize, Serialize};

/// How many services a run may have.
pub(crate) const SERVICES_MAX: usize = 16;
/// How many nodes may be alive at one instant.
pub(crate) const NODES_MAX: usize = 48;
/// How many clients a run may have.
pub(crate) const CLIENTS_MAX: usize = 64;
/// How many logical slots a run may have.
pub(crate) const SLOTS_MAX: usize = 64;
/// How many steps a script may have.
pub(crate) const STEPS_MAX: usize = 4096;

macro_rules! index {
    ($($name:ident),+) => {$(
        impl $name {
            /// Returns the id of the part at this index of its vector.
            pub fn at(index: usize) -> Self {
                Self(index.try_into().expect("validation bounds the number of parts"))
            }

            /// Returns the index in the vector of these parts.
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    )+};
}

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub u8);

/// A node, never reused within a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u16);

/// A client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u8);

/// A region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionId(pub u8);

/// A branch of WAL history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BranchId(pub u16);

/// Somebody who decides for a service: the platform, or one of several daemons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeciderId(pub u8);

/// A daemon of the pglookout policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookoutId(pub u8);

/// A logical replication slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub u8);

/// A database that owns logical slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseId(pub u8);

index!(ServiceId, NodeId, ClientId, RegionId, BranchId, DeciderId, LookoutId, SlotId, DatabaseId);

/// A zone of a region: power and network that fail together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the letters are the zones' names")]
pub enum Zone {
    A,
    B,
    C,
}
