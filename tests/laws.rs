//! Lags and sizes that follow a law: when each is drawn, how, and what a scenario may say of them.
//!
//! Knows nothing of how words become quantities. Kept here: what is fixed draws nothing, and one
//! law more shifts no other draw.

use std::collections::BTreeMap;
use std::fs;
use std::process;
use std::sync::Arc;

use cutover::bundle::{self, Bundle};
use cutover::kernel::{Bytes, Instant, Span};
use cutover::model::{ClientId, NodeId, ServiceId, Work};
use cutover::scenario::{self, Loaded};
use cutover::sim::{self, Sim};

/// How many runs are counted.
const RUNS: u64 = 2_000;

/// Two regions, two writers, and a link between servers that is cut for a while.
fn scenario(sizes: &str, tuning: &str) -> String {
    format!(
        r#"Scenario(
            name: "spread",
            services: [
                Service(name: "orders", plan: Premium, region: "eu"),
                Service(name: "cart", plan: Business, region: "us"),
            ],
            clients: [
                Writer(name: "app", service: "orders", writes_per_s: 20 {sizes}),
                Writer(name: "far", service: "orders", writes_per_s: 5, region: "us"),
            ],
            tuning: Tuning({tuning}),
            script: [
                At("1m", Fault(LinkCut, Link(Node("orders-1"), Node("orders-2")))),
                At("3m", Heal(LinkCut, Link(Node("orders-1"), Node("orders-2")))),
                At("10m", Fault(HostDeath, Primary("orders"))),
            ],
            until: "30m",
        )"#
    )
}

fn loaded(sizes: &str, tuning: &str) -> Loaded {
    let text = scenario(sizes, tuning);
    scenario::parse("spread.ron", &text).unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

/// Returns every word that a run draws, by purpose, name and number.
fn draws(loaded: &Loaded, seed: u64) -> BTreeMap<(String, String, u64), u64> {
    let drawn = Bundle::record(loaded, seed).0.draws.into_iter();
    drawn.map(|draw| ((draw.purpose, draw.name, draw.counter), draw.word)).collect()
}

/// Every lag and size under a law.
const SPREAD: &str = r#"
    replication_delay: "lognormal(10ms, 1.2)", region_delay: "uniform(20ms, 90ms)",
    client_delay: "observed(300us, 500us, 2ms)", platform_delay: "uniform(1ms, 30ms)",
    cross_service_lag: "exponential(500ms)", database_size: "weibull(10GiB, 2)""#;

const SIZES: &str = r#", wal_per_commit: "0.9 uniform(1KiB, 4KiB) + 0.1 exponential(64KiB)""#;

#[test]
fn what_is_fixed_draws_nothing_however_it_is_written() {
    let purposes = [
        "replication_delay",
        "region_delay",
        "client_delay",
        "platform_delay",
        "cross_service_lag",
        "database_size",
        "wal_per_commit",
    ];
    let plain = loaded("", "");
    let fixed = r#"replication_delay: "fixed(5ms)", region_delay: "uniform(40ms, 40ms)",
        client_delay: "0.5 500us + 0.5 500us", platform_delay: "observed(5ms, 5ms)",
        cross_service_lag: "lognormal(500ms, 0)", database_size: "fixed(10GiB)""#;
    let fixed = loaded(r#", wal_per_commit: "uniform(3KiB, 3KiB)""#, fixed);
    let spread = loaded(SIZES, SPREAD);
    for seed in 0..10 {
        let (drawn, same) = (draws(&plain, seed), draws(&fixed, seed));
        assert!(drawn.keys().all(|(purpose, ..)| !purposes.contains(&purpose.as_str())));
        assert_eq!(drawn, same);
        let outcomes = [&plain, &fixed].map(|loaded| sim::run(&loaded.setup, seed).fingerprint);
        assert_eq!(outcomes[0], outcomes[1]);
        let spread = draws(&spread, seed);
        for purpose in purposes {
            assert!(spread.keys().any(|(of, ..)| of == purpose), "{purpose} draws nothing");
        }
        let shared = spread.iter().filter(|(of, _)| drawn.contains_key(*of)).count();
        assert!(spread.iter().all(|(of, word)| drawn.get(of).is_none_or(|same| same == word)));
        assert!(shared > 5, "only {shared} draws are shared");
    }
}

#[test]
fn another_writer_or_region_shifts_no_draw_of_a_law() {
    let text = scenario(SIZES, SPREAD);
    let writer = r#"Writer(name: "aa", service: "orders", writes_per_s: 9, region: "us",
        wal_per_commit: "exponential(9KiB)"),"#;
    let more = text.replace("clients: [", &format!("clients: [ {writer}"));
    let service = r#"Service(name: "abc", plan: Premium, region: "ap"),"#;
    let more = more.replace("services: [", &format!("services: [ {service}"));
    let more = scenario::parse("more.ron", &more).expect("it is valid");
    let plain = loaded(SIZES, SPREAD);
    for seed in 0..20 {
        let (plain, more) = (draws(&plain, seed), draws(&more, seed));
        let lost = plain.keys().filter(|of| !more.contains_key(*of)).count();
        assert_eq!(lost, 0, "seed {seed}");
        assert!(plain.iter().all(|(of, word)| more[of] == *word), "seed {seed}");
        assert!(more.len() > plain.len() + 4, "seed {seed}");
    }
}

#[test]
fn a_saved_run_goes_the_same_from_its_draws_alone() {
    let loaded = loaded(SIZES, SPREAD);
    let (mut bundle, outcome) = Bundle::record(&loaded, 5);
    bundle.seed = 999;
    let replay = bundle::replay(&bundle).expect("it is valid");
    assert_eq!((replay.divergence, replay.new_draws), (None, Vec::new()));
    assert_eq!(replay.outcome.fingerprint, outcome.fingerprint);
    assert_eq!(replay.outcome.services, outcome.services);
    // Without one of them another lag is drawn, and is told.
    bundle.draws.retain(|draw| draw.purpose != "replication_delay");
    let replay = bundle::replay(&bundle).expect("it is valid");
    assert!(replay.new_draws.iter().all(|draw| draw.purpose == "replication_delay"));
    assert!(replay.new_draws.len() >= 3, "{:?}", replay.new_draws);
}

/// Returns the quantities of many runs at their first instant.
fn sampled<T>(tuning: &str, of: impl Fn(&Sim) -> T) -> Vec<T> {
    let setup = Arc::new(loaded(SIZES, tuning).setup);
    (0..RUNS).map(|seed| of(&Sim::new(Arc::clone(&setup), seed))).collect()
}

/// Asserts that so many thousandths of the quantities are at most a bound, within 4.5 standard
/// errors of a half, which is more than those of any other share.
fn holds<T: PartialOrd>(what: &str, seen: &[T], bound: &T, thousandths: u64) {
    let below = seen.iter().filter(|one| *one <= bound).count();
    let below = u64::try_from(below).expect("there are few runs");
    // 4.5 times the root of 2000 / 4.
    assert!(below.abs_diff(RUNS * thousandths / 1_000) <= 100, "{what}: {below} of {RUNS}");
}

#[test]
fn what_is_drawn_follows_its_law() {
    let delays = |sim: &Sim| {
        let world = sim.world();
        let client = world.client(ClientId(0)).delay;
        let far = world.client_delay(ClientId(1), world.service(ServiceId(0)).primary);
        let far = far.minus(world.client(ClientId(1)).delay);
        let link = |node| world.node_delay(NodeId(0), NodeId(node));
        (world.platform_delay(), far, client, link(1), link(2))
    };
    let seen = sampled(SPREAD, delays);
    let each = |of: fn(&(Span, Span, Span, Span, Span)) -> Span| -> Vec<Span> {
        seen.iter().map(of).collect()
    };
    let millis = Span::from_millis;
    holds("platform", &each(|seen| seen.0), &Span::from_micros(15_500), 500);
    holds("platform", &each(|seen| seen.0), &Span::from_micros(3_900), 100);
    holds("region", &each(|seen| seen.1), &millis(55), 500);
    holds("client", &each(|seen| seen.2), &Span::from_micros(300), 333);
    holds("client", &each(|seen| seen.2), &Span::from_micros(500), 667);
    for link in [each(|seen| seen.3), each(|seen| seen.4)] {
        holds("lag", &link, &millis(10), 500);
        // The median times e to the 1.2, one sigma up.
        holds("lag", &link, &Span::from_micros(33_201), 841);
    }
    // Two links of one run have lags of their own.
    let order = seen.iter().filter(|seen| seen.3 < seen.4).count();
    assert!(order.abs_diff(1_000) <= 100, "{order}");
}

#[test]
fn sizes_follow_their_laws_for_each_writer_and_each_service() {
    let size = |sim: &Sim| match sim.world().client(ClientId(0)).work {
        Work::Write { wal_per_commit, .. } => wal_per_commit,
        Work::Read { .. } | Work::Consume(_) => Bytes(0),
    };
    let commits = sampled(SPREAD, size);
    // Of the larger ones, a share of e to the -1/16 is above 4 KiB.
    holds("commits", &commits, &Bytes(4 << 10), 906);
    holds("commits", &commits, &Bytes(2_560), 454);
    let of = |index: u8| sampled(SPREAD, |sim| sim.world().service(ServiceId(index)).database_size);
    let (orders, cart) = (of(0), of(1));
    for databases in [&orders, &cart] {
        // A share of 1/e is above the scale.
        holds("database", databases, &Bytes(10 << 30), 632);
    }
    let larger = orders.iter().zip(&cart).filter(|(one, other)| one > other).count();
    assert!(larger.abs_diff(1_000) <= 100, "{larger}");
}

#[test]
fn a_lag_is_drawn_anew_when_a_connection_begins_unless_a_link_keeps_it() {
    let lags = |renewal: &str, seed: u64| {
        let tuning = format!(r#"replication_delay: "exponential(50ms)", lag_renewal: {renewal}"#);
        let mut sim = Sim::new(Arc::new(loaded("", &tuning).setup), seed);
        let lag = |sim: &Sim| sim.world().node_delay(NodeId(0), NodeId(1));
        let mut at = |secs: u64| {
            sim.run_until(Instant::ZERO + Span::from_secs(secs));
            lag(&sim)
        };
        [at(0), at(59), at(240), at(500)]
    };
    let mut renewed = 0;
    for seed in 0..20 {
        let [start, before, after, later] = lags("EachConnection", seed);
        assert_eq!((start, after), (before, later), "seed {seed}: it changes in a connection");
        renewed += usize::from(before != after);
        let [start, before, after, later] = lags("EachRun", seed);
        assert_eq!([before, after, later], [start; 3], "seed {seed}");
    }
    assert_eq!(renewed, 20);
}

#[test]
fn results_name_the_stance_only_where_a_lag_is_drawn() {
    let touched = |tuning: &str| {
        let outcome = sim::run(&loaded("", tuning).setup, 1);
        outcome.stances.iter().any(|stance| stance.knob == "lag_renewal")
    };
    assert!(touched(r#"replication_delay: "exponential(50ms)""#));
    assert!(!touched(r#"replication_delay: "50ms""#));
    assert!(!touched(r#"database_size: "exponential(9GiB)""#));
}

#[test]
fn what_no_plain_value_may_be_is_never_drawn() {
    let tuning = r#"replication_delay: "lognormal(30m, 4)", cross_service_lag: "exponential(9h)",
        region_delay: "pareto(59m, 0.5)""#;
    let sizes = r#", wal_per_commit: "lognormal(1GiB, 9)""#;
    let setup = Arc::new(loaded(sizes, tuning).setup);
    let mut longest = 0;
    for seed in 0..200 {
        let sim = Sim::new(Arc::clone(&setup), seed);
        let world = sim.world();
        let lag = world.node_delay(NodeId(0), NodeId(1));
        assert!(lag <= Span::from_hours(1), "seed {seed}: {lag}");
        longest += usize::from(lag == Span::from_hours(1));
        let Work::Write { wal_per_commit, .. } = world.client(ClientId(0)).work else {
            panic!("it writes")
        };
        assert!((Bytes(1)..=Bytes(1 << 30)).contains(&wal_per_commit), "{wal_per_commit}");
    }
    assert!(longest > 20, "{longest}");
    // What is drawn at the bounds runs as everything does.
    for seed in 0..3 {
        sim::run(&setup, seed);
    }
}

#[test]
fn observations_are_read_from_a_file_beside_the_scenario() {
    let folder = std::env::temp_dir().join(format!("cutover-laws-{}", process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).expect("a temporary file can be written");
    };
    write("lags.txt", "# of one day\n4ms\n\n9ms # at noon\n7ms\n");
    write("sizes.txt", "1KiB\n2KiB\n");
    write("wrong.txt", "1KiB\n2\nnever\n");
    let text = |lags: &str, sizes: &str| {
        let sizes = format!(r#", wal_per_commit: "observed_in({sizes})""#);
        scenario(&sizes, &format!(r#"replication_delay: "observed_in({lags})""#))
    };
    write("spread.ron", &text("lags.txt", "sizes.txt"));
    let loaded = scenario::load(&folder.join("spread.ron")).expect("it is valid");
    assert_eq!(loaded.setup.knobs.replication_delay.to_string(), "observed(4ms, 7ms, 9ms)");
    let (bundle, _) = Bundle::record(&loaded, 3);
    assert_eq!(bundle::replay(&bundle).expect("it needs no file").divergence, None);
    write("broken.ron", &text("none.txt", "wrong.txt"));
    let errors = scenario::load(&folder.join("broken.ron")).expect_err("they are wrong");
    let errors = errors.to_string();
    for words in [
        "wrong.txt:2: found 2, a number without a unit, expected a size such as 16MiB",
        "wrong.txt:3: found never",
        "none.txt",
    ] {
        assert!(errors.contains(words), "{words}: {errors}");
    }
    assert!(errors.lines().all(|line| line.contains("broken.ron:")), "{errors}");
    fs::remove_dir_all(&folder).expect("the temporary folder is there");
}

#[test]
fn a_wrong_law_is_answered_with_its_place_what_was_found_and_what_was_expected() {
    for (sizes, tuning, words) in [
        ("", r#"replication_delay: "5parsecs""#, "unknown unit `parsecs`"),
        ("", r#"replication_delay: "exponental(5ms)""#, "(did you mean exponential?)"),
        ("", r#"replication_delay: "uniform(1s, 2h)""#, "expected at most 1h"),
        ("", r#"replication_delay: "never""#, "found replication_delay never, expected at most 1h"),
        ("", "replication_delay: 5", "expected a duration such as \"60s\", or a law"),
        ("", r#"database_size: "exponential(5s)""#, "unknown unit `s`"),
        ("", "database_size: 5", "expected a size such as \"16MiB\", or a law"),
        ("", r#"platform_delay: "exponential(5ms)""#, "platform_delay exponential(5ms) together"),
        ("", r#"client_delay: "observed_in(x.txt)""#, "the file x.txt, which only a scenario file"),
        (r#", wal_per_commit: "uniform(9KiB, 1KiB)""#, "", "whose low end is above its high end"),
        (r#", wal_per_commit: "uniform(1B, 2GiB)""#, "", "expected 1B to 1GiB"),
        (r#", wal_per_commit: "0B""#, "", "found 0B of WAL per commit, expected 1B to 1GiB"),
        (r#", wal_per_commit: "0.5 1KiB + 0.4 2KiB""#, "", "shares that add up to 0.9, expected 1"),
        (r#", wal_per_commit: "0.5 1KiB + 2KiB""#, "", "expected 0.9 exponential(2KiB) + 0.1"),
    ] {
        let text = scenario(sizes, tuning);
        let errors = scenario::parse("wrong.ron", &text).expect_err(&text).to_string();
        assert!(errors.contains(words), "{sizes}{tuning}: {errors}");
        assert!(errors.starts_with("wrong.ron:"), "{errors}");
    }
    let mut loaded = loaded("", "");
    let error = loaded.set("database_size", "observed_in(sizes.txt)").expect_err("it has no file");
    let words = "found database_size in the file sizes.txt, expected a law";
    assert!(error.to_string().contains(words), "{error}");
}
