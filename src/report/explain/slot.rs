//! The story of a logical slot from which nobody can go on.
//!
//! Knows nothing of other stories. Kept here: it says on which node the slot is missing, what had
//! been done for it until then, and what to do now.

use super::story::{Story, link, setting};
use crate::blame::{self, Link};
use crate::control::{ORDERS, PhaseName};
use crate::kernel::{Instant, Span};
use crate::knob::SlotPolicy;
use crate::report::wording::{counted, moment, span};
use crate::sim::{FaultOutcome, Outcome, Promotion, ServiceOutcome, SlotOutcome};

/// Returns the story of a slot that was lost, or whose place was taken by one that was left over.
pub(super) fn of(outcome: &Outcome, service: &ServiceOutcome, slot: &SlotOutcome) -> Story {
    let case = Case { outcome, service, slot, promotion: promotion(service, slot) };
    let consumer = slot.consumer.as_ref().map(|name| case.consumer(name));
    Story {
        what: [Some(case.what()), consumer].into_iter().flatten().collect::<Vec<_>>().join(" "),
        notes: vec![case.why()],
        chain: case.chain(),
        ..Story::default()
    }
}

/// Returns the promotion that a slot did not outlive, if one decided it.
fn promotion<'a>(service: &'a ServiceOutcome, slot: &SlotOutcome) -> Option<&'a Promotion> {
    let (_, at) = slot.promoted.as_ref().filter(|_| !is_given_up_later(slot))?;
    service.finished().find(|one| one.node == slot.node && one.finished == Some(*at))
}

/// Returns whether a slot was there when its node had become primary, and given up after that.
fn is_given_up_later(slot: &SlotOutcome) -> bool {
    let taken_over = slot.promoted.as_ref().map_or(Instant::ZERO, |(_, at)| *at);
    slot.given_up.is_some_and(|at| at > taken_over)
}

/// A slot that was lost, and the run in which it was.
struct Case<'a> {
    outcome: &'a Outcome,
    service: &'a ServiceOutcome,
    slot: &'a SlotOutcome,
    promotion: Option<&'a Promotion>,
}

impl Case<'_> {
    fn what(&self) -> String {
        let SlotOutcome { slot, node, .. } = self.slot;
        let of = &self.service.name;
        match (&self.slot.promoted, self.slot.given_up) {
            (_, Some(at)) if self.promotion.is_none() => {
                format!("Logical slot {slot} of {of} is lost: {node} gave it up at {}.", moment(at))
            }
            (Some((from, at)), _) if from == node => {
                format!(
                    "Logical slot {slot} of {of} is lost: {node} dropped it at {}.",
                    moment(*at)
                )
            }
            (Some(_), _) if self.slot.left_over => format!(
                "Logical slot {slot} of {of} is another one now: {node}, which took over, had a \
                 slot of this name that somebody had left there."
            ),
            (Some(_), _) => format!(
                "Logical slot {slot} of {of} is lost: {node}, which took over, does not have it."
            ),
            (None, _) => format!("Logical slot {slot} of {of} is lost: {node} has it no more."),
        }
    }

    /// Returns what it means for its consumer.
    fn consumer(&self, name: &str) -> String {
        let slot = self.slot;
        if slot.left_over {
            let again = counted(slot.duplicates, "commit");
            return format!("{name} was given {again} again.");
        }
        slot.resumed.map_or_else(
            || format!("{name} cannot go on before it is created anew and the tables are copied."),
            |at| {
                let at = moment(at);
                format!("{name} created it anew at {at}; the tables have to be copied again.")
            },
        )
    }

    /// Returns why it is gone, with the constants with which that scales.
    fn why(&self) -> String {
        let SlotOutcome { node, .. } = self.slot;
        let knobs = |names: &[&str]| {
            let told = names.iter().map(|name| setting(self.outcome, name));
            let told = told.map(|one| format!("{} = {}", one.knob, one.value));
            told.collect::<Vec<_>>().join(", ")
        };
        if self.slot.given_up.is_some() {
            let limit = knobs(&["max_slot_wal_keep_size", "checkpoint_period"]);
            return format!("it held back more WAL than a server keeps for a slot ({limit})");
        }
        let upgraded = self.slot.promoted.as_ref().is_some_and(|(from, _)| from == node);
        if upgraded {
            let dropped = knobs(&["major_upgrade_slots"]);
            return format!("a major version upgrade leaves no logical slot ({dropped})");
        }
        let Some(promotion) = self.promotion else { return "nothing keeps it there".to_owned() };
        if ["restore", "power_on"].contains(&promotion.cause) {
            return format!("{node} was restored from a backup, and a backup has no logical slots");
        }
        let policy = self.outcome.knobs.slot_policy;
        match policy {
            _ if self.slot.left_over && policy == SlotPolicy::PlatformJobs => {
                format!(
                    "a slot that is there already is left alone ({})",
                    knobs(&["leftover_slot"])
                )
            }
            SlotPolicy::FailoverSlots if self.slot.left_over => {
                format!(
                    "synchronisation ends at a slot that is there ({})",
                    knobs(&["slot_policy"])
                )
            }
            SlotPolicy::NotKept => {
                format!("nothing keeps slots on standbys ({})", knobs(&["slot_policy"]))
            }
            _ if self.was_drained_for() => format!(
                "its consumer had not come far enough for a copy on {node} ({})",
                knobs(&["slot_drain_limit"])
            ),
            SlotPolicy::FailoverSlots => format!(
                "{}, and was not synchronised to {node} so far that it stays there ({})",
                self.age(),
                self.lag().unwrap_or_else(|| knobs(&["slot_sync_nap_max"]))
            ),
            SlotPolicy::PlatformJobs => self.uncopied(&knobs),
        }
    }

    /// Returns how far the jobs of the platform had come with it.
    fn uncopied(&self, knobs: &impl Fn(&[&str]) -> String) -> String {
        let (slot, node) = (self.slot, &self.slot.node);
        let due = slot.install_due.filter(|due| *due > self.lost_at());
        let what = match (slot.installed, due) {
            (Some(at), _) if at > slot.created.unwrap_or_default() => {
                format!("the copying job had not created it on {node} after {}", moment(at))
            }
            (None, Some(due)) => {
                let installs = knobs(&["slot_dependency_period", "slot_copy_period"]);
                return format!(
                    "{}, and the first run of the dependency job after that was due at {} \
                     ({installs})",
                    self.age(),
                    moment(due)
                );
            }
            _ => format!("the copying job had not created it on {node}"),
        };
        let scale = self.lag().unwrap_or_else(|| knobs(&["slot_copy_period"]));
        format!("{}, and {what} ({scale})", self.age())
    }

    /// Returns how old it was when its primary was lost.
    fn age(&self) -> String {
        let age = self.slot.slot_age.unwrap_or(Span::ZERO);
        match self.slot.created {
            Some(_) => format!("it was {} old", span(age)),
            None => "it was older than the run".to_owned(),
        }
    }

    /// Returns the fault that kept WAL from the promoted standby, in the words of a scale.
    fn lag(&self) -> Option<String> {
        self.obstacle().map(|fault| format!("{} of the script", fault.fault))
    }

    /// Returns when it was lost on the primary before.
    fn lost_at(&self) -> Instant {
        let age = self.slot.slot_age.unwrap_or(Span::ZERO);
        self.slot.created.unwrap_or_default() + age
    }

    /// Returns whether a planned operation waited for its consumer, and then no longer.
    fn was_drained_for(&self) -> bool {
        self.promotion.is_some_and(|promotion| {
            let drained = |one: &&crate::sim::PhaseChange| {
                one.phase == PhaseName::DrainingSlots && one.at <= promotion.ordered
            };
            promotion.cause == "switchover" && self.service.phases.iter().any(|one| drained(&one))
        })
    }

    /// Returns the fault that lay between both nodes when the primary was lost.
    fn obstacle(&self) -> Option<&FaultOutcome> {
        let promotion = self.promotion?;
        let between = |fault: &&FaultOutcome| {
            let both = [&promotion.from, &promotion.node];
            !fault.healed && both.iter().all(|node| fault.nodes.contains(node))
        };
        let open = |fault: &&FaultOutcome| {
            let same = |heal: &FaultOutcome| {
                heal.healed
                    && heal.fault == fault.fault
                    && heal.what == fault.what
                    && (fault.at..=self.lost_at()).contains(&heal.at)
            };
            fault.at <= self.lost_at() && !self.outcome.faults.iter().any(same)
        };
        self.outcome.faults.iter().filter(between).find(open)
    }

    /// Returns how it came to be gone: what was done for it, and what took its primary.
    fn chain(&self) -> Vec<Link> {
        let SlotOutcome { slot, node, database, .. } = self.slot;
        let on = self.slot.promoted.as_ref().map_or(node, |(from, _)| from);
        let mut chain: Vec<Link> = Vec::new();
        let created = self.slot.created;
        chain.extend(created.map(|at| link(at, format!("logical slot {slot} is created on {on}"))));
        let since = created.unwrap_or_default();
        let installed = self.slot.installed.filter(|at| *at > since && self.promotion.is_some());
        chain.extend(installed.map(|at| Link {
            by: Some(setting(self.outcome, "slot_dependency_period")),
            ..link(at, format!("what copies of it need is installed in {database}"))
        }));
        if let Some(fault) = self.obstacle() {
            chain.push(link(fault.at, format!("{} strikes {}", fault.fault, fault.what)));
        }
        chain.extend(self.unread());
        match self.promotion {
            Some(one) => chain.extend(blame::cause_of(self.outcome, self.service, one)),
            None => chain.extend(self.dropped()),
        }
        let mut told: Vec<Link> = Vec::new();
        for link in chain {
            if !told.contains(&link) {
                told.push(link);
            }
        }
        told.sort_by_key(|link| link.at);
        told
    }

    /// Returns its last feedback, if WAL that was kept for it is behind the loss.
    fn unread(&self) -> Option<Link> {
        let mut filled = self.service.background.disks_full.iter();
        let filled = filled.any(|full| full.for_slots && full.at <= self.end());
        let name = self.slot.consumer.as_ref()?;
        let at = self.slot.fed_back.filter(|_| filled || self.slot.given_up.is_some())?;
        Some(link(at, format!("{name} confirms slot {} for the last time", self.slot.slot)))
    }

    fn end(&self) -> Instant {
        let taken = self.slot.promoted.as_ref().map(|(_, at)| *at);
        self.slot.given_up.or(taken).unwrap_or(self.outcome.until)
    }

    /// Returns how the server itself came to drop it.
    fn dropped(&self) -> Vec<Link> {
        let SlotOutcome { slot, node, .. } = self.slot;
        if let Some(at) = self.slot.given_up {
            let what = format!("{node} gives logical slot {slot} up");
            let limit = setting(self.outcome, "max_slot_wal_keep_size");
            return vec![Link { by: Some(limit), ..link(at, what) }];
        }
        let Some((_, at)) = self.slot.promoted.as_ref() else { return Vec::new() };
        let mut orders = self.outcome.orders.iter().filter(|order| order.at <= *at);
        let order = orders.rfind(|order| {
            let ours = order.service == self.service.name && order.refusal.is_none();
            ours && order.order == "MajorUpgrade"
        });
        let card = ORDERS.iter().find(|card| card.name == "MajorUpgrade");
        let given = order.zip(card).map(|(order, card)| {
            let deed = card.deed.replace("{}", &self.service.name);
            link(order.at, format!("an operator {deed}"))
        });
        let what = format!("{node} is upgraded, and its logical slots are gone");
        let by = Some(setting(self.outcome, "major_upgrade_slots"));
        given.into_iter().chain([Link { by, ..link(*at, what) }]).collect()
    }
}
