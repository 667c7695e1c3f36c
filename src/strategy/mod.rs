//! Strategies for property tests with proptest: scenarios and their parts, which shrink as a person
//! would make them simpler.
//!
//! * `domain`: a strategy that draws by the dice of the search and shrinks in terms of scenarios;
//! * `case`: a scenario with a seed, ready to run.
//!
//! Knows nothing of what a property says. Kept here: whatever is drawn is valid; a case shrinks to
//! valid cases, and a part by itself, whatever other parts it is put together with.
//!
//! # Examples
//! A property in ten lines; when it fails, the smallest case is printed as a scenario file.
//! ```
//! use cutover::check::Verdict;
//! use cutover::strategy;
//! use proptest::prelude::*;
//!
//! # let config = ProptestConfig { failure_persistence: None, cases: 16, ..Default::default() };
//! proptest!(config, |(case in strategy::cases())| {
//!     let outcome = case.run();
//!     let accounts = outcome.invariants.iter().find(|one| one.id == "accounting-adds-up");
//!     prop_assert_ne!(accounts.map(|one| one.verdict), Some(Verdict::Violated));
//! });
//! ```

mod case;
mod domain;

pub use case::Case;
pub use domain::{Domain, Tree};

use crate::kernel::Span;
use crate::knob::Tuning;
use crate::scenario::{Client, Failure, Loaded, Scenario, Service, Step};
use crate::search::{self, Conditions};

/// Whole scenarios with their seeds: services, clients, knobs, faults and orders.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let case = strategy::cases().new_tree(&mut runner).expect("it is drawn").current();
/// assert!(!case.run().services.is_empty());
/// ```
pub fn cases() -> Domain<Case> {
    let draw = |dice: &mut search::Dice| {
        let scenario = search::whole(dice).scenario;
        Case { scenario, seed: dice.below(1 << 32), conditions: Conditions::default() }
    };
    Domain::new(draw, |_| true)
}

/// A valid scenario under random faults and orders, at most so many steps more than it has.
///
/// Which kinds of fault may occur is drawn anew for each case, so that some come often together
/// and others not at all. Knobs that were set, a planted fault and a policy of one's own are those
/// of every case.
///
/// A case shrinks as a whole: services, clients and the time it runs are taken away like steps are.
/// A property that needs some of them draws [`steps`] instead, which shrink alone:
///
/// ```
/// # use cutover::strategy;
/// # use cutover::scenario::Scenario;
/// # use cutover::strategy::Case;
/// # use proptest::prelude::*;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// let conditions = cutover::search::Conditions::of(&base);
/// let mine = strategy::steps(base.clone(), 5).prop_map(move |script| {
///     Case { scenario: Scenario { script, ..base.scenario.clone() }, seed: 0, conditions }
/// });
/// # let _ = mine;
/// ```
///
/// # Examples
/// ```
/// use cutover::strategy;
/// use proptest::prelude::*;
/// use proptest::strategy::ValueTree;
/// use proptest::test_runner::TestRunner;
///
/// let text = r#"Scenario(
///     name: "mine",
///     services: [Service(name: "orders", plan: Premium)],
///     until: "20m",
/// )"#;
/// let base = cutover::scenario::parse("mine.ron", text)?;
/// let mut runner = TestRunner::deterministic();
/// let case = strategy::cases_of(base, 5).new_tree(&mut runner).expect("it is drawn").current();
/// assert!(case.scenario.script.len() <= 5);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn cases_of(base: Loaded, steps: u64) -> Domain<Case> {
    let conditions = Conditions::of(&base);
    let base = settled(base);
    let draw = move |dice: &mut search::Dice| {
        let scenario = search::add_steps(dice, &base, steps).scenario;
        Case { scenario, seed: dice.below(1 << 32), conditions }
    };
    Domain::new(draw, |_| true)
}

/// Returns a scenario whose file says all knobs that were set.
fn settled(mut base: Loaded) -> Loaded {
    base.scenario = base.settled();
    base
}

/// Returns whether a part fits a scenario, where it is put in its place.
fn fitting<T>(
    base: Scenario,
    put: impl Fn(&mut Scenario, T) + Send + Sync,
) -> impl Fn(&T) -> bool + Send + Sync
where
    T: Clone,
{
    move |part| {
        let mut scenario = base.clone();
        put(&mut scenario, part.clone());
        Loaded::from_scenario(scenario).is_ok()
    }
}

/// Services in their regions and how they are bound: pairs, groups, read replicas, windows.
///
/// Nothing happens in them and they have no clients; they are the base of other parts.
///
/// # Examples
/// A topology with clients and faults of its own:
/// ```
/// use cutover::scenario::{Loaded, Scenario};
/// use cutover::strategy;
/// use proptest::prelude::*;
///
/// let mine = strategy::topologies().prop_flat_map(|scenario| {
///     let base = Loaded::from_scenario(scenario).expect("what is drawn is valid");
///     let clients = strategy::clients(base.scenario.services.clone());
///     (clients, strategy::faults(base.clone(), 4), any::<u64>()).prop_map(
///         move |(clients, script, seed)| {
///             (Scenario { clients, script, ..base.scenario.clone() }, seed)
///         },
///     )
/// });
/// let mine = strategy::shrinking(mine);
/// # use proptest::{strategy::ValueTree, test_runner::TestRunner};
/// # let case = mine.new_tree(&mut TestRunner::deterministic()).expect("it is drawn").current();
/// # assert!(case.load().is_ok());
/// ```
pub fn topologies() -> Domain<Scenario> {
    Domain::new(|dice| search::topology(dice).scenario, |_| true)
}

/// One to three services of any plan, some of them with windows for maintenance.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let services = strategy::services().new_tree(&mut runner).expect("they are drawn").current();
/// assert!((1..=3).contains(&services.len()));
/// ```
pub fn services() -> Domain<Vec<Service>> {
    let draw = |dice: &mut search::Dice| {
        let mut services = search::services(dice);
        if dice.once_in(4) {
            search::add_windows(dice, &mut services, Span::from_hours(1));
        }
        services
    };
    Domain::new(draw, fitting(search::blank("services"), |all, services| all.services = services))
}

/// Up to four clients of some services; none where there is no service.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let clients = strategy::clients(base.scenario.services.clone());
/// assert!(clients.new_tree(&mut runner).expect("they are drawn").current().len() <= 4);
/// ```
pub fn clients(services: Vec<Service>) -> Domain<Vec<Client>> {
    let base = Scenario { services: services.clone(), ..search::blank("clients") };
    let fits = fitting(base.clone(), |all, clients| all.clients = clients);
    let draw = move |dice: &mut search::Dice| {
        let clients = search::clients(dice, &services).into_iter();
        clients.filter_map(|client| carried(&base, client)).collect()
    };
    Domain::new(draw, fits)
}

/// Returns a client with a rate that its connections carry, less than it had if need be.
fn carried(base: &Scenario, mut client: Client) -> Option<Client> {
    loop {
        let scenario = Scenario { clients: vec![client.clone()], ..base.clone() };
        if Loaded::from_scenario(scenario).is_ok() {
            return Some(client);
        }
        let rate = match &mut client {
            Client::Writer(writer) => &mut writer.writes_per_s,
            Client::Reader(reader) => &mut reader.reads_per_s,
            Client::SlotConsumer(_) => return None,
        };
        *rate = Some(*rate / 2).filter(|rate| *rate > 0)?;
    }
}

/// Knobs that a scenario may be tuned with, most of them at their defaults.
///
/// Quantities are about an eighth to eight times their defaults, rounded as people would; what
/// never happens by default happens after a time of that kind, and words are any of theirs.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let knobs = strategy::knobs(base.clone()).new_tree(&mut runner);
/// let tuning = knobs.expect("they are drawn").current();
/// let tuned = cutover::scenario::Scenario { tuning, ..base.scenario };
/// assert!(cutover::scenario::Loaded::from_scenario(tuned).is_ok());
/// ```
pub fn knobs(base: Loaded) -> Domain<Tuning> {
    let base = settled(base);
    let fits = fitting(base.scenario.clone(), |all, tuning| all.tuning = tuning);
    Domain::new(move |dice| search::tuned(dice, &base).scenario.tuning, fits)
}

/// At most so many steps that a scenario's script may go on with: faults, heals and orders.
///
/// Each step is checked against all that is before it, so bounds of tens are meant, not hundreds.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let steps = strategy::steps(base, 6).new_tree(&mut runner).expect("they are drawn").current();
/// assert!(steps.len() <= 6);
/// ```
pub fn steps(base: Loaded, most: u64) -> Domain<Vec<Step>> {
    scripts(base, move |dice, base| search::add_steps(dice, base, most))
}

/// Returns what is added to the script of a scenario.
fn scripts(
    base: Loaded,
    add: impl Fn(&mut search::Dice, &Loaded) -> Loaded + Send + Sync + 'static,
) -> Domain<Vec<Step>> {
    let base = settled(base);
    let old = base.scenario.script.len();
    let fits = fitting(base.scenario.clone(), |all, steps: Vec<Step>| all.script.extend(steps));
    Domain::new(move |dice| add(dice, &base).scenario.script.split_off(old), fits)
}

/// At most so many steps of faults and their heals.
///
/// Which kinds of fault may occur is drawn anew each time, as for [`cases_of`].
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// use cutover::scenario::Deed;
/// # let mut runner = TestRunner::deterministic();
/// let faults = strategy::faults(base, 6).new_tree(&mut runner).expect("they are drawn").current();
/// assert!(!faults.iter().any(|step| matches!(step.deed(), Deed::Operator(..))));
/// ```
pub fn faults(base: Loaded, most: u64) -> Domain<Vec<Step>> {
    scripts(base, move |dice, base| search::add_faults(dice, base, most))
}

/// At most so many failures, and three: what goes wrong by itself, by laws or at times.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let failures = strategy::failures(base, 2).new_tree(&mut runner).expect("they are drawn");
/// assert!(failures.current().len() <= 2);
/// ```
pub fn failures(base: Loaded, most: u64) -> Domain<Vec<Failure>> {
    let base = settled(base);
    let old = base.scenario.failures.len();
    let add = |all: &mut Scenario, failures: Vec<Failure>| all.failures.extend(failures);
    let fits = fitting(base.scenario.clone(), add);
    let draw = move |dice: &mut search::Dice| {
        search::add_failures(dice, &base, most).scenario.failures.split_off(old)
    };
    Domain::new(draw, fits)
}

/// At most so many orders of operators.
///
/// # Examples
/// ```
/// # use cutover::strategy;
/// # use proptest::prelude::*;
/// # use proptest::strategy::ValueTree;
/// # use proptest::test_runner::TestRunner;
/// # let text = r#"Scenario(name: "mine", until: "20m",
/// #     services: [Service(name: "orders", plan: Premium)])"#;
/// # let base = cutover::scenario::parse("mine.ron", text).expect("it is valid");
/// # let mut runner = TestRunner::deterministic();
/// let orders = strategy::orders(base, 6).new_tree(&mut runner).expect("they are drawn").current();
/// assert!(orders.len() <= 6);
/// ```
pub fn orders(base: Loaded, most: u64) -> Domain<Vec<Step>> {
    scripts(base, move |dice, base| search::add_orders(dice, base, most))
}

/// Any scenarios with seeds, made to shrink as scenarios do.
///
/// For scenarios that are put together by strategies of one's own.
///
/// # Examples
/// ```
/// use cutover::scenario::Scenario;
/// use cutover::strategy;
/// use proptest::prelude::*;
///
/// let text = r#"Scenario(
///     name: "mine",
///     services: [Service(name: "orders", plan: Business)],
///     until: "20m",
/// )"#;
/// let base = cutover::scenario::parse("mine.ron", text)?;
/// let parts = (strategy::steps(base.clone(), 4), strategy::knobs(base.clone()), any::<u64>());
/// let mine = parts.prop_map(move |(script, tuning, seed)| {
///     (Scenario { script, tuning, ..base.scenario.clone() }, seed)
/// });
/// let mine = strategy::shrinking(mine);
/// # let _ = mine;
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn shrinking(
    scenarios: impl proptest::strategy::Strategy<Value = (Scenario, u64)>,
) -> impl proptest::strategy::Strategy<Value = Case> {
    domain::Shrinking::new(scenarios)
}
