//! A service as it really is: its nodes and its names.
//!
//! Knows nothing of what the platform believes. Kept here: nodes are listed in the order of their
//! numbers, and a number is never given twice.

use super::dns::Record;
use super::ids::{NodeId, RegionId, ServiceId};
use super::plan::{Endpoint, Plan};

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its plan.
    pub plan: Plan,
    /// The region of its nodes.
    pub region: RegionId,
    /// Every node it ever had, by number.
    pub nodes: Vec<NodeId>,
    /// The node that became primary last.
    pub primary: NodeId,
    /// The name that follows the primary.
    pub primary_name: Record,
    /// The name that follows the standbys.
    pub replica_name: Record,
}

impl Service {
    /// Returns the record of one of its names.
    pub fn record(&self, endpoint: Endpoint) -> &Record {
        match endpoint {
            Endpoint::Primary => &self.primary_name,
            Endpoint::Replica => &self.replica_name,
        }
    }

    /// Returns the record of one of its names, to change it.
    pub fn record_mut(&mut self, endpoint: Endpoint) -> &mut Record {
        match endpoint {
            Endpoint::Primary => &mut self.primary_name,
            Endpoint::Replica => &mut self.replica_name,
        }
    }

    /// Returns the node with this number, if there ever was one.
    pub fn numbered(&self, number: u16) -> Option<NodeId> {
        let index = usize::from(number).checked_sub(1)?;
        self.nodes.get(index).copied()
    }
}
