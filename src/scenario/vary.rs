//! One quantity of a scenario by its key: a knob, or a time or a measure of a step of the script.
//!
//! Knows nothing of what is found by varying it. Kept here: a scenario with a quantity changed is
//! checked like any other.

use thiserror::Error;

use super::error::Errors;
use super::file::{Deed, Scenario, Step, Trigger};
use super::loaded::{Loaded, SetError};
use crate::fault::FaultKind;
use crate::kernel::{Bytes, Law, Rate, Span, nearest};
use crate::knob::KNOBS;

/// How the key of a step begins; its number in the script follows, from 1.
const STEP: &str = "script.";

/// What a measure of a fault is called when it has one only.
const SPAN: &str = "span";

/// A quantity as a whole number of its least units.
///
/// # Examples
/// ```
/// use cutover::scenario::Quantity;
/// assert_eq!(Quantity::read("5s"), Some(Quantity::Span(5_000_000)));
/// assert_eq!(Quantity::read("1MiB"), Some(Quantity::Bytes(1 << 20)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Microseconds.
    Span(u64),
    /// Bytes a second.
    Rate(u64),
    /// Bytes.
    Bytes(u64),
    /// A bare number.
    Count(u64),
}

/// Why a quantity of a scenario cannot be set.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::VaryError;
/// let error = loaded.with("script.2", "2m").expect_err("it has one step");
/// assert!(matches!(error, VaryError::Key { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaryError {
    /// There is no such knob, or the value does not fit it.
    #[error(transparent)]
    Knob(#[from] SetError),
    /// The scenario has no such quantity.
    #[error("found {key:?}, expected a knob or {expected}")]
    Key {
        /// The key as it was given.
        key: String,
        /// What was expected.
        expected: String,
    },
    /// The value is of another kind than the quantity.
    #[error("found {value:?} for {key}, expected {expected}")]
    Value {
        /// The key.
        key: String,
        /// The value as it was given.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// With this value the scenario makes no sense.
    #[error("with {key} = {value}: {errors}")]
    Scenario {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What is wrong then.
        errors: Errors,
    },
}

impl Quantity {
    /// Reads a time, a rate, a size or a number.
    ///
    /// # Examples
    /// ```
    /// use cutover::scenario::Quantity;
    /// assert_eq!(Quantity::read("17"), Some(Quantity::Count(17)));
    /// assert_eq!(Quantity::read("soon"), None);
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        let finite = |value: u64| (value < u64::MAX).then_some(value);
        if let Ok(span) = text.parse::<Span>() {
            return finite(span.as_micros()).map(Self::Span);
        }
        if let Ok(rate) = text.parse::<Rate>() {
            return finite(rate.get()).map(Self::Rate);
        }
        if let Ok(bytes) = text.parse::<Bytes>() {
            return finite(bytes.get()).map(Self::Bytes);
        }
        text.parse().ok().map(Self::Count)
    }

    /// Returns the number of least units.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::scenario::Quantity::Span(5_000_000).get(), 5_000_000);
    /// ```
    pub fn get(self) -> u64 {
        match self {
            Self::Span(value) | Self::Rate(value) | Self::Bytes(value) | Self::Count(value) => {
                value
            }
        }
    }

    /// Returns another number of the same units.
    ///
    /// # Examples
    /// ```
    /// use cutover::scenario::Quantity;
    /// assert_eq!(Quantity::Span(5).with(7), Quantity::Span(7));
    /// ```
    #[must_use]
    pub fn with(self, value: u64) -> Self {
        match self {
            Self::Span(_) => Self::Span(value),
            Self::Rate(_) => Self::Rate(value),
            Self::Bytes(_) => Self::Bytes(value),
            Self::Count(_) => Self::Count(value),
        }
    }

    /// Returns the quantity as scenario files spell it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::scenario::Quantity::Span(5_000_000).spelled(), "5s");
    /// ```
    pub fn spelled(self) -> String {
        match self {
            Self::Span(micros) => Span::from_micros(micros).to_string(),
            Self::Rate(rate) => Rate(rate).to_string(),
            Self::Bytes(bytes) => Bytes(bytes).to_string(),
            Self::Count(count) => count.to_string(),
        }
    }
}

impl Loaded {
    /// Returns the scenario with one quantity set: a knob, `script.N` (the time of its N-th step,
    /// from 1) or `script.N.MEASURE` (a measure of that step's fault).
    ///
    /// # Errors
    /// When there is no such quantity, or the scenario makes no sense with the value.
    ///
    /// # Examples
    /// The first step, later:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let later = loaded.with("script.1", "2m").expect("it has a step");
    /// assert_eq!(later.scenario.script[0].earliest(), cutover::kernel::Span::from_mins(2));
    /// ```
    pub fn with(&self, key: &str, value: &str) -> Result<Self, VaryError> {
        let Some(rest) = key.strip_prefix(STEP) else {
            let mut other = self.clone();
            return match other.set(key, value) {
                Ok(()) => Ok(other),
                Err(SetError::Knob(_)) if !KNOBS.iter().any(|row| row.name == key) => {
                    Err(self.unknown(key))
                }
                Err(error) => Err(error.into()),
            };
        };
        let mut scenario = self.scenario.clone();
        let (number, measure) = rest.split_once('.').map_or((rest, None), |(n, m)| (n, Some(m)));
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let step = index.and_then(|index| scenario.script.get_mut(index));
        let step = step.ok_or_else(|| self.unknown(key))?;
        let place = match measure {
            None => time(step),
            Some(name) => measures(step).into_iter().find(|(known, _)| *known == name).map(|m| m.1),
        };
        let wrong =
            |expected| VaryError::Value { key: key.to_owned(), value: value.to_owned(), expected };
        match place.ok_or_else(|| self.unknown(key))? {
            Place::Law(law) => {
                *law = Law::Fixed(value.parse().map_err(|_| wrong("a time such as 30s"))?);
            }
            Place::Span(span) => {
                *span = value.parse().map_err(|_| wrong("a time such as 30s"))?;
            }
            Place::Rate(rate) => {
                *rate = value.parse().map_err(|_| wrong("a rate such as 10MiB/s"))?;
            }
        }
        self.with_script(scenario.script).map_err(|errors| VaryError::Scenario {
            key: key.to_owned(),
            value: value.to_owned(),
            errors,
        })
    }

    fn unknown(&self, key: &str) -> VaryError {
        let near = nearest(key, KNOBS.iter().map(|row| row.name));
        let hint = near.map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
        let keys = keys(&self.scenario);
        let expected = match keys.as_slice() {
            [] => "script.N, of which this scenario has none".to_owned(),
            keys => format!("one of {}", keys.join(", ")),
        };
        VaryError::Key { key: key.to_owned(), expected: expected + &hint }
    }
}

/// Returns the keys of a scenario's script.
fn keys(scenario: &Scenario) -> Vec<String> {
    let mut keys = Vec::new();
    for (index, step) in scenario.script.iter().enumerate() {
        let (number, mut step) = (index + 1, step.clone());
        if time(&mut step).is_some() {
            keys.push(format!("{STEP}{number}"));
        }
        let names = measures(&mut step).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        keys.extend(names.iter().map(|name| format!("{STEP}{number}.{name}")));
    }
    keys
}

/// Where a quantity stands in a scenario.
enum Place<'a> {
    Law(&'a mut Law),
    Span(&'a mut Span),
    Rate(&'a mut Rate),
}

/// Returns where the time of a step stands, if it has one.
fn time(step: &mut Step) -> Option<Place<'_>> {
    match step {
        Step::At(law, _) | Step::When(Trigger::After(law, _), _) => Some(Place::Law(law)),
        Step::Every(period, _) => Some(Place::Span(period)),
        Step::When(..) => None,
    }
}

/// Returns the measures of a step's fault by their names.
fn measures(step: &mut Step) -> Vec<(&'static str, Place<'_>)> {
    let (Step::At(_, deed) | Step::When(_, deed) | Step::Every(_, deed)) = step;
    let (Deed::Fault(kind, _) | Deed::Heal(kind, _)) = deed else { return Vec::new() };
    match kind {
        FaultKind::CrashLoop(span) | FaultKind::ClockAhead(span) | FaultKind::ClockBehind(span) => {
            vec![(SPAN, Place::Span(span))]
        }
        FaultKind::SlowLink { delay, goodput } => {
            vec![("delay", Place::Span(delay)), ("goodput", Place::Rate(goodput))]
        }
        FaultKind::Flapping { down, up } => {
            vec![("down", Place::Span(down)), ("up", Place::Span(up))]
        }
        FaultKind::HostDeath
        | FaultKind::PowerLoss
        | FaultKind::ProcessCrash
        | FaultKind::OutOfMemory
        | FaultKind::Hang
        | FaultKind::StorageStall
        | FaultKind::DiskFull
        | FaultKind::ConnectionsExhausted
        | FaultKind::LongQuery
        | FaultKind::Maintenance
        | FaultKind::DaemonRestart
        | FaultKind::LinkCut
        | FaultKind::ZoneOutage
        | FaultKind::RegionOutage
        | FaultKind::UploadStall
        | FaultKind::PublishStall
        | FaultKind::ProvisionStall => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;
    use crate::sim::When;

    fn loaded() -> Loaded {
        let text = r#"Scenario(
            name: "varied",
            services: [Service(name: "orders", plan: Business)],
            tuning: Tuning(dns_ttl: "10s"),
            script: [
                At("60s", Fault(HostDeath, Primary("orders"))),
                When(Promoting(service: "orders"), Fault(HostDeath, Standby("orders", 1))),
                At("5s", Fault(SlowLink(delay: "2s", goodput: "10kB/s"),
                               Link(Node("orders-1"), Node("orders-2")))),
            ],
            until: "10m",
        )"#;
        parse("varied.ron", text).expect("it is valid")
    }

    #[test]
    fn a_step_is_moved_and_knobs_that_were_set_stay_set() {
        let mut loaded = loaded();
        loaded.set("dns_ttl", "20s").expect("it is a knob");
        let moved = loaded.with("script.1", "61.000001s").expect("it is a step");
        let When::At(law) = moved.setup.script[0].when else { panic!("it has a time") };
        assert_eq!(law, Law::Fixed(Span::from_micros(61_000_001)));
        assert_eq!(moved.setup.knobs.dns_ttl, Span::from_secs(20));
        let slower = loaded.with("script.3.goodput", "20kB/s").expect("it has this measure");
        assert_ne!(slower.setup.script[2], loaded.setup.script[2]);
        assert_eq!(
            loaded.with("dns_ttl", "7s").expect("it is a knob").setup.knobs.dns_ttl.as_micros(),
            7_000_000
        );
    }

    #[test]
    fn what_a_scenario_has_not_is_answered_with_what_it_has() {
        let error = loaded().with("script.2", "5s").expect_err("it waits for something");
        assert_eq!(
            error.to_string(),
            "found \"script.2\", expected a knob or one of script.1, script.3, script.3.delay, \
             script.3.goodput"
        );
        let error = loaded().with("dns_tll", "5s").expect_err("there is no such knob");
        assert!(error.to_string().ends_with("(did you mean dns_ttl?)"), "{error}");
        let error = loaded().with("script.1", "5kB").expect_err("it is a time");
        assert!(error.to_string().ends_with("expected a time such as 30s"), "{error}");
        let error = loaded().with("script.1", "2h").expect_err("it is beyond the end");
        assert!(error.to_string().starts_with("with script.1 = 2h: "), "{error}");
    }

    #[test]
    fn a_quantity_is_spelled_as_it_is_read() {
        for text in ["1m", "29.999999s", "10MiB/s", "16MiB", "7"] {
            let quantity = Quantity::read(text).expect("it is a quantity");
            assert_eq!(Quantity::read(&quantity.spelled()), Some(quantity));
        }
        assert_eq!(Quantity::read("never"), None);
    }
}
