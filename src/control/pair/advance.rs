//! What follows for a pair from the news of either service.
//!
//! Knows nothing but beliefs. Kept here: a service takes over in a planned way only after the other
//! has said where it stopped writing, and if it cannot, the other goes on.

use super::orders::destroy;
use super::{Managers, Pair, PairDecision, PairRole, Side, Task, is_close, is_healthy, is_ready};
use crate::control::action::Action;
use crate::control::decide::Decision;
use crate::control::elect::{chosen, elect};
use crate::control::follow::{self, Following};
use crate::control::manager::SOURCE;
use crate::control::member::Standing;
use crate::control::phase::Phase;
use crate::control::replace;
use crate::control::rule::Rule;
use crate::kernel::{Instant, Lsn};
use crate::knob::{Knobs, Mutant, RegionFailoverOrder, SwitchoverDrain};
use crate::model::{Condition, Signal};

impl Pair {
    /// Takes a piece of news out of the hands of a service's manager, if it concerns a take-over.
    pub(crate) fn intercept(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (side, news): (Side, Signal),
    ) -> Option<PairDecision> {
        let Task::TakingOver { to, planned: true, .. } = self.task else { return None };
        let Phase::Promoting { node, .. } = managers.of(side).phase else { return None };
        let failed = matches!(news, Signal::PromotionDue(_)) || news == Signal::SilenceDue(node);
        let gone = self.role(side.other()) == PairRole::Passive;
        (to == side && failed && gone).then(|| self.go_back(knobs, managers, now, side))
    }

    /// Decides what follows from news of one service, after its manager has decided.
    pub(crate) fn advance(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (side, news): (Side, Signal),
    ) -> Option<PairDecision> {
        self.note_silence(managers, now);
        match self.task {
            Task::Demoting { to, by } if side == to.other() => {
                let number = managers.of(side).primary;
                let stopped = match news {
                    Signal::Demoted(of) | Signal::Reported(of, Condition::Standby) => of == number,
                    Signal::Missed(_)
                    | Signal::Reported(..)
                    | Signal::SilenceDue(_)
                    | Signal::StepDue
                    | Signal::ElectionDue
                    | Signal::Answered(..)
                    | Signal::Served(_)
                    | Signal::PromotionDue(_) => false,
                };
                if stopped {
                    return Some(self.stopped_writing(knobs, managers, now, (to, by)));
                }
                let on_its_own = managers.of(side).phase != Phase::Steady;
                on_its_own.then(|| self.abandon(Rule::AbandonSwitch))
            }
            Task::TakingOver { to, by, planned } if side == to => {
                let manager = managers.of(to);
                let primary = manager.member(manager.primary);
                let leads = primary.is_some_and(|member| member.standing == Standing::Primary);
                let done = manager.phase == Phase::Steady && manager.follows.is_none() && leads;
                done.then(|| self.complete(knobs, managers, now, (to, by, planned)))
            }
            Task::CatchingUp { .. } | Task::Demoting { .. } | Task::TakingOver { .. } => None,
            Task::Idle => self.keep_up(managers, now, (side, news)),
        }
    }

    /// Decides when something that was waited for is due.
    pub(crate) fn due(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
    ) -> Option<PairDecision> {
        if self.deadline.is_some_and(|due| due <= now) {
            self.deadline = None;
            if let Task::CatchingUp { to, by } = self.task {
                return self.caught_up(knobs, managers, now, (to, by));
            }
            if let Task::Demoting { .. } = self.task {
                return Some(self.abandon(Rule::AbandonSwitch));
            }
        }
        let patience = knobs.automatic_region_failover;
        let silent = self.silent_since.is_some_and(|since| since + patience <= now);
        if silent && self.active() == Some(Side::Primary) {
            self.silent_since = None;
            let order = (crate::control::Operator::Failover, Side::Recovery);
            return self.command(knobs, managers, now, order).ok();
        }
        None
    }

    /// Begins the change of the active service once the passive one is close behind it.
    fn caught_up(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (to, by): (Side, Rule),
    ) -> Option<PairDecision> {
        if !is_healthy(managers.of(to.other())) || !is_ready(managers.of(to)) {
            return Some(self.abandon(Rule::AbandonSwitch));
        }
        if is_close(knobs, managers.of(to), managers.of(to.other())) {
            return Some(self.begin_switch(knobs, managers, now, (to, by)));
        }
        self.deadline = Some(now + knobs.heartbeat_period);
        None
    }

    fn note_silence(&mut self, managers: &Managers<'_>, now: Instant) {
        let healthy = self.active().is_none_or(|active| is_healthy(managers.of(active)));
        if healthy {
            self.silent_since = None;
        } else {
            self.silent_since.get_or_insert(now);
        }
    }

    fn abandon(&mut self, rule: Rule) -> PairDecision {
        self.task = Task::Idle;
        self.deadline = None;
        PairDecision { rule, decisions: Vec::new() }
    }

    /// The active service has stopped writing: the other one takes over from there.
    fn stopped_writing(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (to, by): (Side, Rule),
    ) -> PairDecision {
        let from = to.other();
        self.deadline = None;
        let promoted = self.role(to) == PairRole::Active;
        self.become_passive(managers, from);
        if promoted {
            self.task = Task::Idle;
            let mut decision = self.tell_to_follow(managers, to, by);
            follow::publish(knobs, managers.of_mut(from), &mut decision);
            return PairDecision { rule: by, decisions: vec![(from, decision)] };
        }
        if managers.of(to).standing(Standing::Standby).next().is_none() {
            return self.go_back(knobs, managers, now, to);
        }
        let manager = managers.of(from);
        let report = manager.member(manager.primary).and_then(|member| member.report);
        // What was begun of a byte belongs to it.
        let end = report.map(|report| {
            let whole = report.received.lsn();
            let begun = report.received > crate::kernel::Position::from_lsn(whole);
            Lsn(whole.get() + u64::from(begun))
        });
        self.take_over(knobs, managers, now, (to, by, end))
    }

    fn become_passive(&mut self, managers: &mut Managers<'_>, side: Side) {
        self.roles[side.index()] = PairRole::Passive;
        let manager = managers.of_mut(side);
        manager.follows = Some(Following::Passive);
        manager.phase = Phase::Steady;
        for member in &mut manager.members {
            if member.standing == Standing::Primary {
                member.standing = Standing::Standby;
            }
        }
    }

    /// Has the furthest node of a passive service promoted, once it has all up to a position.
    pub(super) fn take_over(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (to, by, end): (Side, Rule, Option<Lsn>),
    ) -> PairDecision {
        self.task = Task::TakingOver { to, by, planned: true };
        let manager = managers.of_mut(to);
        let candidates = elect(knobs, manager, now, SOURCE);
        let standbys = manager.members.iter().filter(|one| one.standing == Standing::Standby);
        // Whoever stopped writing has everything, and the name points to it.
        let wrote = manager.member(manager.primary).filter(|one| {
            let heard = one.standing == Standing::Standby && one.missed.is_none();
            heard && by == Rule::ReturnToActive
        });
        let best = wrote.map(|one| one.number).or(chosen(&candidates));
        let best = best.or(standbys.map(|one| one.number).next());
        let mut decision = Decision::none(by);
        decision.candidates = candidates;
        manager.follows = None;
        let Some(node) = best else {
            let node = replace::next_number(manager);
            replace::enlist(manager, node);
            manager.phase = Phase::Restoring { node };
            decision.actions.push(Action::BuildPrimary(node));
            return PairDecision { rule: by, decisions: vec![(to, decision)] };
        };
        manager.phase = Phase::Promoting { node, ordered: now };
        let waits = knobs.switchover_drain == SwitchoverDrain::WaitForAll
            && knobs.mutant != Some(Mutant::SkipWalDrain);
        decision.actions.push(match end.filter(|_| waits) {
            Some(end) => Action::TakeOver(node, end),
            None => Action::Promote(node),
        });
        PairDecision { rule: by, decisions: vec![(to, decision)] }
    }

    /// A service has taken over: the roles change, and the other one follows it.
    fn complete(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (to, by, planned): (Side, Rule, bool),
    ) -> PairDecision {
        let from = to.other();
        let wrote = self.role(from) == PairRole::Active;
        self.task = Task::Idle;
        self.roles[to.index()] = PairRole::Active;
        self.switched = by == Rule::SwitchOverRegion;
        self.silent_since = None;
        if planned && wrote {
            // The new writer came first, by a stance; the old one stops only now.
            self.task = Task::Demoting { to, by };
            self.deadline = Some(now + knobs.demotion_patience);
            let mut decision = Decision::none(by);
            decision.actions.push(Action::Demote(managers.of(from).primary));
            self.roles[from.index()] = PairRole::Passive;
            return PairDecision { rule: by, decisions: vec![(from, decision)] };
        }
        let mut decision = Decision::none(by);
        if by == Rule::FailOverRegion {
            self.roles[from.index()] = PairRole::Failed;
            let late = knobs.region_failover_order == RegionFailoverOrder::PromoteFirst;
            if late {
                decision = destroy(managers, from, by);
            }
            return PairDecision { rule: by, decisions: vec![(from, decision)] };
        }
        self.roles[from.index()] = PairRole::Passive;
        if knobs.mutant != Some(Mutant::ForgetThePassive) {
            decision = self.tell_to_follow(managers, to, by);
        }
        let manager = managers.of_mut(from);
        follow::publish(knobs, manager, &mut decision);
        replace::build_missing(knobs, manager, &mut decision);
        PairDecision { rule: by, decisions: vec![(from, decision)] }
    }

    /// A planned take-over has failed: the service that stopped writing for it writes again.
    fn go_back(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        to: Side,
    ) -> PairDecision {
        let (from, rule) = (to.other(), Rule::ReturnToActive);
        self.task = Task::Idle;
        let manager = managers.of_mut(to);
        let mut failed = Decision::none(rule);
        if let Phase::Promoting { node, .. } = manager.phase {
            if let Some(member) = manager.member_mut(node) {
                member.standing = Standing::GivenUp;
            }
            failed.given_up = Some(node);
            failed.actions.push(Action::Fence(node));
        }
        manager.phase = Phase::Steady;
        manager.follows = Some(Following::Passive);
        replace::build_missing(knobs, manager, &mut failed);
        let mut back = self.take_over(knobs, managers, now, (from, rule, None));
        self.task = Task::Idle;
        self.roles[from.index()] = PairRole::Active;
        self.told = SOURCE;
        back.decisions.insert(0, (to, failed));
        back
    }

    /// Keeps the passive service behind the active one's primary, and that one in office.
    fn keep_up(
        &mut self,
        managers: &mut Managers<'_>,
        now: Instant,
        (side, news): (Side, Signal),
    ) -> Option<PairDecision> {
        let active = self.active().filter(|active| *active == side && self.integrated)?;
        let manager = managers.of_mut(active);
        let primary = manager.member(manager.primary)?;
        let steady = manager.phase == Phase::Steady && primary.standing == Standing::Primary;
        if !steady || manager.follows.is_some() {
            return None;
        }
        let number = manager.primary;
        if news == Signal::Reported(number, Condition::Standby) || news == Signal::Demoted(number) {
            // An order to stop writing that was given up has reached it after all.
            manager.phase = Phase::Promoting { node: number, ordered: now };
            let mut decision = Decision::none(Rule::ReturnToActive);
            decision.actions.push(Action::Promote(number));
            let decisions = vec![(active, decision)];
            return Some(PairDecision { rule: Rule::ReturnToActive, decisions });
        }
        let passive = self.role(active.other()) == PairRole::Passive;
        if !passive || number == self.told {
            return None;
        }
        let rule = Rule::FollowNewPrimary;
        let decision = self.tell_to_follow(managers, active, rule);
        Some(PairDecision { rule, decisions: vec![(active.other(), decision)] })
    }
}
