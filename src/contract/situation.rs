//! In which runs a statement is put to the test: what has to have happened of what it speaks of.
//!
//! Knows nothing of statements and of what checks them. Kept here: several statements may share a
//! check, and each of them counts in runs of its own situation only.

use crate::sim::{OrderOutcome, Outcome, PhaseName, Promotion, ServiceOutcome};

/// What has to have happened in a run so that it says something of a statement.
///
/// # Examples
/// A switchback presupposes something only where one is ordered:
/// ```
/// use cutover::contract::{CONTRACTS, Situation};
/// let of = CONTRACTS.iter().find(|one| one.id == "B01").expect("it is a contract");
/// assert_eq!(of.situation, Situation::SwitchbackOrdered);
/// assert_eq!(of.situation.words(), Some("a switchback between regions is ordered"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// Whatever the check itself asks for.
    Whatever,
    /// A standby takes over from a primary that was given up.
    Failover,
    /// The only node of a service is replaced by one that is restored from a backup.
    LoneNodeLost,
    /// A read replica service follows another.
    ReadReplica,
    /// Standbys of a service are replaced as planned.
    StandbysReplaced,
    /// A planned operation makes another server of a service its primary.
    Switchover,
    /// The plan of a service becomes one of its tier with fewer nodes.
    PlanShrinks,
    /// The plan of a service becomes one of its tier with more nodes.
    PlanGrows,
    /// A switchover between regions is ordered, whether it is carried out or refused.
    SwitchoverOrdered,
    /// A switchover between regions is completed.
    SwitchedOver,
    /// A switchback between regions is ordered, whether it is carried out or refused.
    SwitchbackOrdered,
    /// A switchback between regions is completed.
    SwitchedBack,
    /// The promotion of a group's secondary instance is ordered, whether it is carried out or not.
    GroupPromotionOrdered,
    /// A group's secondary instance is promoted.
    GroupPromoted,
    /// A group's secondary instance is promoted while clients use endpoints of the group.
    GroupPromotedInUse,
}

impl Situation {
    /// Returns the situation in words, as what happens in a run; nothing if any run may count.
    ///
    /// # Examples
    /// ```
    /// use cutover::contract::Situation;
    /// assert_eq!(Situation::Whatever.words(), None);
    /// assert_eq!(Situation::ReadReplica.words(), Some("a read replica service follows another"));
    /// ```
    pub fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::Whatever => return None,
            Self::Failover => "a standby takes over from a primary that was given up",
            Self::LoneNodeLost => "the only node of a service is replaced from a backup",
            Self::ReadReplica => "a read replica service follows another",
            Self::StandbysReplaced => "standbys are replaced as planned",
            Self::Switchover => "a planned operation changes the primary",
            Self::PlanShrinks => "a plan becomes one with fewer nodes",
            Self::PlanGrows => "a plan becomes one with more nodes",
            Self::SwitchoverOrdered => "a switchover between regions is ordered",
            Self::SwitchedOver => "a switchover between regions is completed",
            Self::SwitchbackOrdered => "a switchback between regions is ordered",
            Self::SwitchedBack => "a switchback between regions is completed",
            Self::GroupPromotionOrdered => "the promotion of a secondary instance is ordered",
            Self::GroupPromoted => "a secondary instance is promoted",
            Self::GroupPromotedInUse => "a secondary instance is promoted under clients",
        })
    }

    /// Returns whether it came up in a run.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/startup-primary-loss.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// use cutover::contract::Situation;
    /// assert!(Situation::LoneNodeLost.arises(&outcome));
    /// assert!(!Situation::Failover.arises(&outcome));
    /// ```
    pub fn arises(self, outcome: &Outcome) -> bool {
        match self {
            Self::Whatever => true,
            Self::Failover => is_promoted(outcome, "failover"),
            Self::LoneNodeLost => outcome.services.iter().any(|service| {
                service.plan.standbys() == 0 && service.finished().any(|one| one.cause == "restore")
            }),
            Self::ReadReplica => outcome.integrations.iter().any(|of| of.kind == "read_replica"),
            Self::StandbysReplaced => outcome.services.iter().any(|service| {
                service.phases.iter().any(|one| one.phase == PhaseName::ReplacingStandbys)
            }),
            Self::Switchover => is_promoted(outcome, "switchover"),
            Self::PlanShrinks => changes_plan(outcome, |before, after| after < before),
            Self::PlanGrows => changes_plan(outcome, |before, after| after > before),
            Self::SwitchoverOrdered => is_ordered(outcome, "Switchover"),
            Self::SwitchedOver => is_promoted(outcome, "region_switchover"),
            Self::SwitchbackOrdered => is_ordered(outcome, "Switchback"),
            Self::SwitchedBack => is_promoted(outcome, "region_switchback"),
            Self::GroupPromotionOrdered => is_ordered(outcome, "PromoteSecondary"),
            Self::GroupPromoted => is_promoted(outcome, "gad_promotion"),
            Self::GroupPromotedInUse => {
                let grouped = |name: &String| {
                    outcome.groups.iter().any(|one| one.primary == *name || one.secondary == *name)
                };
                let used = outcome.clients.iter().any(|client| grouped(&client.service));
                used && is_promoted(outcome, "gad_promotion")
            }
        }
    }
}

/// Returns whether a promotion of this cause was finished.
fn is_promoted(outcome: &Outcome, cause: &str) -> bool {
    let finished = |one: &Promotion| one.cause == cause;
    outcome.services.iter().any(|service| service.finished().any(finished))
}

/// Returns whether an order of this name was given.
fn is_ordered(outcome: &Outcome, name: &str) -> bool {
    outcome.orders.iter().any(|order| order.order == name)
}

/// Returns whether a change of the plan within a tier leads from so many nodes to so many.
fn changes_plan(outcome: &Outcome, wanted: fn(u8, u8) -> bool) -> bool {
    let taken = |order: &&OrderOutcome| order.order == "ChangePlan" && order.refusal.is_none();
    outcome.orders.iter().filter(taken).any(|order| {
        let service = outcome.services.iter().find(|service| service.name == order.service);
        service.is_some_and(|service| wanted(nodes_before(service, order), service.plan.nodes()))
    })
}

/// Returns how many nodes a service had before an order.
fn nodes_before(service: &ServiceOutcome, order: &OrderOutcome) -> u8 {
    let mut before = service.census.iter().filter(|census| census.at < order.at);
    before.next_back().map_or(0, |census| census.existing)
}
