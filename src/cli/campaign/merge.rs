//! The command `merge`: shard results put together to the whole.
//!
//! Knows nothing of how they came about. Kept here: what is printed is what the campaign would have
//! printed in one piece, or nothing.

use super::command::{print, repeat};
use super::compare::written;
use super::options::MergeOptions;
use super::store::read;
use crate::campaign::{
    Chunks, PairedPart, Part, PartError, Shard, merge as put_together, merge_pairs,
};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::stop::Stop;

/// Puts shard results together and prints the result of the campaign or of the comparison.
pub(crate) fn merge(options: &MergeOptions) -> Result<Exit, Stop> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for path in &options.results {
        let name = path.display().to_string();
        let text = read(path).map_err(|error| Stop::input(format!("{name}: {error}")))?;
        texts.push((name, text));
    }
    if texts.first().is_some_and(|(_, text)| PairedPart::is_one(text)) {
        comparison(options, &texts)
    } else {
        campaign(options, &texts)
    }
}

fn campaign(options: &MergeOptions, texts: &[(String, String)]) -> Result<Exit, Stop> {
    let parts = parts(texts, Part::from_text)?;
    let merged = put_together(&parts).map_err(refused)?.ok_or_else(nothing)?;
    if merged.missing.is_empty() {
        return print(&merged.header, &merged.tally, options.format, options.color);
    }
    let of = parts.iter().map(|(_, part)| part.shard.of).max().unwrap_or(1);
    Err(incomplete(merged.header.chunks, &merged.missing, (&repeat(&merged.header), of)))
}

fn comparison(options: &MergeOptions, texts: &[(String, String)]) -> Result<Exit, Stop> {
    let parts = parts(texts, PairedPart::from_text)?;
    let merged = merge_pairs(&parts).map_err(refused)?.ok_or_else(nothing)?;
    if merged.missing.is_empty() {
        let of = (merged.arms.as_slice(), &merged.telling);
        let style = output::style(options.color);
        output::emit(&written(of, &merged.paired, options.format, style)?)?;
        return Ok(Exit::Pass);
    }
    let of = parts.iter().map(|(_, part)| part.shard.of).max().unwrap_or(1);
    let chunks = merged.arms[0].1.chunks;
    Err(incomplete(chunks, &merged.missing, (&merged.telling.repeat, of)))
}

/// Returns the parts that texts hold, with the names of their files.
fn parts<T>(
    texts: &[(String, String)],
    part: impl Fn(&str) -> Result<T, PartError>,
) -> Result<Vec<(String, T)>, Stop> {
    let named = |(name, text): &(String, String)| match part(text) {
        Ok(part) => Ok((name.clone(), part)),
        Err(error) => Err(refused((name.clone(), error))),
    };
    texts.iter().map(named).collect()
}

fn refused((name, error): (String, PartError)) -> Stop {
    Stop::input(format!("{name}: {error}"))
}

fn nothing() -> Stop {
    Stop::usage("found no shard result")
}

/// Says which chunks are missing, and with which of so many shards of a command they would come.
fn incomplete(chunks: Chunks, missing: &[u64], (repeat, of): (&str, u64)) -> Stop {
    let mut lines = Vec::new();
    for shard in (1..=of).map(|index| Shard { index, of }) {
        if chunks.of_shard(shard).iter().any(|chunk| missing.contains(chunk)) {
            lines.push(format!("  {repeat} --shard {}/{}", shard.index, shard.of));
        }
    }
    let message = format!(
        "inconclusive: {} of {} chunks are missing: {}; these would give them\n{}",
        missing.len(),
        chunks.count(),
        ranges(missing),
        lines.join("\n")
    );
    Stop { exit: Exit::Inconclusive, message }
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
