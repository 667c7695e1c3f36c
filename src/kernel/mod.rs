//! The ground the simulator stands on: time, quantities, movement, order and chance.
//!
//! Knows nothing of servers, services or faults. Everything here is a value: no clock, no
//! threads, no hash maps, no input or output, and floats in `law.rs` alone.
//!
//! | file | duty |
//! |---|---|
//! | `time.rs`, `quantity.rs` | microseconds and bytes, and how a file spells them |
//! | `path.rs`, `kth.rs`, `pace.rs` | positions that move, quorums of them, marks along time |
//! | `queue.rs` | what happens next |
//! | `digest.rs`, `chance.rs`, `law.rs` | stable hashes, random words, durations drawn from them |
//! | `decimal.rs`, `spelling.rs` | exact numbers, values as text, the word that was meant |

mod decimal;
mod quantity;
mod spelling;
mod time;

pub use quantity::{Bytes, QuantityError, Rate};
pub use spelling::nearest;
pub use time::{Instant, Span, TimeError};
