//! The truth: servers, WAL, links, DNS records and clients as they really are.
//!
//! * `world`: every part by its id; `ids`: the ids and the limits of a run;
//! * `service`, `plan`, `node`: what a customer buys and what it is made of;
//! * `branch`, `session`, `stream`: WAL history, who writes it, how it flows;
//! * `quorum`, `quorum_setting`: which commits wait for standbys, and who counts;
//! * `failure`, `impairment`, `stall`: how nodes, links and the platform's machinery fail;
//! * `promotion`, `demotion`, `restart`, `backup`: how nodes become primary or standby, restart,
//!   are built, restored;
//! * `integration`: which service follows which;
//! * `stop`, `forward`: how an old primary is stopped and passes connections on; `upgrade`: how a
//!   primary is upgraded in place, and services are powered off;
//! * `drawn`: delays and sizes that follow a law;
//! * `link`, `dns`: networks and names; `client`, `work`, `driver`, `part`, `settings`: who
//!   uses them, for what, and how;
//! * `lookup`, `connect_outcome`, `connect`, `patience`: how they ask, try addresses, wait;
//! * `retry_cycle`, `renewal`: how they retry for hours and replace old connections;
//! * `availability`: since when servers would do the work of a client in an outage;
//! * `sight`: what readers have seen;
//! * `slot`, `consumer`: logical slots and who reads them; `slot_jobs`, `slot_sync`: who copies
//!   them; `slot_wal`: the WAL that is kept for them;
//! * `event`, `signal`: what can happen, and how truth becomes news.
//!
//! Knows nothing of what the platform believes or of any verdict. Kept here: the world is a plain
//! value, and only its own functions change it.

mod availability;
mod backup;
mod branch;
mod client;
mod connect;
mod connect_outcome;
mod consumer;
mod demotion;
mod dns;
mod drawn;
mod driver;
mod event;
mod failure;
mod forward;
mod ids;
mod impairment;
mod integration;
mod link;
mod lookup;
mod node;
mod part;
mod patience;
mod plan;
mod promotion;
mod quorum;
mod quorum_setting;
mod renewal;
mod restart;
mod retry_cycle;
mod service;
mod session;
mod settings;
mod sight;
mod signal;
mod slot;
mod slot_jobs;
mod slot_sync;
mod slot_wal;
mod stall;
mod stop;
mod stream;
mod upgrade;
mod work;
mod world;

pub use branch::{Branch, Session};
pub(crate) use client::Activity;
pub use client::{Client, ClientOutage, ClientSetup, State};
pub use consumer::{Consumption, Reading};
pub use dns::{Change, Record, Resolver, Targets};
pub(crate) use drawn::{COMMIT_MAX, Drawn};
pub use driver::{DRIVERS, Driver, DriverCard};
pub(crate) use event::TIMER_RANK;
pub use event::{Event, Order};
pub use ids::{
    BranchId, ClientId, DatabaseId, DeciderId, LookoutId, NodeId, RegionId, ServiceId, SlotId, Zone,
};
pub(crate) use ids::{CLIENTS_MAX, NODES_MAX, SERVICES_MAX, SLOTS_MAX, STEPS_MAX};
pub use integration::{Integration, IntegrationKind};
pub use link::Place;
pub(crate) use link::{Cut, Flap, Links, Side, Slow};
pub use lookup::Held;
pub use node::{Fence, Host, Impairments, Node, Process, Role};
pub use part::Part;
pub use plan::{Endpoint, Plan};
pub(crate) use quorum::Quorum;
pub use quorum::QuorumRule;
pub(crate) use retry_cycle::RETRIES_TOLD;
pub use service::{Service, ServiceSetup};
pub use settings::{Cache, ClientSettings, DriverParts, Hosts, Keepalive, Pool, SessionAttrs};
pub use sight::Sight;
pub use signal::{Answer, Condition, Report, Signal};
pub(crate) use slot::{Database, Installed};
pub use slot::{DatabaseSetup, Slot, SlotCopy, SlotSetup};
pub(crate) use slot_jobs::SlotFeed;
pub(crate) use slot_sync::SlotSync;
pub(crate) use stop::StopWait;
pub use work::{Arrivals, Work};
pub use world::{Names, World};
