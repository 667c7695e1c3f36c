//! The pages of the project: outputs in the README are real, and links lead somewhere.
//!
//! A block marked `console` holds commands, each after `$`, with what they print; those of
//! `cutover` are run. A block after the line `<!-- file NAME -->` is a file that they may use.
//! With `UPDATE_README=1` the outputs are written anew. Knows nothing of what is right. Kept here:
//! what a reader copies from the README does what the README says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;

const PAGES: &[&str] = &["README.md", "ARCHITECTURE.md", "CHANGELOG.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("the page is there")
}

/// A folder with what the commands of a page may use, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-readme-{name}-{}", process::id()));
        for folder in ["scenarios", "scenarios/campaigns"] {
            let scenarios = path.join(folder);
            fs::create_dir_all(&scenarios).expect("a temporary folder can be made");
            for entry in fs::read_dir(root().join(folder)).expect("there are scenarios") {
                let from = entry.expect("the entry can be read").path();
                let to = scenarios.join(from.file_name().expect("it has a name"));
                if from.is_file() {
                    fs::copy(from, to).expect("a scenario can be copied");
                }
            }
        }
        Self(path)
    }

    /// Runs a command and returns what it prints, with the exit code if that is not zero.
    fn printed(&self, command: &str) -> Option<String> {
        let words = words(command);
        let arguments = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["cutover", ..] => words[1..].to_vec(),
            ["cargo", "run", ..] => {
                let dashes = words.iter().position(|word| word == "--");
                words[dashes.expect("`cargo run` is followed by `--`") + 1..].to_vec()
            }
            _ => return None,
        };
        let mut program: Command = cargo_bin_cmd!("cutover");
        let program = program.current_dir(&self.0).env_remove("NO_COLOR").args(arguments);
        let output = program.output().expect("the program starts");
        let mut text = String::from_utf8(output.stdout).expect("results are UTF-8");
        text += &String::from_utf8(output.stderr).expect("complaints are UTF-8");
        match output.status.code().expect("no signal ends the program") {
            0 => {}
            code => text.extend([format!("(exit code {code})\n")]),
        }
        Some(text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Splits a command at blanks; what stands between single quotes stays together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("it is never empty").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns a page with every output as the program prints it today, and how many commands ran.
fn renewed(text: &str, folder: &Folder) -> (String, usize) {
    let mut page = String::new();
    let mut commands = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        page.extend([line, "\n"]);
        let file = line.strip_prefix("<!-- file ").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(name) = file {
            let fence = lines.next().expect("a block follows");
            page.extend([fence, "\n"]);
            let block: Vec<&str> =
                std::iter::from_fn(|| lines.next_if(|line| *line != "```")).collect();
            let block = block.join("\n") + "\n";
            fs::write(folder.0.join(name), &block).expect("the file can be written");
            page += &block;
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let command = line.strip_prefix("$ ").expect("a console block begins with a command");
            let is_told = |line: &&str| *line != "```" && !line.starts_with("$ ");
            let told: Vec<&str> = std::iter::from_fn(|| lines.next_if(is_told)).collect();
            page.extend([line, "\n"]);
            if let Some(printed) = folder.printed(command) {
                commands += 1;
                page += &printed;
            } else {
                page.extend(told.iter().flat_map(|line| [*line, "\n"]));
            }
        }
    }
    (page, commands)
}

/// Returns the targets of a page's links that are no headings of the page itself.
fn links(text: &str) -> Vec<&str> {
    let starts = text.match_indices("](").map(|(place, mark)| place + mark.len());
    let targets = starts.filter_map(|start| text[start..].split(')').next());
    targets.filter(|target| !target.starts_with('#')).collect()
}

#[test]
fn the_outputs_in_the_readme_are_what_the_program_prints() {
    let text = page("README.md");
    let (renewed, commands) = renewed(&text, &Folder::new("page"));
    assert!(commands >= 4, "the README runs {commands} commands only");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(root().join("README.md"), &renewed).expect("the README can be written");
        return;
    }
    for (number, (found, expected)) in (1..).zip(text.lines().zip(renewed.lines())) {
        let advice = "UPDATE_README=1 cargo test --test readme";
        assert_eq!(found, expected, "line {number} of the README; to renew it: {advice}");
    }
    assert_eq!(text, renewed);
}

#[test]
fn the_scenario_of_the_readme_is_valid() {
    let folder = Folder::new("scenario");
    let (_, commands) = renewed(&page("README.md"), &folder);
    assert!(commands > 0);
    let files = fs::read_dir(&folder.0).expect("the folder is there");
    let names = files.map(|file| file.expect("it can be read").file_name());
    let written = names.filter(|name| name.to_string_lossy().ends_with(".ron")).count();
    assert_eq!(written, 1);
    let printed = folder.printed("cutover validate .").expect("it is a command of the program");
    assert!(printed.ends_with(" valid\n") && !printed.contains("refused"), "{printed}");
}

#[test]
fn links_lead_to_files_of_the_project() {
    let mut checked = 0;
    for name in PAGES {
        for target in links(&page(name)) {
            let path = target.split('#').next().expect("a text has a first part");
            assert!(root().join(path).exists(), "{name} links to {target}, which is not there");
            checked += 1;
        }
    }
    assert!(checked > 5, "only {checked} links were found");
}

/// Returns the instants of a text that are written as in `60.0 s`.
fn instants(text: &str) -> Vec<&str> {
    let ends = text.match_indices(" s").map(|(place, _)| place);
    let number = |end: usize| {
        let start = text[..end].rfind(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
        &text[start.map_or(0, |start| start + 1)..end]
    };
    ends.map(number).filter(|number| number.contains('.') && number.len() > 2).collect()
}

#[test]
fn the_walk_of_one_event_has_the_instants_of_the_first_run() {
    let (architecture, readme) = (page("ARCHITECTURE.md"), page("README.md"));
    let walk = architecture.split("\n## ").find(|part| part.starts_with("The walk of one event"));
    let told = instants(walk.expect("there is a walk"));
    let real = instants(&readme);
    assert!(told.len() > 3, "the walk has instants: {told:?}");
    let wrong: Vec<_> = told.iter().filter(|instant| !real.contains(instant)).collect();
    assert!(wrong.is_empty(), "the first run of the README has no {wrong:?}");
}

#[test]
fn instants_are_found_in_a_text() {
    assert_eq!(instants("At 60.0 s it ends, 5 ms later. (117.5 s)"), ["60.0", "117.5"]);
}

#[test]
fn an_output_that_is_not_what_the_program_prints_is_replaced() {
    let folder = Folder::new("planted");
    let file = "<!-- file a.ron -->\n```ron\nScenario(\n```\n";
    let stale =
        format!("{file}```console\n$ cargo test\nok\n$ cutover validate a.ron\nfine\n```\n");
    let (fresh, commands) = renewed(&stale, &folder);
    assert_eq!(commands, 1);
    assert!(fresh.starts_with(&format!("{file}```console\n$ cargo test\nok\n")), "{fresh}");
    assert!(fresh.contains("a.ron:") && fresh.ends_with("(exit code 3)\n```\n"), "{fresh}");
    assert!(!fresh.contains("fine"));
    assert_eq!(renewed(&fresh, &folder).0, fresh);
}

#[test]
fn words_in_quotes_stay_together() {
    assert_eq!(words("cutover run a.ron --set 'x=uniform(1s, 2s)'").len(), 5);
}

#[test]
fn links_to_headings_are_left_out() {
    assert_eq!(links("[a](b.md) [c](#d) [e](f.md#g)"), ["b.md", "f.md#g"]);
}
