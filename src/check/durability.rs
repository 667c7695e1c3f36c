//! What was acknowledged: it survives, it is accounted for, and history is a tree.
//!
//! Knows nothing of who decided. Kept here: losses are judged by timeline and position, not by
//! the time of the acknowledgement.

use super::case::{Breach, Case, Finding};
use super::ledger::Ledger;
use super::verdict::Amount;
use crate::kernel::Bytes;
use crate::model::{BranchId, Role, Service, ServiceId};

/// Judges that no acknowledged commit lies beyond the beginning of a later timeline.
pub(super) fn acked_write_survives(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, _)| {
        let ledger = Ledger::of(case.world, service.id);
        // Operators promote as well, so the timelines are asked and not the decisions. The other
        // service of a pair may have gone on where this one ended.
        let world = case.world;
        let continued = |of: ServiceId, parent: BranchId| {
            of == service.id
                || (world.branch(parent).service == service.id
                    && world.in_charge(of) == world.in_charge(service.id))
        };
        let mut parents =
            world.branches.iter().filter_map(|one| Some((one.service, one.parent?.0)));
        let promoted = parents.any(|(of, parent)| continued(of, parent));
        if !promoted || ledger.acked == 0 {
            return Finding::Vacuous;
        }
        let Some(worst) = ledger.abandoned.iter().find(|part| part.acked > 0) else {
            return Finding::Holds;
        };
        Finding::Broken(Breach {
            at: case.world.branch(worst.branch).last_at_or_below(worst.from),
            amounts: vec![
                Amount::Commits(ledger.lost),
                Amount::Bytes(Bytes(ledger.lost_bytes())),
                Amount::Window(ledger.window()),
            ],
            detail: format!(
                "{} acknowledged commits of {} lie beyond {} on the abandoned timeline {}",
                ledger.lost,
                case.world.node_name(worst.node),
                worst.from.lsn(),
                case.world.branch(worst.branch).number,
            ),
        })
    }))
}

/// Judges that acknowledged commits are surviving commits plus lost commits.
pub(super) fn accounting_adds_up(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, _)| {
        let ledger = Ledger::of(case.world, service.id);
        if ledger.adds_up() {
            return if ledger.acked == 0 { Finding::Vacuous } else { Finding::Holds };
        }
        let detail = format!(
            "clients were told of {} commits, but {} survive and {} are lost",
            ledger.acked, ledger.surviving, ledger.lost
        );
        Finding::Broken(Breach { at: case.world.now, amounts: Vec::new(), detail })
    }))
}

/// Judges that timelines form a tree that nodes follow without contradiction.
pub(super) fn timelines_form_a_tree(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, _)| {
        let branches = case.world.branches.iter().enumerate();
        let of_service = branches.filter(|(_, branch)| branch.service == service.id);
        let children = of_service.filter_map(|(index, branch)| Some((index, branch.parent?)));
        let findings = children.map(|(index, (parent, fork))| {
            let id = BranchId::at(index);
            let (branch, parent) = (case.world.branch(id), case.world.branch(parent));
            let detail = if branch.number <= parent.number {
                format!("timeline {} continues timeline {}", branch.number, parent.number)
            } else if fork > parent.written.at(branch.began) {
                format!("timeline {} begins beyond the end of its parent", branch.number)
            } else if let Some(name) = follower_beyond(case, service, id) {
                format!("{name} follows timeline {} and has replayed beyond it", branch.number)
            } else {
                return Finding::Holds;
            };
            Finding::Broken(Breach { at: branch.began, amounts: Vec::new(), detail })
        });
        Finding::join(findings)
    }))
}

/// Returns a standby that follows a branch and holds more than was ever written on it.
fn follower_beyond(case: &Case<'_>, service: &Service, branch: BranchId) -> Option<String> {
    let end = case.world.branch(branch).written.at(case.world.now);
    let nodes = service.nodes.iter().map(|id| case.world.node(*id));
    let mut followers = nodes.filter(|node| node.branch == branch && node.role == Role::Standby);
    followers
        .find(|node| node.replayed.at(case.world.now) > end)
        .map(|node| case.world.node_name(node.id))
}
