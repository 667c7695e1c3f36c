//! Contracts: what the documents of the providers say that a run can uphold or refute.
//!
//! * `document`: the documents; `table`: every statement with its place and what checks it;
//!   `situation`: in which runs a statement is put to the test;
//! * `probe`, `slots`, `replicas`, `regions`, `groups`: checks of statements that no invariant
//!   covers; `measure`: how near a run comes to a bound that is stated;
//! * `judge`: scenarios held against the table.
//!
//! Knows nothing of printing. Kept here: a statement that nothing put to the test is not exercised,
//! never said to be upheld.

mod document;
mod groups;
mod judge;
mod measure;
mod probe;
mod regions;
mod replicas;
mod situation;
mod slots;
mod table;

pub use document::{DOCUMENTS, Document, DocumentCard};
pub use judge::{Standing, Verdict, judge};
pub use measure::Bound;
pub use situation::Situation;
pub use table::{CONTRACTS, Check, Contract};
