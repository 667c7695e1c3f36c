//! A part of a comparison as a file, and parts put together.
//!
//! Knows nothing of how a comparison reads. Kept here: as of a campaign's parts, what was cut short
//! or changed is recognised, overlap and mismatch are refused, and what is missing is listed.

use serde::{Deserialize, Serialize};

use super::header::Header;
use super::paired::Paired;
use super::part::{PartError, difference, missing};
use super::plan::Shard;
use super::sealed::{is_of, open, seal};

/// The format of a part's file.
const FORMAT: &str = "cutover.compare-shard/1";

/// What a comparison tells of, beside what it is of.
///
/// # Examples
/// ```
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
/// # use cutover::campaign::{merge_pairs, shared_metrics};
/// # let text = r#"Scenario(
/// #     name: "idle",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     until: "1m",
/// # )"#;
/// # let loaded = cutover::scenario::parse("idle.ron", text)?;
/// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
/// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
/// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
/// # let shared = shared_metrics(&campaigns);
/// # let telling = Telling {
/// #     metrics: vec!["write_downtime".to_owned()],
/// #     map: Vec::new(),
/// #     tornado: false,
/// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
/// # };
/// # let part = |index: u64| PairedPart {
/// #     arms: arms.clone(),
/// #     telling: telling.clone(),
/// #     shard: Shard { index, of: 2 },
/// #     chunks: vec![index - 1],
/// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
/// # };
/// assert_eq!(telling.metrics, ["write_downtime"]);
/// assert!(telling.map.is_empty() && !telling.tornado, "it is told as a list of arms");
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
/// # use cutover::campaign::{merge_pairs, shared_metrics};
/// # let text = r#"Scenario(
/// #     name: "idle",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     until: "1m",
/// # )"#;
/// # let loaded = cutover::scenario::parse("idle.ron", text)?;
/// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
/// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
/// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
/// # let shared = shared_metrics(&campaigns);
/// # let telling = Telling {
/// #     metrics: vec!["write_downtime".to_owned()],
/// #     map: Vec::new(),
/// #     tornado: false,
/// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
/// # };
/// # let part = |index: u64| PairedPart {
/// #     arms: arms.clone(),
/// #     telling: telling.clone(),
/// #     shard: Shard { index, of: 2 },
/// #     chunks: vec![index - 1],
/// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
/// # };
/// let second = part(2);
/// assert_eq!((second.shard.index, second.chunks.as_slice()), (2, &[1][..]));
/// assert_eq!(second.paired.arms[0].runs, 4);
/// # Ok::<(), cutover::scenario::Errors>(())
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
    /// Returns whether a text begins as a part of a comparison does.
    ///
    /// # Examples
    /// ```
    /// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
    /// # use cutover::campaign::{merge_pairs, shared_metrics};
    /// # let text = r#"Scenario(
    /// #     name: "idle",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     until: "1m",
    /// # )"#;
    /// # let loaded = cutover::scenario::parse("idle.ron", text)?;
    /// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
    /// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
    /// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
    /// # let shared = shared_metrics(&campaigns);
    /// # let telling = Telling {
    /// #     metrics: vec!["write_downtime".to_owned()],
    /// #     map: Vec::new(),
    /// #     tornado: false,
    /// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
    /// # };
    /// # let part = |index: u64| PairedPart {
    /// #     arms: arms.clone(),
    /// #     telling: telling.clone(),
    /// #     shard: Shard { index, of: 2 },
    /// #     chunks: vec![index - 1],
    /// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
    /// # };
    /// assert!(PairedPart::is_one(&part(1).to_text()));
    /// assert!(!PairedPart::is_one("{}"));
    /// # Ok::<(), cutover::scenario::Errors>(())
    /// ```
    pub fn is_one(text: &str) -> bool {
        is_of(FORMAT, text)
    }

    /// Returns the part as the text of a file.
    ///
    /// # Examples
    /// ```
    /// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
    /// # use cutover::campaign::{merge_pairs, shared_metrics};
    /// # let text = r#"Scenario(
    /// #     name: "idle",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     until: "1m",
    /// # )"#;
    /// # let loaded = cutover::scenario::parse("idle.ron", text)?;
    /// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
    /// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
    /// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
    /// # let shared = shared_metrics(&campaigns);
    /// # let telling = Telling {
    /// #     metrics: vec!["write_downtime".to_owned()],
    /// #     map: Vec::new(),
    /// #     tornado: false,
    /// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
    /// # };
    /// # let part = |index: u64| PairedPart {
    /// #     arms: arms.clone(),
    /// #     telling: telling.clone(),
    /// #     shard: Shard { index, of: 2 },
    /// #     chunks: vec![index - 1],
    /// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
    /// # };
    /// assert_eq!(part(1).to_text(), part(1).to_text());
    /// assert_ne!(part(1).to_text(), part(2).to_text());
    /// # Ok::<(), cutover::scenario::Errors>(())
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
    /// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
    /// # use cutover::campaign::{merge_pairs, shared_metrics};
    /// # let text = r#"Scenario(
    /// #     name: "idle",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     until: "1m",
    /// # )"#;
    /// # let loaded = cutover::scenario::parse("idle.ron", text)?;
    /// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
    /// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
    /// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
    /// # let shared = shared_metrics(&campaigns);
    /// # let telling = Telling {
    /// #     metrics: vec!["write_downtime".to_owned()],
    /// #     map: Vec::new(),
    /// #     tornado: false,
    /// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
    /// # };
    /// # let part = |index: u64| PairedPart {
    /// #     arms: arms.clone(),
    /// #     telling: telling.clone(),
    /// #     shard: Shard { index, of: 2 },
    /// #     chunks: vec![index - 1],
    /// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
    /// # };
    /// let text = part(1).to_text();
    /// assert_eq!(PairedPart::from_text(&text), Ok(part(1)));
    /// assert!(PairedPart::from_text(&text[..text.len() / 2]).is_err());
    /// # Ok::<(), cutover::scenario::Errors>(())
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
    /// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
    /// # use cutover::campaign::{merge_pairs, shared_metrics};
    /// # let text = r#"Scenario(
    /// #     name: "idle",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     until: "1m",
    /// # )"#;
    /// # let loaded = cutover::scenario::parse("idle.ron", text)?;
    /// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
    /// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
    /// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
    /// # let shared = shared_metrics(&campaigns);
    /// # let telling = Telling {
    /// #     metrics: vec!["write_downtime".to_owned()],
    /// #     map: Vec::new(),
    /// #     tornado: false,
    /// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
    /// # };
    /// # let part = |index: u64| PairedPart {
    /// #     arms: arms.clone(),
    /// #     telling: telling.clone(),
    /// #     shard: Shard { index, of: 2 },
    /// #     chunks: vec![index - 1],
    /// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
    /// # };
    /// assert_eq!(part(1).difference(&arms), None);
    /// let (what, ..) = part(1).difference(&arms[..1]).expect("an arm is missing");
    /// assert_eq!(what, "arms");
    /// # Ok::<(), cutover::scenario::Errors>(())
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
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
/// # use cutover::campaign::{merge_pairs, shared_metrics};
/// # let text = r#"Scenario(
/// #     name: "idle",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     until: "1m",
/// # )"#;
/// # let loaded = cutover::scenario::parse("idle.ron", text)?;
/// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
/// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
/// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
/// # let shared = shared_metrics(&campaigns);
/// # let telling = Telling {
/// #     metrics: vec!["write_downtime".to_owned()],
/// #     map: Vec::new(),
/// #     tornado: false,
/// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
/// # };
/// # let part = |index: u64| PairedPart {
/// #     arms: arms.clone(),
/// #     telling: telling.clone(),
/// #     shard: Shard { index, of: 2 },
/// #     chunks: vec![index - 1],
/// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
/// # };
/// let merged = merge_pairs(&[("1.json".to_owned(), part(1))]);
/// let merged = merged.expect("it fits").expect("there is one");
/// assert_eq!((merged.arms.len(), merged.missing), (2, vec![1]));
/// # Ok::<(), cutover::scenario::Errors>(())
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
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, PairedPart, Shard, Telling};
/// # use cutover::campaign::{merge_pairs, shared_metrics};
/// # let text = r#"Scenario(
/// #     name: "idle",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     until: "1m",
/// # )"#;
/// # let loaded = cutover::scenario::parse("idle.ron", text)?;
/// # let header = Header::new(&loaded, 0, Chunks { runs: 8, size: 4 }, String::new());
/// # let arms = vec![("one".to_owned(), header.clone()), ("other".to_owned(), header)];
/// # let campaigns = vec![Campaign::new(&loaded, 0); 2];
/// # let shared = shared_metrics(&campaigns);
/// # let telling = Telling {
/// #     metrics: vec!["write_downtime".to_owned()],
/// #     map: Vec::new(),
/// #     tornado: false,
/// #     repeat: "cutover compare idle.ron --by dns_ttl=5s,60s".to_owned(),
/// # };
/// # let part = |index: u64| PairedPart {
/// #     arms: arms.clone(),
/// #     telling: telling.clone(),
/// #     shard: Shard { index, of: 2 },
/// #     chunks: vec![index - 1],
/// #     paired: Paired::tally(&campaigns, &shared, (index - 1) * 4..index * 4),
/// # };
/// let parts = [("2.json".to_owned(), part(2)), ("1.json".to_owned(), part(1))];
/// let merged = merge_pairs(&parts).expect("they fit").expect("there are some");
/// assert!(merged.missing.is_empty());
/// assert_eq!(merged.paired, Paired::tally(&campaigns, &shared, 0..8));
/// let (name, _) = merge_pairs(&[parts[0].clone(), parts[0].clone()]).expect_err("twice");
/// assert_eq!(name, "2.json");
/// # Ok::<(), cutover::scenario::Errors>(())
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
