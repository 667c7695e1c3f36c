//! The one registry of knobs: what a scenario may tune, what `--set` sets and what results cite.
//!
//! * `table`, `bond_rows`, `planned_rows`: every knob with its type, default, meaning and source;
//! * `row`, `rows`: what the registry says of a knob, and what follows from that; `choice`,
//!   `commit_choice`, `region_choice`, `group_choice`, `handover_choice`, `planned_choice`,
//!   `slot_choice`, `lag_choice`: closed sets of choices; `phase`: where a period begins;
//!   `spelling`: how a file gives a word or a quantity;
//! * `registry`: values from text and to text; `mutant`: planted faults, the second registry;
//! * `policy`: who decides, the third registry.
//!
//! Knows nothing of services or of time passing. Kept here: a knob has one name everywhere.

mod bond_rows;
mod choice;
mod commit_choice;
mod group_choice;
mod handover_choice;
mod lag_choice;
mod mutant;
mod phase;
mod planned_choice;
mod planned_rows;
mod policy;
mod region_choice;
mod registry;
mod row;
mod rows;
mod slot_choice;
mod spelling;
mod table;

pub use crate::kernel::nearest;
pub use choice::{
    ElectionKey, ElectionTie, EmptyReplicaName, Fencing, HeartbeatConnection, InFlight, Policy,
    ResolverCache, TimeoutOrigin,
};
pub use commit_choice::{CommitLevel, CommitMode, QuorumElection, QuorumReset, QuorumSize};
pub use group_choice::{FollowerMaintenance, GroupReadd, GroupRunning};
pub use handover_choice::{
    ForwardEnd, ForwardStart, ForwardTarget, SwitchoverCandidates, SwitchoverFault,
};
pub(crate) use lag_choice::DELAY_MAX;
pub use lag_choice::LagRenewal;
pub use mutant::{MUTANTS, Mutant, MutantCard};
pub use phase::Phase;
pub use planned_choice::{PowerOff, StandbyReplacement, StopsAfter, UpgradedSlots, WaitingCommits};
pub use policy::{POLICIES, PolicyCard};
pub use region_choice::{
    PromoteToMaster, RegionFailoverOrder, RemovedRecovery, ReplicaReconnect, SwitchoverDrain,
    SwitchoverOrder, TerraformOrder,
};
pub use registry::KnobError;
pub use row::{Basis, Row, Touch, Touched};
pub use slot_choice::{KeptWal, LeftoverSlot, SlotClocks, SlotLimit, SlotPolicy};
pub use table::{KNOBS, Knobs, Tuning};
