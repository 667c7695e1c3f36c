//! A slot of the same name that somebody left on a standby.
//!
//! Knows nothing of how the jobs run. Kept here: each shipped scenario is held against the same one
//! with the slot out of the way, or taken over.

use std::path::Path;

use cutover::scenario::{Loaded, load};
use cutover::sim::{Outcome, SlotOutcome, SlotState, run};

fn shipped(name: &str) -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    load(&path.with_extension("ron")).expect("it is a scenario")
}

fn slot<'a>(outcome: &'a Outcome, name: &str) -> &'a SlotOutcome {
    let mut slots = outcome.services[0].slots.iter();
    slots.find(|slot| slot.slot == name).expect("it is a slot of the scenario")
}

#[test]
fn a_job_that_goes_by_names_moves_a_slot_that_somebody_left() {
    let mut loaded = shipped("leftover-slot-of-the-same-name");
    let alone = run(&loaded.setup, 0);
    loaded.set("leftover_slot", "TakenOver").expect("it is a knob");
    let taken = run(&loaded.setup, 0);
    assert!(slot(&alone, "cdc").left_over && !slot(&taken, "cdc").left_over);
    // It then fares like the slot beside it, which the job created.
    let (cdc, search) = (slot(&taken, "cdc"), slot(&taken, "search"));
    assert_eq!((cdc.age, cdc.duplicates), (search.age, search.duplicates));
    assert!(slot(&alone, "cdc").duplicates > 10 * cdc.duplicates);
}

#[test]
fn without_the_slot_in_its_way_synchronisation_reaches_those_behind_it() {
    let mut loaded = shipped("leftover-slot-stops-synchronisation");
    assert_eq!(slot(&run(&loaded.setup, 0), "lake").state, SlotState::NotYetSynced);
    for of in &mut loaded.setup.slots {
        of.left_over.clear();
    }
    let outcome = run(&loaded.setup, 0);
    let lake = slot(&outcome, "lake");
    assert_eq!((lake.state, lake.skipped_commits), (SlotState::Kept, 0));
}

#[test]
fn a_worker_that_ends_with_an_error_copies_the_slots_before_it_every_ten_seconds() {
    let mut loaded = shipped("leftover-slot-stops-synchronisation");
    let age = |loaded: &Loaded| slot(&run(&loaded.setup, 0), "cdc").age;
    // The cycles run at 10 s and so on; the crash is at 317.9 s.
    assert_eq!(age(&loaded), Some("7.9s".parse().expect("it is a time")));
    loaded.set("slot_sync_restart", "7s").expect("it is a knob");
    assert_eq!(age(&loaded), Some("6.9s".parse().expect("it is a time")));
}
