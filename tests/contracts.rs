//! The statements of the documents, held against the scenarios that ship with the project.
//!
//! * `shipped`: these scenarios.
//!
//! The page CONTRACTS.md is written by the program and compared with it; `UPDATE_CONTRACTS=1`
//! writes it anew. Knows nothing of single statements. Kept here: none is refuted, and none is
//! there that no scenario puts to the test.

mod shipped;

use std::fs;
use std::path::Path;

use cutover::contract::{CONTRACTS, DOCUMENTS, Standing, Verdict, judge};
use cutover::knob::Mutant;
use cutover::parallel;
use cutover::report::contracts_markdown;
use shipped::scenarios;

const BEGIN: &str = "<!-- contracts -->\n";
const END: &str = "<!-- end of contracts -->\n";

fn standings(mutant: Option<Mutant>) -> Vec<Standing> {
    let suite = scenarios().into_iter().map(|mut shipped| {
        shipped.loaded.setup.knobs.mutant = mutant;
        (shipped.name, shipped.loaded)
    });
    judge(&suite.collect::<Vec<_>>(), 0, parallel::processors())
}

#[test]
fn every_contract_is_exercised_and_upheld() {
    let standings = standings(None);
    let wrong: Vec<_> = standings.iter().filter(|one| one.verdict != Verdict::Upheld).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(standings.len(), CONTRACTS.len());
    for standing in standings {
        let (id, scenario) = (standing.contract.id, standing.contract.scenario);
        let upheld = standing.upheld_by.iter().any(|name| name == scenario);
        assert!(upheld, "{scenario} does not uphold {id}, {:?} do", standing.upheld_by);
    }
}

#[test]
fn statements_that_share_a_check_count_in_runs_of_their_own_situation_only() {
    let suite = scenarios().into_iter().map(|shipped| (shipped.name, shipped.loaded));
    let suite: Vec<_> = suite.collect();
    let campaign = "scenarios/campaigns/region-outage-with-recovery.ron";
    let campaign = cutover::scenario::load(campaign.as_ref()).expect("it is valid");
    let verdict = |name: &str, id: &str| {
        let found = suite.iter().find(|(of, _)| of == name).cloned();
        let one = found.unwrap_or_else(|| (name.to_owned(), campaign.clone()));
        let standings = judge(&[one], 0, parallel::processors());
        standings.iter().find(|of| of.contract.id == id).expect("it is a contract").verdict
    };
    for (name, says_nothing_of, upholds) in [
        ("crdr-refused-orders", &["P01", "S03", "B03"][..], &["S01"][..]),
        ("gad-refused-orders", &["S01", "B01"], &["P01", "P03"]),
        ("crdr-switchover-and-switchback", &["P01"], &["S01", "S03", "B01", "B03"]),
        ("crdr-region-outage-operator-after-5m", &["S03", "B03"], &[]),
        ("region-outage-with-recovery", &["S03", "B03"], &[]),
        ("plan-change-business-to-startup", &["U24", "U20"], &["U23"]),
        ("plan-change-startup-to-business", &["U23"], &["U24"]),
        ("business-primary-crash", &["U20", "U16"], &["U05"]),
        ("maintenance-startup", &["U15", "U25"], &["U16", "U20"]),
        ("gad-promotion-client-moves", &["U02"], &["P03", "P06"]),
        ("abandoned-slot-fills-both-disks", &["U32"], &[]),
        ("startup-primary-loss", &["U05"], &["U04"]),
    ] {
        for id in says_nothing_of {
            assert_eq!(verdict(name, id), Verdict::NotExercised, "{id} in {name}");
        }
        for id in upholds {
            assert_eq!(verdict(name, id), Verdict::Upheld, "{id} in {name}");
        }
    }
}

#[test]
fn numbers_of_a_document_have_no_gap() {
    for card in DOCUMENTS {
        let rows = CONTRACTS.iter().filter(|one| one.document == card.document);
        let numbers = rows.map(|one| one.id[1..].parse::<usize>().expect("a letter and a number"));
        let mut numbers: Vec<usize> = numbers.collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{}", card.short);
    }
}

#[test]
fn every_stated_bound_is_reached_by_a_run() {
    let loose: Vec<_> =
        standings(None).into_iter().filter(|one| one.is_tight() == Some(false)).collect();
    assert!(loose.is_empty(), "{loose:#?}");
}

#[test]
fn planted_faults_refute_contracts() {
    let refuted = |mutant: Mutant| -> Vec<&str> {
        let standings = standings(Some(mutant)).into_iter();
        let refuted = standings.filter(|one| one.verdict == Verdict::Refuted);
        refuted.map(|one| one.contract.id).collect()
    };
    assert!(refuted(Mutant::ImpatientDetection).contains(&"U05"));
    assert!(refuted(Mutant::StopReadsDuringSilence).contains(&"U07"));
    assert!(refuted(Mutant::ReplicaNameKeepsPromoted).contains(&"U09"));
    assert!(refuted(Mutant::ReplicaLossMovesPrimary).contains(&"U14"));
    assert!(refuted(Mutant::IgnoreArchive).contains(&"U04"));
    assert!(refuted(Mutant::PromoteReplicaUnasked).contains(&"U02"));
    let unchecked = refuted(Mutant::IgnorePreconditions);
    assert!(["S01", "B01"].iter().all(|id| unchecked.contains(id)), "{unchecked:?}");
    assert!(refuted(Mutant::SecondName).contains(&"S03"));
    assert!(refuted(Mutant::IgnoreGroupState).contains(&"P01"));
    let released = refuted(Mutant::ReleaseOldPrimary);
    assert!(["P03", "P06"].iter().all(|id| released.contains(id)), "{released:?}");
    assert!(refuted(Mutant::DeleteBeforeSubstitute).contains(&"U15"));
    assert!(refuted(Mutant::ForgetOldPrimary).contains(&"U16"));
    assert!(refuted(Mutant::StopWithoutShipping).contains(&"U17"));
    assert!(refuted(Mutant::SkipReplacement).contains(&"U19"));
    assert!(refuted(Mutant::KeepPromotedInReplicaName).contains(&"U21"));
    assert!(refuted(Mutant::ForwardTooShort).contains(&"U22"));
    assert!(refuted(Mutant::ChangePlanBySwitchover).contains(&"U24"));
    assert!(refuted(Mutant::UpgradeUnderStandbys).contains(&"U35"));
    assert!(refuted(Mutant::UpgradeKeepsSlots).contains(&"U36"));
    assert!(refuted(Mutant::ForgetSlots).contains(&"U25"));
    let lacking = refuted(Mutant::SkipDependencyJob);
    assert!(["U28", "U31"].iter().all(|id| lacking.contains(id)), "{lacking:?}");
    let undrained = refuted(Mutant::SkipDrain);
    assert!(["U26", "U27"].iter().all(|id| undrained.contains(id)), "{undrained:?}");
    assert!(refuted(Mutant::CopyWhatWasSent).contains(&"U29"));
    assert!(refuted(Mutant::CopySeldom).contains(&"U30"));
    assert!(refuted(Mutant::ClaimSlots).contains(&"U32"));
    assert!(refuted(Mutant::IgnoreStartPosition).contains(&"U33"));
    assert!(refuted(Mutant::CopyAhead).contains(&"U34"));
}

#[test]
fn the_page_of_contracts_is_what_the_program_finds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRACTS.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (head, rest) = page.split_once(BEGIN).expect("the table has a beginning");
    let (_, tail) = rest.split_once(END).expect("the table has an end");
    let table = contracts_markdown(&standings(None));
    let renewed = format!("{head}{BEGIN}{table}{END}{tail}");
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        fs::write(&path, renewed).expect("the page can be written");
        return;
    }
    for (found, expected) in page.lines().zip(renewed.lines()) {
        assert_eq!(found, expected, "renew it: UPDATE_CONTRACTS=1 cargo test --test contracts");
    }
    assert_eq!(page, renewed);
}

#[test]
fn every_document_has_a_name_of_its_own() {
    for card in DOCUMENTS {
        assert_eq!(card.document.card().short, card.short);
    }
}
