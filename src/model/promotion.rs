//! How a standby becomes primary, and how a new node comes to be.
//!
//! Knows nothing of why the platform wants it. Kept here: everything received is replayed before a
//! promotion ends, and a new timeline begins where that replay ended.

use super::branch::Branch;
use super::drawn::Lag;
use super::event::Event;
use super::ids::{BranchId, NodeId, ServiceId, Zone};
use super::node::{Fence, Host, Impairments, Node, Process, Role};
use super::quorum::Quorum;
use super::world::World;
use crate::kernel::{Instant, Path, Position, Span};
use crate::knob::{Mutant, Touch};

impl World {
    /// Begins a promotion: the node stops receiving and replays what it has, and then what the
    /// archive has beyond that.
    pub(crate) fn begin_promotion(&mut self, id: NodeId) {
        self.touch(Touch::Promotion);
        self.receive_no_more(id);
        let now = self.now;
        let unreplayed = if self.knobs.mutant == Some(Mutant::DropUnreplayed) {
            Span::ZERO
        } else {
            let end = self.take_archived(id);
            self.redo_time(self.node(id).replayed.at(now), end)
        };
        let held = self.replay_held(id).map_or(Span::ZERO, |until| until.since(now));
        let promotions = u64::from(self.branch(self.node(id).branch).number);
        let overhead =
            self.draw_of(id, self.knobs.promotion_overhead, "promotion_overhead", promotions);
        let node = self.node_mut(id);
        node.promoting = true;
        let epoch = node.epoch;
        self.schedule(now + held + overhead + unreplayed, Event::PromotionEnds(id, epoch));
    }

    /// Gives a node what the archive has of its branch, and returns how far the node then has it.
    fn take_archived(&mut self, id: NodeId) -> Position {
        let (now, node) = (self.now, self.node(id));
        let received = node.received.at(now);
        let archived = self.archived(node.branch, now);
        // A service does not read the archive of another one.
        let own = self.branch(node.branch).service == node.service;
        let ignores = self.ignores_archive(id) || !own;
        if archived <= received || ignores || !self.reaches_archive(id) {
            return received;
        }
        self.node_mut(id).received.leap(now, archived.minus(received));
        self.replay(id);
        archived
    }

    /// Ends a promotion: a new branch begins at the last complete byte that was replayed.
    pub(crate) fn finish_promotion(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node(id);
        let (service, parent) = (node.service, node.branch);
        let end = match self.knobs.mutant {
            Some(Mutant::DropUnreplayed) => node.replayed.at(now),
            _ => node.received.at(now),
        };
        let fork = Position::from_lsn(end.lsn());
        let number = match self.knobs.mutant {
            Some(Mutant::KeepTimeline) => self.branch(parent).number,
            _ => self.newest_timeline_known(id, parent) + 1,
        };
        let branch = Branch {
            service,
            number,
            parent: Some((parent, fork)),
            node: id,
            began: now,
            written: Path::resting(now, fork),
            sessions: Vec::new(),
            archived_until: Instant::FAR,
            cut_off: Vec::new(),
            down: Vec::new(),
            archived_whole: None,
            quorum: Quorum::default(),
            upgraded: false,
            full_backup: None,
        };
        let branch_id = BranchId::at(self.branches.len());
        self.branches.push(branch);
        let node = self.node_mut(id);
        node.role = Role::Primary;
        node.branch = branch_id;
        node.upstream = None;
        node.ready = true;
        node.promoting = false;
        node.detached = false;
        node.up_since = now;
        self.services[service.index()].primary = id;
        self.apply_quorum_rule(id);
        self.take_the_lead(service);
        self.take_over_slots(id);
        self.plan_full_disk(service);
        self.watch_uploads(id);
    }

    /// Returns the newest timeline number that a node knows of: that of its own history, or of a
    /// history file that it finds in the archive.
    ///
    /// Two nodes promoted apart, or within the time that such a file takes, choose the same number.
    pub(super) fn newest_timeline_known(&self, id: NodeId, own: BranchId) -> u32 {
        let (own, service) = (self.branch(own), self.node(id).service);
        if !self.reaches_archive(id) {
            return own.number;
        }
        let uploaded = self.branches.iter().filter(|branch| {
            let filed = branch.began + self.knobs.history_upload;
            branch.service == service && filed <= branch.uploaded_until(self.now)
        });
        uploaded.map(|branch| branch.number).fold(own.number, u32::max)
    }

    /// Adds a node to a service, still to be built, and returns its id.
    pub(crate) fn add_node(
        &mut self,
        service: ServiceId,
        number: u16,
        upstream: Option<NodeId>,
    ) -> NodeId {
        let id = NodeId::at(self.nodes.len());
        let of = self.service(service);
        let region = of.region;
        // The cloud delivers no machine in a zone without power; a whole dark region waits.
        let zones =
            (number - 1..number + 2).map(|turn| [Zone::A, Zone::B, Zone::C][usize::from(turn % 3)]);
        let lit = zones.clone().find(|zone| !self.is_dark(region, *zone));
        let host = if lit.is_some() { Host::Up } else { Host::Off };
        let zone = lit.or(zones.clone().next()).expect("a region has three zones");
        let node = Node {
            id,
            service,
            number,
            region,
            zone,
            host,
            process: Process::Absent,
            role: Role::Standby,
            branch: self.nodes.get(of.primary.index()).map_or(BranchId(0), |node| node.branch),
            received: Path::resting(self.now, Position::ZERO),
            replayed: Path::resting(self.now, Position::ZERO),
            upstream,
            told_to_follow: None,
            recovered: Instant::ZERO,
            crashes: 0,
            streaming: false,
            upstream_lost: None,
            ready: false,
            unfit: false,
            rewinds: false,
            slots_from: Position::ZERO,
            machine_waits: false,
            promoting: false,
            detached: false,
            shut_down: false,
            checkpointed: Instant::ZERO,
            stops_at: None,
            forwards_to: None,
            awaits: None,
            upgrading: false,
            backing_up: None,
            fence: Fence::Unwanted,
            impairments: Impairments::default(),
            lag: Lag::default(),
            quorum_rule: self.standing_rule(service),
            epoch: 0,
            catch_up_epoch: 0,
            up_since: self.now,
            ended_last: None,
        };
        self.nodes.push(node);
        self.services[service.index()].nodes.push(id);
        self.draw_first_lag(id);
        id
    }

    /// Begins to build a node: first the machine.
    pub(crate) fn begin_build(&mut self, id: NodeId) {
        self.touch(Touch::Replacement);
        if self.node(id).host == Host::Off {
            return;
        }
        let built = self.draw_of(id, self.knobs.node_build, "node_build", 0);
        self.schedule(self.now + built, Event::NodeBuilt(id, self.node(id).epoch));
    }

    /// Begins the restore on a new machine: first the base backup.
    pub(crate) fn begin_restore(&mut self, id: NodeId) {
        let (now, service) = (self.now, self.node(id).service);
        self.node_mut(id).process = Process::Restoring;
        let size = self.service(service).database_size.get();
        let rate = self.knobs.restore_rate.get();
        let micros = (u128::from(size) * 1_000_000).div_ceil(u128::from(rate));
        let copies = Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        let takes = copies + self.redo_before_start(service, now);
        let branch = self.history_to_restore(id);
        // A base backup is of use only with the WAL that was written while it was taken.
        let base = match self.local_backups(id, branch) {
            Some((base, _)) => base,
            None => self.base_backup(branch, now).min(self.archived(branch, now)),
        };
        let node = self.node_mut(id);
        node.branch = branch;
        node.replayed = Path::resting(now, base);
        self.schedule(now + takes, Event::RestoreEnds(id, self.node(id).epoch));
    }

    /// Ends a restore: a standby begins to follow, a lone new primary is promoted.
    pub(crate) fn finish_restore(&mut self, id: NodeId) {
        let now = self.now;
        let branch = self.history_to_restore(id);
        let archived = if self.ignores_archive(id) {
            self.node(id).replayed.at(now)
        } else if let Some((_, end)) = self.local_backups(id, branch) {
            end
        } else {
            self.archived(branch, now)
        };
        let node = self.node_mut(id);
        // The archive is replayed while the node already follows, or before it is promoted.
        let base = node.replayed.at(now).min(archived);
        node.branch = branch;
        node.received = Path::resting(now, archived);
        node.replayed = Path::resting(now, base);
        node.process = Process::Running;
        node.up_since = now;
        self.replay(id);
        let node = self.node(id);
        let Some(upstream) = node.upstream else {
            if self.service(node.service).follows.is_some() {
                // Nobody to follow at present; it waits for its source.
                return;
            }
            self.touch(Touch::Restore);
            self.begin_promotion(id);
            return;
        };
        self.follow(id, upstream);
        self.plan_resume(id);
    }

    /// Whether a planted fault lets the restore of a new primary end with the base backup.
    fn ignores_archive(&self, id: NodeId) -> bool {
        self.knobs.mutant == Some(Mutant::IgnoreArchive) && self.node(id).upstream.is_none()
    }
}
