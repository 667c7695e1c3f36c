//! What a client does: it writes, it reads, or it consumes a logical slot.
//!
//! Knows nothing of how a client connects. Kept here: a client does one thing.

use serde::{Deserialize, Serialize};

use super::consumer::Consumption;
use super::plan::Endpoint;
use crate::kernel::Bytes;

/// When the commits of a client come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arrivals {
    /// At an even pace.
    #[default]
    Even,
    /// As a Poisson process with the same rate: each commit at an instant of its own, drawn from
    /// the seed.
    Poisson,
}

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Commits through the primary name.
    Write {
        /// Commits a second, at least 1.
        rate: u32,
        /// WAL of each commit.
        wal_per_commit: Bytes,
        /// When they come.
        arrivals: Arrivals,
    },
    /// Reads through a name.
    Read {
        /// Reads a second, at least 1.
        rate: u32,
        /// Through which name.
        endpoint: Endpoint,
        /// Whether each read opens its own connection.
        fresh: bool,
    },
    /// Reads from a logical slot through the primary name.
    Consume(Consumption),
}

impl Work {
    /// Returns the name through which the work is done.
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Write { .. } | Self::Consume(_) => Endpoint::Primary,
            Self::Read { endpoint, .. } => endpoint,
        }
    }

    /// Returns whether the work writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::Write { .. })
    }

    /// Returns whether the work queries through a name.
    pub fn reads(self) -> bool {
        matches!(self, Self::Read { .. })
    }

    /// Returns how many requests it makes a second; a consumer is sent what there is.
    pub(crate) fn rate(self) -> u32 {
        match self {
            Self::Write { rate, .. } | Self::Read { rate, .. } => rate,
            Self::Consume(_) => 1,
        }
    }
}
