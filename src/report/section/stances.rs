//! The values that no source gives and that this result rests on.
//!
//! Knows nothing of how their effect is found. Kept here: a reader learns how many guesses there
//! are, and how much the three weightiest move the result.

use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, many};

/// Writes how many stances there are and the effect of those that matter most.
pub(in crate::report) fn stances(report: &Report<'_>, page: &mut Page) {
    page.title("WHAT THIS RESULT RESTS ON");
    let count = many(&report.outcome.stances);
    if count == 0 {
        return page.say(2, Ink::Plain, "no value without a source");
    }
    let values = counted(count, "value");
    let Some(found) = &report.sensitivities else {
        return page.say(2, Ink::Plain, &format!("{values} without a source, none of them varied"));
    };
    if found.is_empty() {
        let text = format!("{values} without a source; neither half nor twice of any changes it");
        return page.say(2, Ink::Plain, &text);
    }
    let most = if found.len() == 1 { "the one that matters" } else { "those that matter most" };
    page.say(2, Ink::Plain, &format!("{values} without a source; {most}:"));
    for sensitivity in found {
        page.say(4, Ink::Plain, &sensitivity.to_string());
    }
}
