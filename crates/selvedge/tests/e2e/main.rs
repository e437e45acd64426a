//! The real binary, driven over real sockets: one test for each behaviour that the documentation promises.
//!
//! Everything is one test program because each test program would link V8 once more. Tests wait for conditions, with one
//! bound for all of them ([`support::PATIENCE`]), and never assert how long something took.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy's exemption of tests ends at the helpers that they call"
)]

mod analytics;
mod assets;
mod auth;
mod bad_input;
mod bounds;
mod caching;
mod commands;
mod confinement;
mod console;
mod cores;
mod crash;
mod crons;
mod d1;
mod environment;
mod examples;
mod failures;
mod fetch_options;
mod fetching;
mod fleet;
mod handlers;
mod hostile;
mod hyperdrive;
mod import;
mod kv;
mod lifecycle;
mod metrics;
mod modules;
mod node_http;
mod node_native;
mod node_net;
mod nodejs;
mod protocols;
mod r2;
mod ranks;
mod rate_limits;
mod refusals;
mod reload;
mod request_cf;
mod sandbox;
mod secrets_store;
mod services;
mod soak;
mod sockets;
mod spread;
mod streaming;
mod stuck;
mod support;
mod version_metadata;
mod websocket;
