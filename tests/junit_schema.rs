//! `JUnit` XML against the schema that build servers read it by, written down here as rules.
//!
//! The rules are those of the schema `junit-10.xsd` of the xUnit plugin of Jenkins: which elements
//! there are, what each may hold and in which order, which attributes each has and must have, and
//! how a time is written; that a test names its class is asked for beside the schema. Knows nothing
//! of what the results mean. Kept here: a document that breaks any one rule is refused, which is
//! tried for each.

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;

/// What the schema says of one element.
struct Rule {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    children: &'static [&'static str],
    holds_text: bool,
}

const RULES: &[Rule] = &[
    Rule {
        name: "testsuites",
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors"],
        children: &["testsuite"],
        holds_text: false,
    },
    Rule {
        name: "testsuite",
        required: &["name", "tests", "failures", "errors"],
        optional: &[
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        ],
        children: &["testsuite", "properties", "testcase", "system-out", "system-err"],
        holds_text: false,
    },
    Rule {
        name: "properties",
        required: &[],
        optional: &[],
        children: &["property"],
        holds_text: false,
    },
    Rule {
        name: "property",
        required: &["name", "value"],
        optional: &[],
        children: &[],
        holds_text: false,
    },
    Rule {
        name: "testcase",
        required: &["name", "classname"],
        optional: &["time", "group"],
        children: &["skipped", "error", "failure", "system-out", "system-err"],
        holds_text: false,
    },
    Rule {
        name: "failure",
        required: &[],
        optional: &["type", "message"],
        children: &[],
        holds_text: true,
    },
    Rule {
        name: "error",
        required: &[],
        optional: &["type", "message"],
        children: &[],
        holds_text: true,
    },
    Rule {
        name: "skipped",
        required: &[],
        optional: &["type", "message"],
        children: &[],
        holds_text: true,
    },
];

/// An element that is open, with the names of the elements that it holds so far.
struct Open {
    rule: &'static Rule,
    held: usize,
}

/// Checks a document; says what is wrong first.
fn validate(text: &str) -> Result<usize, String> {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let mut rest = text.strip_prefix(declaration).ok_or("it does not begin with a declaration")?;
    let mut open: Vec<Open> = Vec::new();
    let mut elements = 0;
    loop {
        let (before, tag) = rest.split_once('<').unwrap_or((rest, ""));
        text_between(before, open.last())?;
        if tag.is_empty() {
            break;
        }
        let (tag, after) = tag.split_once('>').ok_or("a tag does not end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().ok_or("an element is closed that is not open")?;
            if closed.rule.name != name {
                return Err(format!("{} is closed by {name}", closed.rule.name));
            }
            continue;
        }
        if elements > 0 && open.is_empty() {
            return Err("a second root".to_owned());
        }
        elements += 1;
        let empty = tag.ends_with('/');
        let opened = element(tag.trim_end_matches('/'), open.last_mut())?;
        if !empty {
            open.push(opened);
        }
    }
    if open.is_empty() { Ok(elements) } else { Err("an element is not closed".to_owned()) }
}

fn text_between(text: &str, parent: Option<&Open>) -> Result<(), String> {
    let control = |letter: char| letter < ' ' && !"\n\t".contains(letter);
    if text.contains(control) {
        return Err("a control character".to_owned());
    }
    for (place, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#10;"];
        if !known.iter().any(|entity| text[place..].starts_with(entity)) {
            return Err(format!("an unknown entity in {text:?}"));
        }
    }
    let holds = parent.is_some_and(|open| open.rule.holds_text);
    if holds || text.trim().is_empty() { Ok(()) } else { Err(format!("text {text:?}")) }
}

fn element(tag: &str, parent: Option<&mut Open>) -> Result<Open, String> {
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let rule = RULES.iter().find(|rule| rule.name == name).ok_or(format!("element {name}"))?;
    match parent {
        None if name != "testsuites" && name != "testsuite" => return Err(format!("root {name}")),
        None => {}
        Some(parent) => {
            if !parent.rule.children.contains(&name) {
                return Err(format!("{name} in {}", parent.rule.name));
            }
            parent.held += 1;
            if parent.rule.name == "testcase" && parent.held > 1 {
                return Err("two results of a test".to_owned());
            }
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    while !attributes.trim().is_empty() {
        let (key, value) = attributes.split_once("=\"").ok_or(format!("attributes of {name}"))?;
        let (value, after) = value.split_once('"').ok_or(format!("attributes of {name}"))?;
        let key = key.trim();
        if !rule.required.contains(&key) && !rule.optional.contains(&key) || seen.contains(&key) {
            return Err(format!("{key} of {name}"));
        }
        text_between(value, Some(&Open { rule: &RULES[5], held: 0 }))?;
        let number = ["tests", "failures", "errors", "skipped"].contains(&key);
        if number && value.parse::<u64>().is_err() || key == "time" && !is_time(value) {
            return Err(format!("{key} of {name} is {value}"));
        }
        seen.push(key);
        attributes = after;
    }
    match rule.required.iter().find(|key| !seen.contains(key)) {
        Some(key) => Err(format!("{name} without {key}")),
        None => Ok(Open { rule, held: 0 }),
    }
}

/// Returns whether a time is in seconds with at most three decimals.
fn is_time(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(part) && part.len() <= 3
}

fn printed(words: &[&str]) -> String {
    let mut command = cargo_bin_cmd!("cutover");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = command.current_dir(root).arg("test").args(words).output().expect("it starts");
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn the_results_of_all_shipped_scenarios_are_valid() {
    let text = printed(&["scenarios", "--format", "junit"]);
    let elements = validate(&text).unwrap_or_else(|error| panic!("{error}"));
    assert!(elements > 1_000, "only {elements} elements");
}

#[test]
fn failures_refusals_and_odd_letters_are_valid_too() {
    let folder = std::env::temp_dir().join(format!("cutover-junit-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let text = |plan: &str| {
        format!(
            "Scenario(name: \"odd\", story: \"<&>\", \
             services: [Service(name: \"orders\", plan: {plan})], \
             until: \"10m\", expect: [Promotions(service: \"orders\", count: 1)])"
        )
    };
    fs::write(folder.join("fails & <odd>.ron"), text("Business")).expect("it can be written");
    fs::write(folder.join("refused.ron"), text("Busines")).expect("it can be written");
    let path = folder.to_str().expect("the folder has a plain name");
    let text = printed(&[path, "--format", "junit"]);
    fs::remove_dir_all(&folder).expect("the folder is there");
    assert!(text.contains("<failure ") && text.contains("<error "), "{text}");
    validate(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
}

#[test]
fn a_document_that_breaks_a_rule_is_refused() {
    let document = |body: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    let good = "<testsuites time=\"0.125\"><testsuite name=\"a\" tests=\"1\" \
                failures=\"1\" errors=\"0\"><properties>\
                <property name=\"b\" value=\"c\"/></properties><testcase name=\"d\" \
                classname=\"e\"><failure message=\"f\">g</failure></testcase></testsuite>\
                </testsuites>";
    assert_eq!(validate(&document(good)), Ok(6));
    let broken = [
        ("time=\"0.125\"", "time=\"0.1255\""),
        ("time=\"0.125\"", "skipped=\"0\""),
        ("name=\"a\" ", ""),
        ("tests=\"1\"", "tests=\"one\""),
        (" failures=\"1\"", ""),
        (" errors=\"0\"", ""),
        (" errors=\"0\"", " errors=\"0\" disabled=\"0\""),
        (" classname=\"e\"", ""),
        ("<failure message=\"f\">g</failure>", "g"),
        ("<failure message=\"f\">g</failure>", "<warning>g</warning>"),
        ("<failure message=\"f\">g</failure>", "<skipped/><failure/>"),
        (">g<", ">\u{1}<"),
        (">g<", ">a & b<"),
        ("</testsuites>", ""),
        ("</testsuites>", "</testsuites><testsuites/>"),
        ("testsuites", "suites"),
    ];
    for (from, to) in broken {
        let text = document(&good.replace(from, to));
        assert!(validate(&text).is_err(), "{text} is taken");
    }
}
