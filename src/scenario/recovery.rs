//! A scenario whose services have recovery services in another region.
//!
//! Knows nothing of how a recovery service takes over. Kept here: what strikes the services of the
//! scenario strikes them as before; the other region has failures of the same kind, of its own.

use super::error::Errors;
use super::file::{Failure, Integration, Occurs, Service, Strikes, Target};
use super::loaded::Loaded;

/// What the names of a recovery service, of its region and of its failures end in.
const SUFFIX: &str = "-recovery";

fn other(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

impl Loaded {
    /// Returns the same scenario with a recovery service in another region for each of its services
    /// that is not bound to another one; it has the plan, and the failures, of its service.
    ///
    /// Clients stay where they are: a pair shares the name of the writer. Knobs stay as they are.
    ///
    /// # Errors
    /// When a service cannot have a recovery service, or names of the scenario are taken.
    ///
    /// # Examples
    /// ```
    /// let text = r#"Scenario(
    ///     name: "alone",
    ///     services: [Service(name: "orders", plan: Business, region: "eu-west")],
    ///     until: "1h",
    /// )"#;
    /// let loaded = cutover::scenario::parse("alone.ron", text)?.with_recovery()?;
    /// let services: Vec<&str> =
    ///     loaded.scenario.services.iter().map(|service| service.name.as_str()).collect();
    /// assert_eq!(services, ["orders", "orders-recovery"]);
    /// assert_eq!(loaded.scenario.services[1].region, "eu-west-recovery");
    /// # Ok::<(), cutover::scenario::Errors>(())
    /// ```
    pub fn with_recovery(&self) -> Result<Self, Errors> {
        let mut scenario = self.scenario.clone();
        let bound = |service: &Service| {
            let ends = |one: &Integration| {
                [one.source().1 == service.name, one.destination().1 == service.name]
            };
            self.scenario.integrations.iter().flat_map(ends).any(|ends| ends)
        };
        let alone: Vec<Service> =
            self.scenario.services.iter().filter(|service| !bound(service)).cloned().collect();
        for service in &alone {
            let recovery = other(&service.name);
            scenario.services.push(Service {
                name: recovery.clone(),
                region: other(&service.region),
                ..service.clone()
            });
            let primary = service.name.clone();
            let set_up = true;
            let pair = Integration::DisasterRecovery { primary, recovery, set_up };
            scenario.integrations.push(pair);
        }
        let failures = self.scenario.failures.iter();
        scenario.failures.extend(failures.filter_map(|failure| elsewhere(failure, &alone)));
        self.replaced(scenario)
    }
}

/// Returns the failure that strikes recovery services or their regions as this one strikes these,
/// if it comes by a law.
fn elsewhere(failure: &Failure, services: &[Service]) -> Option<Failure> {
    let known = |name: &String| services.iter().any(|service| service.name == *name);
    let region = |name: &String| services.iter().any(|service| service.region == *name);
    let strikes = match &failure.strikes {
        Strikes::EachNode(service) if known(service) => Strikes::EachNode(other(service)),
        Strikes::EachLink(service, to) if known(service) => {
            Strikes::EachLink(other(service), to.clone())
        }
        Strikes::EachZone(name) if region(name) => Strikes::EachZone(other(name)),
        Strikes::Only(Target::Zone(name, zone)) if region(name) => {
            Strikes::Only(Target::Zone(other(name), *zone))
        }
        Strikes::Only(Target::Region(name)) if region(name) => {
            Strikes::Only(Target::Region(other(name)))
        }
        Strikes::EachNode(_) | Strikes::EachLink(..) | Strikes::EachZone(_) | Strikes::Only(_) => {
            return None;
        }
    };
    // What happens at a time of the calendar happens here and not there.
    let by_law = matches!(failure.occurs, Occurs::Every(_));
    by_law.then(|| Failure { name: other(&failure.name), strikes, ..failure.clone() })
}
