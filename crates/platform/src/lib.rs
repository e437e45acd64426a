//! Workers on the engine: what Cloudflare's platform adds to the web's own.
//!
//! A [`Worker`] is one deployed script with its bindings. It keeps instances of itself, starts them when events
//! need them, and delivers events: [`Worker::fetch`] and [`Worker::scheduled`]. Between the native side and a
//! handler there is one crossing each way: the dispatch function of `js/fetch.js` is called with method and URL,
//! and calls `op_respond` with all of the response. Headers, `request.cf` and the body stay outside until
//! JavaScript looks at them; a body that it never reads goes from socket to socket.
//!
//! Bindings are described to JavaScript once, when an instance starts. One that answers requests is a
//! [`Fetcher`]; static assets are the first of that kind.

mod analytics;
mod binding;
mod cache;
mod d1;
mod error;
mod event;
mod exchange;
mod gate;
mod html_rewriter;
mod hyperdrive;
mod instances;
mod kv;
mod lineage;
mod log;
mod methods;
mod metrics;
mod ops;
mod quarantine;
mod r2;
mod rate_limit;
mod run;
mod schedule;
mod secrets;
mod service;
mod sockets;
mod spare_headers;
mod start;
mod taken;
mod tells;
mod webassembly;
mod websocket;
mod worker;

pub use binding::{Binding, BoxFuture, Fetcher, FetcherError, Hyperdrive};
pub use cache::WorkerCache;
pub use error::WorkerError;
pub use event::{FetchEvent, RequestContext, ScheduledEvent};
pub use lineage::Lineage;
pub use metrics::{Bound, Durations, EventOutcome, Metrics};
pub use rate_limit::{RateLimit, RateLimiter};
pub use schedule::Scheduler;
pub use selvedge_node::{NodeCompat, NodeLevel};
pub use selvedge_web::fetch::Body;
pub use service::{Service, ServiceCall, ServiceError};
pub use start::Handlers;
pub use worker::{Worker, WorkerOptions};

use selvedge_ops::OpDecl;
use selvedge_runtime::{EngineOptions, InternalModule, InternalScript};

/// The JavaScript of this crate and of `web`, as one script (`bundle.mjs`).
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/platform.js"));

/// Its deferred modules (`deferred.mjs`).
const GROUPS: &[InternalModule] = include!(concat!(env!("OUT_DIR"), "/js_modules.rs"));

const OPS: &[&[OpDecl]] = &[
    analytics::OPS,
    cache::OPS,
    d1::OPS,
    html_rewriter::OPS,
    kv::OPS,
    ops::OPS,
    r2::OPS,
    rate_limit::OPS,
    secrets::OPS,
    service::OPS,
    sockets::OPS,
    webassembly::OPS,
    websocket::OPS,
];

/// All that the platform is made of, for the engine.
pub fn engine_options() -> EngineOptions {
    let ops = [selvedge_web::ops(), OPS.concat()].concat();
    let script = InternalScript { name: "selvedge:platform", ops, source: SCRIPT, groups: GROUPS };
    EngineOptions { scripts: vec![script], extensions: vec![selvedge_node::extension()] }
}
