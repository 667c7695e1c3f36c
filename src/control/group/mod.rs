//! Two instances of which one is written and the other follows it: a Global Active Database group.
//!
//! * `orders`: an operator's orders, what each presupposes, and what follows from news.
//!
//! Sources: Alibaba Cloud, "Promote the secondary instance to the primary instance" and "Add or
//! remove a secondary instance". Knows nothing but what both instances' managers believe. Kept
//! here: a group has at most one primary and one secondary, and an instance that has left it is
//! not touched.

mod orders;

use super::member::Standing;
use super::pair::{Managers, Side};
use crate::knob::{GroupRunning, Knobs};
use serde::{Deserialize, Serialize};

/// What an instance is in its group.
///
/// # Examples
/// The primary instance leaves its group when the other one is promoted, and is added again:
/// ```
/// # let path = "scenarios/gad-promotion-client-stays.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::GroupPart;
/// let parts = outcome.groups[0].parts.iter().filter(|one| one.service == "orders");
/// let mut parts: Vec<GroupPart> = parts.map(|one| one.part).collect();
/// parts.dedup();
/// assert_eq!(parts, [GroupPart::Primary, GroupPart::Outside, GroupPart::Secondary]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupPart {
    /// It is read and written.
    Primary,
    /// It is read, and follows the primary instance.
    Secondary,
    /// It is an instance of its own.
    Outside,
}

/// The state of a group, as the platform shows it.
///
/// # Examples
/// A promotion and an addition are under way one after the other:
/// ```
/// # let path = "scenarios/gad-promotion-client-stays.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::GroupState;
/// let mut states: Vec<GroupState> = outcome.groups[0].parts.iter().map(|one| one.state).collect();
/// states.dedup();
/// assert!(states.contains(&GroupState::Promoting) && states.contains(&GroupState::Adding));
/// assert_eq!(states.last(), Some(&GroupState::Running));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupState {
    /// Orders are taken.
    Running,
    /// A secondary instance becomes the primary one.
    Promoting,
    /// A secondary instance is built.
    Adding,
    /// The primary instance is not heard, where that matters.
    Interrupted,
}

/// What is under way with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Task {
    /// Nothing.
    Idle,
    /// This instance becomes the primary one.
    Promoting(Side),
    /// This instance is built as the secondary one.
    Adding(Side),
    /// This instance has been told to stop writing and to follow with what it holds.
    Resyncing(Side),
}

/// What the platform believes of a group, beside what it believes of its instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    /// What the instance that is primary at the start and the other one are.
    parts: [GroupPart; 2],
    task: Task,
}

impl GroupPart {
    /// Every part.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::GroupPart;
    /// let words = GroupPart::ALL.map(GroupPart::word);
    /// assert_eq!(words, ["primary instance", "secondary instance", "outside"]);
    /// ```
    pub const ALL: [Self; 3] = [Self::Primary, Self::Secondary, Self::Outside];

    /// Returns the part as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::GroupPart;
    /// assert_eq!(GroupPart::Secondary.word(), "secondary instance");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary instance",
            Self::Secondary => "secondary instance",
            Self::Outside => "outside",
        }
    }

    /// Returns what the part means.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::GroupPart;
    /// assert!(GroupPart::Secondary.meaning().contains("follows the primary one"));
    /// assert!(GroupPart::Outside.meaning().contains("follows nobody"));
    /// ```
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Primary => "the instance of a group that is read and written",
            Self::Secondary => "the instance of a group that is read and follows the primary one",
            Self::Outside => {
                "it has left its group: it keeps its data and its endpoint, follows nobody, and \
                 is as writable as it was"
            }
        }
    }
}

impl GroupState {
    /// Every state.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::GroupState;
    /// let names = GroupState::ALL.map(GroupState::name);
    /// assert_eq!(names[0], "group-running");
    /// assert!(names.iter().all(|name| name.starts_with("group-")));
    /// ```
    pub const ALL: [Self; 4] = [Self::Running, Self::Promoting, Self::Adding, Self::Interrupted];

    /// Returns the state as results print it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Promoting => "Promoting",
            Self::Adding => "Adding",
            Self::Interrupted => "Interrupted",
        }
    }

    /// Returns the name by which the state is explained, apart from those of services.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::GroupState;
    /// assert_eq!(GroupState::Adding.name(), "group-adding");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "group-running",
            Self::Promoting => "group-promoting",
            Self::Adding => "group-adding",
            Self::Interrupted => "group-interrupted",
        }
    }

    /// Returns what the state means.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::GroupState;
    /// assert_eq!(GroupState::Adding.meaning(), "a secondary instance is built");
    /// ```
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Running => "nothing is under way with the group, and orders are taken",
            Self::Promoting => "the secondary instance becomes the primary one",
            Self::Adding => "a secondary instance is built",
            Self::Interrupted => "the primary instance is not heard, with group_running: Serving",
        }
    }
}

impl Group {
    /// Returns the belief at the start of a run: the second instance follows the first.
    pub(crate) fn new() -> Self {
        Self { parts: [GroupPart::Primary, GroupPart::Secondary], task: Task::Idle }
    }

    /// Returns what an instance is.
    pub(crate) fn part(&self, side: Side) -> GroupPart {
        self.parts[side.index()]
    }

    /// Returns the state in which the group is shown.
    pub(crate) fn state(&self, knobs: &Knobs, managers: &Managers<'_>) -> GroupState {
        match self.task {
            Task::Promoting(_) => GroupState::Promoting,
            Task::Adding(_) | Task::Resyncing(_) => GroupState::Adding,
            Task::Idle => {
                let primary = Side::BOTH.into_iter();
                let mut primary = primary.filter(|side| self.part(*side) == GroupPart::Primary);
                let serves = primary.next().is_some_and(|side| leads(managers, side));
                if knobs.group_running == GroupRunning::Serving && !serves {
                    GroupState::Interrupted
                } else {
                    GroupState::Running
                }
            }
        }
    }
}

impl Default for Group {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether an instance has a primary server that is heard, and follows nobody.
fn leads(managers: &Managers<'_>, side: Side) -> bool {
    let manager = managers.of(side);
    let primary = manager.member(manager.primary);
    manager.follows.is_none()
        && primary.is_some_and(|one| one.standing == Standing::Primary && one.missed.is_none())
}
