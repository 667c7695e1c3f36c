//! Whether the parts of a client's settings are possible, fit each other and carry its rate.
//!
//! Knows nothing of services' plans. Kept here: no accepted value makes a client retry without a
//! pause, probe without end, or wait for a connection that it does not have.

use super::super::file::{Client, Scenario};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::names::Names;
use crate::kernel::{Distribution, Span};
use crate::knob::{DELAY_MAX, Knobs};
use crate::model::{CLIENTS_MAX, Cache, DriverParts, Keepalive};

/// The longest pause between attempts or probes, a day.
const PAUSE_MAX: Span = Span::from_days(1);
/// The most connections of one client.
const CONNECTIONS_MAX: u32 = 10_000;
/// The most unanswered probes: Linux counts them in a byte.
const PROBES_MAX: u32 = 127;

/// Adds what is wrong with the parts of clients.
pub(super) fn check(
    scenario: &Scenario,
    names: &Names<'_>,
    knobs: &Knobs,
    problems: &mut Problems,
) {
    let clients = Path::root().field("clients");
    for (index, client) in scenario.clients.iter().enumerate().take(CLIENTS_MAX) {
        let (driver, parts) = client.driver();
        let path = clients.item(index).field("parts");
        spans(&path, parts, problems);
        if let Some(keepalive) = parts.keepalive {
            probes(&path.field("keepalive"), keepalive, problems);
        }
        let settings = driver.settings(knobs).with(parts);
        let paused = parts.backoff_first.is_some() || parts.backoff_max.is_some();
        if paused && settings.backoff_first > settings.backoff_max {
            let (first, max) = (settings.backoff_first, settings.backoff_max);
            let message = format!(
                "found backoff_first {first}, expected at most backoff_max, which is {max}"
            );
            problems.among(vec![path.field("backoff_first"), path.field("backoff_max")], message);
        }
        let Some(connections) = settings.connections else { continue };
        let connections_path = path.field("connections");
        if !(1..=CONNECTIONS_MAX).contains(&connections) {
            let message =
                format!("found {connections} connections, expected 1 to {CONNECTIONS_MAX}");
            problems.add(&connections_path, message);
        } else if let Some(message) = overload(scenario, names, knobs, client, connections) {
            let rate = clients.item(index).field(rate_of(client).1);
            problems.among(vec![connections_path, rate], message);
        }
    }
}

/// Returns for each client whose connections cannot carry its rate why they cannot.
pub(super) fn overloads(scenario: &Scenario, knobs: &Knobs) -> Vec<String> {
    let names = Names::of(scenario);
    let found = scenario.clients.iter().filter_map(|client| {
        let (driver, parts) = client.driver();
        let connections = driver.settings(knobs).with(parts).connections?;
        let message = overload(scenario, &names, knobs, client, connections)?;
        Some(format!("client {}: {message}", client.name()))
    });
    found.collect()
}

/// Returns why a number of connections cannot carry a client's rate, if they cannot.
///
/// A request holds its connection for both ways and, if it writes, for the flush.
fn overload(
    scenario: &Scenario,
    names: &Names<'_>,
    knobs: &Knobs,
    client: &Client,
    connections: u32,
) -> Option<String> {
    let (rate, _) = rate_of(client);
    let home = &scenario.services[names.service(client.service())?].region;
    let apart = client.region().is_some_and(|region| region != home);
    // Of a law without a bound the longest delay that there is can be drawn.
    let most = |of: &Distribution| of.greatest().unwrap_or(DELAY_MAX);
    let across = if apart { most(&knobs.region_delay) } else { Span::ZERO };
    let flush = match client {
        Client::Writer(_) => knobs.local_flush,
        Client::Reader(_) | Client::SlotConsumer(_) => Span::ZERO,
    };
    let takes = (most(&knobs.client_delay) + across) * 2 + flush;
    let held = u128::from(takes.as_micros()) * u128::from(rate);
    (held > u128::from(connections) * 1_000_000).then(|| {
        format!(
            "found {rate} requests of {takes} a second over {connections} connections, expected \
             at least {} connections",
            held.div_ceil(1_000_000)
        )
    })
}

fn rate_of(client: &Client) -> (u32, &'static str) {
    match client {
        Client::Writer(writer) => (writer.writes_per_s, "writes_per_s"),
        Client::Reader(reader) => (reader.reads_per_s, "reads_per_s"),
        // All of a consumer goes over one connection.
        Client::SlotConsumer(_) => (1, "rate"),
    }
}

fn spans(path: &Path, parts: &DriverParts, problems: &mut Problems) {
    let cache = match parts.cache {
        Some(Cache::Own(span) | Cache::Behind(span)) => Some(span),
        Some(Cache::Ttl | Cache::Forever) | None => None,
    };
    let spans = [
        ("connect_timeout", parts.connect_timeout, Span::FOREVER),
        ("tcp_user_timeout", parts.tcp_user_timeout, Span::FOREVER),
        ("reply_timeout", parts.reply_timeout, Span::FOREVER),
        ("backoff_first", parts.backoff_first, PAUSE_MAX),
        ("backoff_max", parts.backoff_max, PAUSE_MAX),
        ("negative_cache", parts.negative_cache, Span::CENTURY),
        ("max_lifetime", parts.max_lifetime, Span::FOREVER),
        ("cache", cache, Span::CENTURY),
    ];
    for (name, span, max) in spans {
        span_within(&path.field(name), name, span, max, problems);
    }
}

fn span_within(path: &Path, name: &str, span: Option<Span>, max: Span, problems: &mut Problems) {
    match span {
        Some(Span::ZERO) => {
            problems.add(path, format!("found {name} 0s, expected more than zero"));
        }
        Some(span) if span > max => {
            problems.add(path, format!("found {name} {span}, expected at most {max}"));
        }
        Some(_) | None => {}
    }
}

fn probes(path: &Path, keepalive: Keepalive, problems: &mut Problems) {
    let Keepalive { idle, interval, count } = keepalive;
    span_within(&path.field("idle"), "idle", Some(idle), Span::FOREVER, problems);
    span_within(&path.field("interval"), "interval", Some(interval), PAUSE_MAX, problems);
    if !(1..=PROBES_MAX).contains(&count) {
        let message = format!("found {count} probes, expected 1 to {PROBES_MAX}");
        problems.add(&path.field("count"), message);
    }
}
