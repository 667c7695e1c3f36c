//! What a run is made from: everything a scenario says, with names resolved to ids.
//!
//! Knows nothing of files. Kept here: a setup is valid, so that running it cannot fail.

use super::failure::FailureSetup;
use super::trigger::Trigger;
use crate::check::{Allowance, Case, History};
use crate::control::{Operator, OwnPolicy};
use crate::fault::{FaultKind, Target};
use crate::kernel::{Instant, Law, Span};
use crate::knob::Knobs;
use crate::model::{ClientSetup, DatabaseSetup, Integration, ServiceSetup, SlotSetup, World};

/// Everything a run is made from, except its seed.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let setup = &loaded.setup;
/// assert_eq!((setup.services.len(), setup.clients.len(), setup.script.len()), (1, 2, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The scenario's name.
    pub name: String,
    /// The values of all knobs.
    pub knobs: Knobs,
    /// The regions' names; a region's id is its index.
    pub regions: Vec<String>,
    /// The services; a service's id is its index.
    pub services: Vec<ServiceSetup>,
    /// Which services follow which.
    pub integrations: Vec<Integration>,
    /// The clients; a client's id is its index.
    pub clients: Vec<ClientSetup>,
    /// The databases that own logical slots; a database's id is its index.
    pub databases: Vec<DatabaseSetup>,
    /// The logical slots; a slot's id is its index.
    pub slots: Vec<SlotSetup>,
    /// The script, in the order of the file.
    pub script: Vec<StepSetup>,
    /// What goes wrong by itself, in the order of names.
    pub failures: Vec<FailureSetup>,
    /// How many times as often exponential failures of nodes come while their service is degraded;
    /// 1 for a run as it is. A run that was made likelier says so in its outcome.
    pub failure_bias: u32,
    /// When the run ends.
    pub until: Instant,
    /// Which violations are accepted.
    pub allowances: Vec<Allowance>,
    /// Who decides in the place of the platform, if somebody else does.
    pub own_policy: Option<OwnPolicy>,
}

/// One step of the script.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::kernel::{Law, Span};
/// use cutover::sim::When;
/// let step = &loaded.setup.script[0];
/// assert_eq!((step.when, step.turn), (When::At(Law::Fixed(Span::from_secs(60))), 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSetup {
    /// When it happens; a law is drawn from the seed by the step's words and turn.
    pub when: When,
    /// What it does in the words of a file, so that other steps do not shift what is drawn for it.
    pub words: String,
    /// How many steps with the same words, for which something is drawn as well, come before it by
    /// their times.
    pub turn: u64,
    /// What the digest of a run calls it by: its place among the steps by their times, which is the
    /// same wherever the file lists it.
    pub label: u16,
    /// What it does.
    pub deed: Deed,
}

/// When a step happens.
///
/// # Examples
/// A step that waits for something else to happen:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::sim::When;
/// let waits = |when: &When| matches!(when, When::Event(..));
/// assert_eq!(loaded.setup.script.iter().filter(|step| waits(&step.when)).count(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At a time.
    At(Law),
    /// This long after a trigger is first met.
    Event(Trigger, Law),
    /// Every so often, first after one period.
    Every(Span),
}

/// What a step does.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::fault::FaultKind;
/// use cutover::sim::Deed;
/// let deed = loaded.setup.script[0].deed;
/// assert!(matches!(deed, Deed::Fault(FaultKind::HostDeath, _)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Something goes wrong.
    Fault(FaultKind, Target),
    /// A fault that was aimed with the same words ends.
    Heal(FaultKind, Target),
    /// An operator acts on a node by hand, past the platform, or gives the platform an order.
    Operator(Operator, Target),
}

impl Deed {
    /// Returns what the deed is aimed at.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::fault::{Party, Target};
    /// use cutover::model::ServiceId;
    /// let target = loaded.setup.script[0].deed.target();
    /// assert_eq!(target, Target::One(Party::Primary(ServiceId(0))));
    /// ```
    pub fn target(self) -> Target {
        match self {
            Self::Fault(_, target) | Self::Heal(_, target) | Self::Operator(_, target) => target,
        }
    }
}

impl Setup {
    /// Returns what the invariants of a run are judged on.
    pub(crate) fn case<'a>(&'a self, world: &'a World, history: &'a History) -> Case<'a> {
        Case { knobs: &self.knobs, world, history, until: self.until, allowances: &self.allowances }
    }
}
