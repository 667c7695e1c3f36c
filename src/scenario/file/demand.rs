//! What a scenario file demands: what must happen, and which violations are accepted.
//!
//! Knows nothing of how a demand is judged. Kept here: every range is inclusive, and every
//! accepted violation has a bound and a reason.

use serde::{Deserialize, Serialize};

use crate::check::{Amount, Verdict};
use crate::control::{GroupPart, Operator, PairRole, ServiceState};
use crate::kernel::{Bytes, Span};
use crate::model::Endpoint;
use crate::sim::{PhaseName, SlotState};

/// What must happen. A pair of numbers or durations is an inclusive range.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Expectation;
/// let once = Expectation::Promotions { service: "orders".to_owned(), count: 1 };
/// assert!(loaded.scenario.expect.contains(&once));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Expectation {
    /// The node finishes a promotion in this range of the run.
    Promoted {
        /// The node.
        node: String,
        /// When.
        between: (Span, Span),
    },
    /// The service sees exactly this many promotions.
    Promotions {
        /// The service.
        service: String,
        /// How many.
        count: u32,
    },
    /// The promotion of the node takes this long from the order to the end.
    PromotionTakes {
        /// The node.
        node: String,
        /// How long.
        between: (Span, Span),
    },
    /// The platform marks the node as down in this range of the run.
    MarkedDown {
        /// The node.
        node: String,
        /// When.
        between: (Span, Span),
    },
    /// From this instant to the end of the run, the name points to a node that serves it.
    EndpointServes {
        /// Which name.
        endpoint: Endpoint,
        /// Of which service.
        service: String,
        /// From when on.
        by: Span,
    },
    /// At this instant the name points to exactly these nodes.
    EndpointPoints {
        /// Which name.
        endpoint: Endpoint,
        /// Of which service.
        service: String,
        /// To which nodes.
        to: Vec<String>,
        /// When.
        at: Span,
    },
    /// The service is whole, with this many nodes in service, from this instant to the end.
    NodeCount {
        /// The service.
        service: String,
        /// How many nodes.
        nodes: u8,
        /// From when on.
        by: Span,
    },
    /// The client's outages add up to this much.
    Outage {
        /// The client.
        client: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// The service loses this many acknowledged commits.
    LostCommits {
        /// The service.
        service: String,
        /// How many.
        between: (u64, u64),
    },
    /// The service loses this much WAL.
    LostBytes {
        /// The service.
        service: String,
        /// How much.
        between: (Bytes, Bytes),
    },
    /// The lost suffix of acknowledged commits reaches this far back.
    LossWindow {
        /// The service.
        service: String,
        /// How far.
        between: (Span, Span),
    },
    /// The node acknowledges this many commits from this instant on.
    AcknowledgedBy {
        /// The node.
        node: String,
        /// From when on.
        after: Span,
        /// How many.
        between: (u64, u64),
    },
    /// Two nodes of the service are writable at once for this long in total.
    DualWriters {
        /// The service.
        service: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// The service is without a promotable standby for this long in total.
    Exposure {
        /// The service.
        service: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// The last primary has this of the slot.
    SlotState {
        /// The service.
        service: String,
        /// The slot.
        slot: String,
        /// What.
        is: SlotState,
    },
    /// On the last primary the slot's position was this old when the one before was lost.
    SlotAge {
        /// The service.
        service: String,
        /// The slot.
        slot: String,
        /// How old.
        between: (Span, Span),
    },
    /// On the last primary the slot was this far behind that of the one before.
    SlotLag {
        /// The service.
        service: String,
        /// The slot.
        slot: String,
        /// How far.
        between: (Bytes, Bytes),
    },
    /// The slot's consumer is given this many commits again.
    Duplicates {
        /// The service.
        service: String,
        /// The slot.
        slot: String,
        /// How many.
        between: (u64, u64),
    },
    /// The slot's consumer is never given this many commits.
    SkippedCommits {
        /// The service.
        service: String,
        /// The slot.
        slot: String,
        /// How many.
        between: (u64, u64),
    },
    /// The slot's consumer was given this many commits that a later primary does not have.
    PhantomCommits {
        /// The service.
        service: String,
        /// The slot.
        slot: String,
        /// How many.
        between: (u64, u64),
    },
    /// The platform enters these phases in this order, others in between or not.
    PhaseOrder {
        /// The service.
        service: String,
        /// The phases.
        phases: Vec<PhaseName>,
    },
    /// At no instant has the service more nodes than this, and at one it has as many.
    PeakNodes {
        /// The service.
        service: String,
        /// How many nodes.
        nodes: u8,
    },
    /// The client has this many outages longer than this.
    Outages {
        /// The client.
        client: String,
        /// How long an outage has to be to count.
        longer_than: Span,
        /// How many.
        count: u32,
    },
    /// At this instant the service has this role in its pair.
    RoleBy {
        /// The service.
        service: String,
        /// Its role.
        role: PairRole,
        /// When.
        by: Span,
    },
    /// At this instant the service is shown in this state: one of a pair, or one that an order had
    /// down as a whole.
    StateBy {
        /// The service.
        service: String,
        /// Its state.
        state: ServiceState,
        /// When.
        by: Span,
    },
    /// An operator's order for the service is refused for this reason.
    Refused {
        /// The order.
        order: Operator<String>,
        /// For which service.
        service: String,
        /// The reason's name, as `cutover list refusals` tells it.
        because: String,
    },
    /// No WAL flows between the services of the pair for this long in total.
    Unprotected {
        /// One of the services.
        service: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// At this instant the service is this in its group.
    PartBy {
        /// The service.
        service: String,
        /// What it is.
        part: GroupPart,
        /// When.
        by: Span,
    },
    /// Both instances of the group are writable for this long in total.
    BothWritable {
        /// One of the instances.
        service: String,
        /// How long in total.
        between: (Span, Span),
    },
    /// Both clients cannot do their work at the same time for this long in total.
    OutageTogether {
        /// The clients.
        clients: (String, String),
        /// How long in total.
        between: (Span, Span),
    },
    /// An invariant comes out like this.
    Verdict {
        /// The invariant's id.
        invariant: String,
        /// How it comes out.
        is: Verdict,
    },
    /// The expectation within is not met yet, which is known; it is wrong once it is met.
    ///
    /// `Fails(expectation: Verdict(invariant: .., is: Holds), ..)` also excuses that invariant.
    Fails {
        /// What is to be met some day.
        expectation: Box<Expectation>,
        /// Why it is not.
        because: String,
    },
}

/// A violation that the scenario accepts.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/both-nodes-die.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::check::Amount;
/// use cutover::scenario::Allowance;
/// let Allowance::Violation { invariant, at_most, .. } = &loaded.scenario.allow[0];
/// assert_eq!((invariant.as_str(), *at_most), ("acked-write-survives", Amount::Commits(1_077)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Allowance {
    /// A violation of one invariant up to a bound.
    Violation {
        /// The invariant's id.
        invariant: String,
        /// The bound, in a unit that the invariant is measured in.
        at_most: Amount,
        /// Why it is accepted.
        because: String,
    },
}
