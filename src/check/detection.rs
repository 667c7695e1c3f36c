//! Noticing, choosing, and being in time.
//!
//! Judged by the reports that really arrived, as the judge heard them, not by what the decider
//! made of them. Knows nothing of how a decision was reached. Kept here: a failover is neither
//! early nor late.

use super::case::{Case, Finding};
use super::history::{PromotionRecord, ServiceHistory};
use crate::control::{Candidacy, Fitness, Operator, Rule};
use crate::kernel::{Instant, Position, Span};
use crate::knob::{ElectionKey, Policy};
use crate::model::{Plan, Service, World};

/// Judges that the primary name serves a writable node in time when a standby could be promoted.
pub(super) fn failover_in_time(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let promotions = memory.promotions.iter();
        let promotions = promotions.filter(|one| !one.restored && !one.rule.is_ordered());
        let given_time = promotions.map(|promotion| in_time(case, (service, memory), promotion));
        Finding::join(given_time.chain(unnoticed(case, service, memory)))
    }))
}

fn in_time(
    case: &Case<'_>,
    (service, memory): (&Service, &ServiceHistory),
    promotion: &PromotionRecord,
) -> Finding {
    let failed = memory
        .given_up
        .iter()
        .any(|given_up| given_up.node == promotion.node && given_up.at >= promotion.ordered);
    let (Some(overhead), Some(publish)) =
        (case.knobs.promotion_overhead.greatest(), case.knobs.dns_publish_delay.greatest())
    else {
        return Finding::Vacuous;
    };
    let last_report = last_report_before(promotion);
    let redo = unreplayed(case.world, promotion);
    let asked = promotion.rule == Rule::PromoteFurthestAsked;
    let asks = if asked { case.knobs.order_patience } else { Span::ZERO };
    let slack = case.notice() + asks;
    let deadline = last_report
        + (patience(case, promotion.rule == Rule::PromoteSelf) + slack)
        + (overhead + redo + case.world.platform_delay() * 2)
        + publish;
    match promotion.published {
        Some(at) if at <= deadline => Finding::Holds,
        None if failed => Finding::Vacuous,
        None if deadline > case.until => Finding::Pending(deadline),
        late => {
            let name = &case.world.names.services[service.id.index()];
            let at = late.unwrap_or(case.until);
            let detail = match late {
                Some(at) => format!("{name} pointed to the new primary at {at}, due {deadline}"),
                None => format!("{name} was never pointed to the new primary, due {deadline}"),
            };
            Finding::broken_for(deadline, at.since(deadline), detail)
        }
    }
}

/// Returns how long after its last report a primary is replaced at the latest.
///
/// Daemons replace it at a check, and wait for one more poll before that.
fn patience(case: &Case<'_>, by_daemons: bool) -> Span {
    let knobs = case.knobs;
    if by_daemons {
        knobs.lookout_failover_lag
            + knobs.lookout_check_interval
            + knobs.lookout_missing_primary_timeout
    } else {
        knobs.detection_timeout
    }
}

/// Finds a primary that was silent beyond the timeout and was not given up.
fn unnoticed(
    case: &Case<'_>,
    service: &Service,
    memory: &ServiceHistory,
) -> impl Iterator<Item = Finding> {
    let by_daemons = case.knobs.policy == Policy::Pglookout && service.plan.standbys() > 0;
    let due = patience(case, by_daemons) + case.notice();
    let long = memory.silences.iter().filter(move |silence| {
        silence.was_primary && silence.until.min(case.until) > silence.last_report + due
    });
    let long = long.filter(|silence| !memory.is_ordered(silence));
    long.filter_map(move |silence| {
        let deadline = silence.last_report + due;
        // A promotion that was ordered in time is judged by itself.
        let in_time = silence.last_report..=deadline;
        let mut ordered = memory.promotions.iter().filter(|one| one.from == silence.node);
        let mut by_region = region_failovers(case, service);
        let given_up = ordered.any(|promotion| in_time.contains(&promotion.ordered))
            || by_region.any(|promotion| in_time.contains(&promotion.ordered))
            || memory.given_up.iter().any(|given_up| given_up.node == silence.node);
        // Nor is one missed whose service was made to follow another meanwhile.
        let follows = case.history.orders.iter().any(|order| {
            let accepted = order.refusal.is_none() && order.service == service.id;
            accepted && order.operator == Operator::AddSecondary && in_time.contains(&order.at)
        });
        let late = silence.until.min(case.until).since(deadline);
        let name = case.world.node_name(silence.node);
        let alone = service.plan.standbys() == 0;
        // Daemons do not miss a primary that only the platform does not hear.
        let well = by_daemons && case.world.node(silence.node).answers();
        (!given_up && !follows && !alone && !well).then(|| {
            Finding::broken_for(deadline, late, format!("{name} was silent and not given up"))
        })
    })
}

/// Returns the promotions of a service's partner that take its place: of a region failover.
fn region_failovers<'a>(
    case: &'a Case<'_>,
    service: &Service,
) -> impl Iterator<Item = &'a PromotionRecord> + use<'a> {
    let id = service.id;
    let pairs = case.history.pairs.iter().filter(move |pair| pair.has(id));
    let partners =
        pairs.map(move |pair| if pair.primary == id { pair.recovery } else { pair.primary });
    partners
        .flat_map(|partner| &case.history.services[partner.index()].promotions)
        .filter(|promotion| promotion.rule == Rule::FailOverRegion)
}

/// Judges that nobody is promoted before the primary's last report plus the timeout.
pub(super) fn no_early_promotion(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        let findings = memory.promotions.iter().map(|promotion| early(case, promotion));
        Finding::join(findings)
    }))
}

/// Judges that a promoted primary is replaced no earlier than its last report plus the timeout.
pub(super) fn failovers_apart(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        let promoted = |promotion: &&PromotionRecord| {
            memory.promotions.iter().any(|earlier| {
                earlier.node == promotion.from && earlier.finished <= promotion.ordered
            })
        };
        let second = memory.promotions.iter().filter(promoted);
        Finding::join(second.map(|promotion| early(case, promotion)))
    }))
}

fn early(case: &Case<'_>, promotion: &PromotionRecord) -> Finding {
    if promotion.planned {
        return Finding::Vacuous;
    }
    let Some(timeout) = timeout(case, promotion.rule) else { return Finding::Vacuous };
    let last_report = last_report_before(promotion);
    let due = last_report + timeout;
    if promotion.ordered >= due {
        return Finding::Holds;
    }
    let early = due.since(promotion.ordered);
    let name = case.world.node_name(promotion.from);
    let detail = format!("{name} was replaced {early} before its timeout was over");
    Finding::broken_for(promotion.ordered, early, detail)
}

/// Returns how long a primary is silent before a rule lets it be replaced.
fn timeout(case: &Case<'_>, rule: Rule) -> Option<Span> {
    match rule {
        Rule::PromoteForSilentPrimary
        | Rule::RestoreForSilentPrimary
        | Rule::PromoteFurthestAsked => Some(case.knobs.detection_timeout),
        Rule::PromoteSelf => Some(case.knobs.lookout_failover_lag),
        Rule::SuspectSilentNode
        | Rule::DropSuspicion
        | Rule::RestoreForFailedCandidate
        | Rule::ReplaceSilentStandby
        | Rule::PromoteForSilentCandidate
        | Rule::ReplaceSilentBuild
        | Rule::PromoteAfterPatience
        | Rule::MoveNamesToNewPrimary
        | Rule::AdmitStandby
        | Rule::ReplaceUnfitStandby
        | Rule::KeepGivenUpNodeOut
        | Rule::NoteNews
        | Rule::WaitForLoneCandidate
        | Rule::PromoteReadReplica
        | Rule::BeginSwitchover
        | Rule::AdmitNewServer
        | Rule::DeleteReplacedStandby
        | Rule::StopOldPrimary
        | Rule::AskNewStandbys
        | Rule::AskForSilentPrimary
        | Rule::SwitchNamesToNewPrimary
        | Rule::EndSwitchover
        | Rule::RepeatOrder
        | Rule::KillOldPrimary
        | Rule::AbandonSwitchover
        | Rule::ReturnToOldPrimary
        | Rule::TakeOldPrimaryBack
        | Rule::ChangePlan
        | Rule::AwaitConsumers
        | Rule::StopAwaitingConsumers
        | Rule::LetCommitsWait
        | Rule::BeginInWindow
        | Rule::SwitchOverRegion
        | Rule::SwitchBackRegion
        | Rule::FailOverRegion
        | Rule::FailBackRegion
        | Rule::RecreatePrimary
        | Rule::RemoveRecoveryIntegration
        | Rule::FollowNewPrimary
        | Rule::ReturnToActive
        | Rule::AbandonSwitch
        | Rule::PromoteSecondary
        | Rule::AddSecondary
        | Rule::RemoveSecondary
        | Rule::MoveNameToNewServer
        | Rule::EndFollowerMaintenance
        | Rule::BeginUpgrade
        | Rule::UpgradePrimary
        | Rule::BackUpUpgradedPrimary
        | Rule::EndUpgrade
        | Rule::AbandonUpgrade
        | Rule::PowerOff
        | Rule::RemoveMachines
        | Rule::PowerOn
        | Rule::AwaitNewStandby
        | Rule::RemoveWindows
        | Rule::SetUpRecovery
        | Rule::DeleteRecovery => None,
    }
}

/// Judges that the promoted standby is the furthest of those whose position is fresh.
pub(super) fn best_candidate_promoted(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        let elections = memory.promotions.iter().filter(|p| !p.candidates.is_empty());
        Finding::join(elections.map(|promotion| {
            let eligible = promotion
                .candidates
                .iter()
                .filter(|entry| matches!(entry.standing, Fitness::Chosen | Fitness::Behind));
            let position = |entry: &Candidacy| {
                if promotion.rule == Rule::PromoteSelf {
                    // A daemon compares what was received, also when that is 0/0.
                    entry.received.unwrap_or(entry.replayed)
                } else {
                    position(case, entry)
                }
            };
            let best = eligible.map(position).max();
            let chosen =
                promotion.candidates.iter().find(|entry| entry.standing == Fitness::Chosen);
            match chosen {
                None => Finding::Vacuous,
                Some(chosen) if Some(position(chosen)) == best => Finding::Holds,
                Some(_) => {
                    let name = case.world.node_name(promotion.node);
                    let detail = format!("{name} was promoted though another was further along");
                    Finding::broken_times(promotion.ordered, 1, detail)
                }
            }
        }))
    }))
}

/// Judges that a standby that is alone does not promote itself, where daemons decide.
///
/// What it saw before counts a while: as long as a position counts, or until an observer is missed.
pub(super) fn lone_standby_stays(case: &Case<'_>) -> Finding {
    if case.knobs.policy != Policy::Pglookout {
        return Finding::Vacuous;
    }
    Finding::join(case.services().map(|(service, memory)| {
        if service.plan != Plan::Premium {
            return Finding::Vacuous;
        }
        let knobs = case.knobs;
        let missed = knobs.lookout_poll_interval + knobs.lookout_observer_timeout;
        let counts = knobs.lookout_position_age_max.max(missed);
        let forgotten = |promotion: &&PromotionRecord| {
            let since = memory.isolated_since(promotion.node, promotion.ordered);
            promotion.lone && since.is_some_and(|since| promotion.ordered.since(since) >= counts)
        };
        let lone: Vec<_> = memory.promotions.iter().filter(forgotten).collect();
        if let Some(first) = lone.first() {
            let name = case.world.node_name(first.node);
            let detail = format!("{name} promoted itself and reached nobody");
            return Finding::broken_times(first.ordered, lone.len(), detail);
        }
        let isolated = memory.isolated.iter().enumerate().any(|(index, (start, nodes))| {
            let end = memory.isolated.get(index + 1).map_or(case.until, |(end, _)| *end);
            !nodes.is_empty() && end.since(*start) >= case.knobs.lookout_failover_lag
        });
        if isolated { Finding::Holds } else { Finding::Vacuous }
    }))
}

/// Judges that no primary is replaced while it accepts writes.
pub(super) fn no_false_failover(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        let mut alarms = memory.promotions.iter().filter(|promotion| promotion.false_alarm);
        let Some(first) = alarms.next() else {
            let quiet = memory.promotions.is_empty();
            return if quiet { Finding::Vacuous } else { Finding::Holds };
        };
        let name = case.world.node_name(first.from);
        let detail = format!("{name} accepted writes when it was replaced");
        Finding::broken_times(first.ordered, 1 + alarms.count(), detail)
    }))
}

fn position(case: &Case<'_>, entry: &Candidacy) -> Position {
    match case.knobs.election_key {
        ElectionKey::Furthest => entry.received.unwrap_or(entry.replayed).max(entry.replayed),
        ElectionKey::Received => entry.received.unwrap_or(entry.replayed),
    }
}

/// Returns when the last report of the node given up for a promotion had arrived.
fn last_report_before(promotion: &PromotionRecord) -> Instant {
    let reported = promotion.given_up.map(|given_up| given_up.last_report);
    promotion.last_contact.or(reported).unwrap_or(promotion.ordered)
}

fn unreplayed(world: &World, promotion: &PromotionRecord) -> Span {
    let node = world.node(promotion.node);
    world.redo_time(node.replayed.at(promotion.ordered), node.received.at(promotion.ordered))
}
