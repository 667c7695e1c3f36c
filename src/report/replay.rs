//! A saved run that was run again, for people and for programs.
//!
//! Knows nothing of files and of how a bundle is made. Kept here: the format `cutover.replay/1`; a
//! run that goes another way is told by the first event that differs, and a record that says
//! something else than the run by what it says.

use serde_json::{Value, json};

use super::record::{list, us};
use super::wording::counted;
use crate::bundle::{Bundle, Happening, Replay};

/// Returns how a saved run went when it was run again, in a few lines for people.
///
/// # Examples
/// ```
/// use cutover::bundle::{self, Bundle};
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [Service(name: "orders", plan: Business)],
///     until: "10m",
/// )"#;
/// let loaded = cutover::scenario::parse("quiet.ron", text).expect("it is valid");
/// let (bundle, _) = Bundle::record(&loaded, 7);
/// let replay = bundle::replay(&bundle).expect("it is valid");
/// let told = cutover::report::replay_text("saved/bundle.json", &bundle, &replay);
/// assert!(told.starts_with("SAME "), "{told}");
/// ```
pub fn replay_text(file: &str, bundle: &Bundle, replay: &Replay) -> String {
    let all = bundle.happenings.len();
    let mut lines = Vec::new();
    match &replay.divergence {
        None if !replay.record_differs.is_empty() => {
            lines.push(format!("CHANGED {file}; its {} go the same", counted(count(all), "event")));
            lines.extend(replay.record_differs.iter().map(|words| format!("  {words}")));
        }
        None => lines.push(format!(
            "SAME {} of {file}; fingerprint {:016x}",
            counted(count(all), "event"),
            replay.outcome.fingerprint
        )),
        Some(divergence) => {
            lines.push(format!(
                "DIVERGED at event {} of {all} of {file}, recorded by cutover {}",
                divergence.number, bundle.version,
            ));
            lines.push(format!("  then  {}", event(divergence.then.as_ref())));
            lines.push(format!("  now   {}", event(divergence.now.as_ref())));
        }
    }
    if replay.divergence.is_none() && bundle.version != env!("CARGO_PKG_VERSION") {
        let now = env!("CARGO_PKG_VERSION");
        lines.push(format!("  recorded by cutover {}, run by cutover {now}", bundle.version));
    }
    if let Some(draw) = replay.new_draws.first() {
        lines.push(format!(
            "  {} not in the record, first {} of {}",
            counted(count(replay.new_draws.len()), "draw"),
            draw.purpose,
            draw.name
        ));
    }
    lines.extend(replay.judged_otherwise.iter().map(|words| format!("  {words}")));
    lines.join("\n") + "\n"
}

/// Returns the same as JSON in the format `cutover.replay/1`, ending in a newline.
///
/// # Examples
/// ```
/// # use cutover::bundle::{self, Bundle};
/// # let text = r#"Scenario(name: "quiet", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)])"#;
/// # let loaded = cutover::scenario::parse("quiet.ron", text).expect("it is valid");
/// # let (bundle, _) = Bundle::record(&loaded, 7);
/// let replay = bundle::replay(&bundle).expect("it is valid");
/// let text = cutover::report::replay_json("saved/bundle.json", &bundle, &replay);
/// assert!(text.contains(r#""same": true"#), "{text}");
/// ```
pub fn replay_json(file: &str, bundle: &Bundle, replay: &Replay) -> String {
    let divergence = replay.divergence.as_ref().map_or(Value::Null, |divergence| {
        json!({
            "number": divergence.number,
            "then": value(divergence.then.as_ref()),
            "now": value(divergence.now.as_ref()),
        })
    });
    let value = json!({
        "format": "cutover.replay/1",
        "version": env!("CARGO_PKG_VERSION"),
        "file": file,
        "recorded_by": bundle.version,
        "scenario": replay.outcome.scenario,
        "seed": bundle.seed,
        "events": bundle.happenings.len(),
        "same": replay.divergence.is_none(),
        "divergence": divergence,
        "new_draws": list(&replay.new_draws, |draw| json!({
            "purpose": draw.purpose, "name": draw.name, "counter": draw.counter,
        })),
        "judged_otherwise": replay.judged_otherwise,
        "record_differs": replay.record_differs,
        "fingerprint": {
            "then": format!("{:016x}", bundle.fingerprint),
            "now": format!("{:016x}", replay.outcome.fingerprint),
        },
    });
    let text = serde_json::to_string_pretty(&value).expect("a value without maps of odd keys");
    text + "\n"
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

fn event(happening: Option<&Happening>) -> String {
    let told = happening.map(|happening| format!("{}  {}", happening.at, happening.told));
    told.unwrap_or_else(|| "the run is over".to_owned())
}

fn value(happening: Option<&Happening>) -> Value {
    happening.map_or(
        Value::Null,
        |happening| json!({ "at_us": us(happening.at), "event": happening.told }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle;

    fn recorded() -> Bundle {
        let text = r#"Scenario(
            name: "drawn",
            services: [Service(name: "orders", plan: Business)],
            script: [At("uniform(60s, 90s)", Fault(HostDeath, Primary("orders")))],
            until: "10m",
        )"#;
        let loaded = crate::scenario::parse("drawn.ron", text).expect("it is valid");
        Bundle::record(&loaded, 11).0
    }

    #[test]
    fn people_and_programs_are_told_the_same_first_event_that_differs() {
        let mut bundle = recorded();
        bundle.draws.clear();
        bundle.seed = 12;
        let replay = bundle::replay(&bundle).expect("it is valid");
        let first = replay.divergence.as_ref().expect("another seed goes another way").number;
        let text = replay_text("saved.json", &bundle, &replay);
        assert!(text.starts_with(&format!("DIVERGED at event {first} of ")), "{text}");
        let json = replay_json("saved.json", &bundle, &replay);
        let json: Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(json["format"], "cutover.replay/1");
        assert_eq!((&json["same"], &json["divergence"]["number"]), (&json!(false), &json!(first)));
        assert_ne!(json["fingerprint"]["then"], json["fingerprint"]["now"]);
        assert_eq!(
            json["new_draws"].as_array().map(Vec::len),
            Some(replay.new_draws.len()),
            "{json}"
        );
        let now = json["divergence"]["now"]["event"].as_str().expect("something happens now");
        assert!(text.contains(now), "{text}");
    }

    #[test]
    fn a_record_that_was_changed_is_not_called_the_same() {
        let mut bundle = recorded();
        bundle.fingerprint ^= 1;
        let replay = bundle::replay(&bundle).expect("it is valid");
        let text = replay_text("saved.json", &bundle, &replay);
        assert!(text.starts_with("CHANGED saved.json; its "), "{text}");
        assert!(text.contains("\n  its fingerprint is "), "{text}");
        let json = replay_json("saved.json", &bundle, &replay);
        let json: Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(json["record_differs"].as_array().map(Vec::len), Some(1));
        let mut older = recorded();
        "0.0.1".clone_into(&mut older.version);
        let text = replay_text("saved.json", &older, &replay);
        assert!(
            text.contains(
                "
  recorded by cutover 0.0.1, run by cutover "
            ),
            "{text}"
        );
    }

    #[test]
    fn a_run_that_goes_the_same_has_nothing_more_to_tell() {
        let bundle = recorded();
        let replay = bundle::replay(&bundle).expect("it is valid");
        assert_eq!(replay_text("saved.json", &bundle, &replay).lines().count(), 1);
        let json = replay_json("saved.json", &bundle, &replay);
        let json: Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!((&json["same"], &json["divergence"]), (&json!(true), &Value::Null));
    }
}
