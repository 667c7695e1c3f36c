//! The one registry of knobs: what a scenario may tune, what `--set` sets and what results cite.
//!
//! * `table`, `bond_rows`, `planned_rows`: every knob with its type, default, meaning and source;
//! * `row`, `rows`: what the registry says of a knob, and what follows from that; `choice`,
//!   `slot_choice`, `group_choice`, `planned_choice`, `lag_choice`: closed sets of choices;
//! * `registry`: values from text and to text; `mutant`: planted faults, the second registry;
//! * `policy`: who decides, the third registry.
//!
//! Knows nothing of services or of time passing. Kept here: a knob has one name everywhere.

mod bond_rows;
mod choice;
mod group_choice;
mod lag_choice;
mod mutant;
mod planned_choice;
mod planned_rows;
mod policy;
mod registry;
mod row;
mod rows;
mod slot_choice;
mod table;

pub use crate::kernel::nearest;
pub use choice::{
    CommitLevel, CommitMode, ElectionKey, ElectionTie, EmptyReplicaName, Fencing, ForwardEnd,
    ForwardStart, ForwardTarget, HeartbeatConnection, InFlight, Phase, Policy, PromoteToMaster,
    QuorumElection, QuorumReset, QuorumSize, RegionFailoverOrder, RemovedRecovery,
    ReplicaReconnect, ResolverCache, SwitchoverCandidates, SwitchoverDrain, SwitchoverFault,
    SwitchoverOrder, TerraformOrder, TimeoutOrigin,
};
pub use group_choice::{FollowerMaintenance, GroupReadd, GroupRunning};
pub(crate) use lag_choice::DELAY_MAX;
pub use lag_choice::LagRenewal;
pub use mutant::{MUTANTS, Mutant, MutantCard};
pub use planned_choice::{PowerOff, StandbyReplacement, StopsAfter, UpgradedSlots, WaitingCommits};
pub use policy::{POLICIES, PolicyCard};
pub use registry::KnobError;
pub use row::{Basis, Row, Touch, Touched};
pub use slot_choice::{KeptWal, LeftoverSlot, SlotClocks, SlotLimit, SlotPolicy};
pub use table::{KNOBS, Knobs, Tuning};
