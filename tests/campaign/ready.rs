//! The campaigns that come with cutover, asked as the page of the project asks them.
//!
//! Knows nothing of what is right. Kept here: every question of the page is answered, at 80
//! columns.

use std::fs;
use std::path::Path;

use super::stage::{Folder, complaint, text};

/// Returns the commands of the table of questions.
fn questions() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let rows = page.lines().skip_while(|line| !line.starts_with("| question | command"));
    let cells = rows.skip(2).take_while(|line| line.starts_with('|'));
    let quoted = cells.flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted.filter(|text| text.starts_with("cutover ")).map(str::to_owned).collect()
}

/// Returns the words of a command, with few runs.
fn few(command: &str) -> String {
    let words = command.trim_start_matches("cutover ").replace('\'', "");
    let rare = words.contains("--rare");
    match words.split_once(" --runs ") {
        // Which bias is best is a question of its own.
        Some((before, _)) if rare => format!("{before} --runs 100 --bias 100"),
        _ if words.contains("--tornado") => format!("{words} --runs 4"),
        _ => format!("{words} --runs 20"),
    }
}

#[test]
fn every_question_of_the_page_is_answered_by_its_command() {
    let folder = Folder::new("ready");
    let ready = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/campaigns");
    let mut asked = Vec::new();
    let questions = questions();
    for entry in fs::read_dir(&ready).expect("there are campaigns") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        folder.write(&name, &fs::read_to_string(&path).expect("it can be read"));
        asked.push((questions.iter().any(|question| question.contains(&name)), name));
    }
    assert!(asked.iter().all(|(asked, _)| *asked), "{asked:?}");
    assert!(questions.len() >= 10, "{questions:?}");
    for question in questions {
        let output = folder.cutover(&few(&question));
        let code = output.status.code().expect("no signal ends it");
        assert!([0, 1, 4].contains(&code), "{question}: {code} {}", complaint(&output));
        let answer = text(&output);
        assert!(answer.lines().all(|line| line.chars().count() <= 80), "{question}\n{answer}");
        assert!(answer.lines().count() > 8, "{question}\n{answer}");
    }
}
