//! Wrong scenario files: each is answered quickly, with places, and with the word that was meant.
//!
//! Knows nothing of running a scenario. Kept here: no input at all makes the reader panic.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use cutover::kernel::{Instant, Span};
use cutover::scenario::{Error, Errors, Loaded, load, parse};
use proptest::prelude::*;

const FILE: &str = "business-primary-crash.ron";
const SAMPLE: &str = include_str!("bad_input/business-primary-crash.ron");
const CASES: &str = include_str!("bad_input/cases.txt");

fn refused(text: &str) -> Errors {
    parse(FILE, text).map(|loaded| loaded.file).expect_err("the text is wrong")
}

/// Checks that a text has exactly one error, and what it says.
fn says(text: &str, expected: &str) {
    assert_eq!(refused(text).to_string(), format!("{FILE}:{expected}"));
}

/// A file that vanishes with its owner.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-{}-{name}", std::process::id()));
        fs::write(&path, content).expect("the folder for temporary files is writable");
        Self(path)
    }

    /// Returns the only error of the file, without its name.
    fn error(&self) -> String {
        let errors = load(&self.0).expect_err("the file is wrong").to_string();
        errors.replace(&self.0.display().to_string(), "FILE")
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        fs::remove_file(&self.0).expect("the file is still there");
    }
}

#[test]
fn the_sample_itself_is_right() {
    let file = TemporaryFile::new("right.ron", SAMPLE.as_bytes());
    let loaded = load(&file.0).expect("the sample is right");
    assert_eq!(loaded.file, file.0.display().to_string());
    let setup = &loaded.setup;
    assert_eq!((setup.regions.len(), setup.services.len(), setup.clients.len()), (1, 1, 2));
    assert_eq!(setup.until, Instant::ZERO + Span::from_mins(15));
    assert_eq!(setup.clients[1].ends, Instant::FAR);
    assert_eq!(setup.script.len(), 3);
    let made = Loaded::from_scenario(loaded.scenario).expect("the sample is right");
    assert_eq!(made.setup, loaded.setup);
}

#[test]
fn each_mistake_is_told_at_its_place_with_what_was_expected() {
    let mut count = 0;
    let mut wrong = String::new();
    let mut lines = CASES.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((from, to)) = line.split_once(" => ").filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let mut expected = Vec::new();
        while let Some(error) = lines.next_if(|line| line.starts_with("    ")) {
            expected.push(format!("{FILE}:{}", error.trim_start()));
        }
        assert!(SAMPLE.contains(from) && !expected.is_empty(), "{line}");
        let to = to.replace("<nothing>", "").replace("\\n", "\n");
        let found = refused(&SAMPLE.replacen(from, &to, 1)).to_string();
        if found != expected.join("\n") {
            writeln!(wrong, "{line}\n{found}").expect("a text can be written to");
        }
        count += 1;
    }
    assert_eq!(wrong, "");
    assert!(count > 120, "only {count} cases were found");
}

#[test]
fn a_word_of_a_long_list_is_told_with_the_nearest_alone() {
    let error = refused(&SAMPLE.replace("dns_ttl", "dns_tl")).to_string();
    let start = format!("{FILE}:12:20: unexpected field dns_tl in Tuning, expected one of ");
    assert!(error.starts_with(&start), "{error}");
    assert!(error.ends_with(" more (did you mean dns_ttl?)"), "{error}");
    let error = refused(&SAMPLE.replace("acked-write-", "acked-writes-")).to_string();
    let start = format!("{FILE}:25:30: unknown invariant acked-writes-survives, expected one of ");
    assert!(error.starts_with(&start), "{error}");
    assert!(error.ends_with(" (did you mean acked-write-survives?)"), "{error}");
}

#[test]
fn mistakes_all_over_the_file_are_told_at_once_and_in_order() {
    let text = SAMPLE
        .replace("\"3KiB\"", "\"0B\"")
        .replace("Primary(\"orders\"))),", "Primary(\"order\"))),")
        .replace("because: \"asynchronous\"", "because: \"\"");
    let errors = refused(&text);
    let places: Vec<_> = errors.list().iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(places, [(9, 83), (15, 44), (25, 86)]);
    assert_eq!(errors.list()[1].path, "script[1][1][1][0]");
    let mut scenario = parse(FILE, SAMPLE).expect("the sample is right").scenario;
    scenario.name.clear();
    scenario.until = Span::ZERO;
    let errors = Loaded::from_scenario(scenario).expect_err("it has no name and no end");
    let expected = "name: found an empty name of a scenario, expected letters\n\
                    until: found a run that ends at 0s, expected a later end";
    assert_eq!(errors.to_string(), expected);
}

#[test]
fn too_many_of_anything_are_told_at_the_first_too_many() {
    let many = |line: &str, count: usize| line.repeat(count);
    let service = "Service(name: \"s#\", plan: Premium),\n";
    let services: String =
        (0..20).map(|index| service.replace('#', &format!("x{index}"))).collect();
    let text = SAMPLE.replace("    clients:", "clients:").replace(
        "        Service(name: \"orders\"",
        &format!("{services}        Service(name: \"orders\""),
    );
    let errors = refused(&text);
    let limit = errors.list().iter().find(|error| error.message.contains("21 services"));
    let limit = limit.expect("there are too many");
    assert_eq!((limit.line, limit.column), (22, 1));
    assert_eq!(limit.message, "found 21 services, expected at most 16");

    let step = "At(\"1s\", Fault(Hang, Primary(\"orders\"))),\n";
    let text = SAMPLE.replace("script: [\n", &format!("script: [\n{}", many(step, 4096)));
    says(&text, "4110:9: found 4099 steps, expected at most 4096");
    let client = "Reader(name: \"c#\", service: \"orders\", reads_per_s: 1),\n";
    let clients: String = (0..64).map(|index| client.replace('#', &format!("x{index}"))).collect();
    let text = SAMPLE.replace("clients: [\n", &format!("clients: [\n{clients}"));
    says(&text, "73:9: found 66 clients, expected at most 64");
}

#[test]
fn what_is_no_text_of_a_scenario_is_refused() {
    says("", "1:1: found the end of the file, expected Scenario(...)");
    says(" \n// nothing\n", "2:11: found the end of the file, expected Scenario(...)");
    says(&format!("\u{feff}{SAMPLE}"), "1:1: found a byte-order mark, expected UTF-8 without one");
    says("\u{0}\u{1}", "1:1: found `\\u{0}`, expected Scenario(...)");
    says(
        &format!("{SAMPLE}\nScenario()"),
        "29:1: found Scenario, expected the end of the file behind the scenario",
    );
    let junk: Vec<u8> = (0..=255).collect();
    let file = TemporaryFile::new("junk.ron", &junk);
    assert_eq!(file.error(), "FILE:2:118: found a byte that is not UTF-8, expected a text");
    let missing = PathBuf::from("no-such-folder/absent.ron");
    let error = load(&missing).expect_err("it is absent").to_string();
    assert_eq!(error, "no-such-folder/absent.ron: found no such file, expected a scenario");
    let folder = PathBuf::from("tests");
    let error = load(&folder).expect_err("it is a folder").to_string();
    assert_eq!(error, "tests: found a folder, expected a scenario file");
}

#[test]
fn a_file_that_breaks_off_says_what_is_not_closed() {
    let cut = |at: &str| &SAMPLE[..SAMPLE.find(at).expect("the sample has it")];
    says(
        cut(" plan: Business"),
        "6:32: found the end of the file, expected the rest of the scenario \
         (Service( of line 6 is not closed)",
    );
    says(cut("-primary-crash"), "3:11: found a text without an end, expected a closing \"");
    for (end, _) in SAMPLE.trim_end().char_indices() {
        let errors = refused(&SAMPLE[..end]);
        assert_eq!(errors.list().len(), 1, "{errors}");
        within(&SAMPLE[..end], &errors);
    }
}

#[test]
fn values_nested_without_end_are_refused_at_once() {
    let many = 100_000;
    let bombs = [
        ("[".repeat(many), "1:33"),
        ("Scenario(".repeat(many), "1:297"),
        ("(".repeat(many), "1:33"),
        ("{".repeat(many), "1:33"),
        ("Some(".repeat(many), "1:165"),
    ];
    let expected = "found values in each other deeper than 32, expected a scenario";
    for (bomb, place) in bombs {
        says(&bomb, &format!("{place}: {expected}"));
    }
    let links = format!("LinkCut, {}", "Link(".repeat(many));
    let text = SAMPLE.replace("HostDeath, Primary(", &links);
    says(&text, &format!("15:178: {expected}"));
    let laws = format!("At({}", "Uniform(".repeat(many));
    let text = SAMPLE.replace("At(\"60s\"", &laws);
    says(&text, &format!("15:251: {expected}"));
    let shallow = format!("{}{}", "[".repeat(32), "]".repeat(32));
    says(&shallow, "1:1: found `[`, expected Scenario(...)");
}

#[test]
fn large_input_is_refused_at_once() {
    let large = SAMPLE.repeat(10_000);
    let file = TemporaryFile::new("large.ron", large.as_bytes());
    assert_eq!(file.error(), "FILE: found more than 1048576 bytes, expected less");
    says(&large, " found more than 1048576 bytes, expected less");
    let many = 500_000;
    for junk in ["r#", "/*", "\"\\\"", "#", "r#\"", "'", "//\n", "a", "é", "-", "#![", "(]"] {
        let text = junk.repeat(many / junk.len());
        within(&text, &refused(&text));
        let text = SAMPLE.replace("\"business-primary-crash\"", &text);
        within(&text, &refused(&text));
    }
    let name = "x".repeat(1_000_000);
    let text = SAMPLE.replace("\"orders\"))", &format!("\"{name}\"))"));
    let shown = "x".repeat(63);
    says(&text, &format!("15:44: unknown service {shown}..., expected orders"));
    let steps = "At(\"1s\", Heal(Hang, Node(\"orderss-1\"))),\n".repeat(20_000);
    let text = SAMPLE.replace("script: [\n", &format!("script: [\n{steps}"));
    assert_eq!(refused(&text).list().len(), 2 * 4096 + 1);
}

#[test]
fn what_may_happen_in_a_run_is_not_refused() {
    let primary = "HostDeath, Primary(\"orders\")";
    let link = "Link(Primary(\"orders\"), Platform)";
    let cut = "LinkCut, Link(Node(\"orders-2\"), Platform)";
    let groups = "LinkCut, Link(Region(\"eu-west\"), Platform)";
    let changes = [
        ("Primary(\"orders\")))", "Node(\"orders-4\")))"),
        ("node: \"orders-2\"", "node: \"orders-6\""),
        ("by: \"3m\"", "by: \"3h\""),
        ("At(\"60s\"", "At(Exponential(\"60s\")"),
        ("until: \"15m\"", "until: \"80s\""),
        ("begins: \"1s\"", "ends: \"never\""),
        ("dns_ttl: \"30s\"", "process_restart: \"never\", reply_timeout: \"never\""),
        ("dns_ttl: \"30s\"", "policy: Pglookout, lookout_observers: 8"),
        (primary, "LongQuery, Primary(\"orders\")"),
        (primary, "CrashLoop(\"20s\"), Primary(\"orders\")"),
        (primary, &format!("SlowLink(delay: \"0s\", goodput: \"10kB/s\"), {link}")),
        (primary, &format!("SlowLink(delay: \"2s\", goodput: \"unlimited\"), {link}")),
        (primary, &format!("Flapping(down: \"1h\", up: \"10ms\"), {link}")),
        ("At(\"60s\"", "Every(\"5m\""),
        ("At(\"60s\"", "When(After(\"5s\", Works(client: \"app\"))"),
    ];
    for (from, to) in changes {
        let text = SAMPLE.replacen(from, to, 1);
        parse(FILE, &text).map_err(|errors| errors.to_string()).expect(to);
    }
    let text = SAMPLE.replace(cut, groups).replace("node: \"orders-2\"", "node: \"orders-40\"");
    parse(FILE, &text).expect("a cut between groups may cost one replacement after the other");
}

#[test]
fn a_knob_is_set_only_to_what_fits_the_others() {
    let mut loaded = parse(FILE, SAMPLE).expect("the sample is right");
    loaded.set("dns_ttl", "5s").expect("it fits");
    assert_eq!(loaded.setup.knobs.dns_ttl, Span::from_secs(5));
    let error = loaded.set("dns_tl", "5s").expect_err("there is no such knob").to_string();
    assert_eq!(error, "unknown knob \"dns_tl\" (did you mean dns_ttl?)");
    let error = loaded.set("heartbeat_phase", "5s").expect_err("it does not fit").to_string();
    assert_eq!(error, "found heartbeat_phase 5s, expected less than heartbeat_period 5s");
    let before = loaded.setup.clone();
    loaded.set("heartbeat_period", "2m").expect_err("it is longer than the timeouts");
    assert_eq!(loaded.setup, before);
    let together =
        [("heartbeat_period", "2m"), ("detection_timeout", "10m"), ("standby_timeout", "10m")];
    loaded.set_all(together).expect("together they fit");
    assert_eq!(loaded.setup.knobs.heartbeat_period, Span::from_mins(2));
}

/// Checks that every error is within the text, or one past the end of a line.
fn within(text: &str, errors: &Errors) {
    let ends: Vec<usize> = text.split('\n').map(|line| line.chars().count() + 1).collect();
    let inside = |error: &Error| {
        error.file == FILE
            && (1..=ends.len()).contains(&error.line)
            && (1..=ends[error.line - 1]).contains(&error.column)
    };
    for error in errors.list() {
        assert!(inside(error), "{error:?}");
        assert_eq!(error.to_string().lines().count(), 1, "{error:?}");
    }
}

#[test]
fn a_name_that_is_meant_is_shown_in_one_line_too() {
    let text = SAMPLE.replacen("(name: \"orders\"", "(name: \"orders\\n\"", 1);
    let errors = parse(FILE, &text).expect_err("a client names orders without the line break");
    within(&text, &errors);
}

/// Replaces a stretch of letters of the sample, given in thousandths of its length.
fn mutated(text: &str, at: usize, length: usize, with: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let start = at * letters.len() / 1_000;
    let end = (start + length).min(letters.len());
    let kept = |range: &[char]| range.iter().collect::<String>();
    kept(&letters[..start]) + with + &kept(&letters[end..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_change_of_a_file_leads_to_a_panic_or_to_an_error_elsewhere(
        changes in proptest::collection::vec(
            (0..1_000_usize, 0..12_usize, prop_oneof![
                Just(String::new()),
                "[a-zA-Z0-9(){}\\[\\]\",:'#/*\\\\_.+-]{1,3}",
                "\\PC{0,4}",
                proptest::sample::select(vec![
                    "\"", "\n", "-1", "0", "1e9", "99999999999999999999", "\"never\"", "None",
                    "Some(", "/*", "*/", "//", "r#\"", "\u{feff}", "\u{85}", "é", "#![enable(",
                ]).prop_map(str::to_owned),
            ]),
            1..4,
        ),
    ) {
        let text = changes.iter().fold(SAMPLE.to_owned(), |text, (at, length, with)| {
            mutated(&text, *at, *length, with)
        });
        if let Err(errors) = parse(FILE, &text) {
            within(&text, &errors);
        }
    }

    #[test]
    fn no_text_leads_to_a_panic(text in "(?s).{0,200}") {
        if let Err(errors) = parse(FILE, &text) {
            within(&text, &errors);
        }
    }
}
