//! Lines of at most 80 columns: wrapped text, hanging leads and aligned tables.
//!
//! Knows nothing of what the text says. Kept here: no line is longer than [`WIDTH`], colours not
//! counted, and no line ends in a space.

use std::iter::repeat_n;

use super::style::{Ink, Style};
use super::table::Table;
use super::wrap::{shortened, width, wrap};

/// How many columns a line may take.
pub(crate) const WIDTH: usize = 80;

/// A text that grows line by line.
#[derive(Debug)]
pub(crate) struct Page {
    style: Style,
    text: String,
}

impl Page {
    /// Returns an empty page.
    pub(crate) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// Returns what was written.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Leaves a line free, unless the page is empty.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Begins a section.
    pub(crate) fn title(&mut self, title: &str) {
        self.gap();
        self.say(0, Ink::Strong, title);
    }

    /// Writes a text, wrapped, each line indented alike.
    pub(crate) fn say(&mut self, indent: usize, ink: Ink, text: &str) {
        for line in wrap(text, WIDTH - indent) {
            self.put(indent, ink, &line);
        }
    }

    /// Writes a word and a text beside it that wraps under itself.
    pub(crate) fn lead(&mut self, indent: usize, ink: Ink, word: &str, text: &str) {
        let hanging = indent + width(word) + 2;
        if word.is_empty() {
            return self.say(indent, ink, text);
        }
        if hanging + 16 > WIDTH {
            self.say(indent, ink, word);
            return self.say(indent + 4, Ink::Plain, text);
        }
        for (index, line) in wrap(text, WIDTH - hanging).iter().enumerate() {
            if index > 0 {
                self.put(hanging, Ink::Plain, line);
                continue;
            }
            self.text.extend(repeat_n(' ', indent));
            self.text += &self.style.paint(ink, word);
            self.put(2, Ink::Plain, line);
        }
    }

    /// Writes a command so that it can be copied, broken where a shell goes on.
    ///
    /// A word is never cut, and nothing is broken inside quotes, even if a line gets too long.
    pub(crate) fn command(&mut self, indent: usize, command: &str) {
        let mut lines = vec![String::new()];
        for word in command.split(' ') {
            let last = lines.last_mut().expect("there is always a line");
            let room = WIDTH - indent - 6;
            // What stands between quotes is one word to a shell.
            let quoted = last.matches('\'').count() % 2 == 1;
            if last.is_empty() {
                *last += word;
            } else if width(last) + 1 + width(word) <= room || quoted {
                *last += " ";
                *last += word;
            } else {
                lines.push(word.to_owned());
            }
        }
        for (index, line) in lines.iter().enumerate() {
            let more = if index + 1 < lines.len() { " \\" } else { "" };
            let deeper = if index == 0 { indent } else { indent + 4 };
            self.put(deeper, Ink::Plain, &format!("{line}{more}"));
        }
    }

    /// Writes a table; its last column wraps.
    pub(crate) fn table(&mut self, indent: usize, table: &Table) {
        let columns = table.columns.len();
        let widest = if table.shortens { CELL_MAX } else { WIDTH };
        let mut widths = vec![0; columns];
        let rows = table.rows.iter().map(|(_, cells)| cells);
        let rows = rows.filter(|cells| cells.len() == columns);
        for cells in std::iter::once(&table.columns).chain(rows) {
            for (place, cell) in widths.iter_mut().zip(cells) {
                *place = width(cell).max(*place).min(widest);
            }
        }
        if table.columns.iter().any(|heading| !heading.is_empty()) {
            self.row(indent, Ink::Faint, &table.columns, &widths, &table.right);
        }
        for (ink, cells) in &table.rows {
            if let ([note], true) = (cells.as_slice(), columns > 1) {
                self.say(indent + 4, *ink, note);
                continue;
            }
            self.row(indent, *ink, cells, &widths, &table.right);
        }
    }

    fn row(&mut self, indent: usize, ink: Ink, cells: &[String], widths: &[usize], right: &[bool]) {
        let last = cells.len().saturating_sub(1);
        let mut line = String::new();
        for (index, cell) in cells[..last].iter().enumerate() {
            let (cell, room) = (shortened(cell, widths[index]), widths[index]);
            let pad = room - width(&cell);
            let (before, behind) = if right[index] { (pad, 2) } else { (0, pad + 2) };
            line.extend(repeat_n(' ', before));
            line += &cell;
            line.extend(repeat_n(' ', behind));
        }
        let (cell, begin) = (&cells[last], indent + width(&line));
        if begin > WIDTH {
            return cells.iter().for_each(|cell| self.say(indent, ink, cell));
        }
        if begin + width(cell).min(LAST_MIN) > WIDTH {
            self.put(indent, ink, &line);
            return self.say(indent + 4, ink, cell);
        }
        let cell = if right[last] {
            format!("{cell:>0$}", widths[last].min(WIDTH - begin))
        } else {
            cell.clone()
        };
        let mut parts =
            if right[last] { vec![cell] } else { wrap(&cell, WIDTH - begin) }.into_iter();
        self.put(indent, ink, &format!("{line}{}", parts.next().unwrap_or_default()));
        for part in parts {
            self.put(begin, ink, &part);
        }
    }

    fn put(&mut self, indent: usize, ink: Ink, line: &str) {
        let line = line.trim_end();
        if !line.is_empty() {
            self.text.extend(repeat_n(' ', indent));
        }
        self.text += &self.style.paint(ink, line);
        self.text.push('\n');
    }
}

/// How wide a column may be, the last one aside.
const CELL_MAX: usize = 24;
/// How much room the last column gets at least; with less it goes to a line of its own.
const LAST_MIN: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lead_hangs_over_its_text() {
        let mut page = Page::new(Style::PLAIN);
        page.lead(0, Ink::Bad, "FAIL", &"word ".repeat(20));
        let text = page.into_text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("FAIL  word word"));
        assert!(lines[1].starts_with("      word"));
    }

    #[test]
    fn a_table_aligns_its_columns_and_wraps_its_last() {
        let mut table = Table::new(&["node", ">lost", "why"]);
        table.row(["a".into(), "7".into(), "short".into()]);
        table.note("a note".into());
        table.row(["orders-1".into(), "12,000".into(), "long ".repeat(15)]);
        let mut page = Page::new(Style::PLAIN);
        page.table(2, &table);
        assert_eq!(
            page.into_text(),
            "  node        lost  why
  a              7  short
      a note
  orders-1  12,000  long long long long long long long long long long long long
                    long long long
"
        );
    }

    #[test]
    fn a_command_breaks_where_a_shell_goes_on() {
        let mut page = Page::new(Style::PLAIN);
        page.command(2, &format!("cutover run {} --seed 0", "x".repeat(60)));
        assert_eq!(
            page.into_text(),
            format!("  cutover run {} \\\n      --seed 0\n", "x".repeat(60))
        );
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_word_is_lost(
            words in proptest::collection::vec("[a-z]{1,120}", 0..40), indent in 0..40_usize,
        ) {
            let mut page = Page::new(Style::PLAIN);
            let mut table = Table::new(&["a", ">b", "c"]);
            let cell = |index: usize| words.get(index).cloned().unwrap_or_default();
            table.row([cell(0), cell(1), words.join(" ")]);
            page.say(indent, Ink::Plain, &words.join(" "));
            page.lead(indent, Ink::Plain, &cell(2), &words.join(" "));
            page.table(indent, &table);
            let text = page.into_text();
            prop_assert!(text.lines().all(|line| width(line) <= WIDTH && line.trim_end() == line));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert!(letters(&text).starts_with(&letters(&words.concat())));
        }
    }
}
