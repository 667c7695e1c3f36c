//! Everything that a daemon was told, in order, and what can be found by searching it.
//!
//! Knows nothing of decisions. Kept here: the log is never changed, and nothing is kept beside it.

use cutover::control::lookout::{Answer, Configuration, Poll};
use cutover::kernel::{Instant, Span};

/// Microseconds that may be negative.
pub(crate) type Time = i128;

pub(crate) fn time(instant: Instant) -> Time {
    Time::from(instant.as_micros())
}

pub(crate) fn time_of(span: Span) -> Time {
    Time::from(span.as_micros())
}

/// Something that the daemon was told.
pub(crate) enum Told {
    Nodes(Configuration, Time),
    Poll(u16, Poll),
    Observer(u8, Option<Answer>, Time),
}

/// The log of one daemon since it started.
pub(crate) struct Log(pub(crate) Vec<Told>);

impl Log {
    pub(crate) fn configuration(&self) -> &Configuration {
        let last = self.0.iter().rev().find_map(|told| match told {
            Told::Nodes(configuration, _) => Some(configuration),
            Told::Poll(..) | Told::Observer(..) => None,
        });
        last.expect("the log begins with a configuration")
    }

    /// When the list of nodes became what it is.
    pub(crate) fn nodes_since(&self) -> Time {
        let mut since = 0;
        let mut before: Option<&Vec<u16>> = None;
        for told in &self.0 {
            if let Told::Nodes(configuration, now) = told {
                if before != Some(&configuration.nodes) {
                    since = *now;
                }
                before = Some(&configuration.nodes);
            }
        }
        since
    }

    /// The polls of a node since it was configured last.
    pub(crate) fn polls(&self, wanted: u16) -> Vec<Poll> {
        let mut found = Vec::new();
        let mut member = false;
        for told in &self.0 {
            match told {
                Told::Nodes(configuration, _) => {
                    member = configuration.nodes.contains(&wanted);
                    if !member {
                        found.clear();
                    }
                }
                Told::Poll(number, poll) if *number == wanted && member => found.push(*poll),
                Told::Poll(..) | Told::Observer(..) => {}
            }
        }
        found
    }

    /// The questions to an observer, since it was configured last, that were not ignored.
    pub(crate) fn questions(&self, wanted: u8) -> Vec<(Option<&Answer>, Time)> {
        let mut found = Vec::new();
        let mut member = false;
        for told in &self.0 {
            match told {
                Told::Nodes(configuration, _) => {
                    member = configuration.observers.contains(&wanted);
                    if !member {
                        found.clear();
                    }
                }
                Told::Observer(observer, answer, asked) if *observer == wanted && member => {
                    let behind = answer.as_ref().map_or(0, |answer| *asked - time(answer.clock));
                    if behind <= 5_000_000 {
                        found.push((answer.as_ref(), *asked));
                    }
                }
                Told::Poll(..) | Told::Observer(..) => {}
            }
        }
        found
    }

    /// Whether anybody has not been asked since the request, of those who stayed configured.
    pub(crate) fn is_outstanding(&self, mark: usize, asked: Time, asks_observers: bool) -> bool {
        let at_request = self.0[..mark].iter().rev().find_map(|told| match told {
            Told::Nodes(configuration, _) => Some(configuration),
            Told::Poll(..) | Told::Observer(..) => None,
        });
        let at_request = at_request.expect("the log begins with a configuration");
        let mut nodes = at_request.nodes.clone();
        let mut observers = at_request.observers.clone();
        if !asks_observers {
            observers.clear();
        }
        for told in &self.0[mark..] {
            match told {
                Told::Nodes(configuration, _) => {
                    nodes.retain(|number| configuration.nodes.contains(number));
                    observers.retain(|number| configuration.observers.contains(number));
                }
                Told::Poll(number, poll) if time(poll.fetched) >= asked => {
                    nodes.retain(|other| other != number);
                }
                Told::Observer(number, _, when) if *when >= asked => {
                    observers.retain(|other| other != number);
                }
                Told::Poll(..) | Told::Observer(..) => {}
            }
        }
        !(nodes.is_empty() && observers.is_empty())
    }
}
