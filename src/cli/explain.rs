//! The command `explain`: one entry of a registry in full.
//!
//! Knows nothing of runs. Kept here: an unknown word is answered with the nearest known one.

use super::catalog::aim;
use super::exit::Exit;
use super::output;
use super::stop::Stop;
use crate::check::{INVARIANTS, InvariantCard};
use crate::fault::{FAULTS, FaultCard};
use crate::knob::{KNOBS, MUTANTS, MutantCard, Row, Touch, nearest};
use crate::report::{Ink, Page, Style};

/// Explains an invariant, a knob, a fault or a mutant.
pub(crate) fn explain(id: &str) -> Result<Exit, Stop> {
    let text = explained(id).ok_or_else(|| {
        let near = nearest(id, names());
        let hint = near.map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
        Stop::usage(format!("{id:?} is no invariant, knob, fault or mutant{hint}"))
    })?;
    output::emit(&text)?;
    Ok(Exit::Pass)
}

/// Returns all that can be explained.
fn names() -> impl Iterator<Item = &'static str> {
    let invariants = INVARIANTS.iter().map(|card| card.id);
    let faults = FAULTS.iter().map(|card| card.name);
    let mutants = MUTANTS.iter().map(|card| card.name);
    invariants.chain(KNOBS.iter().map(|row| row.name)).chain(faults).chain(mutants)
}

fn explained(id: &str) -> Option<String> {
    let same = |name: &str| name.eq_ignore_ascii_case(id);
    let invariant = INVARIANTS.iter().find(|card| same(card.id) || same(card.number));
    let knob = KNOBS.iter().find(|row| same(row.name));
    let fault = FAULTS.iter().find(|card| same(card.name));
    let mutant = MUTANTS.iter().find(|card| same(card.name));
    let mut entry = invariant.map(of_invariant);
    entry = entry.or_else(|| knob.map(of_knob)).or_else(|| fault.map(of_fault));
    let (title, facts) = entry.or_else(|| mutant.map(of_mutant))?;
    let mut page = Page::new(Style::PLAIN);
    page.say(0, Ink::Strong, &title);
    for (name, text) in facts {
        page.lead(2, Ink::Plain, &format!("{name:<12}"), &text);
    }
    Some(page.into_text())
}

type Facts = (String, Vec<(&'static str, String)>);

fn of_invariant(card: &InvariantCard) -> Facts {
    let units = card.units.join(", ");
    let allowed =
        if units.is_empty() { "never".to_owned() } else { format!("up to a bound in {units}") };
    let mut facts = vec![
        ("says", sentence(card.statement)),
        ("judged", card.kind.word().to_owned()),
        ("may be", format!("allowed {allowed}")),
        ("source", card.source.to_owned()),
    ];
    for mutant in MUTANTS.iter().filter(|mutant| mutant.caught_by == card.id) {
        facts.push(("broken by", format!("--mutant {}: {}", mutant.name, mutant.meaning)));
    }
    (format!("{}, invariant {}", card.id, card.number), facts)
}

fn of_knob(row: &Row) -> Facts {
    let facts = vec![
        ("means", row.meaning.to_owned()),
        ("default", row.default.to_owned()),
        ("because", row.basis.to_string()),
        ("matters", touch(row.touch).to_owned()),
        ("set it by", format!("--set {0}={1}, or tuning: ({0}: ...)", row.name, row.default)),
    ];
    (format!("{}, a knob", row.name), facts)
}

fn of_fault(card: &FaultCard) -> Facts {
    let heal = card.heal.unwrap_or("it cannot be healed");
    let facts = vec![
        ("does", sentence(card.meaning)),
        ("aimed at", aim(card.aim).to_owned()),
        ("healed", heal.to_owned()),
    ];
    (format!("{}, a fault", card.name), facts)
}

fn of_mutant(card: &MutantCard) -> Facts {
    let facts = vec![
        ("changes", sentence(card.meaning)),
        ("caught by", card.caught_by.to_owned()),
        ("plant it by", format!("cutover run FILE --mutant {}", card.name)),
    ];
    (format!("{}, a planted fault", card.name), facts)
}

/// Returns when a knob can have mattered in a run.
fn touch(touch: Touch) -> &'static str {
    match touch {
        Touch::Commit => "as soon as something is committed",
        Touch::Silence => "when a report of a node does not come",
        Touch::Election => "when candidates for a promotion are compared",
        Touch::Promotion => "when a node is promoted",
        Touch::Fence => "when an old node is to be kept from writing",
        Touch::Publish => "when a DNS record changes",
        Touch::Lookup => "when a client looks a name up again",
        Touch::Reconnect => "when a client has to connect again",
        Touch::Replacement => "when a replacement is built",
        Touch::Restore => "when a node is restored from a backup",
        Touch::HostDeath => "when a host dies",
        Touch::ProcessCrash => "when a server process crashes",
        Touch::LinkCut => "when a link is cut",
    }
}

/// Returns the text with an uppercase first letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_has_a_name_can_be_explained() {
        for name in names() {
            let text = explained(name).expect("a name is of something");
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        }
    }

    #[test]
    fn no_two_things_have_one_name() {
        let mut all: Vec<String> = names().map(str::to_lowercase).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn an_invariant_is_found_by_its_number_and_names_what_breaks_it() {
        let text = explained("i01").expect("there is a first invariant");
        assert!(text.starts_with("at-most-one-writer, invariant I01\n"), "{text}");
        assert!(text.contains("--mutant no-fencing"), "{text}");
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_nearest() {
        let stop = explain("dns_tll").expect_err("there is no such thing");
        assert_eq!(stop.exit, Exit::Usage);
        assert!(stop.message.ends_with("(did you mean dns_ttl?)"), "{}", stop.message);
    }
}
