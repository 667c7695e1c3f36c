//! A folder with a scenario, and the program in it.
//!
//! Knows nothing of results. Kept here: the folder is gone when its test is over.

use std::fs;
use std::path::PathBuf;
use std::process::{self, Output};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;

/// A year in which hosts die and nodes hang.
pub(crate) const YEAR: &str = r#"Scenario(
    name: "year",
    services: [Service(name: "orders", plan: Business)],
    clients: [
        Writer(name: "app", service: "orders", writes_per_s: 20),
        Reader(name: "dash", service: "orders", reads_per_s: 5),
    ],
    failures: [
        Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
            occurs: Every("exponential(90d)")),
        Failure(name: "hangs", fault: Hang, strikes: EachNode("orders"),
            occurs: Every("exponential(30d)"), lasts: "lognormal(4s, 1.2)"),
    ],
    targets: [],
    until: "365d",
)
"#;

/// A folder that is gone when the test is over.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// Returns a folder with the scenario of a year in which something goes wrong.
    pub(crate) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-campaign-{test}-{}", process::id()));
        // Whatever a test before left there is in the way.
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        let folder = Self(path);
        folder.write("year.ron", YEAR);
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a temporary file can be written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("the file is there")
    }

    /// Runs the program in this folder.
    pub(crate) fn cutover(&self, words: &str) -> Output {
        let mut command: Command = cargo_bin_cmd!("cutover");
        let words = words.split_whitespace();
        command.current_dir(&self.0).args(words).output().expect("the program starts")
    }

    /// Runs the program and returns what it prints, which has to end well.
    pub(crate) fn printed(&self, words: &str) -> String {
        let output = self.cutover(words);
        assert!(output.status.success(), "{words}: {}", complaint(&output));
        text(&output)
    }

    /// Runs the program, which has to end with an exit code, and returns its complaint.
    pub(crate) fn refused(&self, words: &str, code: i32) -> String {
        let output = self.cutover(words);
        assert_eq!(output.status.code(), Some(code), "{words}: {}", complaint(&output));
        assert_eq!(text(&output), "", "{words}");
        complaint(&output)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Returns what a program printed.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("results are UTF-8")
}

/// Returns what a program complained of.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
