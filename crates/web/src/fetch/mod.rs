//! The Fetch Standard (<https://fetch.spec.whatwg.org/>): bodies, and the client behind `fetch()`. `Headers`,
//! `Request`, `Response` and `fetch` themselves are JavaScript (`js/fetch/`).

mod address;
mod argument;
mod body;
mod body_ops;
mod cached;
mod channel;
mod client;
mod coding;
mod connections;
mod connector;
mod content_type;
mod error;
mod fetch_ops;
mod join;
// Loopback has more than one address on Linux alone.
#[cfg(test)]
#[cfg(target_os = "linux")]
mod private_tests;
mod redirect;
mod request;
mod resource;
mod tee;
mod websocket;

use selvedge_ops::OpDecl;

pub use address::is_private;
pub use argument::{BodyArgument, TakenBody};
pub use body::{Body, BoxError};
pub use cached::{FetchCache, ResponseCache, Through};
pub use channel::{BodyWriter, ChannelBody, channel};
pub use client::{FetchClient, FetchOptions, FetchSetupError, Fetched, Outgoing};
pub use coding::ContentCoding;
pub use connections::{Connection, Connections};
pub(crate) use connector::CONNECT_TIMEOUT;
pub use content_type::ContentType;
pub use error::{BodyError, FetchError};
pub use fetch_ops::{
    CDN_LOOP, FindSubrequests, ResponseParts, SubrequestPolicy, Subrequests, connect, response_parts, subrequests,
};
pub use request::{headers_from_flat, headers_to_flat};
pub use resource::{BodyResource, READ_ALL_LIMIT};

pub(crate) use websocket::ask_for_websocket;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    body_ops::op_body_cancel,
    body_ops::op_body_join,
    body_ops::op_body_joined,
    body_ops::op_body_read,
    body_ops::op_body_read_all,
    body_ops::op_body_read_text,
    body_ops::op_body_tee,
    body_ops::op_body_write,
    body_ops::op_body_writer_abort,
    body_ops::op_body_writer_close,
    body_ops::op_body_writer_open,
    fetch_ops::op_fetch,
    fetch_ops::op_fetch_with,
    fetch_ops::op_fetch_cancel,
    fetch_ops::op_fetch_cancel_close,
    fetch_ops::op_fetch_cancel_open,
    fetch_ops::op_fetch_data_url,
    fetch_ops::op_fetch_url,
];
