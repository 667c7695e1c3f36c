//! Arms of two keys as a map: the values of one down, those of the other across.
//!
//! Knows nothing of what is compared. Kept here: a mean stands with a sign that says whether it is
//! told apart from the first arm, so that a difference is never read off two means.

use super::amount::short;
use super::arms::Cell;
use crate::report::page::{Page, WIDTH};
use crate::report::style::Ink;
use crate::report::table::Table;
use crate::report::wrap::width;

/// What the arms of a comparison are made of, if it is two keys.
///
/// # Examples
/// ```
/// let grid = cutover::report::Grid {
///     down: ("dns_ttl".to_owned(), vec!["5s".to_owned(), "30s".to_owned()]),
///     across: ("detection_timeout".to_owned(), vec!["30s".to_owned(), "1m".to_owned()]),
/// };
/// assert_eq!(grid.down.1.len() * grid.across.1.len(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The key whose values go down, and those values: they change last from arm to arm.
    pub down: (String, Vec<String>),
    /// The key whose values go across, and those values.
    pub across: (String, Vec<String>),
}

/// Returns the sign of a difference from the first arm.
fn sign(cell: &Cell<'_>) -> &'static str {
    match cell.verdict() {
        None => "",
        Some(word) if word.starts_with("more") => "+",
        Some(word) if word.starts_with("less") => "-",
        Some("no run differs") => "=",
        Some(_) => "?",
    }
}

/// Returns a mean as it stands in a map, all as wide behind the number.
fn told(unit: &str, cell: &Cell<'_>) -> String {
    let mean = cell.estimate.mean.map_or("-".to_owned(), |mean| short(unit, mean));
    format!("{mean} {:1}", sign(cell))
}

/// Writes a metric's arms as a map, in as many blocks as 80 columns take.
pub(super) fn map(page: &mut Page, grid: &Grid, unit: &str, cells: &[Cell<'_>]) {
    let ((down, rows), (across, columns)) = (&grid.down, &grid.across);
    let texts: Vec<String> = cells.iter().map(|cell| told(unit, cell)).collect();
    let first = rows.iter().map(|value| width(value)).max().unwrap_or(0).max(width(down));
    let cell = texts.iter().chain(columns).map(|text| width(text)).max().unwrap_or(0);
    let room = WIDTH.saturating_sub(2 + first);
    let at_once = (room / (cell + 2)).max(1);
    page.say(2, Ink::Faint, &format!("{down} down, {across} across"));
    for (block, values) in columns.chunks(at_once).enumerate() {
        let headings: Vec<String> = values.iter().map(|value| format!(">{value}  ")).collect();
        let headings: Vec<&str> =
            std::iter::once(down.as_str()).chain(headings.iter().map(String::as_str)).collect();
        let mut table = Table::of_names(&headings);
        for (row, value) in rows.iter().enumerate() {
            let from = row * columns.len() + block * at_once;
            let mut line = vec![value.clone()];
            line.extend_from_slice(&texts[from..from + values.len()]);
            table.cells(line);
        }
        page.table(2, &table);
    }
    let known = cells.iter().filter_map(|cell| Some((cell.estimate.mean?, cell.arm)));
    let least = known.clone().min_by(|one, two| one.0.total_cmp(&two.0));
    let most = known.max_by(|one, two| one.0.total_cmp(&two.0));
    if let (Some((low, least)), Some((high, most))) = (least, most) {
        let (low, high) = (short(unit, low), short(unit, high));
        page.say(2, Ink::Plain, &format!("least {low} with {least}; most {high} with {most}"));
    }
}

/// What the signs of a map mean.
pub(super) const SIGNS: &str = "simulated means; beside them + is more and - less than in the \
    first arm, = the same in every run, ? not told apart";
