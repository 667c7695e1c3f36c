//! Killed, interrupted, out of room: what was finished is kept, and going on gives the same bytes.
//!
//! Knows nothing of what is measured. Kept here: a folder never holds half a chunk.

use std::fs;
use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

use super::stage::{Folder, complaint, text};

const CAMPAIGN: &str = "campaign year.ron --runs 400 --chunk 4 --format json";

/// Returns how many chunks a folder holds.
fn finished(folder: &Folder, out: &str) -> usize {
    let entries = fs::read_dir(folder.0.join(out).join("chunks"));
    entries.map_or(0, |entries| {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.ok().map(|one| one.file_name());
        let names = entries.filter_map(name);
        names.filter(|name| !name.to_string_lossy().starts_with('.')).count()
    })
}

fn start(folder: &Folder, words: &str) -> Command {
    let mut command = Command::new(cargo_bin!("cutover"));
    command.current_dir(&folder.0).args(words.split_whitespace());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Kills a command at 20 drawn counts of chunks, goes on with it each time, and compares the bytes.
fn is_killed_and_goes_on(name: &str, words: &str, chunks: usize, result: &str) {
    let folder = Folder::new(name);
    let whole = folder.printed(words);
    let chance = cutover::kernel::Chance::new(20, 0);
    let most = u64::try_from(chunks).expect("it is small") * 4 / 5;
    let mut cut_short = 0;
    for turn in 0..20_u64 {
        let out = format!("out-{turn}");
        let wanted =
            usize::try_from(chance.word("kill", "chunks", turn) % most).expect("it is small");
        let mut child = start(&folder, &format!("{words} --jobs 1 --out {out}"))
            .spawn()
            .expect("the program starts");
        while finished(&folder, &out) < wanted {
            if child.try_wait().expect("it is a child").is_some() {
                break;
            }
            std::thread::yield_now();
        }
        child.kill().expect("it can be killed, or is over");
        child.wait().expect("it is a child");
        let kept = finished(&folder, &out);
        cut_short += usize::from(kept < chunks);
        // What a kill in the midst of writing may leave.
        fs::write(folder.0.join(&out).join("chunks/.00000099.json.1.tmp"), "{").ok();
        let resumed = folder.printed(&format!("{words} --out {out} --resume"));
        assert_eq!(resumed, whole, "{out} had {kept} chunks");
        assert_eq!(folder.read(&format!("{out}/{result}")), whole);
        fs::remove_dir_all(folder.0.join(&out)).expect("the folder can be removed");
    }
    assert!(cut_short > 10, "only {cut_short} of 20 were cut short");
}

#[test]
fn a_campaign_that_was_killed_goes_on_to_the_same_bytes() {
    is_killed_and_goes_on("killed", CAMPAIGN, 100, "campaign.json");
}

#[test]
fn a_finished_campaign_is_not_run_again_and_a_broken_chunk_is() {
    let folder = Folder::new("again");
    let whole = folder.printed(&format!("{CAMPAIGN} --out out"));
    let complaint = folder.refused(&format!("{CAMPAIGN} --out out"), 2);
    assert!(complaint.contains("--resume goes on with them"), "{complaint}");
    folder.write("out/chunks/00000007.json", "{\"format\":");
    let output = folder.cutover(&format!("{CAMPAIGN} --out out --resume"));
    assert_eq!(text(&output), whole);
    let complaint = super::stage::complaint(&output);
    assert!(complaint.starts_with("warning: out/chunks/00000007.json: found no"), "{complaint}");
    assert_eq!(folder.printed(&format!("{CAMPAIGN} --out out --resume")), whole);
}

#[test]
fn chunks_of_another_campaign_are_never_gone_on_with() {
    let folder = Folder::new("mixed");
    folder.printed(&format!("{CAMPAIGN} --out out"));
    let complaint = folder.refused(&format!("{CAMPAIGN} --seed 5 --out out --resume"), 3);
    assert!(complaint.contains("found seed 0, expected 5"), "{complaint}");
}

const COMPARISON: &str = "compare year.ron --runs 120 --chunk 4 --by dns_ttl=5s,60s --format json";

#[test]
fn a_comparison_that_was_killed_goes_on_to_the_same_bytes() {
    is_killed_and_goes_on("paired", COMPARISON, 30, "compare.json");
}

#[test]
fn chunks_of_another_comparison_are_refused_and_broken_ones_run_again() {
    let folder = Folder::new("arms");
    let whole = folder.printed(&format!("{COMPARISON} --out out"));
    let complaint = folder.refused(&format!("{COMPARISON} --out out"), 2);
    assert!(complaint.contains("--resume goes on with them"), "{complaint}");
    for (found, other, told) in [
        ("dns_ttl=5s,60s", "dns_ttl=5s,61s", "found arms dns_ttl=5s; dns_ttl=60s, expected"),
        ("--runs 120", "--runs 120 --seed 3", "found seed 0, expected 3"),
        ("--runs 120", "--runs 124", "found number of runs 120, expected 124"),
        ("--runs 120", "--runs 120 --set local_flush=9ms", "found inputs "),
    ] {
        let words = format!("{} --out out --resume", COMPARISON.replace(found, other));
        let complaint = folder.refused(&words, 3);
        assert!(complaint.contains(told), "{complaint}");
    }
    // A chunk of a campaign is none of a comparison.
    folder.printed(&format!("{CAMPAIGN} --out campaign"));
    let chunk = folder.read("campaign/chunks/00000003.json");
    folder.write("out/chunks/00000003.json", &chunk);
    folder.write("out/chunks/00000007.json", "{\"format\":");
    let output = folder.cutover(&format!("{COMPARISON} --out out --resume"));
    assert_eq!(text(&output), whole);
    let said = super::stage::complaint(&output);
    assert!(said.contains("00000003.json") && said.contains("00000007.json"), "{said}");
    assert_eq!(folder.printed(&format!("{COMPARISON} --out out --resume")), whole);
}

/// Prints a result on a full device: it is told, and the result itself was saved before.
fn a_full_device_is_told(name: &str, words: &str) {
    let folder = Folder::new(name);
    let full = OpenOptions::new().write(true).open("/dev/full").expect("this system has one");
    let output = start(&folder, &format!("{words} --out out"))
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(74), "{}", complaint(&output));
    assert!(complaint(&output).contains("cannot write standard output"));
    assert_eq!(folder.printed(&format!("{words} --out out --resume")), folder.printed(words));
}

#[test]
fn a_campaign_on_a_full_device_is_told_and_nothing_is_half_written() {
    a_full_device_is_told("full", CAMPAIGN);
}

#[test]
fn a_comparison_on_a_full_device_is_told_and_nothing_is_half_written() {
    a_full_device_is_told("full-pairs", COMPARISON);
}

/// Runs a command under limits of so many blocks of 512 bytes, and goes on with it without one.
fn keeps_what_was_finished(name: &str, words: &str, limits: [u32; 2]) {
    let folder = Folder::new(name);
    let whole = folder.printed(words);
    for blocks in limits {
        let program = cargo_bin!("cutover").display().to_string();
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; \
             exec '{program}' {words} --jobs 1 --out out{blocks}"
        );
        let output = Command::new("sh")
            .current_dir(&folder.0)
            .args(["-c", &script])
            .output()
            .expect("there is a shell");
        assert_eq!(output.status.code(), Some(74), "{}", complaint(&output));
        assert!(complaint(&output).contains("every chunk that was finished is kept"));
        assert_eq!(text(&output), "");
        let out = format!("out{blocks}");
        let half = fs::read_dir(folder.0.join(&out)).expect("the folder is there");
        let half = half.map(|entry| entry.expect("it can be listed").file_name());
        let results: Vec<_> =
            half.filter(|name| name.to_string_lossy().ends_with(".json")).collect();
        assert!(results.is_empty(), "{results:?}");
        assert_eq!(folder.printed(&format!("{words} --out {out} --resume")), whole);
    }
}

#[test]
fn a_campaign_within_a_limit_of_file_size_keeps_what_was_finished() {
    // A chunk's file is larger than one block, so that no chunk can be saved.
    keeps_what_was_finished("limit", CAMPAIGN, [1, 12]);
}

#[test]
fn a_comparison_within_a_limit_of_file_size_keeps_what_was_finished() {
    keeps_what_was_finished("room", COMPARISON, [1, 8]);
}

#[test]
fn an_interrupted_campaign_says_where_its_chunks_are() {
    let folder = Folder::new("interrupted");
    let long = "campaign year.ron --runs 40000 --chunk 4 --format json";
    let child = start(&folder, &format!("{long} --jobs 1 --out out"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    while finished(&folder, "out") < 3 {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().expect("there is a kill");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it is a child");
    assert_eq!(output.status.code(), Some(130), "{}", complaint(&output));
    assert!(complaint(&output).contains("the same command with --resume goes on"));
    assert!(finished(&folder, "out") >= 3);
}

/// Waits until a child has worked for a while, by the clock of its own work.
fn has_worked(id: u32) {
    let ticks = || {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(11)?.parse::<u64>().ok()
    };
    while ticks().expect("it is still there") < 30 {
        std::thread::yield_now();
    }
}

#[test]
fn an_interrupted_comparison_tells_of_the_runs_that_are_done() {
    let folder = Folder::new("compared");
    let words = |runs: &str| {
        format!(
            "compare year.ron --runs {runs} --chunk 1 --jobs 1 --by dns_ttl=5s,60s --format json"
        )
    };
    let child = start(&folder, &words("1000000"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    has_worked(child.id());
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().expect("there is a kill");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it is a child");
    assert_eq!(output.status.code(), Some(130), "{}", complaint(&output));
    let said = complaint(&output);
    let done = said.strip_prefix("interrupted after ").and_then(|text| text.split(' ').next());
    let done = done.unwrap_or_else(|| panic!("{said}"));
    let without = |text: &str| {
        text.lines().filter(|line| !line.contains("\"repeat\"")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(without(&text(&output)), without(&folder.printed(&words(done))));
}
