//! Many runs of one scenario or of many, to find something out.
//!
//! * `class`: what counts as the same outcome; `boundary`: where the outcome changes as one
//!   quantity does;
//! * `mutation`: which invariant catches which planted fault.
//!
//! Knows nothing of how one run works inside, or of printing. Kept here: what is found depends on
//! the scenario, the seed and the bounds alone, never on the number of threads.

mod boundary;
mod class;
mod mutation;

pub use boundary::{Boundaries, Interval, boundaries};
pub use class::{Aspect, Class};
pub use mutation::{Catch, Matrix, Row, Suite, mutate};
