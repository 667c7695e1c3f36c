//! A bundle as JSON, in the format `cutover.bundle/1`.
//!
//! Knows nothing of runs. Kept here: what is written is read back as the same bundle, and a text
//! that is none is answered with what is wrong with it.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};
use thiserror::Error;

use super::content::{Bundle, Happening};
use crate::kernel::{Draw, Instant};
use crate::knob::{MUTANTS, Mutant, nearest};
use crate::scenario::{Errors, SetError};

const FORMAT: &str = "cutover.bundle/1";

/// Why a bundle cannot be read or run.
///
/// # Examples
/// ```
/// use cutover::bundle::{Bundle, BundleError};
/// let error = "no JSON".parse::<Bundle>().expect_err("it is no bundle");
/// assert!(matches!(error, BundleError::Text(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// The text is no bundle.
    #[error("{0}")]
    Text(String),
    /// Its scenario makes no sense to this version.
    #[error(transparent)]
    Scenario(#[from] Errors),
    /// A knob of it makes no sense to this version.
    #[error(transparent)]
    Knob(#[from] SetError),
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let draws = self.draws.iter().map(|draw| {
            json!({
                "purpose": draw.purpose, "name": draw.name, "counter": draw.counter,
                "word": hex(draw.word),
            })
        });
        let happenings = self.happenings.iter().map(|one| {
            json!({ "at_us": one.at.as_micros(), "digest": hex(one.digest), "event": one.told })
        });
        let pairs = |pairs: &[(String, String)]| -> Value {
            pairs.iter().map(|(key, value)| (key.clone(), json!(value))).collect()
        };
        let value = json!({
            "format": FORMAT,
            "version": self.version,
            "scenario": self.scenario,
            "knobs": pairs(&self.knobs),
            "mutant": self.mutant.map(|mutant| mutant.card().name),
            "seed": self.seed,
            "draws": draws.collect::<Vec<_>>(),
            "fingerprint": hex(self.fingerprint),
            "verdict": self.verdict,
            "invariants": pairs(&self.invariants),
            "events": happenings.collect::<Vec<_>>(),
        });
        writeln!(f, "{value:#}")
    }
}

impl FromStr for Bundle {
    type Err = BundleError;

    fn from_str(text: &str) -> Result<Self, BundleError> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            BundleError::Text(format!("found no JSON, expected a bundle: {error}"))
        })?;
        let format = text_of(&value, "format")?;
        if format != FORMAT {
            let message = format!("found the format {format:?}, expected {FORMAT:?}");
            return Err(BundleError::Text(message));
        }
        known(&value, &FIELDS)?;
        let mutant = match value.get("mutant").unwrap_or(&Value::Null) {
            Value::Null => None,
            Value::String(name) => Some(planted(name)?),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(wrong(&value, "mutant", "the name of a mutant or null"));
            }
        };
        Ok(Self {
            version: text_of(&value, "version")?,
            scenario: text_of(&value, "scenario")?,
            knobs: pairs(&value, "knobs")?,
            mutant,
            seed: number(&value, "seed")?,
            draws: list(&value, "draws", draw)?,
            happenings: list(&value, "events", happening)?,
            fingerprint: word(&value, "fingerprint")?,
            verdict: text_of(&value, "verdict")?,
            invariants: pairs(&value, "invariants")?,
        })
    }
}

/// The fields of a bundle.
const FIELDS: [&str; 11] = [
    "format",
    "version",
    "scenario",
    "knobs",
    "mutant",
    "seed",
    "draws",
    "fingerprint",
    "verdict",
    "invariants",
    "events",
];

/// Refuses fields that nobody would read.
fn known(value: &Value, fields: &[&str]) -> Result<(), BundleError> {
    let mut found = value.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let Some(odd) = found.find(|key| !fields.contains(key)) else { return Ok(()) };
    let meant = nearest(odd, fields.iter().copied());
    let hint = meant.map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"));
    let listed = fields.join(", ");
    Err(BundleError::Text(format!("found the field {odd:?}, expected one of {listed}{hint}")))
}

fn planted(name: &str) -> Result<Mutant, BundleError> {
    Mutant::by_name(name).ok_or_else(|| {
        let meant = nearest(name, MUTANTS.iter().map(|card| card.name));
        let hint = meant.map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"));
        BundleError::Text(format!(
            "found the mutant {name:?}, expected one that `list mutants` names{hint}"
        ))
    })
}

fn draw(value: &Value) -> Result<Draw, BundleError> {
    known(value, &["purpose", "name", "counter", "word"])?;
    Ok(Draw {
        purpose: text_of(value, "purpose")?,
        name: text_of(value, "name")?,
        counter: number(value, "counter")?,
        word: word(value, "word")?,
    })
}

fn happening(value: &Value) -> Result<Happening, BundleError> {
    known(value, &["at_us", "digest", "event"])?;
    Ok(Happening {
        at: Instant::from_micros(number(value, "at_us")?),
        digest: word(value, "digest")?,
        told: text_of(value, "event")?,
    })
}

fn hex(word: u64) -> String {
    format!("{word:016x}")
}

fn wrong(value: &Value, key: &str, expected: &str) -> BundleError {
    let found = match value.get(key) {
        None => format!("no {key}"),
        Some(Value::Array(_)) => format!("a list as {key}"),
        Some(Value::Object(_)) => format!("a map as {key}"),
        Some(other) => format!("{other} as {key}"),
    };
    BundleError::Text(format!("found {found}, expected {expected}"))
}

fn text_of(value: &Value, key: &str) -> Result<String, BundleError> {
    let text = value.get(key).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| wrong(value, key, "a text"))
}

fn number(value: &Value, key: &str) -> Result<u64, BundleError> {
    let number = value.get(key).and_then(Value::as_u64);
    number.ok_or_else(|| wrong(value, key, "a whole number that is not negative"))
}

fn word(value: &Value, key: &str) -> Result<u64, BundleError> {
    let text = text_of(value, key)?;
    let digits = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let word = digits.then(|| u64::from_str_radix(&text, 16).ok()).flatten();
    word.ok_or_else(|| wrong(value, key, "16 hexadecimal digits"))
}

fn list<T>(
    value: &Value,
    key: &str,
    read: impl Fn(&Value) -> Result<T, BundleError>,
) -> Result<Vec<T>, BundleError> {
    let list = value.get(key).and_then(Value::as_array);
    let list = list.ok_or_else(|| wrong(value, key, "a list"))?.iter().enumerate();
    let placed = |(index, item): (usize, &Value)| {
        read(item).map_err(|error| BundleError::Text(format!("{key}[{index}]: {error}")))
    };
    list.map(placed).collect()
}

fn pairs(value: &Value, key: &str) -> Result<Vec<(String, String)>, BundleError> {
    let map =
        value.get(key).and_then(Value::as_object).ok_or_else(|| wrong(value, key, "a map"))?;
    map.keys().map(|name| Ok((name.clone(), text_of(&value[key], name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn bundle() -> Bundle {
        let text = r#"Scenario(
            name: "quoted",
            story: "é \"quoted\"",
            services: [Service(name: "orders", plan: Business)],
            script: [At("uniform(60s, 90s)", Fault(HostDeath, Primary("orders")))],
            until: "10m",
        )"#;
        let mut loaded = scenario::parse("a.ron", text).expect("it is valid");
        loaded.setup.knobs.mutant = Mutant::by_name("no-fencing");
        Bundle::record(&loaded, u64::MAX).0
    }

    #[test]
    fn a_bundle_reads_back_as_it_was_written() {
        let bundle = bundle();
        assert_eq!(bundle.to_string().parse(), Ok(bundle));
    }

    #[test]
    fn whatever_is_missing_or_wrong_is_named() {
        let whole: Value = serde_json::from_str(&bundle().to_string()).expect("it is JSON");
        let keys = whole.as_object().expect("it is a map").keys().filter(|key| *key != "mutant");
        for key in keys {
            let mut less = whole.clone();
            less.as_object_mut().expect("it is a map").remove(key);
            let error = less.to_string().parse::<Bundle>().expect_err("something is missing");
            assert!(error.to_string().contains(key.as_str()), "{error}");
            less[key] = json!([7]);
            less.to_string().parse::<Bundle>().expect_err("something is wrong");
        }
        let changed = |old: &str, new: &str| {
            let text = whole.to_string();
            assert!(text.contains(old), "{text}");
            let changed = text.replacen(old, new, 1).parse::<Bundle>();
            changed.expect_err("something is wrong").to_string()
        };
        let error = changed("no-fencing", "no-fencin");
        assert!(error.contains("found the mutant \"no-fencin\""), "{error}");
        assert!(error.ends_with("(did you mean no-fencing?)"), "{error}");
        let error = changed("\"seed\":18446744073709551615", "\"seed\":-4");
        assert_eq!(error, "found -4 as seed, expected a whole number that is not negative");
        let error = changed("\"verdict\"", "\"verdct\"");
        assert!(
            error.contains("\"verdct\"") && error.ends_with("did you mean verdict?)"),
            "{error}"
        );
        let mut short = whole.clone();
        short["draws"][0]["word"] = json!("1");
        let error = short.to_string().parse::<Bundle>().expect_err("it is short").to_string();
        assert_eq!(error, "draws[0]: found \"1\" as word, expected 16 hexadecimal digits");
        let error = "Scenario(".parse::<Bundle>().expect_err("it is no JSON").to_string();
        assert!(error.starts_with("found no JSON, expected a bundle"), "{error}");
        let newer = bundle().to_string().replace("bundle/1", "bundle/9");
        let error = newer.parse::<Bundle>().expect_err("it is of another format").to_string();
        assert_eq!(error, "found the format \"cutover.bundle/9\", expected \"cutover.bundle/1\"");
    }
}
