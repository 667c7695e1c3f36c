//! How a standby becomes primary, and how a new node comes to be.
//!
//! Knows nothing of why the platform wants it. Kept here: everything received is replayed before a
//! promotion ends, and a new timeline begins where that replay ended.

use super::branch::Branch;
use super::event::Event;
use super::ids::{BranchId, NodeId, ServiceId, Zone};
use super::node::{Fence, Host, Node, Process, Role};
use super::stream::Ending;
use super::world::World;
use crate::kernel::{Instant, Pace, Path, Position, Span};
use crate::knob::{Mutant, Phase, Touch};

impl World {
    /// Begins a promotion: the node stops receiving and replays what it has, and then what the
    /// archive has beyond that.
    pub fn begin_promotion(&mut self, id: NodeId) {
        self.touch(Touch::Promotion);
        if self.node(id).streaming {
            self.stop_stream(id, Ending::CutWire);
        }
        let now = self.now;
        self.node_mut(id).received.hold(now);
        let unreplayed = if self.knobs.mutant == Some(Mutant::DropUnreplayed) {
            Span::ZERO
        } else {
            let end = self.take_archived(id);
            self.redo_time(self.node(id).replayed.at(now), end)
        };
        let promotions = u64::from(self.branch(self.node(id).branch).number);
        let overhead =
            self.draw_of(id, self.knobs.promotion_overhead, "promotion_overhead", promotions);
        let node = self.node_mut(id);
        node.promoting = true;
        let epoch = node.epoch;
        self.schedule(now + overhead + unreplayed, Event::PromotionEnds(id, epoch));
    }

    /// Gives a node what the archive has of its branch, and returns how far the node then has it.
    fn take_archived(&mut self, id: NodeId) -> Position {
        let (now, node) = (self.now, self.node(id));
        let received = node.received.at(now);
        let archived = self.archived(node.branch, now);
        if archived <= received || !self.reaches_archive(id) {
            return received;
        }
        self.node_mut(id).received.leap(now, archived.minus(received));
        self.replay(id);
        archived
    }

    /// Ends a promotion: a new branch begins at the last complete byte that was replayed.
    pub fn finish_promotion(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node(id);
        let (service, parent) = (node.service, node.branch);
        let end = match self.knobs.mutant {
            Some(Mutant::DropUnreplayed) => node.replayed.at(now),
            _ => node.received.at(now),
        };
        let fork = Position::from_lsn(end.lsn());
        let raise = u32::from(self.knobs.mutant != Some(Mutant::KeepTimeline));
        let branch = Branch {
            service,
            number: self.branch(parent).number + raise,
            parent: Some((parent, fork)),
            node: id,
            began: now,
            written: Path::resting(now, fork),
            sessions: Vec::new(),
            archived_until: Instant::FAR,
        };
        let branch_id = BranchId::at(self.branches.len());
        self.branches.push(branch);
        let node = self.node_mut(id);
        node.role = Role::Primary;
        node.branch = branch_id;
        node.upstream = None;
        node.ready = true;
        node.promoting = false;
        node.up_since = now;
        self.services[service.index()].primary = id;
        self.watch_uploads(id);
    }

    /// Adds a node to a service, still to be built, and returns its id.
    pub fn add_node(
        &mut self,
        service: ServiceId,
        number: u16,
        upstream: Option<NodeId>,
    ) -> NodeId {
        let id = NodeId::at(self.nodes.len());
        let of = self.service(service);
        let zone = [Zone::A, Zone::B, Zone::C][usize::from((number - 1) % 3)];
        let node = Node {
            id,
            service,
            number,
            region: of.region,
            zone,
            host: Host::Up,
            process: Process::Absent,
            role: Role::Standby,
            branch: self.nodes.get(of.primary.index()).map_or(BranchId(0), |node| node.branch),
            received: Path::resting(self.now, Position::ZERO),
            replayed: Path::resting(self.now, Position::ZERO),
            upstream,
            told_to_follow: None,
            crashes: 0,
            streaming: false,
            upstream_lost: None,
            ready: false,
            unfit: false,
            promoting: false,
            fence: Fence::Unwanted,
            epoch: 0,
            catch_up_epoch: 0,
            up_since: self.now,
            ended_last: None,
        };
        self.nodes.push(node);
        self.services[service.index()].nodes.push(id);
        id
    }

    /// Begins to build a node: first the machine.
    pub fn begin_build(&mut self, id: NodeId) {
        self.touch(Touch::Replacement);
        let built = self.draw_of(id, self.knobs.node_build, "node_build", 0);
        self.schedule(self.now + built, Event::NodeBuilt(id, self.node(id).epoch));
    }

    /// Begins the restore on a new machine: a copy of what can be had at this instant.
    pub fn begin_restore(&mut self, id: NodeId) {
        let (now, service) = (self.now, self.node(id).service);
        let source = self.node(id).upstream.filter(|upstream| self.node(*upstream).answers());
        let (branch, position) = if let Some(upstream) = source {
            (self.node(upstream).branch, self.output(upstream).at(now))
        } else {
            let branch = self.node(self.service(service).primary).branch;
            (branch, self.archived(branch, now))
        };
        let node = self.node_mut(id);
        node.process = Process::Restoring;
        node.branch = branch;
        node.received = Path::resting(now, position);
        node.replayed = node.received.clone();
        let (size, rate) = (self.knobs.database_size.get(), self.knobs.restore_rate.get());
        let micros = (u128::from(size) * 1_000_000).div_ceil(u128::from(rate));
        let takes = Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        self.schedule(now + takes, Event::RestoreEnds(id, self.node(id).epoch));
    }

    /// Ends a restore: a standby begins to follow, a lone new primary is promoted.
    pub fn finish_restore(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node_mut(id);
        node.process = Process::Running;
        node.up_since = now;
        let Some(upstream) = node.upstream else {
            self.touch(Touch::Restore);
            self.begin_promotion(id);
            return;
        };
        self.follow(id, upstream);
        self.plan_resume(id);
    }

    /// Returns up to where a branch is in the archive at an instant.
    ///
    /// A full segment is uploaded at once, a segment in use once every period.
    pub fn archived(&self, branch: BranchId, at: Instant) -> Position {
        let branch = self.branch(branch);
        let end = at.min(branch.archived_until);
        let segment = u128::from(self.knobs.wal_segment.get()) * 1_000_000;
        let full = branch.written.at(end).micro_bytes() / segment * segment;
        let ticks = self.archive_pace(branch.service);
        let copied = ticks.last(end).map_or(Position::ZERO, |tick| branch.written.at(tick));
        copied
            .max(Position::from_micro_bytes(full))
            .max(branch.parent.map_or(Position::ZERO, |(_, fork)| fork))
    }

    /// Returns the grid on which a service uploads the segment in use.
    pub fn archive_pace(&self, service: ServiceId) -> Pace {
        let period = self.knobs.archive_period;
        let name = &self.names.services[service.index()];
        Pace::every(self.phase(self.knobs.archive_phase, period, "archive_phase", name), period)
    }

    /// Returns the first tick of a periodic job.
    pub fn phase(&self, phase: Phase, period: Span, purpose: &str, name: &str) -> Instant {
        match phase {
            Phase::At(first) => Instant::ZERO + first,
            Phase::Drawn => {
                let word = u128::from(self.chance.word(purpose, name, 0));
                let micros = (word * u128::from(period.as_micros())) >> 64;
                Instant::from_micros(u64::try_from(micros).expect("less than the period"))
            }
        }
    }
}
