//! What a search found and what a scenario was shrunk to, for people and for programs.
//!
//! Knows nothing of how a search goes. Kept here: every find comes with the command that shows it;
//! the formats are `cutover.shrink/1` and `cutover.fuzz/1`.

use serde_json::{Value, json};

use super::page::Page;
use super::style::{Ink, Style};
use super::wording::{counted, many};
use crate::search::{Answer, Proof, Shrunk, Violation, told};

/// A violation that was found, as it is told.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// # let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// let find = cutover::report::Find {
///     run: None,
///     seen: 1,
///     text: cutover::scenario::write(&shrunk.scenario),
///     shrunk,
///     file: None,
///     repeat: "cutover run FILE".to_owned(),
/// };
/// assert_eq!((find.run, find.seen), (None, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// The first run that showed it; nothing for one that was known before.
    pub run: Option<u64>,
    /// In how many runs it was seen.
    pub seen: u64,
    /// What it was shrunk to.
    pub shrunk: Shrunk,
    /// The text of the file that records it.
    pub text: String,
    /// The file, if it was saved.
    pub file: Option<String>,
    /// The command that shows it.
    pub repeat: String,
}

/// A file that does not show any more what it is a record of.
///
/// # Examples
/// ```
/// let gone = cutover::report::Gone { file: "finds/a.ron".to_owned(), needed: None };
/// assert_eq!(gone.file, "finds/a.ron");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The file.
    pub file: String,
    /// The planted fault with which it was recorded and which nobody has planted now.
    pub needed: Option<String>,
}

/// What a search over a scenario found.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// # let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// let find = cutover::report::Find {
///     run: None,
///     seen: 1,
///     text: cutover::scenario::write(&shrunk.scenario),
///     shrunk,
///     file: None,
///     repeat: "cutover run FILE".to_owned(),
/// };
/// let hunt = cutover::report::Hunt {
///     scenario: "cut".to_owned(), seed: 0, runs: 1, known: Vec::new(), gone: Vec::new(),
///     unread: Vec::new(), found: vec![find], repeat: "cutover fuzz FILE --runs 1".to_owned(),
/// };
/// assert_eq!(hunt.found.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunt {
    /// The scenario's name.
    pub scenario: String,
    /// The seed of the first run.
    pub seed: u64,
    /// How many runs were made.
    pub runs: u64,
    /// What was known before and is shown still.
    pub known: Vec<Find>,
    /// Files that do not show any more what they are records of.
    pub gone: Vec<Gone>,
    /// What is wrong with files that cannot be read.
    pub unread: Vec<String>,
    /// What is new.
    pub found: Vec<Find>,
    /// The command that does the same again.
    pub repeat: String,
}

/// Returns the result of shrinking as JSON in the format `cutover.shrink/1`.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// # let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// let find = cutover::report::Find {
///     run: None,
///     seen: 1,
///     text: cutover::scenario::write(&shrunk.scenario),
///     shrunk,
///     file: None,
///     repeat: "cutover run FILE".to_owned(),
/// };
/// assert!(cutover::report::shrunk_json(&find).contains("cutover.shrink/1"));
/// ```
pub fn shrunk_json(find: &Find) -> String {
    let mut value = find_value(find);
    let fields = value.as_object_mut().expect("a find has fields");
    fields.shift_insert(0, "format".to_owned(), json!("cutover.shrink/1"));
    fields.shift_insert(1, "version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    pretty(&value)
}

/// Returns the result of a search as JSON in the format `cutover.fuzz/1`.
///
/// # Examples
/// ```
/// let hunt = cutover::report::Hunt {
///     scenario: "cut".to_owned(), seed: 0, runs: 100, known: Vec::new(), gone: Vec::new(),
///     unread: Vec::new(), found: Vec::new(), repeat: "cutover fuzz FILE --runs 100".to_owned(),
/// };
/// assert!(cutover::report::hunt_json(&hunt).contains("cutover.fuzz/1"));
/// ```
pub fn hunt_json(hunt: &Hunt) -> String {
    let finds = |finds: &[Find]| finds.iter().map(find_value).collect::<Vec<_>>();
    pretty(&json!({
        "format": "cutover.fuzz/1",
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": hunt.scenario,
        "seeds": { "first": hunt.seed, "count": hunt.runs },
        "runs": hunt.runs,
        "found": finds(&hunt.found),
        "known": finds(&hunt.known),
        "gone": hunt.gone.iter().map(|gone| &gone.file).collect::<Vec<_>>(),
        "unread": hunt.unread,
        "repeat": hunt.repeat,
    }))
}

fn find_value(find: &Find) -> Value {
    let shrunk = &find.shrunk;
    let proofs = shrunk.certificate.iter().map(|one| proof(&shrunk.violation, one));
    json!({
        "violation": violation(&shrunk.violation),
        "run": find.run,
        "seen": find.seen,
        "seed": shrunk.seed,
        "minimal": shrunk.minimal,
        "runs_to_shrink": shrunk.runs,
        "certificate": proofs.collect::<Vec<_>>(),
        "scenario": find.text,
        "file": find.file,
        "repeat": find.repeat,
    })
}

fn violation(violation: &Violation) -> Value {
    json!({
        "name": violation.name(),
        "what": violation.what,
        "skeleton": violation.skeleton,
        "fingerprint": format!("{:016x}", violation.fingerprint()),
    })
}

fn proof(of: &Violation, proof: &Proof) -> Value {
    let answer = |answer: &Answer| {
        json!({
            "violations": answer.violations.iter().map(violation).collect::<Vec<_>>(),
            "fingerprint": format!("{:016x}", answer.fingerprint),
        })
    };
    json!({
        "part": proof.part,
        "says": proof.says,
        "without": proof.without.as_ref().map(answer),
        "told": told(of, proof.without.as_ref()),
    })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a value without maps of odd keys") + "\n"
}

/// Returns the result of a search for people; the text of a find is shown if it was not saved.
///
/// # Examples
/// ```
/// let hunt = cutover::report::Hunt {
///     scenario: "cut".to_owned(), seed: 0, runs: 100, known: Vec::new(), gone: Vec::new(),
///     unread: Vec::new(), found: Vec::new(), repeat: "cutover fuzz FILE --runs 100".to_owned(),
/// };
/// assert!(cutover::report::hunt_text(&hunt).contains("100"));
/// ```
pub fn hunt_text(hunt: &Hunt) -> String {
    let mut page = Page::new(Style::PLAIN);
    let count = hunt.found.len() + hunt.known.len();
    let runs = counted(hunt.runs, "run");
    let of = format!("{runs} of {}, seed {}", hunt.scenario, hunt.seed);
    if count == 0 {
        page.say(0, Ink::Strong, &format!("nothing found in {of}"));
    } else {
        let new = hunt.found.len();
        page.say(0, Ink::Strong, &format!("FOUND {count} distinct in {of}; {new} new"));
    }
    for find in hunt.known.iter().chain(&hunt.found) {
        page.gap();
        tell(&mut page, find);
    }
    if !hunt.gone.is_empty() {
        page.title("NOT SHOWN ANY MORE; THESE FILES STAY AS THEY ARE");
    }
    for file in &hunt.gone {
        let needed =
            file.needed.as_ref().map(|mutant| format!("; recorded with --mutant {mutant}"));
        let text = format!("{} shows nothing any more of what it records", file.file);
        page.say(2, Ink::Plain, &(text + &needed.unwrap_or_default()));
    }
    if !hunt.unread.is_empty() {
        page.title("NOT READ; THESE FILES STAY AS THEY ARE");
    }
    for error in &hunt.unread {
        page.say(2, Ink::Plain, error);
    }
    page.title("TO REPEAT THIS SEARCH");
    page.command(2, &hunt.repeat);
    let mut text = page.into_text();
    for find in hunt.found.iter().filter(|find| find.file.is_none()) {
        text += "\n";
        text += &find.text;
    }
    text
}

fn tell(page: &mut Page, find: &Find) {
    let violation = &find.shrunk.violation;
    page.say(0, Ink::Strong, &violation.name());
    if !violation.skeleton.is_empty() {
        page.say(2, Ink::Plain, &violation.skeleton.join(", "));
    }
    let scenario = &find.shrunk.scenario;
    let size = format!(
        "{}, {}, {}",
        counted(many(&scenario.services), "service"),
        counted(many(&scenario.clients), "client"),
        counted(many(&scenario.script), "step"),
    );
    let seen = match find.run {
        Some(run) => format!("first in run {run}, seen in {}; ", counted(find.seen, "run")),
        None => "known before; ".to_owned(),
    };
    let minimal = if find.shrunk.minimal { "minimal" } else { "not known to be minimal" };
    page.say(2, Ink::Plain, &format!("{seen}{minimal}: {size}"));
    page.command(2, &find.repeat);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    fn find() -> Find {
        let text = r#"Scenario(
            name: "a",
            services: [Service(name: "orders", plan: Business)],
            until: "1m",
        )"#;
        let part = Proof { part: "services[0]".to_owned(), says: "{}".to_owned(), without: None };
        let shrunk = Shrunk {
            scenario: parse("a.ron", text).expect("it is valid").scenario,
            seed: 3,
            violation: Violation::new("at-most-one-writer", ["promote-self"]),
            certificate: vec![part],
            minimal: true,
            runs: 12,
        };
        let repeat = "cutover run a.ron --seed 3".to_owned();
        Find { run: Some(4), seen: 2, shrunk, text: "Scenario()\n".to_owned(), file: None, repeat }
    }

    #[test]
    fn a_find_is_told_with_its_size_and_the_command_that_shows_it() {
        let mut hunt = Hunt {
            scenario: "base".to_owned(),
            seed: 0,
            runs: 100,
            known: Vec::new(),
            gone: vec![Gone { file: "b.ron".to_owned(), needed: None }],
            unread: vec!["c.ron:1:2: found half a file".to_owned()],
            found: vec![find()],
            repeat: "cutover fuzz base.ron --runs 100".to_owned(),
        };
        let text = hunt_text(&hunt);
        assert!(
            text.starts_with("FOUND 1 distinct in 100 runs of base, seed 0; 1 new\n"),
            "{text}"
        );
        assert!(text.contains("first in run 4, seen in 2 runs; minimal: 1 service"), "{text}");
        assert!(text.contains("  cutover run a.ron --seed 3\n"), "{text}");
        assert!(text.contains("  b.ron shows nothing any more of what it records\n"), "{text}");
        assert!(text.contains("  c.ron:1:2: found half a file\n"), "{text}");
        assert!(text.ends_with("\nScenario()\n"), "{text}");
        hunt.found.clear();
        assert!(hunt_text(&hunt).starts_with("nothing found in 100 runs of base, seed 0\n"));
    }

    #[test]
    fn programs_get_the_certificate_and_the_scenario() {
        let value: Value = serde_json::from_str(&shrunk_json(&find())).expect("it is JSON");
        assert_eq!(value["format"], "cutover.shrink/1");
        assert_eq!(value["certificate"][0]["part"], "services[0]");
        assert_eq!(value["certificate"][0]["told"], "it is no scenario");
        assert_eq!(value["scenario"], "Scenario()\n");
        assert_eq!(value["violation"]["what"], "at-most-one-writer");
    }
}
