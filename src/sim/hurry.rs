//! Runs that are made likelier than they are: while a service is degraded, the failures of its
//! nodes come faster, and the run keeps account of it. Or they are cloned, and go different ways.
//!
//! Knows nothing of estimates. Kept here: only memoryless clocks are hurried or wound up anew, and
//! every microsecond and every strike of a hurried clock is in the account, so that the weight of a
//! run is exact.

use super::Sim;
use super::failure::{Hurry, Occurs, Subject};
use crate::fault::Target;
use crate::kernel::{Instant, Law, Span};
use crate::model::ServiceId;

impl Sim {
    /// Winds the clocks of services up anew that have become degraded, or whole.
    pub(super) fn hurry_failures(&mut self) {
        if self.setup.failure_bias <= 1 {
            return;
        }
        for index in 0..self.world.services.len() {
            let service = ServiceId::at(index);
            let degraded = self.world.nodes_out(service) > 0;
            let known = self.failures.degraded.contains(&service);
            if degraded == known {
                continue;
            }
            if degraded {
                self.failures.degraded.push(service);
            } else {
                self.failures.degraded.retain(|other| *other != service);
            }
            for clock in 0..self.failures.clocks.len() {
                if self.can_hurry(clock) == Some(service) && self.failures.clocks[clock].runs {
                    self.leave_hurry(clock, false);
                    self.wind_up(clock);
                }
            }
        }
    }

    /// Returns the service whose state a clock's speed depends on, if it is memoryless.
    fn can_hurry(&self, clock: usize) -> Option<ServiceId> {
        let failure = &self.setup.failures[self.failures.clocks[clock].failure];
        let memoryless = match &failure.occurs {
            Occurs::Every(gaps) => gaps.exponential_mean().is_some(),
            Occurs::Times(_) => false,
        };
        match failure.strikes {
            Subject::EachNode(service) | Subject::EachLink(service, _) if memoryless => {
                Some(service)
            }
            Subject::EachNode(_)
            | Subject::EachLink(..)
            | Subject::EachZone(_)
            | Subject::Only(Target::One(_) | Target::Link { .. }) => None,
        }
    }

    /// Returns whether a clock is to run faster now.
    pub(super) fn hurries(&self, clock: usize) -> bool {
        let degraded = |service| self.failures.degraded.contains(&service);
        self.setup.failure_bias > 1 && self.can_hurry(clock).is_some_and(degraded)
    }

    /// Returns a hurried clock's time to its next strike: memoryless laws only differ in scale.
    ///
    /// A draw of the slow law, divided, would not do: beyond a century it is cut off.
    pub(super) fn hurried(&self, mean: Span, word: u64) -> Span {
        let mean = mean.as_micros() / u64::from(self.setup.failure_bias);
        Law::Exponential(Span::from_micros(mean)).draw(word)
    }

    /// Books the time for which a clock was hurried until now, and its strike.
    pub(super) fn leave_hurry(&mut self, clock: usize, struck: bool) {
        let Some(since) = self.failures.clocks[clock].hurried.take() else { return };
        let means = self.means(clock, since);
        self.failures.hurry.means += means;
        self.failures.hurry.strikes += u32::from(struck);
    }

    /// Returns how long a clock has run since an instant, in means of its law.
    fn means(&self, clock: usize, since: Instant) -> u128 {
        let failure = &self.setup.failures[self.failures.clocks[clock].failure];
        let Occurs::Every(gaps) = &failure.occurs else { return 0 };
        let mean = gaps.exponential_mean().map_or(1, Span::as_micros).max(1);
        (u128::from(self.world.now.since(since).as_micros()) << 40) / u128::from(mean)
    }

    /// Returns by how much the run was made likelier until now.
    pub(super) fn hurry(&self) -> Hurry {
        let running = self.failures.clocks.iter().enumerate();
        let means = running.filter_map(|(index, clock)| Some(self.means(index, clock.hurried?)));
        Hurry { means: self.failures.hurry.means + means.sum::<u128>(), ..self.failures.hurry }
    }

    /// Returns how many nodes are out of service where most are, of one service.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = std::sync::Arc::new(loaded.setup);
    /// let mut sim = cutover::sim::Sim::new(setup, 0);
    /// use cutover::kernel::{Instant, Span};
    /// assert_eq!(sim.nodes_out(), 0);
    /// sim.run_until(Instant::ZERO + Span::from_mins(1));
    /// assert_eq!(sim.nodes_out(), 1);
    /// ```
    pub fn nodes_out(&self) -> u8 {
        let services = self.world.services.iter().map(|service| service.id);
        services.map(|service| self.world.nodes_out(service)).max().unwrap_or(0)
    }

    /// Lets failures go a way of their own from here on, of which 0 is that of the run itself.
    ///
    /// A clone that goes another way draws the same for everything but failures; memoryless clocks
    /// are wound up anew, which changes nothing of their law.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::sim::Sim;
    ///
    /// let text = r#"Scenario(
    ///     name: "ways",
    ///     services: [Service(name: "orders", plan: Business)],
    ///     failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
    ///         occurs: Every("exponential(10d)"))],
    ///     until: "30d",
    /// )"#;
    /// let loaded = cutover::scenario::parse("ways.ron", text)?;
    /// let mut one = Sim::new(Arc::new(loaded.setup), 0);
    /// one.run_until(Instant::ZERO + Span::from_secs(3_600));
    /// let mut two = one.clone();
    /// two.part(1);
    /// one.run();
    /// two.run();
    /// assert_ne!(one.fingerprint(), two.fingerprint());
    /// # Ok::<(), cutover::scenario::Errors>(())
    /// ```
    pub fn part(&mut self, way: u32) {
        self.failures.way = way;
        for index in 0..self.failures.clocks.len() {
            let clock = &self.failures.clocks[index];
            let occurs = &self.setup.failures[clock.failure].occurs;
            let memoryless =
                matches!(occurs, Occurs::Every(gaps) if gaps.exponential_mean().is_some());
            if memoryless && clock.runs {
                self.leave_hurry(index, false);
                self.wind_up(index);
            }
        }
    }
}
