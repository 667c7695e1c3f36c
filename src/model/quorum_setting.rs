//! How quorum commit is set on a node, which standbys count, and what clients feel of it.
//!
//! Commits that enough standbys do not follow wait without an error. Knows nothing of who orders
//! the setting. Kept here: a setting is in force while its node is primary, and a standby counts
//! while WAL streams to it.

use super::client::State;
use super::ids::{BranchId, ClientId, NodeId, ServiceId};
use super::node::Role;
use super::quorum::{QuorumMember, QuorumRule};
use super::session::FirstCommit;
use super::world::World;
use crate::kernel::{Instant, Position, Span};
use crate::knob::{CommitLevel, CommitMode, Mutant, Touch};

impl World {
    /// Writes the setting on a node; it is in force at once if the node is primary.
    pub(crate) fn set_quorum_rule(&mut self, id: NodeId, rule: Option<QuorumRule>) {
        self.node_mut(id).quorum_rule = rule;
        if self.node(id).role == Role::Primary {
            self.apply_quorum_rule(id);
        }
    }

    /// Returns the setting that every node of a service has outside of switchovers.
    pub(crate) fn standing_rule(&self, service: ServiceId) -> Option<QuorumRule> {
        let standbys = usize::from(self.service(service).plan.standbys());
        let wanted = self.knobs.commit_mode == CommitMode::Quorum && standbys > 0;
        let needs = self.knobs.quorum_size.of(standbys);
        wanted.then(|| QuorumRule { needs, standbys: Vec::new() })
    }

    /// Lets the setting that a service has outside of switchovers follow its plan: at once where
    /// fewer standbys are to acknowledge, else when as many follow, so that nobody waits for those
    /// that are being built.
    pub(crate) fn adopt_standing_rule(&mut self, service: ServiceId) {
        let wanted = self.standing_rule(service);
        let of = self.service(service);
        let (primary, nodes) = (of.primary, of.nodes.clone());
        let rule = self.node(primary).quorum_rule.as_ref();
        // A switchover names those it waits for, and puts the setting back itself.
        if rule == wanted.as_ref() || rule.is_some_and(|rule| !rule.standbys.is_empty()) {
            return;
        }
        let needs = |rule: Option<&QuorumRule>| rule.map_or(0, |rule| rule.needs);
        let follow = |id: &&NodeId| {
            let node = self.node(**id);
            node.upstream == Some(primary) && node.streaming && node.ready && node.answers()
        };
        let following = nodes.iter().filter(follow).count();
        if needs(wanted.as_ref()) > needs(rule).max(following) {
            return;
        }
        for id in nodes {
            self.set_quorum_rule(id, wanted.clone());
        }
    }

    /// Lets the setting that is written on a primary be in force from now on.
    pub(crate) fn apply_quorum_rule(&mut self, id: NodeId) {
        let (now, branch) = (self.now, self.node(id).branch);
        let rule = self.node(id).quorum_rule.clone();
        if let Some(rule) = rule {
            self.touch(Touch::Quorum);
            let branch = self.branch_mut(branch);
            let written = Position::from_lsn(branch.written.at(now).lsn());
            branch.quorum.begin(now, rule, written);
            self.count_standbys(id);
        } else {
            self.branch_mut(branch).quorum.end(now);
        }
    }

    /// Counts anew which standbys acknowledge a primary's commits, and what they are going to have.
    pub(super) fn count_standbys(&mut self, primary: NodeId) {
        let of = self.node(primary);
        if of.role != Role::Primary || self.branch(of.branch).quorum.rule().is_none() {
            return;
        }
        let (now, branch) = (self.now, of.branch);
        let rule = self.branch(branch).quorum.rule().expect("it was looked for");
        let nodes = self.service(of.service).nodes.iter().map(|id| self.node(*id));
        let members = nodes.filter(|node| rule.names(node.id)).filter_map(|node| {
            let follows = node.streaming && node.ready && node.answers();
            (follows && node.upstream == Some(primary)).then(|| QuorumMember {
                node: node.id,
                delay: self.node_delay(node.id, primary),
                flush: self.knobs.local_flush,
                received: node.received.clone(),
                replayed: node.replayed.clone(),
            })
        });
        let members: Vec<QuorumMember> = members.collect();
        let quorum = &mut self.branch_mut(branch).quorum;
        let stalled = !quorum.is_met();
        quorum.count(now, members);
        if stalled && quorum.is_met() {
            // What waited for standbys goes on from here.
            self.node_mut(primary).up_since = now;
        }
    }

    /// Returns whether a primary has heard of one of these standbys that it has all that was
    /// written when commits began to wait for standbys.
    pub(crate) fn is_caught_up(&self, primary: NodeId, standbys: &[NodeId]) -> bool {
        let branch = self.branch(self.node(primary).branch);
        let Some((since, ..)) = branch.quorum.periods().pop() else { return false };
        let before = Position::from_lsn(branch.written.at(since).lsn());
        standbys.iter().any(|id| {
            let standby = self.node(*id);
            let back = self.node_delay(*id, primary) + self.knobs.local_flush;
            let has = standby.received.reaches(before).unwrap_or(Instant::FAR);
            standby.streaming && standby.upstream == Some(primary) && has + back <= self.now
        })
    }

    /// Returns whether a client's commits on a node wait without an end in sight: for its disk, or
    /// for more standbys than follow.
    pub(super) fn commits_hang(&self, id: ClientId, node: NodeId) -> bool {
        self.node(node).impairments.stalled || self.waits_for_standbys(id, node)
    }

    /// Returns whether a client's commits on a node wait for more standbys than follow.
    fn waits_for_standbys(&self, id: ClientId, node: NodeId) -> bool {
        let of = self.node(node);
        let quorum = &self.branch(of.branch).quorum;
        let Some(rule) = quorum.rule().filter(|_| of.role == Role::Primary) else { return false };
        let counts = |member: &&QuorumMember| match self.client(id).settings.synchronous_commit {
            CommitLevel::RemoteApply => self.replay_held(member.node).is_none(),
            CommitLevel::RemoteWrite | CommitLevel::On | CommitLevel::Local => true,
        };
        let local = self.client(id).settings.synchronous_commit == CommitLevel::Local;
        !local && quorum.members().iter().filter(counts).count() < rule.needs
    }

    /// Lets a session whose commits wait for standbys make the commit that its client waits with,
    /// unless one is waiting already.
    pub(super) fn keep_last_commit(&mut self, branch: BranchId, place: usize) {
        let now = self.now;
        let session = self.branch(branch).sessions[place].clone();
        let node = self.branch(branch).node;
        let waits = self.node(node).answers() && self.waits_for_standbys(session.client, node);
        let acked = self.branch(branch).acked(&session, now, now);
        if waits && !self.node(node).impairments.stalled && acked == session.written_by(now) {
            self.branch_mut(branch).sessions[place].until = session.commits().next(now);
        }
    }

    /// Returns when the reply leaves that a stuck client waits for, if it waits for standbys.
    pub(super) fn reply_awaited(&self, id: ClientId) -> Option<Instant> {
        let (branch, place) = self.client(id).session?;
        let branch = self.branch(branch);
        let session = &branch.sessions[place];
        branch.quorum.began()?;
        if session.is_open() {
            return None;
        }
        let last = session.commits().count(session.until);
        let leaves = branch.reply_leaves(session, last.max(1)).unwrap_or(Instant::FAR);
        (last > 0 && leaves >= self.now).then_some(leaves)
    }

    /// Returns when a stuck client cancels a commit that waits for standbys.
    pub(super) fn cancels(&self, id: ClientId, node: NodeId) -> Instant {
        let linked = self.linked(id, node);
        let answers = self.node(node).answers() && !self.node(node).impairments.stalled;
        let State::Stuck(_, since) = self.client(id).state else { return Instant::FAR };
        if !linked || !answers || !self.waits_for_standbys(id, node) {
            return Instant::FAR;
        }
        let impatient = self.knobs.mutant == Some(Mutant::ImpatientCommits);
        let limit = if impatient { Span::from_secs(10) } else { Span::FOREVER };
        since + self.knobs.quorum_wait_cancel.min(limit)
    }

    /// Lets a client cancel a commit that waits for standbys: it is told of success with a warning
    /// and goes on with its next commit, which waits as well.
    pub(super) fn cancel_wait(&mut self, id: ClientId, node: NodeId) {
        let now = self.now;
        if let Some((branch, place)) = self.client(id).session {
            let session = &mut self.branch_mut(branch).sessions[place];
            session.warned = Some(now);
            session.answered_until = Instant::FAR;
        }
        self.enter(id, State::Connected(node));
        self.open_session(id, node, FirstCommit::AtOnce);
        self.succeed(id, node);
        self.check_connection(id);
    }
}
