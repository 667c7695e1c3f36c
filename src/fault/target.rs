//! What a fault is aimed at, with names resolved to ids and roles left open until it strikes.
//!
//! Knows nothing of how a fault acts. Kept here: a heal has the same target as its fault, so a
//! role that has moved since does not matter.

use crate::model::{ClientId, RegionId, ServiceId, Zone};

/// What a fault is aimed at.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::fault::{Party, Target};
/// let target = loaded.setup.script[0].deed.target();
/// assert!(matches!(target, Target::Link { to: Party::Everyone, both: true, .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One party.
    One(Party),
    /// The link between two parties.
    Link {
        /// The sending side.
        from: Party,
        /// The receiving side.
        to: Party,
        /// Whether the other direction is meant as well.
        both: bool,
    },
}

/// One side of a link, or the victim of a fault.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::fault::{Party, Target};
/// use cutover::model::ServiceId;
/// let target = loaded.setup.script[0].deed.target();
/// assert_eq!(target, Target::One(Party::Primary(ServiceId(0))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The node of a service with this number in its name.
    Node(ServiceId, u16),
    /// Whichever node is the service's primary at that instant.
    Primary(ServiceId),
    /// The service's standby that is n-th by its number, from 1, at that instant.
    Standby(ServiceId, u8),
    /// The management platform.
    Platform,
    /// The observer with this number, from 0.
    Observer(u8),
    /// A client.
    Client(ClientId),
    /// Everything in one zone of a region.
    Zone(RegionId, Zone),
    /// Everything in a region.
    Region(RegionId),
    /// Everything else.
    Everyone,
    /// A service as a whole: its archive, its names, its machines to come.
    Service(ServiceId),
}
