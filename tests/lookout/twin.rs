//! The decision procedure read a second time, naively: a log of everything heard, searched anew.
//!
//! Knows nothing of the first reading: of the crate only the values that go in and the names of
//! the outcomes are used. Kept here: nothing is remembered that the log can tell.

use cutover::control::lookout::{Alert, Answer, Configuration, Gate, Poll, Seat, Seen};
use cutover::kernel::Instant;
use cutover::knob::Knobs;

use super::heard::{Log, Time, Told, time, time_of};

/// What a run of the procedure came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) gate: Gate,
    pub(crate) asks_for_poll: bool,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) furthest: Option<u16>,
}

fn only(gate: Gate) -> Outcome {
    Outcome { gate, asks_for_poll: false, alerts: Vec::new(), furthest: None }
}

/// A node as somebody sees it: number, reached, fetched, and what was seen when it was reached.
type View = (u16, bool, Time, Seen);

/// The daemon of the second reading.
pub(crate) struct Twin {
    me: Seat,
    knobs: Knobs,
    log: Log,
    /// The current primary, as long as no other is found.
    pub(crate) current: Option<u16>,
    warning_since: Option<Time>,
    /// The length of the log and the time when an immediate poll was requested.
    requested: Option<(usize, Time)>,
    sleeps_until: Time,
}

impl Twin {
    pub(crate) fn new(me: Seat, knobs: &Knobs, configuration: Configuration, now: Instant) -> Self {
        Self {
            me,
            knobs: knobs.clone(),
            log: Log(vec![Told::Nodes(configuration, time(now))]),
            current: None,
            warning_since: None,
            requested: None,
            sleeps_until: 0,
        }
    }

    pub(crate) fn configure(&mut self, configuration: Configuration, now: Instant) {
        self.log.0.push(Told::Nodes(configuration, time(now)));
    }

    pub(crate) fn polled(&mut self, number: u16, poll: Poll) {
        self.log.0.push(Told::Poll(number, poll));
    }

    pub(crate) fn observed(&mut self, observer: u8, answer: Option<Answer>, asked: Instant) {
        self.log.0.push(Told::Observer(observer, answer, time(asked)));
    }

    /// How I see a node myself, if I ever reached it.
    fn my_view(&self, number: u16) -> Option<View> {
        let polls = self.log.polls(number);
        let last = polls.last()?;
        let seen = polls.iter().rev().find_map(|poll| poll.seen)?;
        Some((number, last.seen.is_some(), time(last.fetched), seen))
    }

    fn is_me(&self, number: u16) -> bool {
        self.me == Seat::Node(number)
    }

    /// Step 1. Returns standbys, connected primaries and disconnected primaries.
    fn map(&self) -> [Vec<View>; 3] {
        let own: Vec<View> = self
            .log
            .configuration()
            .nodes
            .iter()
            .filter_map(|number| self.my_view(*number))
            .collect();
        let pick = |wanted: fn(&View) -> bool| own.iter().copied().filter(wanted).collect();
        let mut standbys: Vec<View> = pick(|(_, _, _, seen)| seen.in_recovery);
        let mut connected: Vec<View> = pick(|(_, reached, _, seen)| !seen.in_recovery && *reached);
        let mut silent: Vec<View> = pick(|(_, reached, _, seen)| !seen.in_recovery && !*reached);
        for (number, reached, fetched, seen) in self.observers_views() {
            let polls = self.log.polls(number);
            let Some(mine) = polls.last().filter(|_| !self.is_me(number)) else { continue };
            let view = (number, reached, fetched, seen);
            let my_time = time(mine.fetched);
            if seen.in_recovery {
                let newer = fetched > my_time;
                let down = mine.seen.is_none();
                let have = standbys.iter().any(|known| known.0 == number && known.1);
                if newer && down && !have {
                    replace(&mut standbys, view);
                }
            } else if (fetched - my_time).abs() < time_of(self.knobs.lookout_poll_interval) {
                if reached || connected.iter().any(|known| known.0 == number) {
                    replace(&mut connected, view);
                } else {
                    replace(&mut silent, view);
                }
            }
        }
        [standbys, connected, silent]
    }

    /// What all observers told last, the observers in order.
    fn observers_views(&self) -> Vec<View> {
        let mut observers = self.log.configuration().observers.clone();
        observers.sort_unstable();
        let mut views = Vec::new();
        for observer in observers {
            let questions = self.log.questions(observer);
            let last = questions.iter().rev().find_map(|(answer, _)| *answer);
            for (number, sight) in last.into_iter().flat_map(|answer| &answer.sights) {
                if let Some(seen) = sight.seen {
                    views.push((*number, sight.connected, time(sight.fetched), seen));
                }
            }
        }
        views
    }

    pub(crate) fn check(&mut self, now: Instant) -> Outcome {
        let now = time(now);
        if let Some((mark, asked)) = self.requested {
            let limit = time_of(self.knobs.lookout_missing_primary_timeout);
            let asks_observers =
                !self.knobs.lookout_poll_observers_on_warning_only || self.warning_since.is_some();
            if self.log.is_outstanding(mark, asked, asks_observers) && now < asked + limit {
                return only(Gate::AwaitRecheck);
            }
            self.requested = None;
            return self.steps(now, true);
        }
        if now < self.sleeps_until {
            return only(Gate::RestAfterFailover);
        }
        // Step 0.
        if self.log.configuration().nodes.iter().any(|number| self.log.polls(*number).is_empty()) {
            return only(Gate::AwaitFirstPolls);
        }
        if self.knobs.lookout_poll_observers_on_warning_only
            && let Some(since) = self.warning_since
        {
            let gives_up = since + 5 * time_of(self.knobs.lookout_poll_interval);
            let stale = self.log.configuration().observers.iter().any(|observer| {
                self.log.questions(*observer).last().is_none_or(|(_, asked)| *asked < since)
            });
            if stale && now < gives_up {
                return only(Gate::AwaitObservers);
            }
        }
        self.steps(now, false)
    }

    /// Steps 1 to 4, the last of them before or after the forced recheck.
    fn steps(&mut self, now: Time, rechecked: bool) -> Outcome {
        let [standbys, connected, silent] = self.map();
        // Step 2.
        if connected.len() > 1 {
            let alerts = vec![Alert::SeveralPrimaries];
            return Outcome { alerts, ..only(Gate::ReportSeveralPrimaries) };
        }
        if let Some(primary) = connected.first().or(silent.first()) {
            self.current = Some(primary.0);
        }
        if rechecked && !connected.is_empty() {
            return only(Gate::FindPrimaryBack);
        }
        let me = match self.me {
            Seat::Observer(_) => return only(Gate::OnlyObserve),
            Seat::Node(number) => number,
        };
        if rechecked {
            let current = self.current.expect("a recheck follows a primary that was seen");
            let waited = now - self.log.nodes_since();
            let enough = waited >= time_of(self.knobs.lookout_missing_primary_timeout);
            if enough || self.log.configuration().known_gone.contains(&current) {
                return self.decide(now, me, &standbys, &connected, &silent);
            }
            return self.lag(now, me, [&standbys, &connected, &silent], "configuration");
        }
        // Step 3.
        if self.current == Some(me) {
            return only(Gate::StayPrimary);
        }
        // Step 4.
        if connected.is_empty() {
            if !self.knobs.lookout_failover_on_disconnect && !silent.is_empty() {
                return self.lag(now, me, [&standbys, &connected, &silent], "disconnect");
            }
            if self.current.is_some() {
                self.requested = Some((self.log.0.len(), now));
                return Outcome { asks_for_poll: true, ..only(Gate::AwaitRecheck) };
            }
            return self.decide(now, me, &standbys, &connected, &silent);
        }
        self.lag(now, me, [&standbys, &connected, &silent], "")
    }

    /// Step 5.
    fn lag(&mut self, now: Time, me: u16, map: [&Vec<View>; 3], why: &str) -> Outcome {
        let end = |gate| match why {
            "configuration" => only(Gate::AwaitNewConfiguration),
            "disconnect" => only(Gate::DisregardDisconnect),
            _ => only(gate),
        };
        let seen: Vec<(Time, Seen)> = self
            .log
            .polls(me)
            .iter()
            .filter_map(|poll| poll.seen.map(|seen| (time(poll.fetched), seen)))
            .collect();
        let warning = time_of(self.knobs.lookout_warning_lag);
        let lags: Vec<Time> = seen.iter().filter_map(|(_, seen)| seen.lag).map(time_of).collect();
        let receiving = seen.iter().find(|(_, seen)| seen.received.is_some());
        let has_received = seen.last().is_some_and(|(_, seen)| seen.received.is_some());
        let was_close = lags.iter().any(|lag| *lag < warning);
        let timeout = time_of(self.knobs.lookout_catchup_timeout);
        let too_long = receiving.is_some_and(|(since, _)| now - since > timeout);
        if self.log.polls(me).is_empty() {
            return end(Gate::IgnoreUnknownLag);
        }
        let has_caught_up = has_received && was_close;
        if !too_long && !has_caught_up {
            return end(Gate::IgnoreLagOfCatchUp);
        }
        let Some(lag) = seen.last().and_then(|(_, seen)| seen.lag).map(time_of) else {
            return end(Gate::IgnoreUnknownLag);
        };
        let mut alerts = Vec::new();
        if lag >= warning && self.warning_since.is_none() {
            alerts.push(Alert::ReplicationDelay);
            self.warning_since = Some(now);
        }
        if lag < warning {
            self.warning_since = None;
        }
        let mut outcome = if lag >= time_of(self.knobs.lookout_failover_lag) {
            self.decide(now, me, map[0], map[1], map[2])
        } else {
            end(Gate::TolerateLag)
        };
        alerts.append(&mut outcome.alerts);
        Outcome { alerts, ..outcome }
    }

    /// Step 6.
    fn decide(
        &mut self,
        now: Time,
        me: u16,
        standbys: &[View],
        connected: &[View],
        silent: &[View],
    ) -> Outcome {
        if !connected.is_empty() {
            return only(Gate::RespectPrimary);
        }
        let patience = time_of(self.knobs.lookout_failover_lag);
        if !silent.is_empty() && now - time(silent[0].3.db_time) < patience {
            return only(Gate::AwaitSilence);
        }
        let configuration = self.log.configuration().clone();
        let age = time_of(self.knobs.lookout_position_age_max);
        let mut positions: Vec<(u128, String, u16)> = Vec::new();
        for (number, reached, fetched, seen) in standbys {
            if *reached && now - fetched < age && !configuration.never_promote.contains(number) {
                let place = match (seen.received, seen.replayed) {
                    (Some(received), _) => received.micro_bytes(),
                    (None, Some(replayed)) => replayed.micro_bytes(),
                    (None, None) => 0,
                };
                positions.push((place, number.to_string(), *number));
            }
        }
        positions.sort();
        let Some(furthest) = positions.last().map(|(_, _, number)| *number) else {
            return only(Gate::LackPositions);
        };
        let asked: Vec<_> =
            configuration.observers.iter().map(|it| self.log.questions(*it)).collect();
        let known = asked.iter().filter(|questions| !questions.is_empty()).count();
        let answering = asked
            .iter()
            .filter(|questions| questions.last().is_some_and(|(answer, _)| answer.is_some()));
        let signed = |count: usize| i64::try_from(count).expect("few");
        let have = signed(positions.len()) + signed(answering.count());
        let all =
            signed(standbys.len()) + 1 - signed(configuration.never_promote.len()) + signed(known);
        let gate = if furthest != me {
            if configuration.never_promote.contains(&me) {
                Gate::StayUnpromoted
            } else {
                Gate::DeferToFurthest
            }
        } else if configuration.maintenance {
            Gate::StayForMaintenance
        } else if 2 * have < all {
            Gate::LackMajority
        } else {
            Gate::PromoteItself
        };
        let mut outcome = Outcome { furthest: Some(furthest), ..only(gate) };
        if gate == Gate::PromoteItself {
            outcome.alerts.push(Alert::FailoverHappened);
            self.sleeps_until = now + time_of(self.knobs.lookout_failover_sleep);
            self.warning_since = None;
        }
        outcome
    }
}

/// Puts a view in the place of the same node's, or at the end.
fn replace(views: &mut Vec<View>, view: View) {
    match views.iter().position(|known| known.0 == view.0) {
        Some(place) => views[place] = view,
        None => views.push(view),
    }
}
