//! Orders of the platform as they reach nodes, the cloud and the service's books.
//!
//! A part of stage apply. Knows nothing of why something was ordered. Kept here: an order that does
//! not reach its node, or that the node cannot carry out, changes nothing.

use super::Sim;
use super::apply::Scope;
use crate::check::StopRecord;
use crate::control::SOURCE;
use crate::kernel::Position;
use crate::knob::Touch;
use crate::model::{
    Answer, ClientId, Fence, Host, NodeId, Order, Process, QuorumRule, Role, ServiceId, Targets,
};

impl Sim {
    /// Lets the cloud or the books carry out an order.
    pub(super) fn node_ordered(&mut self, service: ServiceId, order: Order) -> Scope {
        let (number, upstream) = match order {
            Order::BuildStandby(number, upstream) => (number, self.upstream(service, upstream)),
            Order::PowerOff => return self.remove_machines(service),
            Order::BuildPrimary(number) => {
                self.world.take_the_lead(service);
                self.world.power_on(service);
                (number, None)
            }
            Order::Delete(number) => return self.delete(service, number),
            Order::SetPlan(plan) => {
                self.world.services[service.index()].plan = plan;
                self.world.adopt_standing_rule(service);
                return Scope::Service(service);
            }
            Order::Relocate(region) => {
                self.world.services[service.index()].region = region;
                return Scope::Service(service);
            }
            Order::Promote(_)
            | Order::Follow(..)
            | Order::Fence(_)
            | Order::Stop(_)
            | Order::StopControlled(_)
            | Order::Kill(_)
            | Order::Start(_)
            | Order::Detach(_)
            | Order::SetQuorum(..)
            | Order::ClearQuorum(_)
            | Order::Forward(..)
            | Order::AskSlots(..)
            | Order::Demote(_)
            | Order::TakeOver(..)
            | Order::Disconnect(_)
            | Order::Restart(_)
            | Order::CheckUpgrade(_)
            | Order::Upgrade(_)
            | Order::TakeBackup(_)
            | Order::AskCaughtUp(..) => return Scope::Nothing,
        };
        let node = self.world.add_node(service, number, upstream);
        self.world.begin_build(node);
        self.meet(service, node);
        Scope::Service(service)
    }

    fn delete(&mut self, service: ServiceId, number: u16) -> Scope {
        let Some(node) = self.world.service(service).numbered(number) else {
            return Scope::Nothing;
        };
        if !self.world.node(node).exists() {
            return Scope::Nothing;
        }
        self.note_deleted(node);
        self.world.delete_node(node);
        Scope::Service(service)
    }

    /// Lets a node carry out an order that reaches it.
    pub(super) fn order_arrives(&mut self, service: ServiceId, order: Order) -> Scope {
        let Some(node) = numbered(order).and_then(|n| self.world.service(service).numbered(n))
        else {
            return Scope::Nothing;
        };
        let hears = self.world.in_contact(node);
        match order {
            Order::Fence(_) => {
                let existed = self.world.node(node).exists();
                self.world.want_fence(node);
                if existed && !self.world.node(node).exists() {
                    self.note_fenced(node);
                }
            }
            Order::Promote(_) if hears && self.may_be_promoted(node) => {
                self.world.begin_promotion(node);
            }
            Order::Stop(_) if hears => self.world.stop_server(node),
            Order::Demote(_) | Order::TakeOver(..) | Order::Disconnect(_) | Order::Restart(_) => {
                if !hears || !self.obey_bond(node, order) {
                    return Scope::Nothing;
                }
            }
            Order::Follow(_, upstream) => {
                let Some(upstream) = self.upstream(service, upstream) else {
                    return Scope::Nothing;
                };
                if !self.follow(node, upstream, hears) {
                    return Scope::Nothing;
                }
            }
            Order::StopControlled(_) if hears => return self.stop_controlled(service, node),
            Order::Kill(_) if hears => self.kill(node),
            Order::Start(_) if hears => self.start(node),
            Order::Forward(_, target) if hears => {
                self.forward(node, self.world.service(service).numbered(target));
            }
            Order::Detach(_)
            | Order::SetQuorum(..)
            | Order::ClearQuorum(_)
            | Order::AskSlots(..)
            | Order::AskCaughtUp(..) => {
                if !hears || !self.obey_running((service, node), order) {
                    return Scope::Nothing;
                }
            }
            Order::CheckUpgrade(_) | Order::Upgrade(_) | Order::TakeBackup(_) => {
                if !hears || !self.obey_upgrade(node, order) {
                    return Scope::Nothing;
                }
            }
            Order::Promote(_)
            | Order::Stop(_)
            | Order::BuildStandby(..)
            | Order::BuildPrimary(_)
            | Order::StopControlled(_)
            | Order::Kill(_)
            | Order::Start(_)
            | Order::Forward(..)
            | Order::Delete(_)
            | Order::SetPlan(_)
            | Order::Relocate(_)
            | Order::PowerOff => return Scope::Nothing,
        }
        Scope::Service(service)
    }

    /// Lets a node that is reached carry out an order that only a running server can; tells whether
    /// it changes anything.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only such orders are passed on")]
    fn obey_running(&mut self, (service, node): (ServiceId, NodeId), order: Order) -> bool {
        if !self.world.node(node).answers() {
            return false;
        }
        let ids = |standbys: Targets| standbys.iter().collect::<Vec<NodeId>>();
        match order {
            Order::Detach(_) => {
                self.world.detach(node);
                self.answer(node, Answer::Detached);
            }
            Order::SetQuorum(_, needs, standbys) => self.set_quorum(node, needs, standbys),
            Order::ClearQuorum(_) => {
                self.world.set_quorum_rule(node, self.world.standing_rule(service));
            }
            Order::AskSlots(_, standbys) => {
                let copied = self.world.slots_are_on(node, &ids(standbys));
                self.answer(node, if copied { Answer::SlotsCopied } else { Answer::SlotsBehind });
                return false;
            }
            Order::AskCaughtUp(_, standbys) => {
                if self.world.is_caught_up(node, &ids(standbys)) {
                    self.answer(node, Answer::StandbyCaughtUp);
                }
                return false;
            }
            _ => return false,
        }
        true
    }

    /// Begins a controlled stop; a server that does not run is kept from starting.
    fn stop_controlled(&mut self, service: ServiceId, node: NodeId) -> Scope {
        match self.world.node(node).process {
            Process::Running => {
                self.world.begin_stop(node);
                self.answer(node, Answer::StopBegun);
            }
            Process::Down | Process::Recovering | Process::Dying => {
                self.world.stop_server(node);
                self.answer(node, Answer::Stopped);
            }
            Process::Absent | Process::Restoring | Process::Stopping => return Scope::Nothing,
        }
        Scope::Service(service)
    }

    /// Starts a server that was stopped, or is being stopped.
    fn start(&mut self, node: NodeId) {
        if self.world.node(node).process == Process::Stopping {
            self.world.kill_server(node);
        }
        self.world.start_server(node);
    }

    fn set_quorum(&mut self, node: NodeId, needs: u8, standbys: Targets) {
        let standbys: Vec<NodeId> = standbys.iter().collect();
        let needs = usize::from(needs).max(1);
        self.world.set_quorum_rule(node, Some(QuorumRule { needs, standbys }));
        self.answer(node, Answer::QuorumInForce);
    }

    /// Ends a controlled stop, unless it waits for something still.
    pub(super) fn stop_ends(&mut self, node: NodeId, epoch: u32) -> Scope {
        let of = self.world.node(node);
        if of.epoch != epoch || of.host != Host::Up || of.process != Process::Stopping {
            return Scope::Nothing;
        }
        if !self.world.stop_is_over(node) {
            self.world.plan_stop(node);
            return Scope::Nothing;
        }
        let of = self.world.node(node);
        let (service, upgrading) = (of.service, of.upgrading);
        self.note_stop(node, false);
        self.world.finish_stop(node);
        if upgrading {
            self.world.upgrade_stopped(node);
        } else {
            self.answer(node, Answer::Stopped);
        }
        Scope::Service(service)
    }

    /// Stops a server at once, whatever its controlled stop still waits for.
    fn kill(&mut self, node: NodeId) {
        if self.world.node(node).process == Process::Stopping {
            self.note_stop(node, true);
        }
        self.world.kill_server(node);
    }

    fn note_stop(&mut self, node: NodeId, cut_off: bool) {
        let (at, awaited) = (self.world.now, self.world.stop_awaits(node));
        let memory = self.history.of_mut(self.world.node(node).service);
        memory.stops.push(StopRecord { at, node, awaited, cut_off });
    }

    /// Ends every connection to a node, which goes on.
    fn disconnect(&mut self, node: NodeId) {
        self.world.touch(Touch::Group);
        for index in 0..self.world.clients.len() {
            let client = ClientId::at(index);
            let before = self.world.client(client).state;
            self.world.reset_connection(client, node);
            self.note_client(client, before);
        }
    }

    /// Returns the node that is meant as the upstream of a service's node.
    fn upstream(&self, service: ServiceId, number: u16) -> Option<NodeId> {
        if number == SOURCE {
            return self.world.source_node(service);
        }
        self.world.service(service).numbered(number)
    }

    fn forward(&mut self, node: NodeId, target: Option<NodeId>) {
        self.world.set_forwarding(node, target);
        self.note_forwarding(node, target);
    }

    /// Lets a node that is reached carry out an order about two services; tells whether it does.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only orders of bonds are passed on")]
    fn obey_bond(&mut self, node: NodeId, order: Order) -> bool {
        match order {
            Order::Demote(_) if self.may_be_demoted(node) => {
                self.world.begin_demotion(node);
                self.answer_demotion(node);
            }
            Order::TakeOver(_, end) if self.may_take_over(node) => {
                self.world.await_drain(node, Position::from_lsn(end));
            }
            Order::Disconnect(_) => self.disconnect(node),
            Order::Restart(_) if self.world.node(node).answers() => self.world.begin_restart(node),
            _ => return false,
        }
        true
    }

    fn may_be_demoted(&self, node: NodeId) -> bool {
        let node = self.world.node(node);
        node.answers() && node.role == Role::Primary && !node.impairments.stalled
    }

    fn may_take_over(&self, node: NodeId) -> bool {
        self.may_be_promoted(node) && self.world.node(node).fence == Fence::Unwanted
    }

    fn may_be_promoted(&self, node: NodeId) -> bool {
        let node = self.world.node(node);
        node.answers() && node.role == Role::Standby && !node.promoting
    }

    /// Sets a node to follow another; tells whether that changes anything by now.
    ///
    /// A node under construction learns of its new upstream from its configuration, later; one that
    /// cannot be reached as soon as there is contact.
    fn follow(&mut self, node: NodeId, upstream: NodeId, hears: bool) -> bool {
        let process = self.world.node(node).process;
        let building = matches!(process, Process::Absent | Process::Restoring);
        let follows = hears && self.world.node(node).role == Role::Standby;
        self.world.node_mut(node).told_to_follow = (!hears && !building).then_some(upstream);
        if building || follows {
            self.world.follow(node, upstream);
            self.world.plan_resume(node);
        }
        follows && !building
    }
}

/// Returns the number of the node that an order is for.
fn numbered(order: Order) -> Option<u16> {
    match order {
        Order::Promote(number)
        | Order::Follow(number, _)
        | Order::Fence(number)
        | Order::Stop(number)
        | Order::BuildStandby(number, _)
        | Order::BuildPrimary(number)
        | Order::StopControlled(number)
        | Order::Kill(number)
        | Order::Start(number)
        | Order::Detach(number)
        | Order::SetQuorum(number, ..)
        | Order::ClearQuorum(number)
        | Order::AskSlots(number, _)
        | Order::Forward(number, _)
        | Order::Delete(number)
        | Order::Demote(number)
        | Order::TakeOver(number, _)
        | Order::Disconnect(number)
        | Order::Restart(number)
        | Order::CheckUpgrade(number)
        | Order::Upgrade(number)
        | Order::TakeBackup(number)
        | Order::AskCaughtUp(number, _) => Some(number),
        Order::SetPlan(_) | Order::Relocate(_) | Order::PowerOff => None,
    }
}
