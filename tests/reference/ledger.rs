//! The ledger of blame, line by line: each line claims a kind, an amount, of whom, where and when,
//! and is held against the lines that are counted.
//!
//! Knows nothing of how the library splits anything. Kept here: a line that is not counted as it is
//! told, and one that is counted and not told, is a difference, and so is an instant of a chain at
//! which nothing was seen.

use std::collections::BTreeSet;

use cutover::model::{ServiceId, Work};
use serde_json::Value;

use super::clients::OutOfWork;
use super::numbers::Reference;
use super::slots::{self, OnPrimary};

/// A line: its kind, whose it is, and its numbers by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: String,
    pub(crate) service: String,
    pub(crate) subject: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) amount: u64,
    pub(crate) range: Option<[u64; 3]>,
    pub(crate) feedback: Option<u64>,
}

impl Line {
    fn of(line: &Value) -> Self {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| line[key].as_u64();
        let range = number("timeline").zip(number("from_lsn")).zip(number("to_lsn"));
        Self {
            kind: text("kind"),
            service: text("service"),
            subject: text("subject"),
            from: number("from_us").unwrap_or(u64::MAX),
            to: number("to_us").unwrap_or(u64::MAX),
            amount: number("commits").or(number("time_us")).unwrap_or(u64::MAX),
            range: range.map(|((timeline, from), to)| [timeline, from, to]),
            feedback: line["scales_with"]["feedback_us"].as_u64(),
        }
    }
}

/// Returns what of a report's ledger is not as counted.
pub(crate) fn ledger(of: &Reference<'_>, outages: &[OutOfWork], told: &Value) -> Vec<String> {
    let rows = told["ledger"].as_array().map_or(&[][..], Vec::as_slice);
    let lines: Vec<Line> = rows.iter().map(Line::of).collect();
    let seen = seen(of, outages);
    let mut found = Vec::new();
    let mut due = of.lost();
    due.extend(of.divergent());
    due.extend(of.phantoms());
    due.extend(of.of_slots());
    due.extend(of.of_outages(outages));
    for line in lines {
        match due.iter().position(|one| *one == line) {
            Some(place) => drop(due.remove(place)),
            None => found.push(format!("{line:?} is in the ledger and not counted")),
        }
    }
    found.extend(due.iter().map(|line| format!("{line:?} is counted and not in the ledger")));
    for row in rows {
        let chain = row["chain"].as_array().into_iter().flatten();
        let at: Vec<u64> = chain.filter_map(|link| link["at_us"].as_u64()).collect();
        if !at.is_sorted() || at.iter().any(|at| !seen.contains(at)) {
            found.push(format!("the chain of {row} has an instant at which nothing was seen"));
        }
    }
    found
}

/// Returns the instants at which something was seen that a line may name.
fn seen(of: &Reference<'_>, outages: &[OutOfWork]) -> BTreeSet<u64> {
    let mut seen = BTreeSet::from([0, of.now]);
    seen.extend(&of.looks.faults);
    seen.extend(&of.looks.fenced);
    seen.extend(&of.looks.orders);
    seen.extend(&of.looks.steps);
    for one in outages {
        // A server is there again when it has been waited for.
        let waited = one.spent.parts().find(|(part, _)| *part == "recover");
        seen.extend([one.end, one.start + waited.map_or(0, |(_, time)| time)]);
        // A new standby is there when a change of the name is ordered.
        let before = ["recover", "detect", "check", "promote"];
        let parts = one.spent.parts().filter(|(part, _)| before.contains(part));
        seen.insert(one.start + parts.map(|(_, time)| time).sum::<u64>());
    }
    seen.extend(of.movement.branches.iter().map(|branch| branch.began));
    for service in &of.looks.services {
        seen.extend(service.marked_down.iter().flat_map(|(at, last, _)| [*at, *last]));
        seen.extend(service.names.iter().flat_map(|name| &name.0).map(|(at, _)| *at));
        seen.extend(service.following.0.iter().map(|(at, _)| *at));
        for one in &service.promotions {
            seen.extend([Some(one.ordered), one.finished, one.published].into_iter().flatten());
        }
    }
    seen.extend(of.takeovers.iter().filter_map(slots::copied));
    seen.extend(of.readings.all.iter().map(|one| one.begins));
    for service in &of.world.services {
        let line = of.surviving(service.id);
        for (index, branch) in of.movement.branches.iter().enumerate() {
            let end = branch.track.at(of.now);
            let begin = branch.parent.map_or(0, |(_, fork)| fork);
            let limit = of.limit(&line, service.id, index).unwrap_or(begin).min(end);
            seen.insert(of.last_within(index, limit).max(branch.began));
        }
    }
    seen
}

impl Reference<'_> {
    fn service_name(&self, id: ServiceId) -> &str {
        &self.world.names.services[id.index()]
    }

    /// Returns the lost part of each branch with its name, and whether a line is about it.
    pub(crate) fn ranges(&self) -> Vec<(usize, Line)> {
        let mut ranges = Vec::new();
        for service in &self.world.services {
            let line = self.surviving(service.id);
            for (index, branch) in self.movement.branches.iter().enumerate() {
                let end = branch.track.at(self.now);
                let begin = branch.parent.map_or(0, |(_, fork)| fork);
                let limit = self.limit(&line, service.id, index).unwrap_or(begin).min(end);
                let of = &self.world.branches[index];
                if of.service == service.id && limit < end {
                    let of_range = Line {
                        service: self.service_name(service.id).to_owned(),
                        subject: self.world.node_name(branch.node),
                        range: Some([
                            of.number.into(),
                            super::track::byte(limit),
                            super::track::byte(end),
                        ]),
                        from: self.last_within(index, limit).max(branch.began),
                        to: self.now,
                        ..Line::default()
                    };
                    ranges.push((index, of_range));
                }
            }
        }
        ranges
    }

    /// Returns the lines of commits that nobody was told of and that are on no history.
    fn divergent(&self) -> Vec<Line> {
        let line = |(index, of): (usize, Line)| {
            let survives = self.surviving(self.world.branches[index].service);
            let gone = self.commits.iter().filter(|one| {
                let gone = survives.get(&index).is_none_or(|limit| one.byte > *limit);
                one.branch == index && gone && one.told.is_none()
            });
            let amount = u64::try_from(gone.count()).expect("a run is short");
            Line { kind: "divergent".to_owned(), amount, ..of }
        };
        self.ranges().into_iter().map(line).filter(|line| line.amount > 0).collect()
    }

    /// Returns the lines of what readers and consumers had and the last primary has not.
    fn phantoms(&self) -> Vec<Line> {
        let counted = super::clients::clients(self);
        let lines = self.world.clients.iter().zip(counted).map(|(client, counted)| {
            let promotions = &self.looks.services[client.service.index()].promotions;
            let last = promotions.iter().rev().find_map(|one| one.finished);
            Line {
                kind: "phantom".to_owned(),
                service: self.service_name(client.service).to_owned(),
                subject: self.world.names.clients[client.id.index()].clone(),
                from: last.unwrap_or(self.now),
                to: self.now,
                amount: counted["phantom_commits"].as_u64().unwrap_or(0),
                ..Line::default()
            }
        });
        lines.filter(|line| line.amount > 0).collect()
    }

    /// Returns the lines of what consumers of slots were given again, and never.
    fn of_slots(&self) -> Vec<Line> {
        let services = self.world.services.iter().map(|service| service.id);
        let all = services
            .flat_map(|id| slots::on_primaries(self, id).into_iter().map(move |one| (id, one)));
        all.flat_map(|(id, one)| self.of_slot(id, &one)).collect()
    }

    fn of_slot(&self, service: ServiceId, one: &OnPrimary<'_>) -> Vec<Line> {
        let consumer = self
            .world
            .clients
            .iter()
            .find(|client| matches!(client.work, Work::Consume(of) if of.slot == one.slot));
        let names = &self.world.names;
        let feedback = consumer.and_then(|client| {
            let Work::Consume(of) = client.work else { return None };
            Some(of.feedback.as_micros())
        });
        let at = slots::resumed(self, one).unwrap_or(self.now);
        let promotions = &self.looks.services[service.index()].promotions;
        let timeline = one.taken.and_then(|taken| slots::timeline(taken, promotions));
        let gaps = || one.brought.iter().filter_map(|brought| brought.gap);
        let (from, to) = (gaps().map(|gap| gap.0).min(), gaps().map(|gap| gap.1).max());
        let range = from.zip(to).map(|(from, to)| [timeline.unwrap_or(1).into(), from, to]);
        let again = slots::AGAIN.iter().enumerate().map(|(place, kind)| {
            let count = one.brought.iter().map(|brought| brought.why_again[place]).sum::<u64>();
            (*kind, count, None, feedback.filter(|_| *kind == "again_unconfirmed"))
        });
        let never = slots::NEVER.iter().enumerate().map(|(place, kind)| {
            let count = one.brought.iter().map(|brought| brought.why_missed[place]).sum::<u64>();
            (*kind, count, range, None)
        });
        let subject = consumer.map_or_else(
            || names.slots[one.slot.index()].clone(),
            |client| names.clients[client.id.index()].clone(),
        );
        let lines = again.chain(never).map(|(kind, amount, range, feedback)| Line {
            kind: kind.to_owned(),
            service: self.service_name(service).to_owned(),
            subject: subject.clone(),
            from: at,
            to: at,
            amount,
            range,
            feedback,
        });
        lines.filter(|line| line.amount > 0).collect()
    }

    fn of_outages(&self, outages: &[OutOfWork]) -> Vec<Line> {
        let mut lines = Vec::new();
        for one in outages {
            let client = self.world.client(one.client);
            let (mut at, end) = (one.start, one.end.min(self.now));
            for (part, amount) in one.spent.parts() {
                // A client pauses and waits by turns.
                let by_turns = matches!(part, "connect" | "retry");
                let to = if by_turns { end } else { at + amount };
                lines.push(Line {
                    kind: part.to_owned(),
                    service: self.service_name(client.service).to_owned(),
                    subject: self.world.names.clients[client.id.index()].clone(),
                    from: at,
                    to,
                    amount,
                    ..Line::default()
                });
                at = if by_turns { at } else { to };
            }
        }
        lines
    }
}
