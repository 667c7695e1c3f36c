//! The command `explain`: one entry of a registry in full.
//!
//! Knows nothing of runs. Kept here: an unknown word is answered with the nearest known one.

use std::path::Path;

use super::catalog::{METRICS_OF, aim, decider, ordered};
use super::exit::Exit;
use super::output;
use super::saved;
use super::stop::Stop;
use crate::check::{INVARIANTS, InvariantCard};
use crate::contract::{CONTRACTS, Contract};
use crate::control::lookout::Gate;
use crate::control::{
    GroupPart, GroupState, ORDERS, OrderAim, OrderCard, PairRole, Refusal, Rule, ServiceState,
};
use crate::fault::{FAULTS, FaultCard};
use crate::knob::{KNOBS, MUTANTS, MutantCard, POLICIES, PolicyCard, Row, Touch, nearest};
use crate::model::{DRIVERS, DriverCard};
use crate::report::{Ink, Page, Style};
use crate::scenario::metric_rows;

/// Explains one entry of a registry.
pub(crate) fn explain(id: &str) -> Result<Exit, Stop> {
    let file = Path::new(id);
    if file.exists() && explained(id).is_none() {
        return saved::explain(file);
    }
    let text = explained(id).ok_or_else(|| {
        let near = nearest(id, names());
        let hint = near.map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
        let known = "no invariant, contract, rule, knob, metric, fault, mutant, policy, driver, \
                     order or role";
        Stop::usage(format!("{id:?} is {known}{hint}"))
    })?;
    output::emit(&text)?;
    Ok(Exit::Pass)
}

/// Returns all that can be explained.
fn names() -> impl Iterator<Item = &'static str> {
    let invariants = INVARIANTS.iter().map(|card| card.id);
    let faults = FAULTS.iter().map(|card| card.name);
    let mutants = MUTANTS.iter().map(|card| card.name);
    let drivers = DRIVERS.iter().map(|card| card.name);
    let rules = Rule::ALL.iter().map(|rule| rule.name());
    let gates = Gate::ALL.iter().map(|gate| gate.name());
    let policies = POLICIES.iter().map(|card| card.name);
    let orders = ORDERS.iter().map(|card| card.name);
    let refusals = Refusal::ALL.iter().map(|refusal| refusal.name());
    let parts = PairRole::ALL.iter().map(|role| role.word());
    let states = ServiceState::ALL.iter().map(|state| state.word());
    let members = GroupPart::ALL.iter().map(|part| part.word());
    let groups = GroupState::ALL.iter().map(|state| state.name());
    let orders = orders.chain(refusals).chain(parts).chain(states).chain(members).chain(groups);
    let knobs = KNOBS.iter().map(|row| row.name);
    let decisions = rules.chain(gates).chain(policies).chain(orders);
    let contracts = CONTRACTS.iter().map(|contract| contract.id);
    let metrics = metric_rows().map(|(name, ..)| name);
    let metrics = metrics.chain(METRICS_OF.iter().map(|(name, _)| *name));
    let contracts = contracts.chain(metrics);
    let things = invariants.chain(knobs).chain(faults).chain(mutants).chain(drivers);
    things.chain(decisions).chain(contracts)
}

fn explained(id: &str) -> Option<String> {
    let same = |name: &str| name.eq_ignore_ascii_case(id);
    let invariant = INVARIANTS.iter().find(|card| same(card.id) || same(card.number));
    let knob = KNOBS.iter().find(|row| same(row.name));
    let fault = FAULTS.iter().find(|card| same(card.name));
    let mutant = MUTANTS.iter().find(|card| same(card.name));
    let mut entry = invariant.map(of_invariant);
    entry = entry.or_else(|| knob.map(of_knob)).or_else(|| fault.map(of_fault));
    entry = entry.or_else(|| mutant.map(of_mutant));
    let driver = DRIVERS.iter().find(|card| same(card.name));
    let rule = Rule::ALL.iter().find(|rule| same(rule.name()));
    let gate = Gate::ALL.iter().find(|gate| same(gate.name()));
    let policy = POLICIES.iter().find(|card| same(card.name));
    entry = entry.or_else(|| driver.map(of_driver)).or_else(|| rule.map(|rule| of_rule(*rule)));
    entry = entry.or_else(|| gate.map(|gate| of_gate(*gate)));
    let contract = CONTRACTS.iter().find(|contract| same(contract.id));
    entry = entry.or_else(|| contract.map(of_contract)).or_else(|| of_metric(id));
    let order = ORDERS.iter().find(|card| same(card.name));
    entry = entry.or_else(|| order.map(of_order)).or_else(|| of_pair(id));
    let (title, facts) = entry.or_else(|| policy.map(of_policy))?;
    let mut page = Page::new(Style::PLAIN);
    page.say(0, Ink::Strong, &title);
    let width = facts.iter().map(|(name, _)| name.len() + 2).max().unwrap_or(0).max(12);
    for (name, text) in facts {
        page.lead(2, Ink::Plain, &format!("{name:<width$}"), &text);
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
        ("written", card.example.unwrap_or(card.name).to_owned()),
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

fn of_contract(contract: &Contract) -> Facts {
    let lines = match contract.lines {
        (first, last) if first == last => format!("line {first}"),
        (first, last) => format!("lines {first} to {last}"),
    };
    let mut facts = vec![
        ("says", sentence(contract.says)),
        ("source", format!("{}, {lines}", contract.document.card().title)),
        ("checked by", contract.check.name().to_owned()),
        (
            "counts",
            contract.situation.words().map_or_else(
                || "in every run in which the check finds something to judge".to_owned(),
                |words| format!("in runs in which {words}"),
            ),
        ),
        ("see it in", format!("cutover contracts scenarios/{}.ron", contract.scenario)),
    ];
    if let Some(bound) = contract.bound {
        facts.push(("bound", format!("{}: {}", bound.what, bound.at)));
    }
    (format!("{}, a contract", contract.id), facts)
}

/// Explains a metric, also one of a client or a cause by its whole name.
fn of_metric(id: &str) -> Option<Facts> {
    let facts = |name: &str, unit: &str, meaning: &str| {
        let facts = vec![
            ("is", sentence(meaning)),
            ("unit", unit.to_owned()),
            ("stands in", "results of campaigns, targets of scenarios".to_owned()),
            ("choose by", format!("cutover compare FILE --metric '{name}'")),
        ];
        (format!("{name}, a metric"), facts)
    };
    let plain = metric_rows().find(|(name, ..)| name.eq_ignore_ascii_case(id));
    let plain = plain.map(|(name, unit, meaning)| facts(name, unit.word(), meaning));
    plain.or_else(|| {
        let (kind, _) = id.split_once('[').filter(|_| id.ends_with(']'))?;
        let of_kind = |name: &str| name.split_once('[').is_some_and(|(of, _)| of == kind);
        let (_, meaning) = METRICS_OF.iter().find(|(name, _)| of_kind(name))?;
        Some(facts(id, "us", meaning))
    })
}

fn of_rule(rule: Rule) -> Facts {
    let facts = vec![
        ("says", sentence(rule.sentence())),
        ("decides", decider(rule).to_owned()),
        ("stands in", stands_in(rule.name())),
    ];
    (format!("{}, a rule", rule.name()), facts)
}

fn of_gate(gate: Gate) -> Facts {
    let facts = vec![
        ("says", sentence(gate.sentence())),
        ("decides", "a pglookout daemon, whose procedure ends here".to_owned()),
        ("stands in", stands_in(gate.name())),
        ("source", "README and source of pglookout".to_owned()),
    ];
    (format!("{}, an end of a daemon's procedure", gate.name()), facts)
}

/// Returns where results name a rule or a gate.
fn stands_in(name: &str) -> String {
    format!("timelines as [{name}], JSON as \"rule\": \"{name}\"")
}

fn of_order(card: &OrderCard) -> Facts {
    let target = match card.aim {
        OrderAim::ByHand => "Node(\"orders-2\")",
        OrderAim::Platform => "Service(\"orders\")",
    };
    let facts = vec![
        ("does", sentence(card.meaning)),
        ("aimed at", ordered(card.aim).to_owned()),
        ("presupposes", format!("{}; otherwise it is refused", card.precondition)),
        ("source", card.source.to_owned()),
        ("written", format!("At(\"60s\", Operator({}, {target}))", card.name)),
    ];
    (format!("{}, an operator's order", card.name), facts)
}

/// Explains a role, a state or a refusal.
fn of_pair(id: &str) -> Option<Facts> {
    let same = |name: &str| name.eq_ignore_ascii_case(id);
    let source = ("source", "Aiven, Cross-region disaster recovery, and its API".to_owned());
    if let Some(role) = PairRole::ALL.into_iter().find(|role| same(role.word())) {
        let facts = vec![("means", sentence(role.meaning())), source];
        return Some((format!("{}, a role of a service in its pair", role.word()), facts));
    }
    if let Some(state) = ServiceState::ALL.into_iter().find(|state| same(state.word())) {
        let facts = vec![("means", sentence(state.meaning())), source];
        return Some((format!("{}, a state of a service of a pair", state.word()), facts));
    }
    let source = ("source", "Alibaba Cloud, Global Active Database".to_owned());
    if let Some(part) = GroupPart::ALL.into_iter().find(|part| same(part.word())) {
        let facts = vec![("means", sentence(part.meaning())), source];
        return Some((format!("{}, a part of an instance in its group", part.word()), facts));
    }
    if let Some(state) = GroupState::ALL.into_iter().find(|state| same(state.name())) {
        let facts = vec![("means", sentence(state.meaning())), source];
        return Some((format!("{}, the state {} of a group", state.name(), state.word()), facts));
    }
    let refusal = Refusal::ALL.into_iter().find(|refusal| same(refusal.name()))?;
    let expects = format!("Refused(order: ..., service: ..., because: {:?})", refusal.name());
    let facts = vec![("means", sentence(refusal.words())), ("expect it by", expects)];
    Some((format!("{}, why an order is refused", refusal.name()), facts))
}

fn of_policy(card: &PolicyCard) -> Facts {
    let facts = vec![
        ("decides", sentence(card.meaning)),
        ("source", card.source.to_owned()),
        ("choose by", format!("--policy {}, or tuning: (policy: {})", card.name, card.value)),
    ];
    (format!("{}, a policy", card.name), facts)
}

fn of_driver(card: &DriverCard) -> Facts {
    let mut facts = vec![("is", card.meaning.to_owned())];
    for (part, basis) in card.parts {
        facts.push((part.name(), format!("{}; {basis}", part.value())));
    }
    facts.push(("use it by", format!("driver: {}, parts: (connect_timeout: ...)", card.name)));
    (format!("{}, a driver of clients", card.name), facts)
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
        Touch::Group => "when an order is given to a group",
        Touch::Upgrade => "when a major version upgrade begins",
        Touch::Power => "when a service is powered off",
        Touch::Lag => "when the lag of a link between servers follows a law",
        Touch::Slot => "when a logical slot is read or copied",
        Touch::Lookout => "when the nodes' own daemons decide",
        Touch::Quorum => "when commits are to wait for standbys",
        Touch::Integration => "when a service follows another",
        Touch::Switchover => "when a planned operation begins",
        Touch::Stop => "when a server is stopped in a controlled way",
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
    fn rules_gates_and_policies_say_who_decides() {
        let says = |name: &str, words: &str| {
            let text = explained(name).expect("it is in a registry");
            assert!(text.contains(words), "{text}");
        };
        says("admit-standby", "the platform");
        says("promote-self", "a pglookout daemon");
        says("lack-majority", "whose procedure ends here");
        says("pglookout", "--policy pglookout, or tuning: (policy: Pglookout)");
        says("SlowLink", "SlowLink(delay: \"2s\", goodput: \"10kB/s\")");
    }

    #[test]
    fn a_metric_is_explained_with_its_unit_and_how_to_ask_for_it() {
        let text = explained("lost_commits").expect("it is a metric");
        assert!(text.starts_with("lost_commits, a metric\n"), "{text}");
        assert!(text.contains("Acknowledged commits that no later primary has"), "{text}");
        let text = explained("downtime[app]").expect("it is a metric of a client");
        assert!(text.contains("All outages of a client together"), "{text}");
        assert!(explained("downtime[app").is_none() && explained("nothing[app]").is_none());
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_nearest() {
        let stop = explain("dns_tll").expect_err("there is no such thing");
        assert_eq!(stop.exit, Exit::Usage);
        assert!(stop.message.ends_with("(did you mean dns_ttl?)"), "{}", stop.message);
    }
}
