//! What a cost scales with: knobs, how long a fault lasts, when an order is given, how a client is
//! made, or how fast a consumer is.
//!
//! Knows nothing of particular costs. Kept here: a knob is named with its value in the run.

use crate::kernel::Span;
use crate::knob::{KNOBS, Knobs};
use crate::sim::{ClientOutcome, Driver, FaultOutcome, Outcome, Promotion};

/// What a cost scales with.
///
/// # Examples
/// A glitch costs as long as it lasts, which is no knob:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{Scale, ledger};
/// let ledger = ledger(&outcome);
/// assert_eq!(ledger[0].scale, Scale::Fault("LinkCut"));
/// assert!(ledger[1..].iter().all(|entry| matches!(entry.scale, Scale::Knobs(_))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// Knobs, the most telling first.
    Knobs(Vec<Setting>),
    /// How long a fault lasts, or how slow it makes a link: the scenario says so.
    Fault(&'static str),
    /// What a client waits and caches by, when its driver says so and not the knobs.
    Driver(String),
    /// How far apart the feedback of a slot's consumer is: the scenario says so.
    Feedback(Span),
    /// When an operator gives an order: the scenario says so.
    Order(&'static str),
    /// How fast a consumer of a slot takes what was written: the scenario says so.
    Consumer(String),
}

/// A knob with its value in a run.
///
/// # Examples
/// The timeout is documented; how long a name is cached is an assumption:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::blame::{Scale, ledger};
/// let ledger = ledger(&outcome);
/// let settings = ledger.iter().filter_map(|entry| match &entry.scale {
///     Scale::Knobs(settings) => Some(settings),
///     _ => None,
/// });
/// let settings: Vec<_> = settings.flatten().collect();
/// let of = |knob: &str| settings.iter().find(|of| of.knob == knob).expect("it matters");
/// let (timeout, ttl) = (of("detection_timeout"), of("dns_ttl"));
/// assert_eq!((timeout.value.as_str(), ttl.value.as_str()), ("1m", "30s"));
/// assert!(!timeout.is_stance && ttl.is_stance);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// The knob.
    pub knob: &'static str,
    /// Its value.
    pub value: String,
    /// Whether no source gives the value.
    pub is_stance: bool,
}

impl Setting {
    /// Returns a knob with its value; there is a knob of this name.
    pub(super) fn of(knobs: &Knobs, name: &str) -> Self {
        let row = KNOBS.iter().find(|row| row.name == name).expect("it is a knob of the registry");
        let value = knobs.get(name).expect("every knob of the registry has a value");
        let is_stance = row.basis.is_stance() || value != row.default;
        Self { knob: row.name, value, is_stance }
    }
}

impl Scale {
    /// Returns the knobs of these names.
    pub(super) fn knobs(knobs: &Knobs, names: &[&str]) -> Self {
        Self::Knobs(names.iter().map(|name| Setting::of(knobs, name)).collect())
    }

    /// Returns knobs with more of them after them; what is no knob stays what it is.
    pub(super) fn and(self, more: Self) -> Self {
        match (self, more) {
            (Self::Knobs(mut settings), Self::Knobs(more)) => {
                settings.extend(more);
                Self::Knobs(settings)
            }
            (scale, _) => scale,
        }
    }

    /// Returns what decides how far behind its primary the node that took over was: the fault
    /// between them, the archive from which it was restored, or the way between the two.
    pub(super) fn of_lag(
        outcome: &Outcome,
        obstacle: Option<&FaultOutcome>,
        promotion: Option<&Promotion>,
    ) -> Self {
        let names = match (obstacle, promotion) {
            (Some(fault), _) => return Self::Fault(fault.fault),
            (None, Some(one)) if one.cause == "restore" => ["archive_period", "wal_segment"],
            (None, _) => ["replication_delay", "replication_goodput"],
        };
        Self::knobs(&outcome.knobs, &names)
    }

    /// Returns knobs that only a tuned client goes by, or the client's own driver.
    pub(super) fn client(knobs: &Knobs, client: &ClientOutcome, names: &[&str]) -> Self {
        if client.driver == Driver::Tuned {
            return Self::knobs(knobs, names);
        }
        Self::Driver(client.driver.card().name.to_owned())
    }

    /// Returns the names of what it is, without values.
    ///
    /// # Examples
    /// ```
    /// use cutover::blame::Scale;
    /// use cutover::kernel::Span;
    /// assert_eq!(Scale::Fault("LinkCut").names(), "the fault LinkCut");
    /// assert_eq!(Scale::Driver("ResolvesOnce".to_owned()).names(), "the driver ResolvesOnce");
    /// assert_eq!(Scale::Feedback(Span::from_secs(1)).names(), "ack_every");
    /// assert_eq!(Scale::Order("Failover").names(), "the order Failover");
    /// assert_eq!(Scale::Consumer("lake".to_owned()).names(), "the consumer lake");
    /// ```
    pub fn names(&self) -> String {
        match self {
            Self::Knobs(settings) => {
                let names: Vec<&str> = settings.iter().map(|setting| setting.knob).collect();
                names.join(", ")
            }
            Self::Fault(fault) => format!("the fault {fault}"),
            Self::Driver(driver) => format!("the driver {driver}"),
            Self::Feedback(_) => "ack_every".to_owned(),
            Self::Order(order) => format!("the order {order}"),
            Self::Consumer(name) => format!("the consumer {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_default_is_no_stance_until_it_is_changed() {
        let mut knobs = Knobs::default();
        assert!(!Setting::of(&knobs, "detection_timeout").is_stance);
        assert!(Setting::of(&knobs, "dns_ttl").is_stance);
        knobs.set("detection_timeout", "30s").expect("it is a knob");
        assert!(Setting::of(&knobs, "detection_timeout").is_stance);
    }
}
