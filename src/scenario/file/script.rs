//! The script of a scenario file: steps, what they wait for, what they do and to whom.
//!
//! Knows nothing of ids. Kept here: a fault and its heal are spelled with the same words.

use serde::{Deserialize, Serialize};

use crate::control::Operator;
use crate::fault::FaultKind;
use crate::kernel::{Law, Span};
use crate::model::{Endpoint, Zone};
use crate::sim::PhaseName;

/// One step of the script.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Step;
/// let script = &loaded.scenario.script;
/// assert!(matches!(script[0], Step::At(..)) && matches!(script[4], Step::When(..)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// At a time, which may be a law drawn from the seed.
    At(Law, Deed),
    /// When something first happens.
    When(Trigger, Deed),
    /// Every so often, first after one period.
    Every(Span, Deed),
}

impl Step {
    /// Returns what the step does.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::scenario::Deed;
    /// assert!(matches!(loaded.scenario.script[1].deed(), Deed::Heal(..)));
    /// ```
    pub fn deed(&self) -> &Deed {
        match self {
            Self::At(_, deed) | Self::When(_, deed) | Self::Every(_, deed) => deed,
        }
    }

    /// Returns the earliest time at which the step can happen.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.scenario.script[0].earliest(), cutover::kernel::Span::from_secs(60));
    /// ```
    pub fn earliest(&self) -> Span {
        match self {
            Self::At(law, _) => law.least(),
            Self::Every(period, _) => *period,
            Self::When(..) => Span::ZERO,
        }
    }

    /// Returns the latest time at which the step can first happen, if there is one.
    ///
    /// # Examples
    /// A step that waits for something may happen at any time:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
    /// #     .expect("it is valid");
    /// let script = &loaded.scenario.script;
    /// assert_eq!(script[0].latest(), Some(cutover::kernel::Span::from_mins(2)));
    /// assert_eq!(script[4].latest(), None);
    /// ```
    pub fn latest(&self) -> Option<Span> {
        match self {
            Self::At(law, _) => law.greatest(),
            Self::Every(period, _) => Some(*period),
            Self::When(..) => None,
        }
    }
}

/// Something that a step waits for.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::{Step, Trigger};
/// let Step::When(waits, _) = &loaded.scenario.script[4] else { panic!("it waits") };
/// let Trigger::After(_, event) = waits else { panic!("it waits longer") };
/// assert_eq!(**event, Trigger::BecomesPassive { service: "orders".to_owned() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trigger {
    /// The platform enters a phase with a service.
    Enters {
        /// The service.
        service: String,
        /// The phase.
        phase: PhaseName,
    },
    /// A node of a service begins its promotion.
    Promoting {
        /// The service.
        service: String,
    },
    /// A node has become primary.
    Promoted {
        /// The node.
        node: String,
    },
    /// The platform gives a node up.
    MarkedDown {
        /// The node.
        node: String,
    },
    /// A new node's machine is there.
    Built {
        /// The node.
        node: String,
    },
    /// A new standby has caught up.
    CaughtUp {
        /// The node.
        node: String,
    },
    /// A node that was given up is stopped and deleted.
    Deleted {
        /// The node.
        node: String,
    },
    /// A name is served with new targets.
    Served {
        /// Which name.
        endpoint: Endpoint,
        /// Of which service.
        service: String,
    },
    /// A client loses its connection.
    Loses {
        /// The client.
        client: String,
    },
    /// A client works over a new connection.
    Works {
        /// The client.
        client: String,
    },
    /// A service becomes the passive one of its pair and runs.
    BecomesPassive {
        /// The service.
        service: String,
    },
    /// A service becomes the active one of its pair and runs.
    BecomesActive {
        /// The service.
        service: String,
    },
    /// Some time after something else.
    After(Law, Box<Trigger>),
}

/// What a step does.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::fault::FaultKind;
/// use cutover::scenario::Deed;
/// assert!(matches!(loaded.scenario.script[0].deed(), Deed::Fault(FaultKind::HostDeath, _)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Something goes wrong.
    Fault(FaultKind, Target),
    /// A fault that was aimed with the same words ends.
    Heal(FaultKind, Target),
    /// An operator acts on a node by hand, past the platform, or gives the platform an order for a
    /// service.
    Operator(Operator<String>, Target),
}

impl Deed {
    /// Returns what the deed is aimed at.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::scenario::Target;
    /// let target = loaded.scenario.script[0].deed().target();
    /// assert_eq!(target, &Target::Primary("orders".to_owned()));
    /// ```
    pub fn target(&self) -> &Target {
        match self {
            Self::Fault(_, target) | Self::Heal(_, target) | Self::Operator(_, target) => target,
        }
    }
}

/// What a fault is aimed at.
///
/// # Examples
/// Both directions of a link:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Target;
/// let target = loaded.scenario.script[0].deed().target();
/// let Target::Link(one, other) = target else { panic!("it is a link") };
/// assert_eq!((&**one, &**other), (&Target::Primary("orders".to_owned()), &Target::Everyone));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A node by its name.
    Node(String),
    /// Whichever node is the primary of the service at that instant.
    Primary(String),
    /// The standby of the service that is n-th by its number, from 1, at that instant.
    Standby(String, u8),
    /// The management platform.
    Platform,
    /// The observer with this number, from 1.
    Observer(u8),
    /// A client.
    Client(String),
    /// Everything in one zone of a region.
    Zone(String, Zone),
    /// Everything in a region.
    Region(String),
    /// Everything else.
    Everyone,
    /// A service as a whole: its archive, its names, its machines to come.
    Service(String),
    /// The link between two parties, in both directions.
    Link(Box<Target>, Box<Target>),
    /// The link from the first to the second, in this direction only.
    OneWay(Box<Target>, Box<Target>),
}
