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
