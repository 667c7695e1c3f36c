//! A part of a campaign's result as a file, and parts put together.
//!
//! Knows nothing of folders. Kept here: a file that was cut short or changed is recognised by its
//! digest; parts that overlap, or of different campaigns, are refused; what is missing is listed.

use serde::{Deserialize, Serialize};

use super::header::Header;
use super::plan::{Chunks, Shard};
use super::sealed::{open, seal};
use super::tally::Tally;

/// The format of a part's file.
const FORMAT: &str = "cutover.shard/1";

/// Some chunks of a campaign, and what is kept of them.
///
/// # Examples
/// The second half of a campaign of four chunks:
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header, Part, Shard};
/// let header = Header::new(&loaded, 0, Chunks { runs: 40, size: 10 }, String::new());
/// let tally = Campaign::new(&loaded, 0).tally(20..40);
/// let part = Part { header, shard: Shard::WHOLE, chunks: vec![2, 3], tally };
/// assert_eq!(part.tally.runs, 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The campaign.
    pub header: Header,
    /// Which part it was asked for as.
    pub shard: Shard,
    /// Its chunks, in order.
    pub chunks: Vec<u64>,
    /// What is kept of them.
    pub tally: Tally,
}

/// Why parts cannot be put together.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header, Part, PartError, Shard, merge};
/// let header = Header::new(&loaded, 0, Chunks { runs: 20, size: 10 }, String::new());
/// let tally = Campaign::new(&loaded, 0).tally(0..10);
/// let part = Part { header, shard: Shard::WHOLE, chunks: vec![0], tally };
/// let twice = merge(&[("a.json".to_owned(), part.clone()), ("b.json".to_owned(), part)]);
/// let first = "a.json".to_owned();
/// let overlap = PartError::Overlap { from: 0, to: 9, first };
/// assert_eq!(twice, Err(("b.json".to_owned(), overlap.clone())));
/// assert_eq!(overlap.to_string(), "found runs 0 to 9 again, which a.json holds as well");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PartError {
    /// The text is no part, or was cut short.
    #[error("found no whole shard result: {0}")]
    Unreadable(String),
    /// The digest does not fit the content.
    #[error("found a shard result that was changed after it was written")]
    Changed,
    /// Two parts are of different campaigns.
    #[error("found {what} {found}, expected {expected} as in {first}")]
    Mismatch {
        /// What differs.
        what: &'static str,
        /// What was found.
        found: String,
        /// What the first part has.
        expected: String,
        /// The name of the first part.
        first: String,
    },
    /// Two parts hold the same chunk.
    #[error("found runs {from} to {to} again, which {first} holds as well")]
    Overlap {
        /// The first run of the chunk.
        from: u64,
        /// The last run of the chunk.
        to: u64,
        /// The part that holds it as well.
        first: String,
    },
}

impl Part {
    /// Returns the part as the text of a file.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// # use cutover::campaign::{Campaign, Chunks, Header, Part, Shard};
    /// # let header = Header::new(&loaded, 0, Chunks::of(20), String::new());
    /// let tally = Campaign::new(&loaded, 0).tally(0..20);
    /// let part = Part { header, shard: Shard::WHOLE, chunks: vec![0], tally };
    /// assert_eq!(Part::from_text(&part.to_text()), Ok(part));
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
    /// A number that was changed by hand is noticed:
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// # use cutover::campaign::{Campaign, Chunks, Header, Part, PartError, Shard};
    /// # let header = Header::new(&loaded, 0, Chunks::of(20), String::new());
    /// let tally = Campaign::new(&loaded, 0).tally(0..20);
    /// let part = Part { header, shard: Shard::WHOLE, chunks: vec![0], tally };
    /// let text = part.to_text().replace(r#""runs":20"#, r#""runs":21"#);
    /// assert_eq!(Part::from_text(&text), Err(PartError::Changed));
    /// ```
    pub fn from_text(text: &str) -> Result<Self, PartError> {
        open(FORMAT, text)
    }
}

/// Parts put together.
///
/// # Examples
/// What no part holds is listed:
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// # use cutover::campaign::{Campaign, Chunks, Header, Part, Shard, merge};
/// # let header = Header::new(&loaded, 0, Chunks { runs: 40, size: 10 }, String::new());
/// let tally = Campaign::new(&loaded, 0).tally(10..20);
/// let part = Part { header, shard: Shard { index: 2, of: 4 }, chunks: vec![1], tally };
/// let merged = merge(&[("2.json".to_owned(), part)]).expect("it fits").expect("there is one");
/// assert_eq!((merged.tally.runs, merged.missing), (10, vec![0, 2, 3]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The campaign.
    pub header: Header,
    /// What is kept of all runs that are there.
    pub tally: Tally,
    /// The chunks that no part holds, in order.
    pub missing: Vec<u64>,
}

/// Puts named parts together, in whatever order they come.
///
/// # Errors
/// The name of the part that does not fit, and why.
///
/// # Examples
/// Two shards are the whole, to the bit:
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header, Part, Shard, merge};
/// let (campaign, chunks) = (Campaign::new(&loaded, 0), Chunks { runs: 20, size: 10 });
/// let part = |index: u64| Part {
///     header: Header::new(&loaded, 0, chunks, String::new()),
///     shard: Shard { index, of: 2 },
///     chunks: vec![index - 1],
///     tally: campaign.tally(chunks.runs_of(index - 1)),
/// };
/// let parts = [("two.json".to_owned(), part(2)), ("one.json".to_owned(), part(1))];
/// let merged = merge(&parts).expect("they fit").expect("there are some");
/// assert_eq!((merged.tally, merged.missing), (campaign.tally(0..20), vec![]));
/// ```
pub fn merge(parts: &[(String, Part)]) -> Result<Option<Merged>, (String, PartError)> {
    let Some((first, whole)) = parts.first() else { return Ok(None) };
    let header = &whole.header;
    let shape = (header.metrics.len(), header.invariants.len(), header.goals.len());
    let mut tally = Tally::new(shape.0, shape.1, shape.2);
    for (name, part) in parts {
        if let Some((what, expected, found)) = difference(header, &part.header) {
            let first = first.clone();
            return Err((name.clone(), PartError::Mismatch { what, found, expected, first }));
        }
        tally.merge(&part.tally);
    }
    let held = parts.iter().map(|(name, part)| (name.as_str(), part.chunks.as_slice()));
    let missing = missing(header.chunks, held)?;
    Ok(Some(Merged { header: header.clone(), tally, missing }))
}

/// Returns the chunks that no part holds, in order, of parts with their names.
///
/// # Errors
/// The name of the part that holds what another holds as well, or what there is not.
pub(super) fn missing<'a>(
    chunks: Chunks,
    parts: impl Iterator<Item = (&'a str, &'a [u64])>,
) -> Result<Vec<u64>, (String, PartError)> {
    let mut holders: Vec<Option<&str>> = vec![None; usize::try_from(chunks.count()).unwrap_or(0)];
    for (name, held) in parts {
        for chunk in held {
            let place = usize::try_from(*chunk).ok().and_then(|chunk| holders.get_mut(chunk));
            let Some(place) = place else {
                let found = format!("chunk {chunk} of {}", chunks.count());
                return Err((name.to_owned(), PartError::Unreadable(found)));
            };
            if let Some(holder) = place.replace(name) {
                let runs = chunks.runs_of(*chunk);
                let (from, to, first) = (runs.start, runs.end - 1, holder.to_owned());
                return Err((name.to_owned(), PartError::Overlap { from, to, first }));
            }
        }
    }
    let missing = (0_u64..).zip(&holders).filter(|(_, holder)| holder.is_none());
    Ok(missing.map(|(chunk, _)| chunk).collect())
}

/// Returns what of two headers differs first, with both values.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Chunks, Header, difference};
/// let header = |runs: u64| Header::new(&loaded, 0, Chunks { runs, size: 10 }, String::new());
/// assert_eq!(difference(&header(40), &header(40)), None);
/// let differs = difference(&header(40), &header(80)).expect("one is longer");
/// assert_eq!(differs, ("number of runs", "40".to_owned(), "80".to_owned()));
/// ```
pub fn difference(one: &Header, two: &Header) -> Option<(&'static str, String, String)> {
    let rare = |of: &Header| of.rare.map_or("none".to_owned(), |rare| format!("{rare:?}"));
    let rows = [
        ("version", one.version.clone(), two.version.clone()),
        ("scenario", one.scenario.clone(), two.scenario.clone()),
        ("inputs", one.inputs.clone(), two.inputs.clone()),
        ("seed", one.seed.to_string(), two.seed.to_string()),
        ("number of runs", one.chunks.runs.to_string(), two.chunks.runs.to_string()),
        ("chunk size", one.chunks.size.to_string(), two.chunks.size.to_string()),
        ("options", one.options.clone(), two.options.clone()),
        ("rare event", rare(one), rare(two)),
        ("file", one.file.clone(), two.file.clone()),
    ];
    let named = rows.into_iter().find(|(_, one, two)| one != two);
    let other = || (one != two).then(|| ("header", "one".to_owned(), "another".to_owned()));
    named.or_else(other)
}
