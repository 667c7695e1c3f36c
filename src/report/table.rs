//! Rows of cells under headings, before they are laid out.
//!
//! Knows nothing of widths. Kept here: every row has a cell for each column, or is one note.

use super::style::Ink;

/// Rows of cells under headings.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) right: Vec<bool>,
    pub(super) rows: Vec<(Ink, Vec<String>)>,
    /// Whether long cells are shortened.
    pub(super) shortens: bool,
}

impl Table {
    /// Returns a table without rows; a heading that begins with `>` is of a column of numbers.
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self {
            columns: headings.iter().map(|text| text.trim_start_matches('>').to_owned()).collect(),
            right: headings.iter().map(|text| text.starts_with('>')).collect(),
            rows: Vec::new(),
            shortens: true,
        }
    }

    /// Returns a table whose cells are never shortened: names in it are there to be copied.
    pub(crate) fn of_names(headings: &[&str]) -> Self {
        Self { shortens: false, ..Self::new(headings) }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.inked(Ink::Plain, cells);
    }

    /// Adds a row of as many cells as there are columns.
    pub(crate) fn cells(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.rows.push((Ink::Plain, cells));
    }

    /// Adds a text below the last row, as wide as the page.
    pub(crate) fn note(&mut self, text: String) {
        self.rows.push((Ink::Plain, vec![text]));
    }

    /// Adds a row in an ink.
    pub(crate) fn inked(&mut self, ink: Ink, cells: impl Into<Vec<String>>) {
        let cells = cells.into();
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.rows.push((ink, cells));
    }
}
