//! The closed sets that knobs of planned operations choose from.
//!
//! Knows nothing of what a choice leads to. Kept here: each word means one thing.

use serde::{Deserialize, Serialize};

/// What a major version upgrade makes of logical slots.
///
/// # Examples
/// With `major_upgrade_slots`, a slot whose consumer has confirmed everything is kept or not:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/major-upgrade-keeps-a-slot.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.major_upgrade_slots = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::UpgradedSlots;
/// use cutover::sim::SlotState;
/// let state = |choice| run(choice).services[0].slots[0].state;
/// assert_eq!(state(UpgradedSlots::Dropped), SlotState::Lost);
/// assert_eq!(state(UpgradedSlots::Kept), SlotState::Kept);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UpgradedSlots {
    /// They are gone.
    Dropped,
    /// They are kept, as `pg_upgrade` does between servers of `PostgreSQL` 17 and later; it refuses
    /// to upgrade while a consumer has not confirmed everything.
    Kept,
}

/// What becomes of commits that wait for standbys when their server stops in a controlled way.
///
/// # Examples
/// Commits wait for a slow standby when their server is stopped. With `waiting_commits`, their
/// clients are told nothing or of success:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/switchover-makes-sure-first.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.waiting_commits = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::WaitingCommits;
/// let loss = |choice| run(choice).services[0].loss.clone();
/// let (in_doubt, warned) = (loss(WaitingCommits::InDoubt), loss(WaitingCommits::Warned));
/// assert_eq!(in_doubt.acked_with_warning_commits, 0);
/// assert!(warned.acked_with_warning_commits > 0);
/// assert!(in_doubt.in_doubt_commits > warned.in_doubt_commits);
/// assert_eq!((in_doubt.lost_commits, warned.lost_commits), (0, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WaitingCommits {
    /// Their clients are told nothing; they are committed, and the stop ships them.
    InDoubt,
    /// Their clients are told of success, with a warning; the stop ships them as well.
    Warned,
}

/// What has to be known before a switchover stops the old primary.
///
/// # Examples
/// The new standby is slow. With `switchover_stops_after`, the old primary is stopped before that
/// has everything, or only then:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/switchover-makes-sure-first.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.switchover_stops_after = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::StopsAfter;
/// use cutover::sim::PhaseName;
/// let stops = |choice| {
///     let outcome = run(choice);
///     let mut phases = outcome.services[0].phases.iter();
///     phases.find(|one| one.phase == PhaseName::Stopping).expect("it stops").at
/// };
/// assert!(stops(StopsAfter::QuorumInForce) < stops(StopsAfter::StandbyCaughtUp));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopsAfter {
    /// That commits wait for standbys.
    QuorumInForce,
    /// That a new standby has everything from before commits began to wait, as well.
    StandbyCaughtUp,
}

/// In which order a switchover replaces the standbys.
///
/// # Examples
/// With `standby_replacement`, a service of three nodes needs one server more for less time:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/maintenance-premium.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.standby_replacement = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::StandbyReplacement;
/// let promotes = |choice| run(choice).services[0].promotions[0].ordered;
/// let most_nodes = |choice| run(choice).services[0].census.iter().map(|one| one.existing).max();
/// let (one_by_one, at_once) = (StandbyReplacement::OneByOne, StandbyReplacement::AtOnce);
/// assert!(promotes(at_once) < promotes(one_by_one));
/// assert!(most_nodes(at_once) > most_nodes(one_by_one));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StandbyReplacement {
    /// The next new one is built when the last old one is deleted.
    OneByOne,
    /// All new ones are built at once; old ones are deleted one after another.
    AtOnce,
}

/// How a service is powered off.
///
/// # Examples
/// With `power_off`, what is not in the archive yet is kept or lost:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/power-off-at-once.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.power_off = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::PowerOff;
/// let lost = |choice| run(choice).services[0].loss.lost_commits;
/// assert_eq!(lost(PowerOff::Orderly), 0);
/// assert!(lost(PowerOff::AtOnce) > 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PowerOff {
    /// The primary is stopped in a controlled way first, so that all its WAL is in the archive.
    Orderly,
    /// The machines are removed at once.
    AtOnce,
}
