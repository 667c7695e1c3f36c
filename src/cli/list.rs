//! The command `list`: what there is to choose from.
//!
//! Knows nothing of how the registries came about. Kept here: a list is the same in every folder,
//! the scenarios' aside.

use std::path::Path;

use super::args::Registry;
use super::catalog;
use super::exit::Exit;
use super::output;
use super::stop::Stop;
use super::validate::scenarios;
use crate::report::{Page, Style, Table};
use crate::scenario;

/// Lists one registry, or the scenarios of the working folder.
pub(crate) fn list(what: Registry) -> Result<Exit, Stop> {
    let text = match what {
        Registry::Faults => catalog::faults(),
        Registry::Invariants => catalog::invariants(),
        Registry::Rules => catalog::rules(),
        Registry::Knobs => catalog::knobs(),
        Registry::Orders => catalog::orders(),
        Registry::Refusals => catalog::refusals(),
        Registry::Roles => catalog::roles(),
        Registry::Plans => catalog::plans(),
        Registry::Policies => catalog::policies(),
        Registry::Metrics => catalog::metrics(),
        Registry::Drivers => catalog::drivers(),
        Registry::Mutants => catalog::mutants(),
        Registry::Contracts => catalog::contracts(),
        Registry::Scenarios => return stories(Path::new("scenarios")),
    };
    output::emit(&text)?;
    Ok(Exit::Pass)
}

fn stories(folder: &Path) -> Result<Exit, Stop> {
    if !folder.is_dir() {
        output::complain("there is no folder `scenarios` here");
        return Ok(Exit::Pass);
    }
    let files = scenarios(folder).map_err(|error| Stop::input(format!("scenarios: {error}")))?;
    let mut table = Table::of_names(&["scenario", "story"]);
    let mut exit = Exit::Pass;
    for file in files {
        match scenario::load(&file) {
            Ok(loaded) => {
                let story = first_sentence(&loaded.scenario.story).to_owned();
                table.row([loaded.scenario.name.clone(), story]);
            }
            Err(errors) => {
                output::complain(&errors.to_string());
                exit = exit.graver(Exit::Input);
            }
        }
    }
    let mut page = Page::new(Style::PLAIN);
    page.table(0, &table);
    output::emit(&page.into_text())?;
    Ok(exit)
}

/// Returns a story up to its first full stop that ends a word.
fn first_sentence(story: &str) -> &str {
    let end = story.find(". ").map_or(story.len(), |place| place + 1);
    story[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_cut_after_its_first_sentence() {
        assert_eq!(first_sentence("It waits 1.5 s. Then it dies."), "It waits 1.5 s.");
        assert_eq!(first_sentence("Nothing happens."), "Nothing happens.");
        assert_eq!(first_sentence(""), "");
    }
}
