//! The front end: everything between the sockets and the Workers.
//!
//! A [`Server`] accepts connections (HTTP/1.1, HTTP/2, TLS) and gives each request, with a
//! [`ClientInfo`] that says who sent it, to one [`Handler`]. This crate knows nothing of V8, of
//! Workers' code or of configuration files: the binary joins them. What it offers beside the server
//! are the decisions a front end makes, each a plain function or value of its own: which Worker a
//! URL belongs to ([`routing`]), what `request.cf` says ([`Cf`], [`GeoDb`]), which static asset
//! answers ([`assets`]), what a visitor sees when nothing else can ([`error_page`]), and what the
//! operator's log says ([`access_log`]).

pub mod access_log;
pub mod assets;
pub mod error_page;
pub mod routing;

mod activity;
mod admission;
mod ascii;
mod body_limit;
mod bystander;
mod cdn_loop;
mod cf;
mod chunks;
mod client;
mod connection;
mod forwarded;
mod geo;
mod handler;
mod head_tap;
mod home_stream;
mod homes;
mod origin;
mod outbox;
mod prefetch;
mod raw_head;
mod ray;
mod response;
mod server;
mod socket;
mod tap_io;
mod tls;
mod upgrade;

pub use body_limit::{BodyLimit, BodyTooLarge, LimitedBody};
pub use cdn_loop::next_cdn_loop;
pub use cf::{Cf, Place};
pub use client::{ClientInfo, Scheme};
pub use geo::{GeoDb, GeoDbError, Location, Locator};
pub use handler::{BoxError, Handler};
pub use homes::{Home, Homes};
pub use origin::Origin;
pub use ray::RayId;
pub use response::{LastResponse, ResponseBody};
pub use server::{BindError, Limits, Server, ServerConfig, Timeouts};
pub use tls::{TlsConfig, TlsError};
pub use upgrade::{GoingAway, Taken, Takeover};
