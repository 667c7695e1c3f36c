//! The registries as aligned tables.
//!
//! Knows nothing of runs. Kept here: every row tells its source or the reason for it.

use crate::check::{INVARIANTS, ROLE_MOVES};
use crate::contract::{CONTRACTS, DOCUMENTS};
use crate::control::lookout::Gate;
use crate::control::{
    GroupPart, GroupState, ORDERS, OrderAim, PairRole, Refusal, Rule, ServiceState,
};
use crate::fault::{Aim, FAULTS};
use crate::knob::{KNOBS, MUTANTS, POLICIES};
use crate::model::{DRIVERS, Plan};
use crate::report::{Ink, Page, Style, Table};
use crate::scenario::metric_rows;

/// Where the plans are described.
const PLANS_SOURCE: &str =
    "source: Aiven, \"Upgrade and failover procedures\" and \"High availability\"";

/// Where roles and states are described.
const ROLES_SOURCE: &str = "sources: Aiven, Cross-region disaster recovery, and its API; Alibaba \
                            Cloud, Global Active Database";

/// Who decides by the policy pglookout.
const DAEMON: &str = "a pglookout daemon";

/// Returns who decides by a rule.
pub(crate) fn decider(rule: Rule) -> &'static str {
    if rule == Rule::PromoteSelf { DAEMON } else { "the platform" }
}

/// Returns what a fault can be aimed at.
pub(crate) fn aim(aim: Aim) -> &'static str {
    match aim {
        Aim::Node => "a node",
        Aim::Link => "a link",
        Aim::Zone => "a zone",
        Aim::Region => "a region",
        Aim::Service => "a service",
    }
}

/// Lists what can go wrong.
pub(crate) fn faults() -> String {
    let mut table = Table::of_names(&["fault", "aimed at", "when healed"]);
    for card in FAULTS {
        let heal = card.heal.unwrap_or("cannot be healed");
        table.row([card.name.to_owned(), aim(card.aim).to_owned(), heal.to_owned()]);
        table.note(card.meaning.to_owned());
        if let Some(example) = card.example {
            table.note(format!("written {example}"));
        }
    }
    printed(&table)
}

/// Lists by which rules is decided, and how a daemon's procedure ends.
pub(crate) fn rules() -> String {
    let mut table = Table::of_names(&["rule", "by which decides"]);
    for rule in Rule::ALL {
        table.row([rule.name().to_owned(), decider(rule).to_owned()]);
        table.note(rule.sentence().to_owned());
    }
    for gate in Gate::ALL {
        table.row([gate.name().to_owned(), DAEMON.to_owned()]);
        table.note(gate.sentence().to_owned());
    }
    printed(&table)
}

/// The metrics of a client or a cause, each with what it is.
pub(crate) const METRICS_OF: &[(&str, &str)] = &[
    ("downtime[CLIENT]", "all outages of a client together"),
    ("longest[CLIENT]", "the longest outage of a client"),
    ("downtime_by[CAUSE]", "write downtime that is put down to the last fault or order before it"),
];

/// Lists what is measured of runs.
pub(crate) fn metrics() -> String {
    let mut table = Table::of_names(&["metric", "unit", "what it is"]);
    for (name, unit, meaning) in metric_rows() {
        table.row([name.to_owned(), unit.word().to_owned(), meaning.to_owned()]);
    }
    for (name, meaning) in METRICS_OF {
        table.row([(*name).to_owned(), "us".to_owned(), (*meaning).to_owned()]);
    }
    printed(&table)
}

/// Lists what is checked.
pub(crate) fn invariants() -> String {
    let mut table = Table::of_names(&["", "invariant", "judged"]);
    for card in INVARIANTS {
        let units =
            if card.units.is_empty() { "nothing".to_owned() } else { card.units.join(", ") };
        let (number, id, kind) = (card.number, card.id, card.kind.word());
        table.row([number.to_owned(), id.to_owned(), kind.to_owned()]);
        let allowed = format!("may be allowed in: {units}");
        table.note(format!("{}\n{allowed}\nsource: {}", card.statement, card.source));
    }
    printed(&table)
}

/// Lists what can be tuned.
pub(crate) fn knobs() -> String {
    let mut table = Table::of_names(&["knob", "default", "which is"]);
    for row in KNOBS {
        let kind = if row.basis.is_stance() { "a stance" } else { "documented" };
        table.row([row.name.to_owned(), row.default.to_owned(), kind.to_owned()]);
        table.note(format!("{}\n{}", row.meaning, row.basis));
    }
    printed(&table)
}

/// Returns whom an order is given to.
pub(crate) fn ordered(aim: OrderAim) -> &'static str {
    match aim {
        OrderAim::ByHand => "a node, by hand and past the platform",
        OrderAim::Platform => "a service, through the platform",
    }
}

/// Lists what an operator can order.
pub(crate) fn orders() -> String {
    let mut table = Table::of_names(&["order", "aimed at"]);
    for card in ORDERS {
        table.row([card.name.to_owned(), ordered(card.aim).to_owned()]);
        let (meaning, precondition) = (card.meaning, card.precondition);
        table.note(format!("{meaning}\nif {precondition}\nsource: {}", card.source));
    }
    printed(&table)
}

/// Lists why an order can be refused.
pub(crate) fn refusals() -> String {
    let mut table = Table::of_names(&["refusal", "because"]);
    for refusal in Refusal::ALL {
        table.row([refusal.name().to_owned(), refusal.words().to_owned()]);
    }
    printed(&table)
}

/// Lists the roles and states that a service of a pair can have, and how roles change.
pub(crate) fn roles() -> String {
    let mut table = Table::of_names(&["role or state", "of a service of a pair"]);
    for role in PairRole::ALL {
        table.row([role.word().to_owned(), "role".to_owned()]);
        table.note(role.meaning().to_owned());
    }
    for state in ServiceState::ALL {
        table.row([state.word().to_owned(), "state".to_owned()]);
        table.note(state.meaning().to_owned());
    }
    for part in GroupPart::ALL {
        table.row([part.word().to_owned(), "part of an instance in its group".to_owned()]);
        table.note(part.meaning().to_owned());
    }
    for state in GroupState::ALL {
        table.row([state.name().to_owned(), format!("state {} of a group", state.word())]);
        table.note(state.meaning().to_owned());
    }
    let mut moves = Table::of_names(&["primary/recovery", "become", "when"]);
    let words = |roles: [PairRole; 2]| roles.map(PairRole::word).join("/");
    for one in ROLE_MOVES {
        moves.row([words(one.from), words(one.to), one.by.to_owned()]);
    }
    format!("{}\n{}{ROLES_SOURCE}\n", printed(&table), printed(&moves))
}

/// Lists how many nodes a service has.
pub(crate) fn plans() -> String {
    let mut table = Table::of_names(&["plan", ">nodes", ">standbys", "when its primary is lost"]);
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
    let mut table = Table::of_names(&["policy", "set by"]);
    for card in POLICIES {
        table.row([card.name.to_owned(), format!("--policy {}", card.name)]);
        table.note(format!("{}\nsource: {}", card.meaning, card.source));
    }
    printed(&table)
}

/// Lists how clients behave.
pub(crate) fn drivers() -> String {
    let mut table = Table::of_names(&["driver", "part", "value"]);
    for card in DRIVERS {
        table.row([card.name.to_owned(), String::new(), String::new()]);
        table.note(card.meaning.to_owned());
        for (part, basis) in card.parts {
            table.row([String::new(), part.name().to_owned(), part.value()]);
            table.note(basis.to_string());
        }
    }
    printed(&table)
}

/// Lists the faults that can be planted.
pub(crate) fn mutants() -> String {
    let mut table = Table::of_names(&["mutant", "caught by"]);
    for card in MUTANTS {
        table.row([card.name.to_owned(), card.caught_by.to_owned()]);
        table.note(card.meaning.to_owned());
    }
    printed(&table)
}

/// Lists what the documents say.
pub(crate) fn contracts() -> String {
    let mut table = Table::of_names(&["", "where", "checked by", "for instance in"]);
    for contract in CONTRACTS {
        table.row([
            contract.id.to_owned(),
            contract.place(),
            contract.check.name().to_owned(),
            contract.scenario.to_owned(),
        ]);
        table.note(contract.says.to_owned());
    }
    let mut page = Page::new(Style::PLAIN);
    page.table(0, &table);
    page.gap();
    for card in DOCUMENTS {
        page.lead(0, Ink::Plain, &format!("{:<10}", card.short), card.title);
    }
    page.into_text()
}

fn printed(table: &Table) -> String {
    let mut page = Page::new(Style::PLAIN);
    page.table(0, table);
    page.into_text()
}
