//! The command `merge`: shard results put together to the whole.
//!
//! Knows nothing of how they came about. Kept here: what is printed is what the campaign would have
//! printed in one piece, or nothing.

use super::command::{print, shard_command};
use super::options::MergeOptions;
use super::store::read;
use crate::campaign::{Part, Shard, merge as put_together};
use crate::cli::exit::Exit;
use crate::cli::stop::Stop;

/// Puts shard results together and prints the campaign's result.
pub(crate) fn merge(options: &MergeOptions) -> Result<Exit, Stop> {
    let mut parts: Vec<(String, Part)> = Vec::new();
    for path in &options.results {
        let name = path.display().to_string();
        let part = read(path).map_err(|error| Stop::input(format!("{name}: {error}")))?;
        parts.push((name, part));
    }
    let merged = put_together(&parts);
    let merged = merged.map_err(|(name, error)| Stop::input(format!("{name}: {error}")))?;
    let Some(merged) = merged else { return Err(Stop::usage("found no shard result")) };
    if merged.missing.is_empty() {
        return print(&merged.header, &merged.tally, options.format, options.color);
    }
    let of = parts.iter().map(|(_, part)| part.shard.of).max().unwrap_or(1);
    let mut lines = Vec::new();
    for shard in (1..=of).map(|index| Shard { index, of }) {
        let chunks = merged.header.chunks.of_shard(shard);
        if chunks.iter().any(|chunk| merged.missing.contains(chunk)) {
            lines.push(format!("  {}", shard_command(&merged.header, shard)));
        }
    }
    let (missing, all) = (merged.missing.len(), merged.header.chunks.count());
    let ranges = ranges(&merged.missing);
    let message = format!(
        "inconclusive: {missing} of {all} chunks are missing: {ranges}; these would give them\n{}",
        lines.join("\n")
    );
    Err(Stop { exit: Exit::Inconclusive, message })
}

/// Returns ascending numbers as ranges.
fn ranges(numbers: &[u64]) -> String {
    let mut found: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match found.last_mut() {
            Some((_, end)) if *end + 1 == *number => *end = *number,
            _ => found.push((*number, *number)),
        }
    }
    let word = |(start, end): &(u64, u64)| {
        if start == end { start.to_string() } else { format!("{start}-{end}") }
    };
    found.iter().map(word).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_told_as_a_range() {
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2, 5, 7-8");
        assert_eq!(ranges(&[]), "");
    }
}
