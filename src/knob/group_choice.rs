//! The closed sets that knobs of groups and of services that follow others choose from.
//!
//! Knows nothing of what a choice leads to. Kept here: each word means one thing.

use serde::{Deserialize, Serialize};

/// What the state Running of a group says.
///
/// # Examples
/// ```
/// use cutover::knob::{GroupRunning, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("group_running", "Serving").expect("it is one of its words");
/// assert_eq!(knobs.group_running, GroupRunning::Serving);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupRunning {
    /// That no order is under way, whether or not the primary instance serves.
    ControlPlane,
    /// That the primary instance serves as well.
    Serving,
}

/// How maintenance treats the node that the own name of a read replica service points to.
///
/// # Examples
/// ```
/// use cutover::knob::{FollowerMaintenance, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("follower_maintenance", "AsStandby").expect("it is one of its words");
/// assert_eq!(knobs.follower_maintenance, FollowerMaintenance::AsStandby);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FollowerMaintenance {
    /// It is stopped, its name moves, and it passes connections on for a time.
    AsPrimary,
    /// Its name moves while it serves, and it is deleted as soon as the change is served.
    AsStandby,
}

/// What becomes of what an instance holds that is added to a group again.
///
/// # Examples
/// An instance of two nodes is added to its group again. With `group_readd`, it is built anew or
/// its nodes stay:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/gad-added-again-with-its-data.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.group_readd = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::GroupReadd;
/// let most_nodes = |choice| run(choice).services[0].census.iter().map(|one| one.existing).max();
/// assert!(most_nodes(GroupReadd::Wiped) > Some(2));
/// assert_eq!(most_nodes(GroupReadd::DeltaResync), Some(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupReadd {
    /// It is deleted, and the instance is built anew.
    Wiped,
    /// It stays, but for what the primary instance never had; what is new is sent.
    DeltaResync,
}
