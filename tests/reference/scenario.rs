//! Random scenarios by their numbers, slowed down so that every commit can be looked at: of any
//! kind, and those in which primaries fall silent.
//!
//! Knows nothing of what is counted. Kept here: the same number is the same scenario.

use cutover::kernel::Span;
use cutover::scenario::{Client, Loaded, Scenario};
use cutover::search::{Dice, whole};

/// How many commits a client may make in a run, about.
const COMMITS: u64 = 1_500;

/// How long a run may be.
const LONGEST: Span = Span::from_mins(30);

/// Returns the scenario of a number.
pub(crate) fn numbered(number: u64) -> Loaded {
    shortened(&whole(&mut Dice::seeded(number, "reference")))
}

/// Returns a scenario that is short and slow enough to look at every commit of it.
pub(crate) fn shortened(loaded: &Loaded) -> Loaded {
    let shorter = slowed(&loaded.scenario, loaded.scenario.until.min(LONGEST));
    // A step may come later than that.
    Loaded::from_scenario(shorter).unwrap_or_else(|_| {
        let slower = slowed(&loaded.scenario, loaded.scenario.until);
        Loaded::from_scenario(slower).expect("only rates have changed")
    })
}

fn slowed(scenario: &Scenario, until: Span) -> Scenario {
    let mut slower = Scenario { until, ..scenario.clone() };
    let most = COMMITS * 1_000_000 / until.as_micros();
    let most = u32::try_from(most.max(1)).expect("a run is longer than a second");
    for client in &mut slower.clients {
        if let Client::Writer(writer) = client {
            writer.writes_per_s = writer.writes_per_s.min(most);
        }
    }
    slower
}

/// What makes a server or a link fall silent, or seem to.
const FAULTS: [&str; 10] = [
    "HostDeath",
    "PowerLoss",
    "ProcessCrash",
    "OutOfMemory",
    "CrashLoop(\"20s\")",
    "Hang",
    "DiskFull",
    "ConnectionsExhausted",
    "StorageStall",
    "ClockAhead(\"10s\")",
];

/// What links do.
const OF_LINKS: [&str; 3] = [
    "LinkCut",
    "Flapping(down: \"70s\", up: \"9s\")",
    "SlowLink(delay: \"2s\", goodput: \"10kB/s\")",
];

/// Returns the scenario of a number in which primaries fall silent, some of them while clients go
/// on writing to them.
pub(crate) fn silenced(number: u64) -> Loaded {
    let dice = &mut Dice::seeded(number, "silence");
    let plan = *dice.one_of(&["Business", "Business", "Premium", "Startup"]);
    let bound = *dice.one_of(&[
        "",
        "",
        "DisasterRecovery(primary: \"orders\", recovery: \"far\")",
        "GlobalActiveDatabase(primary: \"orders\", secondary: \"far\")",
    ]);
    let far = "Service(name: \"far\", plan: Business, region: \"us-east\"),";
    let fencing = *dice.one_of(&["", "", "", "fencing: Never,"]);
    let fresh = *dice.one_of(&["", "", "heartbeat_connection: Fresh,"]);
    let (rate, lag, fence) = (dice.within(1, 9), dice.of_any_size(4_000), dice.of_any_size(60));
    let with = |steps: &[String]| {
        let text = format!(
            r#"Scenario(
                name: "silent",
                services: [
                    Service(name: "orders", plan: {plan}, region: "eu-west"),
                    {}
                ],
                integrations: [{bound}],
                clients: [
                    Writer(name: "app", service: "orders", writes_per_s: {rate}),
                    Writer(name: "web", service: "orders", writes_per_s: 2, first_lookup: "5s"),
                ],
                tuning: Tuning(
                    {fencing} {fresh} replication_delay: "{lag}ms", fence_delay: "{fence}s",
                ),
                script: [{}],
                until: "25m",
            )"#,
            if bound.is_empty() { "" } else { far },
            steps.join(", "),
        );
        cutover::scenario::parse("silenced.ron", &text)
    };
    let mut loaded = with(&[]).unwrap_or_else(|errors| panic!("{errors}"));
    let (mut steps, mut last) = (Vec::new(), 20_000_000);
    for _ in 0..dice.within(1, 5) {
        last += dice.below(180_000_000);
        let before = steps.len();
        steps.extend(step(dice, last, !bound.is_empty()));
        // Not every plan has the nodes that a step is aimed at.
        match with(&steps) {
            Ok(more) => loaded = more,
            Err(_) => steps.truncate(before),
        }
    }
    shortened(&loaded)
}

/// Returns a step and maybe its heal.
fn step(dice: &mut Dice, at: u64, bound: bool) -> Vec<String> {
    let seconds = |at: u64| format!("{}.{:06}s", at / 1_000_000, at % 1_000_000);
    if dice.once_in(6) {
        let mut orders = vec!["Promote, Standby(\"orders\", 1)"];
        if bound {
            orders.extend(["Failover, Service(\"far\")", "PromoteSecondary, Service(\"far\")"]);
            orders.extend(["AddSecondary, Service(\"orders\")", "Promote, Node(\"far-1\")"]);
        }
        return vec![format!("At(\"{}\", Operator({}))", seconds(at), dice.one_of(&orders))];
    }
    let node = *dice.one_of(&["Primary(\"orders\")", "Node(\"orders-1\")", "Node(\"orders-2\")"]);
    let near = *dice.one_of(&[node, node, node, "Region(\"eu-west\")", "Client(\"app\")"]);
    let far = *dice.one_of(&["Platform", "Platform", "Everyone", "Standby(\"orders\", 1)"]);
    let what = match dice.below(8) {
        0..=3 => format!("{}, {node}", dice.one_of(&FAULTS)),
        4 => format!("{}, Link({near}, {far})", dice.one_of(&OF_LINKS)),
        5 => format!("LinkCut, Link({near}, {far})"),
        6 => format!("LinkCut, OneWay({near}, {far})"),
        _ => format!("LinkCut, OneWay({far}, {near})"),
    };
    let mut steps = vec![format!("At(\"{}\", Fault({what}))", seconds(at))];
    let endless = ["HostDeath", "OutOfMemory"].iter().any(|kind| what.starts_with(kind));
    if !endless && dice.once_in(2) {
        let later = at + dice.of_any_size(400_000_000);
        steps.push(format!("At(\"{}\", Heal({what}))", seconds(later)));
    }
    steps
}
