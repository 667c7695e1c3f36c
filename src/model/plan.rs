//! The plans a service can be bought in, and the names it is reached by.
//!
//! Knows nothing of a service's state. Kept here: a plan fixes how many nodes a service has.

use serde::{Deserialize, Serialize};

/// What a customer buys: how many nodes a service has. Source: Aiven, "Upgrade and failover
/// procedures" and "High availability".
///
/// # Examples
/// ```
/// use cutover::model::Plan;
/// // Two plans are of one node, and a larger plan comes later.
/// assert_eq!(Plan::Hobbyist.nodes(), Plan::Startup.nodes());
/// assert!(Plan::Startup < Plan::Business && Plan::Business < Plan::Premium);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Plan {
    /// One node, backups kept for two days.
    Hobbyist,
    /// One node, backups kept for two days.
    Startup,
    /// A primary and one standby, backups kept for 14 days.
    Business,
    /// A primary and two standbys, backups kept for 30 days.
    Premium,
}

impl Plan {
    /// Every plan, smallest first.
    ///
    /// # Examples
    /// ```
    /// use cutover::model::Plan;
    /// assert!(Plan::ALL.is_sorted());
    /// assert_eq!(Plan::ALL.map(Plan::nodes), [1, 1, 2, 3]);
    /// ```
    pub const ALL: [Self; 4] = [Self::Hobbyist, Self::Startup, Self::Business, Self::Premium];

    /// Returns how many nodes a service of this plan has when it is whole.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/premium-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// let service = &sim.world().services[0];
    /// assert_eq!(service.plan, cutover::model::Plan::Premium);
    /// assert_eq!(service.nodes.len(), usize::from(service.plan.nodes()));
    /// ```
    pub fn nodes(self) -> u8 {
        match self {
            Self::Hobbyist | Self::Startup => 1,
            Self::Business => 2,
            Self::Premium => 3,
        }
    }

    /// Returns how many of the nodes are standbys.
    ///
    /// # Examples
    /// ```
    /// use cutover::model::Plan;
    /// assert_eq!(Plan::ALL.map(Plan::standbys), [0, 0, 1, 2]);
    /// ```
    pub fn standbys(self) -> u8 {
        self.nodes() - 1
    }

    /// Returns the plan's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hobbyist => "Hobbyist",
            Self::Startup => "Startup",
            Self::Business => "Business",
            Self::Premium => "Premium",
        }
    }
}

/// A DNS name of a service.
///
/// # Examples
/// On a plan of one node there is no standby, and only one replica name leads to the primary:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/startup-primary-loss.ron".as_ref())
/// #     .expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::Endpoint;
/// let service = &sim.world().services[0];
/// let points = |endpoint| service.record(endpoint).now().iter().next();
/// assert_eq!(points(Endpoint::Primary), Some(service.primary));
/// assert_eq!(points(Endpoint::Replica), None);
/// assert_eq!(points(Endpoint::HaReplica), Some(service.primary));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Endpoint {
    /// The service name, which follows the primary.
    Primary,
    /// The replica name, which follows the standbys.
    Replica,
    /// The replica name that falls back to the primary while there is no standby; opt-in.
    HaReplica,
}

impl Endpoint {
    /// Every name that a service can have.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/premium-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::Endpoint;
    /// let service = &sim.world().services[0];
    /// let count = |endpoint| service.record(endpoint).now().iter().count();
    /// assert_eq!(Endpoint::ALL.map(count), [1, 2, 2]);
    /// ```
    pub const ALL: [Self; 3] = [Self::Primary, Self::Replica, Self::HaReplica];

    /// Returns the DNS label of this name for a service: `orders` or `replica-orders`.
    pub(crate) fn label(self, service: &str) -> String {
        match self {
            Self::Primary => service.to_owned(),
            Self::Replica => format!("replica-{service}"),
            Self::HaReplica => format!("ha-replica-{service}"),
        }
    }
}
