//! Many runs: in search of one that goes wrong, of the smallest, of where an outcome changes.
//!
//! * `violation`: what goes wrong, told apart by how it came about; `find`: as a scenario;
//!   `sought`: which of it a scenario is shrunk for; `shown`: what a record shows; `limits`: how
//!   far a search goes;
//! * `tree`, `simpler`, `together`, `simplify`: parts of a scenario that can be left out or made
//!   simpler, one by one or together;
//! * `shrink`, `passes`, `certificate`: the smallest scenario that fails in the same way, what is
//!   tried on the way, and the proof;
//! * `dice`, `measures`, `followers`, `menu`, `failures`, `whole`: random choices, and random
//!   scenarios made of them;
//! * `ask`, `fuzz`: a run as an answer, and a search; `record`: as a file;
//! * `class`: what counts as the same outcome; `boundary`: where the outcome changes as one
//!   quantity does;
//! * `mutation`: which invariant catches which planted fault.
//!
//! Knows nothing of how one run works inside, of files, of the clock and of printing. Kept here:
//! what is found depends on the scenario, the seed and the bounds alone, never on the number of
//! threads.

mod ask;
mod boundary;
mod certificate;
mod class;
mod dice;
mod failures;
mod find;
mod followers;
mod fuzz;
mod limits;
mod measures;
mod menu;
mod mutation;
mod passes;
mod record;
#[cfg(feature = "cli")]
mod shown;
mod shrink;
mod simpler;
mod simplify;
mod sought;
mod together;
mod tree;
mod violation;
mod whole;

pub use ask::{ASSERTION, Conditions};
pub use boundary::{Boundaries, Interval, boundaries, boundaries_until};
pub use certificate::Proof;
pub use class::{Aspect, Class};
pub use dice::Dice;
pub use failures::{add_failures, add_windows};
pub use find::{bare, regression};
pub use fuzz::{Found, Fuzz};
#[cfg(any(feature = "cli", test))]
pub(crate) use limits::Limits;
pub use menu::{add_faults, add_orders, add_steps};
pub use mutation::{Catch, Matrix, Row, Suite, mutate, mutate_until};
pub use record::{is_record, record, recorded_mutant, recorded_seed, told};
#[cfg(feature = "cli")]
pub(crate) use shown::{recorded, shown};
pub use shrink::{Answer, Shrunk, shrink};
pub use simplify::{
    Simplification, part_simplifications, simplifications, simplified, simplified_part,
};
#[cfg(feature = "cli")]
pub(crate) use sought::{Wanted, shrink_wanted};
pub use sought::{shrink_what_fails, sought};
pub use violation::{Violation, violations};
#[cfg(feature = "proptest")]
pub(crate) use whole::blank;
pub use whole::{clients, services, topology, tuned, whole};
