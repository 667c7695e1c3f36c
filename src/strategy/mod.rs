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

use serde_json::json;

use crate::knob::Tuning;
use crate::scenario::{Client, Deed, Loaded, Scenario, Service, Step};
use crate::search;

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
    Domain::new(|dice| {
        let scenario = search::whole(dice).scenario;
        Case { scenario, seed: dice.below(1 << 32) }
    })
}

/// A valid scenario under random faults and orders, at most so many steps more than it has.
///
/// Which kinds of fault may occur is drawn anew for each case, so that some come often together
/// and others not at all.
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
    Domain::new(move |dice| {
        let scenario = search::add_steps(dice, &base, steps).scenario;
        Case { scenario, seed: dice.below(1 << 32) }
    })
}

/// One to three services of any plan.
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
    Domain::new(search::services)
}

/// Up to four clients of some services, of which there is at least one.
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
    Domain::new(move |dice| {
        let clients = search::clients(dice, &services).into_iter();
        clients.filter_map(|client| carried(&services, client)).collect()
    })
}

/// Returns a client with a rate that its connections carry, less than it had if need be.
///
/// A rate that is made simpler is smaller, so what a client shrinks to is carried as well.
fn carried(services: &[Service], mut client: Client) -> Option<Client> {
    let blank = json!({ "name": "clients", "services": [], "until": "1h" });
    let blank: Scenario = serde_json::from_value(blank).ok()?;
    loop {
        let (services, clients) = (services.to_vec(), vec![client.clone()]);
        let scenario = Scenario { services, clients, ..blank.clone() };
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

/// Knobs within an eighth and eight times their defaults that a scenario may be tuned with.
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
    Domain::new(move |dice| search::tuned(dice, &base).scenario.tuning)
}

/// At most so many steps that a scenario's script may go on with: faults, heals and orders.
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
    let old = base.scenario.script.len();
    Domain::new(move |dice| search::add_steps(dice, &base, most).scenario.script.split_off(old))
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
    let old = base.scenario.script.len();
    Domain::new(move |dice| {
        let mut script = search::add_orders(dice, &base, most).scenario.script.split_off(old);
        script.retain(|step| matches!(step.deed(), Deed::Operator(..)));
        script
    })
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
