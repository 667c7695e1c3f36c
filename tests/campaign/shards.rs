//! Parts of a campaign put together: the bytes of the whole, or a clear refusal.
//!
//! Knows nothing of what is measured. Kept here: no clash between parts goes unnoticed.

use super::stage::Folder;

const WHOLE: &str = "campaign year.ron --runs 256 --chunk 4";

const COMPARISON: &str =
    "compare year.ron --runs 120 --chunk 4 --by dns_ttl=5s,60s --by detection_timeout=30s,90s";

/// Writes the shards that a command prints, in files of their own, and returns their names.
fn shards(folder: &Folder, command: &str, of: u64) -> Vec<String> {
    let shard = |index: u64| {
        let name = format!("{index}-of-{of}.json");
        folder.write(&name, &folder.printed(&format!("{command} --shard {index}/{of}")));
        name
    };
    (1..=of).map(shard).collect()
}

#[test]
fn any_number_of_threads_prints_the_same_bytes() {
    let folder = Folder::new("threads");
    for format in ["text", "json", "markdown"] {
        let printed = |rest: &str| folder.printed(&format!("{WHOLE} --format {format} {rest}"));
        let one = printed("--jobs 1");
        assert_eq!(printed("--jobs 2"), one);
        assert_eq!(printed("--jobs 7"), one);
        assert!(one.contains("256"), "{one}");
    }
    let json = folder.printed(&format!("{WHOLE} --format json"));
    for size in [1, 5, 300] {
        let other =
            folder.printed(&format!("campaign year.ron --runs 256 --chunk {size} --format json"));
        let without = |text: &str| {
            text.lines().filter(|line| !line.contains("\"digest\"")).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(without(&other), without(&json), "chunks of {size}");
    }
}

#[test]
fn shards_in_any_order_print_what_the_whole_prints() {
    for (command, counts, formats) in [
        (WHOLE, &[1, 7, 64][..], &["text", "json"][..]),
        (COMPARISON, &[1, 7], &["text", "json", "markdown"]),
    ] {
        let folder = Folder::new("shards");
        for of in counts {
            let mut names = shards(&folder, command, *of);
            // A fixed shuffle: by the digits of the names, read backwards.
            names.sort_by_key(|name| name.chars().rev().collect::<String>());
            for format in formats {
                let whole = folder.printed(&format!("{command} --format {format}"));
                let names = names.join(" ");
                let merged = folder.printed(&format!("merge --format {format} {names}"));
                assert_eq!(merged, whole, "{of} shards");
            }
        }
    }
}

#[test]
fn a_shard_that_is_there_twice_is_refused() {
    let folder = Folder::new("twice");
    let names = shards(&folder, WHOLE, 7);
    folder.write("again.json", &folder.read(&names[2]));
    let complaint = folder.refused(&format!("merge {} again.json", names.join(" ")), 3);
    assert!(
        complaint.starts_with("again.json: found runs 8 to 11 again, which 3-of-7.json holds"),
        "{complaint}"
    );
}

#[test]
fn a_missing_shard_is_named_with_the_command_that_gives_it() {
    let folder = Folder::new("missing");
    let mut names = shards(&folder, WHOLE, 7);
    names.remove(4);
    names.remove(1);
    let complaint = folder.refused(&format!("merge {}", names.join(" ")), 4);
    assert!(complaint.contains("18 of 64 chunks are missing: 1, 4, 8, 11,"), "{complaint}");
    for index in [2, 5] {
        let command =
            format!("cutover campaign year.ron --runs 256 --seed 0 --chunk 4 --shard {index}/7");
        assert!(complaint.contains(&command), "{complaint}");
        let words = command.strip_prefix("cutover ").expect("it is a command");
        let name = format!("{index}.json");
        folder.write(&name, &folder.printed(words));
        names.push(name);
    }
    assert_eq!(folder.printed(&format!("merge {}", names.join(" "))), folder.printed(WHOLE));
}

#[test]
fn a_shard_that_was_cut_short_or_changed_is_refused() {
    let folder = Folder::new("short");
    let names = shards(&folder, WHOLE, 2);
    let whole = folder.read(&names[1]);
    for length in [0, 1, whole.len() / 2, whole.len() - 3] {
        folder.write("short.json", &whole[..length]);
        let complaint = folder.refused(&format!("merge {} short.json", names[0]), 3);
        assert!(complaint.starts_with("short.json: found no whole shard result"), "{complaint}");
    }
    folder.write("changed.json", &whole.replacen("\"runs\":128", "\"runs\":129", 1));
    let complaint = folder.refused(&format!("merge {} changed.json", names[0]), 3);
    assert!(complaint.starts_with("changed.json: found a shard result that was"), "{complaint}");
    let complaint = folder.refused("merge absent.json", 3);
    assert!(complaint.starts_with("absent.json: found no such file"), "{complaint}");
}

#[test]
fn a_shard_of_another_campaign_is_refused() {
    let folder = Folder::new("other");
    let first = shards(&folder, WHOLE, 2).remove(0);
    let changed = folder.read("year.ron").replace("90d", "91d");
    folder.write("other.ron", &changed);
    for (words, expected) in [
        ("campaign year.ron --runs 256 --chunk 4 --seed 1", "found seed 1, expected 0"),
        ("campaign year.ron --runs 252 --chunk 4", "found number of runs 252, expected 256"),
        ("campaign year.ron --runs 256 --chunk 8", "found chunk size 8, expected 4"),
        ("campaign year.ron --runs 256 --chunk 4 --set dns_ttl=1s", "found inputs "),
        ("campaign other.ron --runs 256 --chunk 4", "found inputs "),
    ] {
        folder.write("other.json", &folder.printed(&format!("{words} --shard 2/2")));
        let complaint = folder.refused(&format!("merge {first} other.json"), 3);
        assert!(complaint.starts_with(&format!("other.json: {expected}")), "{complaint}");
    }
}

#[test]
fn a_shard_of_another_version_is_refused() {
    use cutover::campaign::{Campaign, Chunks, Header, Part, Shard};

    let folder = Folder::new("version");
    let loaded = cutover::scenario::load(&folder.0.join("year.ron")).expect("it is valid");
    let chunks = Chunks { runs: 256, size: 4 };
    let mut header = Header::new(&loaded, 0, chunks, String::new());
    header.file = "year.ron".to_owned();
    header.version = "0.0.9".to_owned();
    let shard = Shard { index: 2, of: 2 };
    let tally = Campaign::new(&loaded, 0).empty();
    let part = Part { header, shard, chunks: Vec::new(), tally };
    folder.write("old.json", &part.to_text());
    let first = shards(&folder, WHOLE, 2).remove(0);
    let complaint = folder.refused(&format!("merge {first} old.json"), 3);
    assert!(complaint.starts_with("old.json: found version 0.0.9, expected "), "{complaint}");
}

#[test]
fn a_shard_of_a_comparison_that_is_missing_twice_there_or_of_another_is_told() {
    let folder = Folder::new("pairs-refused");
    let mut names = shards(&folder, COMPARISON, 3);
    let again = folder.refused(&format!("merge {} {}", names.join(" "), names[1]), 3);
    assert!(again.starts_with("2-of-3.json: found runs 4 to 7 again"), "{again}");
    folder.write("campaign.json", &folder.printed(&format!("{WHOLE} --shard 1/3")));
    let kind = folder.refused(&format!("merge {} campaign.json", names[0]), 3);
    assert!(kind.contains("format cutover.shard/1, expected cutover.compare-shard/1"), "{kind}");
    for (words, expected) in [
        ("--seed 1", "found seed 1, expected 0"),
        ("--metric failovers", "found command cutover compare"),
        ("--set node_build=5m", "found inputs "),
    ] {
        folder.write("other.json", &folder.printed(&format!("{COMPARISON} {words} --shard 2/3")));
        let other = folder.refused(&format!("merge {} other.json", names[0]), 3);
        assert!(other.starts_with(&format!("other.json: {expected}")), "{other}");
    }
    let removed = names.remove(1);
    let missing = folder.refused(&format!("merge {}", names.join(" ")), 4);
    assert!(missing.contains("10 of 30 chunks are missing"), "{missing}");
    let command = missing.lines().last().expect("it names a command").trim();
    let words = command.strip_prefix("cutover ").expect("it is a command");
    folder.write(&removed, &folder.printed(words));
    names.push(removed);
    assert_eq!(folder.printed(&format!("merge {}", names.join(" "))), folder.printed(COMPARISON));
}
