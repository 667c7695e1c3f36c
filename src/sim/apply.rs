//! Stage apply: an event changes the truth.
//!
//! One match, leaf calls only. Knows nothing of beliefs. Kept here: an event overtaken by others
//! is recognised by its epoch and changes nothing.

use super::Sim;
use crate::knob::{Mutant, Touch};
use crate::model::{ClientId, Event, Fence, NodeId, RETRIES_TOLD, ServiceId, State};
use crate::trace::What;

/// What an event has changed, and so what has to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nothing.
    Nothing,
    /// One client.
    Client,
    /// One service.
    Service(ServiceId),
    /// Links, and so everything.
    Everything,
}

/// Returns how far a step or a failure reaches.
fn everything(changed: bool) -> Scope {
    if changed { Scope::Everything } else { Scope::Nothing }
}

impl Sim {
    /// Takes an event through the stages apply, record, settle and observe.
    pub(super) fn take(&mut self, event: Event) {
        if let Event::ReportDue(decider, node) = event {
            self.report_due(decider, node);
            return;
        }
        if let Event::SignalArrives(decider, news, sent) = event {
            if self.is_newest(decider, news, sent) {
                self.hear(decider, news, sent);
            }
            return;
        }
        if let Event::PairDue(pair) = event {
            self.pair_due(pair);
            return;
        }
        if let Event::PairReversed(pair, step) = event {
            self.pair_reversed(pair, step);
            return;
        }
        if let Event::CommitsDrawn(client, session) = event {
            // What was bound to come is known further ahead; nothing has changed.
            self.world.draw_commits(client, session);
            return;
        }
        if self.take_lookout(event) || self.take_slots(event) {
            return;
        }
        let scope = self.apply(event);
        let scope = self.widened(scope);
        if scope == Scope::Nothing {
            return;
        }
        let told_as_a_strike =
            matches!(event, Event::StepDue(_) | Event::FailureDue(..) | Event::FailureEnds(..));
        if !told_as_a_strike && scope != Scope::Client {
            self.note(What::Moved(event));
        }
        self.meet_new_nodes();
        self.settle(scope);
        self.hurry_failures();
        self.observe(scope);
        if let Event::PromotionEnds(node, _) = event {
            self.answer_promotion(node);
        }
    }

    /// What changes a service is felt by those that are bound to it.
    fn widened(&self, scope: Scope) -> Scope {
        match scope {
            Scope::Service(service) if self.world.is_integrated(service) => Scope::Everything,
            Scope::Nothing | Scope::Client | Scope::Service(_) | Scope::Everything => scope,
        }
    }

    fn apply(&mut self, event: Event) -> Scope {
        match event {
            Event::StepDue(number) => everything(self.take_step(number)),
            Event::FailureDue(clock, turn) => everything(self.failure_due(clock, turn)),
            Event::FailureEnds(clock, turn) => everything(self.failure_ends(clock, turn)),
            Event::BackendsExit(node, epoch) => self.on_node(node, epoch, Self::backends_exit),
            Event::ProcessStarts(node, epoch) => {
                self.on_node(node, epoch, |sim, id| sim.world.supervise(id))
            }
            Event::RecoveryEnds(node, epoch) => {
                self.on_node(node, epoch, |sim, id| sim.world.finish_recovery(id))
            }
            Event::CrashesAgain(node, _)
                if self.world.node(node).impairments.crash_loop.is_none() =>
            {
                Scope::Nothing
            }
            Event::CrashesAgain(node, epoch) => {
                self.on_node(node, epoch, |sim, id| sim.world.crash_server(id))
            }
            Event::QueryCancelled(node) => self.query_cancelled(node),
            Event::DiskFills(node, epoch) => self.disk_fills(node, epoch),
            Event::SlotWalFills(node, epoch) => self.slot_wal_fills(node, epoch),
            Event::FlapDue(step) => self.flap_due(step),
            Event::StreamResumes(node, epoch) => self.stream_resumes(node, epoch),
            Event::CaughtUp(node, epoch) => self.caught_up(node, epoch),
            Event::NodeBuilt(node, epoch) => self.node_built(node, epoch),
            Event::RestoreEnds(node, epoch) => self.on_node(node, epoch, Self::restore_ends),
            Event::PromotionEnds(node, epoch) => self.on_node(node, epoch, Self::promotion_ends),
            Event::Drained(node, epoch) => self.drained(node, epoch),
            Event::SourceSet(service, node) => self.source_set(service, node),
            Event::SourceLost(service) => self.source_lost(service),
            Event::FenceActs(node) => self.fence_acts(node),
            Event::StopEnds(node, epoch) => self.stop_ends(node, epoch),
            Event::UpgradeEnds(node, epoch) => self.upgrade_ends(node, epoch),
            Event::BackupEnds(node, epoch) => self.backup_ends(node, epoch),
            Event::NodeOrdered(service, order) => self.node_ordered(service, order),
            Event::OrderArrives(service, order) => self.order_arrives(service, order),
            Event::RecordOrdered(service, endpoint, targets) => {
                self.record_ordered(service, endpoint, targets);
                Scope::Nothing
            }
            Event::RecordServed(service, endpoint, version) => {
                self.record_served(service, endpoint, version)
            }
            Event::ClientBegins(client) => {
                self.client_acts(client, |world| world.begin_client(client))
            }
            Event::ClientEnds(client) => self.client_acts(client, |world| world.end_client(client)),
            Event::ClientWakes(client, epoch) => self.client_wakes(client, epoch),
            Event::ReportDue(..)
            | Event::PairDue(_)
            | Event::PairReversed(..)
            | Event::SignalArrives(..)
            | Event::LookoutPolls(_)
            | Event::LookoutPollFails(..)
            | Event::LookoutChecks(_)
            | Event::LookoutRechecks(_)
            | Event::SlotDue(_)
            | Event::SlotDependency(_)
            | Event::SlotCopies(_)
            | Event::SlotCheckpoint(..)
            | Event::CommitsDrawn(..) => Scope::Nothing,
        }
    }

    fn client_wakes(&mut self, client: ClientId, epoch: u32) -> Scope {
        if self.world.client(client).epoch != epoch {
            return Scope::Nothing;
        }
        self.client_acts(client, |world| world.wake_client(client))
    }

    fn on_node(
        &mut self,
        node: NodeId,
        epoch: u32,
        change: impl FnOnce(&mut Self, NodeId),
    ) -> Scope {
        if self.world.node(node).epoch != epoch {
            return Scope::Nothing;
        }
        change(self, node);
        Scope::Service(self.world.node(node).service)
    }

    fn backends_exit(&mut self, node: NodeId) {
        self.world.end_backends(node);
    }

    fn query_cancelled(&mut self, node: NodeId) -> Scope {
        if self.world.node(node).impairments.replay_held_until != Some(self.world.now) {
            return Scope::Nothing;
        }
        self.world.release_replay(node);
        Scope::Service(self.world.node(node).service)
    }

    fn disk_fills(&mut self, node: NodeId, epoch: u32) -> Scope {
        let service = self.world.node(node).service;
        if self.world.service(service).disk_epoch != epoch {
            return Scope::Nothing;
        }
        if self.world.knobs.mutant != Some(Mutant::WriteWithoutRoom) {
            self.world.fill_disk(node);
            let full = (self.world.now, node, false);
            self.history.of_mut(service).disks_full.push(full);
        }
        Scope::Service(service)
    }

    fn flap_due(&mut self, step: u16) -> Scope {
        if self.world.links.flap(step).is_none() {
            return Scope::Nothing;
        }
        self.world.flap(step);
        Scope::Everything
    }

    fn node_built(&mut self, node: NodeId, epoch: u32) -> Scope {
        let service = self.world.node(node).service;
        if self.world.service(service).provisioning_stalled {
            self.world.node_mut(node).machine_waits = true;
            return Scope::Nothing;
        }
        self.on_node(node, epoch, |sim, id| sim.world.begin_restore(id))
    }

    fn stream_resumes(&mut self, node: NodeId, epoch: u32) -> Scope {
        let stale = self.world.node(node).epoch != epoch || self.world.node(node).streaming;
        if stale || !self.world.can_stream(node) {
            return Scope::Nothing;
        }
        self.on_node(node, epoch, |sim, id| sim.world.start_stream(id))
    }

    fn caught_up(&mut self, node: NodeId, epoch: u32) -> Scope {
        let of = self.world.node(node);
        if of.catch_up_epoch != epoch || of.ready || !of.streaming {
            return Scope::Nothing;
        }
        let replayed = self.world.node(node).replayed.at(self.world.now);
        self.world.node_mut(node).ready = true;
        self.world.node_mut(node).slots_from = replayed;
        self.world.start_stream(node);
        let service = self.world.node(node).service;
        self.world.adopt_standing_rule(service);
        Scope::Service(service)
    }

    fn fence_acts(&mut self, node: NodeId) -> Scope {
        if self.world.node(node).fence != Fence::Acting {
            return Scope::Nothing;
        }
        let service = self.world.node(node).service;
        if self.world.in_contact(node) {
            self.note_fenced(node);
            if !self.world.fence_leaks(node) {
                self.world.delete_node(node);
            }
        } else {
            self.world.node_mut(node).fence = Fence::Wanted;
        }
        Scope::Service(service)
    }

    fn record_ordered(
        &mut self,
        service: ServiceId,
        endpoint: crate::model::Endpoint,
        targets: crate::model::Targets,
    ) {
        self.world.touch(Touch::Publish);
        let now = self.world.now;
        let record = self.world.services[service.index()].record_mut(endpoint);
        let version = record.order(now, targets);
        let law = self.world.knobs.dns_publish_delay;
        let label = endpoint.label(&self.world.names.services[service.index()]);
        let delay = self.world.draw(law, "dns_publish_delay", &label, u64::from(version));
        self.world.schedule(now + delay, Event::RecordServed(service, endpoint, version));
    }

    fn record_served(
        &mut self,
        service: ServiceId,
        endpoint: crate::model::Endpoint,
        version: u16,
    ) -> Scope {
        let now = self.world.now;
        if self.world.service(service).publishing_stalled {
            return Scope::Nothing;
        }
        let record = self.world.services[service.index()].record_mut(endpoint);
        let changed = record.serve(now, version);
        let news = record.is_news();
        if !changed {
            if news {
                self.tell_served(service, endpoint);
            }
            return Scope::Nothing;
        }
        if endpoint == crate::model::Endpoint::Primary {
            self.history.primary_name_served(&self.world, service);
        }
        if news {
            self.tell_served(service, endpoint);
        }
        for index in 0..self.world.clients.len() {
            let client = ClientId::at(index);
            let of = self.world.client(client);
            if of.service == service && of.work.endpoint() == endpoint {
                self.world.plan_fresh_look(client);
            }
        }
        Scope::Service(service)
    }

    /// Lets a client act and notes what became of its connection.
    fn client_acts(
        &mut self,
        client: ClientId,
        act: impl FnOnce(&mut crate::model::World),
    ) -> Scope {
        let before = self.world.client(client).state;
        act(&mut self.world);
        self.note_client(client, before);
        self.attend_reading(client);
        Scope::Client
    }

    /// Notes a change of a client's connection.
    pub(super) fn note_client(&mut self, client: ClientId, before: State) {
        let told = self.world.client(client).failures <= RETRIES_TOLD;
        let what = match (before, self.world.client(client).state) {
            (old, new) if old == new => return,
            (
                State::Connected(node),
                State::Stuck(..) | State::Pausing | State::Connecting(..) | State::ReadOnly(_),
            ) => What::Lost(client, node),
            (_, State::Connected(node)) => What::Works(client, node),
            (_, State::ReadOnly(node)) => What::Refused(client, node),
            (_, State::Idle | State::Stuck(..) | State::Connecting(..) | State::Pausing) => {
                if !told {
                    return;
                }
                What::Failed(client)
            }
        };
        self.note(what);
    }
}
