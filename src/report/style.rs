//! Whether text is coloured, and what each colour says.
//!
//! Knows nothing of terminals or of the environment: the caller decides. Kept here: without colour
//! the text is the same, letter for letter.

/// Whether text carries colours for a terminal.
///
/// # Examples
/// ```
/// use cutover::report::Style;
/// assert_ne!(Style::PLAIN, Style::COLORED);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colored: bool,
}

impl Style {
    /// Text without any escape sequence.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::report::{Style, timeline};
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// assert!(!timeline(&outcome, Style::PLAIN).contains('\u{1b}'));
    /// ```
    pub const PLAIN: Self = Self { colored: false };
    /// Text with ANSI escape sequences.
    ///
    /// # Examples
    /// What goes wrong stands out:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::report::{Style, timeline};
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// assert!(timeline(&outcome, Style::COLORED).contains('\u{1b}'));
    /// ```
    pub const COLORED: Self = Self { colored: true };

    /// Returns the text in an ink, or as it is where there are no colours.
    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        let code = ink.code();
        if !self.colored || code.is_empty() || text.is_empty() {
            return text.to_owned();
        }
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Nothing in particular.
    Plain,
    /// A title.
    Strong,
    /// Beside the point.
    Faint,
    /// As it should be.
    Good,
    /// As it must not be.
    Bad,
    /// Worth a second look.
    Doubtful,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "1;32",
            Self::Bad => "1;31",
            Self::Doubtful => "1;33",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_written_only_when_asked_for() {
        assert_eq!(Style::PLAIN.paint(Ink::Bad, "FAIL"), "FAIL");
        assert_eq!(Style::COLORED.paint(Ink::Bad, "FAIL"), "\u{1b}[1;31mFAIL\u{1b}[0m");
        assert_eq!(Style::COLORED.paint(Ink::Plain, "so"), "so");
    }
}
