//! A part of a comparison as a file, and parts put together.
//!
//! Knows nothing of how a comparison reads. Kept here: as of a campaign's parts, what was cut short
//! or changed is recognised, overlap and mismatch are refused, and what is missing is listed.

use serde::{Deserialize, Serialize};

use super::Campaign;
use super::header::Header;
use super::paired::{Paired, shared_metrics};
use super::part::{PartError, difference, missing};
use super::plan::{Chunks, Shard};
use super::sealed::{is_of, open, seal};
use crate::scenario::Loaded;

/// The format of a part's file.
const FORMAT: &str = "cutover.compare-shard/1";

/// What a comparison tells of, beside what it is of.
///
/// # Examples
/// Nothing but the command that repeats it: the result is a list of arms and of usual metrics.
/// ```
/// use cutover::campaign::Telling;
/// let repeat = "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned();
/// let telling = Telling { repeat, ..Telling::default() };
/// assert!(telling.metrics.is_empty() && telling.map.is_empty() && !telling.tornado);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// The names of the metrics that are told.
    pub metrics: Vec<String>,
    /// The two keys with their values that make a map, or nothing.
    pub map: Vec<(String, String)>,
    /// Whether the arms are ranked by how far each moves the answer.
    pub tornado: bool,
    /// The command that repeats it.
    pub repeat: String,
}

/// Some chunks of a comparison, and what is kept of them.
///
/// # Examples
/// ```
/// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
/// # let file = "scenarios/business-primary-crash.ron".as_ref();
/// # let loaded = cutover::scenario::load(file).expect("it is valid");
/// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
/// # let part = |index, of| {
/// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
/// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
/// # };
/// let second = part(2, 2);
/// assert_eq!((second.shard.index, second.chunks.as_slice()), (2, &[1][..]));
/// assert_eq!(second.paired.arms[0].runs, 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairedPart {
    /// Each arm's name and campaign.
    pub arms: Vec<(String, Header)>,
    /// What is told of them.
    pub telling: Telling,
    /// Which part it was asked for as.
    pub shard: Shard,
    /// Its chunks, in order.
    pub chunks: Vec<u64>,
    /// What is kept of them.
    pub paired: Paired,
}

impl PairedPart {
    /// Returns the part that is a shard of the comparison of named arms, whose first run has this
    /// seed.
    ///
    /// # Examples
    /// Two shards of two chunks of four runs, each under both arms:
    /// ```
    /// use cutover::campaign::{Chunks, PairedPart, Shard, Telling};
    /// let file = "scenarios/business-primary-crash.ron".as_ref();
    /// let loaded = cutover::scenario::load(file).expect("it is valid");
    /// let slower = loaded.with("dns_publish_delay", "10s").expect("it is a knob");
    /// let arms = [("as it is".to_owned(), loaded), ("slower".to_owned(), slower)];
    /// let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index: 1, of: 2 });
    /// let part = PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default());
    /// assert_eq!(part.chunks, [0]);
    /// assert_eq!(part.paired.differences[0][0].more, 4, "each run is down for longer");
    /// ```
    pub fn of_shard(
        arms: &[(String, Loaded)],
        (seed, chunks): (u64, Chunks),
        shard: Shard,
        telling: Telling,
    ) -> Self {
        let campaigns: Vec<Campaign> =
            arms.iter().map(|(_, loaded)| Campaign::new(loaded, seed)).collect();
        let in_all = shared_metrics(&campaigns);
        let mut paired = Paired::tally(&campaigns, &in_all, 0..0);
        let held = chunks.of_shard(shard);
        for chunk in &held {
            paired.merge(&Paired::tally(&campaigns, &in_all, chunks.runs_of(*chunk)));
        }
        let header = |loaded| Header::new(loaded, seed, chunks, String::new());
        let arms = arms.iter().map(|(name, loaded)| (name.clone(), header(loaded))).collect();
        Self { arms, telling, shard, chunks: held, paired }
    }

    /// Returns whether a text begins as a part of a comparison does.
    ///
    /// # Examples
    /// ```
    /// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
    /// # let file = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(file).expect("it is valid");
    /// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
    /// # let part = |index, of| {
    /// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
    /// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
    /// # };
    /// assert!(PairedPart::is_one(&part(1, 2).to_text()));
    /// assert!(!PairedPart::is_one("{}"));
    /// ```
    pub fn is_one(text: &str) -> bool {
        is_of(FORMAT, text)
    }

    /// Returns the part as the text of a file.
    ///
    /// # Examples
    /// ```
    /// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
    /// # let file = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(file).expect("it is valid");
    /// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
    /// # let part = |index, of| {
    /// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
    /// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
    /// # };
    /// assert_eq!(part(1, 2).to_text(), part(1, 2).to_text());
    /// assert_ne!(part(1, 2).to_text(), part(2, 2).to_text());
    /// ```
    pub fn to_text(&self) -> String {
        seal(FORMAT, self)
    }

    /// Returns the part that a file holds.
    ///
    /// # Errors
    /// When the text is none, was cut short, or was changed.
    ///
    /// # Examples
    /// ```
    /// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
    /// # let file = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(file).expect("it is valid");
    /// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
    /// # let part = |index, of| {
    /// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
    /// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
    /// # };
    /// let text = part(1, 2).to_text();
    /// assert_eq!(PairedPart::from_text(&text), Ok(part(1, 2)));
    /// assert!(PairedPart::from_text(&text[..text.len() / 2]).is_err());
    /// ```
    pub fn from_text(text: &str) -> Result<Self, PartError> {
        let part: Self = open(FORMAT, text)?;
        let fits = !part.arms.is_empty() && part.arms.len() == part.paired.arms.len();
        if !fits {
            return Err(PartError::Unreadable("its arms are not those of its result".to_owned()));
        }
        Ok(part)
    }

    /// Returns what of a comparison's arms differs first from those of the part, with the value of
    /// the comparison and that of the part.
    ///
    /// # Examples
    /// ```
    /// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
    /// # let file = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(file).expect("it is valid");
    /// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
    /// # let part = |index, of| {
    /// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
    /// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
    /// # };
    /// assert_eq!(part(1, 2).difference(&part(2, 2).arms), None);
    /// let (what, ..) = part(1, 2).difference(&part(2, 2).arms[..1]).expect("an arm is missing");
    /// assert_eq!(what, "arms");
    /// ```
    pub fn difference(&self, arms: &[(String, Header)]) -> Option<(&'static str, String, String)> {
        let names = |of: &[(String, Header)]| {
            of.iter().map(|(name, _)| name.as_str()).collect::<Vec<&str>>().join("; ")
        };
        let (wanted, found) = (names(arms), names(&self.arms));
        if wanted != found {
            return Some(("arms", wanted, found));
        }
        arms.iter().zip(&self.arms).find_map(|((_, one), (_, two))| difference(one, two))
    }
}

/// Parts of a comparison put together.
///
/// # Examples
/// ```
/// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
/// # let file = "scenarios/business-primary-crash.ron".as_ref();
/// # let loaded = cutover::scenario::load(file).expect("it is valid");
/// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
/// # let part = |index, of| {
/// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
/// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
/// # };
/// let merged = merge_pairs(&[("1.json".to_owned(), part(1, 2))]);
/// let merged = merged.expect("it fits").expect("there is one");
/// assert_eq!((merged.arms.len(), merged.missing), (2, vec![1]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedPairs {
    /// Each arm's name and campaign.
    pub arms: Vec<(String, Header)>,
    /// What is told of them.
    pub telling: Telling,
    /// What is kept of all runs that are there.
    pub paired: Paired,
    /// The chunks that no part holds, in order.
    pub missing: Vec<u64>,
}

/// Puts named parts of a comparison together, in whatever order they come.
///
/// # Errors
/// The name of the part that does not fit, and why.
///
/// # Examples
/// ```
/// # use cutover::campaign::{Chunks, PairedPart, Shard, Telling, merge_pairs};
/// # let file = "scenarios/business-primary-crash.ron".as_ref();
/// # let loaded = cutover::scenario::load(file).expect("it is valid");
/// # let arms = [("one".to_owned(), loaded.clone()), ("other".to_owned(), loaded)];
/// # let part = |index, of| {
/// #     let (chunks, shard) = (Chunks { runs: 8, size: 4 }, Shard { index, of });
/// #     PairedPart::of_shard(&arms, (0, chunks), shard, Telling::default())
/// # };
/// let parts = [("2.json".to_owned(), part(2, 2)), ("1.json".to_owned(), part(1, 2))];
/// let merged = merge_pairs(&parts).expect("they fit").expect("there are some");
/// assert!(merged.missing.is_empty());
/// assert_eq!(merged.paired, part(1, 1).paired);
/// let (name, _) = merge_pairs(&[parts[0].clone(), parts[0].clone()]).expect_err("twice");
/// assert_eq!(name, "2.json");
/// ```
pub fn merge_pairs(
    parts: &[(String, PairedPart)],
) -> Result<Option<MergedPairs>, (String, PartError)> {
    let Some((first, whole)) = parts.first() else { return Ok(None) };
    for (name, part) in parts {
        let told = || {
            let (expected, found) = (&whole.telling.repeat, &part.telling.repeat);
            (part.telling != whole.telling).then(|| ("command", expected.clone(), found.clone()))
        };
        if let Some((what, expected, found)) = part.difference(&whole.arms).or_else(told) {
            let first = first.clone();
            return Err((name.clone(), PartError::Mismatch { what, found, expected, first }));
        }
    }
    let held = parts.iter().map(|(name, part)| (name.as_str(), part.chunks.as_slice()));
    let missing = missing(whole.arms[0].1.chunks, held)?;
    let mut paired = whole.paired.clone();
    for (_, part) in &parts[1..] {
        paired.merge(&part.paired);
    }
    let (arms, telling) = (whole.arms.clone(), whole.telling.clone());
    Ok(Some(MergedPairs { arms, telling, paired, missing }))
}
