//! The sections of the first screen, one file each.
//!
//! * `verdict`: the first line and the last; `failures`, `promotions`: what failed, who took over;
//! * `data`, `writers`, `outages`, `endpoints`, `slots`, `exposure`: what it cost;
//! * `services`: services bound together; `scale`: by which constants;
//! * `judgement`, `stances`: how it is judged, and on which undocumented values that rests.
//!
//! Knows nothing of their order. Kept here: each section answers one question and says in words
//! when there is nothing to answer.

mod data;
mod endpoints;
mod exposure;
mod failures;
mod judgement;
mod outages;
mod promotions;
mod scale;
mod services;
mod slots;
mod stances;
mod verdict;
mod writers;

pub(super) use data::data;
pub(super) use endpoints::endpoints;
pub(super) use exposure::exposure;
pub(super) use failures::failures;
pub(super) use judgement::judgement;
pub(super) use outages::outages;
pub(super) use promotions::promotions;
pub(super) use scale::scale;
pub(super) use services::services;
pub(super) use slots::slots;
pub(super) use stances::stances;
pub(super) use verdict::{repeat, verdict};
pub(super) use writers::writers;
