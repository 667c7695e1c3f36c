//! Where in its period a periodic job stands when the run begins.
//!
//! Knows nothing of any job. Kept here: what is written can be read again.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling::read_or;
use crate::kernel::{Span, TimeError};

/// Where in its period a periodic job stands when the run begins.
///
/// # Examples
/// ```
/// use cutover::kernel::Span;
/// use cutover::knob::Phase;
/// assert_eq!("2s".parse(), Ok(Phase::At(Span::from_secs(2))));
/// assert_eq!(Phase::Drawn.to_string(), "drawn");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Drawn from the seed, uniform over the period, for each job by its own name.
    Drawn,
    /// The first tick is this long after the start of the run.
    At(Span),
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drawn => f.write_str("drawn"),
            Self::At(span) => span.fmt(f),
        }
    }
}

impl FromStr for Phase {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text == "drawn" { Ok(Self::Drawn) } else { text.parse().map(Self::At) }
    }
}

impl Serialize for Phase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Phase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_or(deserializer, "drawn")
    }
}
