//! The ground the simulator stands on: time, quantities, movement, order and chance.
//!
//! Knows nothing of servers, services or faults. Everything here is a value: no clock, no
//! threads, no hash maps, no input or output, and floats in `law.rs` alone.
//!
//! | file | duty |
//! |---|---|
//! | `instant.rs`, `time.rs`, `quantity.rs` | microseconds, bytes, how a file spells them |
//! | `position.rs`, `path.rs`, `path_shape.rs` | places in the WAL, movement, its shapes |
//! | `ranges.rs` | sets of stretches of the WAL |
//! | `path_oracle.rs` | the judge of paths, in tests only |
//! | `pace.rs`, `poisson.rs`, `marks.rs` | marks along time, even ones and random ones |
//! | `queue.rs` | what happens next |
//! | `digest.rs`, `chance.rs`, `law.rs` | stable hashes, random words, quantities drawn |
//! | `law_spelling.rs`, `measure.rs` | how a file spells a law, and what it can be about |
//! | `distribution.rs` | mixtures of laws, and what was observed |
//! | `share.rs` | shares of a whole |
//! | `decimal.rs`, `spelling.rs` | exact numbers, values as text, the word that was meant |

mod chance;
mod decimal;
mod digest;
mod distribution;
mod instant;
mod law;
mod law_spelling;
mod marks;
mod measure;
mod pace;
mod path;
#[cfg(test)]
mod path_oracle;
mod path_shape;
mod poisson;
mod position;
mod quantity;
mod queue;
mod ranges;
mod share;
mod spelling;
mod time;

pub use chance::{Chance, Draw};
pub use digest::Digest;
pub use distribution::Distribution;
pub use instant::Instant;
pub use law::Law;
pub use law_spelling::LawError;
pub use marks::Marks;
pub use measure::Measure;
pub use pace::Pace;
pub use path::Path;
pub use poisson::PoissonMarks;
pub use position::{Lsn, Position};
pub use quantity::{Bytes, QuantityError, Rate};
pub use queue::Queue;
pub(crate) use ranges::Ranges;
pub use share::{Share, ShareError};
pub use spelling::nearest;
pub use time::{Span, TimeError};
