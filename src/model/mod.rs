//! The truth: servers, WAL, links, DNS records and clients as they really are.
//!
//! * `world`: every part by its id; `ids`: the ids and the limits of a run;
//! * `service`, `plan`, `node`: what a customer buys and what it is made of;
//! * `branch`, `session`, `stream`: WAL history, who writes it, how it flows;
//! * `failure`, `promotion`: how nodes fail, become primary and are built;
//! * `link`, `dns`, `client`, `connect`: networks, names, and those who use them;
//! * `event`, `signal`: what can happen, and how truth becomes news.
//!
//! Knows nothing of what the platform believes or of any verdict. Kept here: the world is a plain
//! value, and only its own functions change it.

mod branch;
mod client;
mod connect;
mod dns;
mod event;
mod failure;
mod ids;
mod link;
mod node;
mod plan;
mod promotion;
mod service;
mod session;
mod signal;
mod stream;
mod world;

pub use branch::{Branch, Session, Tally};
pub use client::{Client, ClientSetup, ServiceSetup, Spending, State, Trouble, Work};
pub use dns::{Change, Record, Resolver, Targets};
pub use event::{Event, Order, TIMER_RANK};
pub use ids::{
    BranchId, CLIENTS_MAX, ClientId, DeciderId, NODES_MAX, NodeId, RegionId, SERVICES_MAX,
    STEPS_MAX, ServiceId, Zone,
};
pub use link::{Cut, Links, Place, Side};
pub use node::{Fence, Host, Node, Process, Role};
pub use plan::{Endpoint, Plan};
pub use service::Service;
pub use session::FirstCommit;
pub use signal::{Condition, Report, Signal};
pub use stream::Ending;
pub use world::{Names, World};
