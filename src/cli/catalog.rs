//! The registries as aligned tables.
//!
//! Knows nothing of runs. Kept here: every row tells its source or the reason for it.

use crate::check::INVARIANTS;
use crate::fault::{Aim, FAULTS};
use crate::knob::{KNOBS, MUTANTS};
use crate::model::Plan;
use crate::report::{Page, Style, Table};

/// Where the plans are described.
const PLANS_SOURCE: &str =
    "source: Aiven, \"Upgrade and failover procedures\" and \"High availability\"";

/// Returns what a fault can be aimed at.
pub(crate) fn aim(aim: Aim) -> &'static str {
    match aim {
        Aim::Node => "a node",
        Aim::Link => "a link",
    }
}

/// Lists what can go wrong.
pub(crate) fn faults() -> String {
    let mut table = Table::new(&["fault", "aimed at", "when healed"]);
    for card in FAULTS {
        let heal = card.heal.unwrap_or("cannot be healed");
        table.row([card.name.to_owned(), aim(card.aim).to_owned(), heal.to_owned()]);
        table.note(card.meaning.to_owned());
    }
    printed(&table)
}

/// Lists what is checked.
pub(crate) fn invariants() -> String {
    let mut table = Table::new(&["", "invariant", "judged", "may be allowed in"]);
    for card in INVARIANTS {
        let units =
            if card.units.is_empty() { "nothing".to_owned() } else { card.units.join(", ") };
        let (number, id, kind) = (card.number, card.id, card.kind.word());
        table.row([number.to_owned(), id.to_owned(), kind.to_owned(), units]);
        table.note(format!("{}\nsource: {}", card.statement, card.source));
    }
    printed(&table)
}

/// Lists what can be tuned.
pub(crate) fn knobs() -> String {
    let mut table = Table::new(&["knob", "default", "which is"]);
    for row in KNOBS {
        let kind = if row.basis.is_stance() { "a stance" } else { "documented" };
        table.row([row.name.to_owned(), row.default.to_owned(), kind.to_owned()]);
        table.note(format!("{}\n{}", row.meaning, row.basis));
    }
    printed(&table)
}

/// Lists how many nodes a service has.
pub(crate) fn plans() -> String {
    let mut table = Table::new(&["plan", ">nodes", ">standbys", "when its primary is lost"]);
    for plan in Plan::ALL {
        let (nodes, standbys) = (plan.nodes(), plan.standbys());
        let lost = match standbys {
            0 => "a new node is restored from the backup",
            1 => "the standby is promoted",
            _ => "the standby that is furthest along is promoted",
        };
        table.row([
            plan.name().to_owned(),
            nodes.to_string(),
            standbys.to_string(),
            lost.to_owned(),
        ]);
    }
    printed(&table) + PLANS_SOURCE + "\n"
}

/// Lists who may decide.
pub(crate) fn policies() -> String {
    let mut table = Table::new(&["policy", "who decides"]);
    let text = "the management platform alone, from what nodes report to it\n\
                source: Aiven, \"Upgrade and failover procedures\"; what it leaves open is a knob";
    table.row(["platform".to_owned(), text.to_owned()]);
    printed(&table)
}

/// Lists the faults that can be planted.
pub(crate) fn mutants() -> String {
    let mut table = Table::new(&["mutant", "caught by"]);
    for card in MUTANTS {
        table.row([card.name.to_owned(), card.caught_by.to_owned()]);
        table.note(card.meaning.to_owned());
    }
    printed(&table)
}

fn printed(table: &Table) -> String {
    let mut page = Page::new(Style::PLAIN);
    page.table(0, table);
    page.into_text()
}
