//! What is noted as words of 64 bits, for the digest.
//!
//! Knows nothing of wording. Kept here: every variant has a number of its own that never changes,
//! so that a fingerprint stays what it is when a vocabulary grows.

use super::note::{SlotNews, What};
use super::order_word::{feed_action, feed_order, feed_targets};
use crate::fault::Victim;
use crate::kernel::Digest;
use crate::model::{Answer, Condition, Endpoint, Event, NodeId, Signal, Zone};

/// Feeds what happened to a digest, with each step of the script called by its label.
pub(super) fn feed(digest: &mut Digest, what: &What, label: impl Fn(u16) -> u16) {
    match what {
        What::Struck(step, victim) => feed_victim(digest, 1, label(*step), *victim),
        What::Healed(step, victim) => feed_victim(digest, 2, label(*step), *victim),
        What::Missed(step) => word(digest, 3, [label(*step), 0, 0]),
        What::Moved(event) => feed_event(digest, *event, label),
        What::Decided(decider, news, rule, actions) => {
            let (tag, number, detail) = signal(*news);
            word(digest, 4, [decider.0.into(), tag, number]);
            digest.text(rule.name());
            let count = u16::try_from(actions.len()).expect("a decision has few orders");
            word(digest, 5, [detail, count, 0]);
            for action in actions {
                feed_action(digest, *action);
            }
        }
        What::Lost(client, node) => word(digest, 6, [client.0.into(), node.0, 0]),
        What::Failed(client) => word(digest, 7, [client.0.into(), 0, 0]),
        What::Works(client, node) => word(digest, 8, [client.0.into(), node.0, 0]),
        What::Watched(lookout, gate) => {
            word(digest, 10, [lookout.0.into(), 0, 0]);
            digest.text(gate.name());
        }
        What::Operated(step, node) => word(digest, 9, [label(*step), node.0, 0]),
        What::Refused(client, node) => word(digest, 11, [client.0.into(), node.0, 0]),
        What::Ordered(step, decider, rule, actions) => {
            word(digest, 128, [label(*step), decider.0.into(), 0]);
            digest.text(rule.name());
            for action in actions {
                feed_action(digest, *action);
            }
        }
        What::Declined(step, refusal) => {
            word(digest, 129, [label(*step), 0, 0]);
            digest.text(refusal.name());
        }
        What::Slot(SlotNews::Created(slot, node)) => word(digest, 12, [slot.0.into(), node.0, 1]),
        What::Slot(SlotNews::Installed(database)) => word(digest, 12, [database.0.into(), 0, 2]),
        What::Slot(SlotNews::Copied(slot, node)) => word(digest, 12, [slot.0.into(), node.0, 3]),
        What::Slot(SlotNews::Temporary(slot, node)) => {
            word(digest, 12, [slot.0.into(), node.0, 4]);
        }
        What::Slot(SlotNews::Dropped(slot, node)) => word(digest, 12, [slot.0.into(), node.0, 5]),
        What::Slot(SlotNews::GivenUp(slot, node)) => word(digest, 12, [slot.0.into(), node.0, 6]),
        What::Paired(decider, rule, actions) => {
            word(digest, 130, [decider.0.into(), 0, 0]);
            digest.text(rule.name());
            for action in actions {
                feed_action(digest, *action);
            }
        }
        What::Belongs(service, part, state) => {
            word(digest, 132, [service.0.into(), 0, 0]);
            digest.text(part.word());
            digest.text(state.word());
        }
        What::Shown(service, state) => {
            word(digest, 133, [service.0.into(), 0, 0]);
            digest.text(state.word());
        }
        What::Stands(service, role, state) => {
            word(digest, 131, [service.0.into(), 0, 0]);
            digest.text(role.word());
            digest.text(state.word());
        }
    }
}

/// Feeds a number of a kind and three small numbers.
pub(super) fn word(digest: &mut Digest, kind: u8, [one, two, three]: [u16; 3]) {
    let low = u64::from(one) << 32 | u64::from(two) << 16 | u64::from(three);
    digest.u64(u64::from(kind) << 48 | low);
}

fn feed_victim(digest: &mut Digest, kind: u8, step: u16, victim: Victim) {
    match victim {
        Victim::Node(node) => word(digest, kind, [step, 1, node.0]),
        Victim::Link => word(digest, kind, [step, 2, 0]),
        Victim::Place(region, zone) => {
            let zone = match zone {
                None => 0,
                Some(Zone::A) => 1,
                Some(Zone::B) => 2,
                Some(Zone::C) => 3,
            };
            word(digest, kind, [step, 3, u16::from(region.0) << 8 | zone]);
        }
        Victim::Service(service) => word(digest, kind, [step, 4, service.0.into()]),
    }
}

fn feed_event(digest: &mut Digest, event: Event, label: impl Fn(u16) -> u16) {
    let mut of_node = |kind: u8, node: NodeId, epoch: u32| {
        word(digest, kind, [node.0, 0, 0]);
        digest.u64(epoch.into());
    };
    match event {
        Event::StepDue(step) => word(digest, 16, [label(step), 0, 0]),
        Event::BackendsExit(node, epoch) => of_node(17, node, epoch),
        Event::ProcessStarts(node, epoch) => of_node(18, node, epoch),
        Event::RecoveryEnds(node, epoch) => of_node(19, node, epoch),
        Event::StreamResumes(node, epoch) => of_node(20, node, epoch),
        Event::CaughtUp(node, epoch) => of_node(21, node, epoch),
        Event::NodeOrdered(service, order) => feed_order(digest, 22, service.0, order),
        Event::NodeBuilt(node, epoch) => of_node(23, node, epoch),
        Event::RestoreEnds(node, epoch) => of_node(24, node, epoch),
        Event::OrderArrives(service, order) => feed_order(digest, 25, service.0, order),
        Event::PromotionEnds(node, epoch) => of_node(26, node, epoch),
        Event::FenceActs(node) => word(digest, 27, [node.0, 0, 0]),
        Event::StopEnds(node, epoch) => of_node(50, node, epoch),
        Event::RecordOrdered(service, endpoint, targets) => {
            word(digest, 28, [service.0.into(), name(endpoint), 0]);
            feed_targets(digest, targets);
        }
        Event::RecordServed(service, endpoint, version) => {
            word(digest, 29, [service.0.into(), name(endpoint), version]);
        }
        Event::ReportDue(decider, node) => word(digest, 30, [decider.0.into(), node.0, 0]),
        Event::SignalArrives(decider, news, _) => {
            let (tag, number, detail) = signal(news);
            word(digest, 31, [decider.0.into(), tag, number]);
            digest.u64(detail.into());
        }
        Event::ClientBegins(client) => word(digest, 32, [client.0.into(), 0, 0]),
        Event::ClientEnds(client) => word(digest, 33, [client.0.into(), 0, 0]),
        Event::ClientWakes(client, epoch) => {
            numbered(digest, 34, client.0.into(), epoch.into());
        }
        Event::LookoutPolls(id) => word(digest, 39, [id.0.into(), 0, 0]),
        Event::LookoutPollFails(id, number) => word(digest, 40, [id.0.into(), number, 0]),
        Event::LookoutChecks(id) => word(digest, 41, [id.0.into(), 0, 0]),
        Event::LookoutRechecks(id) => word(digest, 42, [id.0.into(), 0, 0]),
        Event::Drained(node, epoch) => of_node(140, node, epoch),
        Event::SourceSet(service, node) => word(digest, 141, [service.0.into(), node.0, 0]),
        Event::SourceLost(service) => word(digest, 142, [service.0.into(), 0, 0]),
        Event::PairDue(pair) => word(digest, 143, [pair.into(), 0, 0]),
        Event::PairReversed(pair, step) => word(digest, 144, [pair.into(), label(step), 0]),
        Event::CrashesAgain(node, epoch) => of_node(35, node, epoch),
        Event::QueryCancelled(node) => word(digest, 36, [node.0, 0, 0]),
        Event::DiskFills(node, epoch) => of_node(37, node, epoch),
        Event::FlapDue(step) => word(digest, 38, [label(step), 0, 0]),
        Event::FailureDue(clock, turn) => numbered(digest, 200, clock, turn.into()),
        Event::FailureEnds(clock, turn) => numbered(digest, 201, clock, turn.into()),
        Event::SlotDue(slot) => word(digest, 43, [slot.0.into(), 0, 0]),
        Event::SlotDependency(service) => word(digest, 44, [service.0.into(), 0, 0]),
        Event::SlotCopies(service) => word(digest, 45, [service.0.into(), 0, 0]),
        Event::SlotWalFills(node, epoch) => of_node(46, node, epoch),
        Event::SlotCheckpoint(node, epoch) => of_node(47, node, epoch),
        Event::UpgradeEnds(node, epoch) => of_node(51, node, epoch),
        Event::BackupEnds(node, epoch) => of_node(52, node, epoch),
        Event::CommitsDrawn(client, session) => {
            numbered(digest, 60, client.0.into(), session.into());
        }
    }
}

/// Feeds an event of somebody that has a number of its own.
fn numbered(digest: &mut Digest, kind: u8, of: u16, number: u64) {
    word(digest, kind, [of, 0, 0]);
    digest.u64(number);
}

fn signal(news: Signal) -> (u16, u16, u16) {
    match news {
        Signal::Missed(number) => (1, number, 0),
        Signal::Reported(number, condition) => {
            let says = match condition {
                Condition::Primary => 1,
                Condition::Standby => 2,
                Condition::CatchingUp => 3,
                Condition::CannotFollow => 4,
            };
            (2, number, says)
        }
        Signal::SilenceDue(number) => (3, number, 0),
        Signal::PromotionDue(number) => (4, number, 0),
        Signal::Demoted(number) => (32, number, 0),
        Signal::StepDue => (20, 0, 0),
        Signal::ElectionDue => (21, 0, 0),
        Signal::Answered(number, answer) => {
            let says = match answer {
                Answer::QuorumInForce => 1,
                Answer::Stopped => 2,
                Answer::Detached => 3,
                Answer::StopBegun => 4,
                Answer::SlotsCopied => 5,
                Answer::SlotsBehind => 6,
                Answer::CanUpgrade => 7,
                Answer::Upgraded => 8,
                Answer::NotUpgraded => 9,
                Answer::BackedUp => 10,
                Answer::StandbyCaughtUp => 11,
            };
            (23, number, says)
        }
        Signal::Served(endpoint) => (24, name(endpoint), 0),
    }
}

pub(super) fn name(endpoint: Endpoint) -> u16 {
    match endpoint {
        Endpoint::Primary => 1,
        Endpoint::Replica => 2,
        Endpoint::HaReplica => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{actions, news, orders};
    use super::*;
    use crate::control::{Action, Refusal, Rule};
    use crate::model::{ClientId, DeciderId, ServiceId};
    use std::collections::BTreeSet;

    fn digest(what: &What) -> u64 {
        let mut digest = Digest::new();
        feed(&mut digest, what, |step| step);
        digest.finish()
    }

    /// Notes that differ from one another in one part each.
    fn notes() -> Vec<What> {
        let (node, service) = (NodeId(1), ServiceId(0));
        let decided = |news: Signal, rule: Rule, actions: Vec<Action>| {
            What::Decided(DeciderId(0), news, rule, actions)
        };
        let mut all = vec![
            What::Struck(1, Victim::Node(node)),
            What::Struck(1, Victim::Link),
            What::Struck(2, Victim::Link),
            What::Healed(1, Victim::Node(node)),
            What::Missed(1),
            What::Moved(Event::StopEnds(node, 0)),
            What::Lost(ClientId(1), node),
            What::Failed(ClientId(1)),
            What::Works(ClientId(1), node),
            What::Works(ClientId(2), node),
            What::Refused(ClientId(2), node),
            What::Ordered(1, DeciderId(0), Rule::NoteNews, Vec::new()),
            What::Ordered(2, DeciderId(0), Rule::NoteNews, Vec::new()),
            What::Ordered(2, DeciderId(0), Rule::NoteNews, vec![Action::Stop(1)]),
            What::Declined(1, Refusal::NotIntegrated),
            What::Declined(1, Refusal::NobodyToPromote),
            What::Moved(Event::NodeBuilt(node, 0)),
            What::Moved(Event::NodeBuilt(node, 1)),
            What::Moved(Event::RestoreEnds(node, 0)),
            What::Moved(Event::RecordServed(service, Endpoint::Primary, 1)),
            What::Moved(Event::RecordServed(service, Endpoint::Replica, 1)),
        ];
        all.extend(news().into_iter().map(|news| decided(news, Rule::NoteNews, Vec::new())));
        all.extend(Rule::ALL.map(|rule| decided(Signal::Missed(9), rule, Vec::new())));
        all.extend(
            actions().into_iter().map(|one| decided(Signal::Missed(1), Rule::NoteNews, vec![one])),
        );
        all.push(decided(Signal::Missed(1), Rule::NoteNews, actions()));
        all.extend(
            orders().into_iter().map(|order| What::Moved(Event::OrderArrives(service, order))),
        );
        all.extend(
            orders().into_iter().map(|order| What::Moved(Event::NodeOrdered(service, order))),
        );
        all
    }

    #[test]
    fn notes_that_differ_have_digests_that_differ() {
        let notes = notes();
        let digests: BTreeSet<u64> = notes.iter().map(digest).collect();
        assert_eq!(digests.len(), notes.len());
    }
}
