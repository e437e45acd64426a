//! The Web Platform APIs: what code written for browsers may expect anywhere.
//!
//! One folder a standard, twice: `js/<standard>/` holds its classes, in JavaScript, and `src/<standard>/` the
//! ops behind them. Classes are plain JavaScript with private fields, which the JIT sees through and which no guest
//! can reach into; Rust does the heavy work (parsing, hashing, encoding, sockets). Nothing here knows of Workers.

pub mod blob;
pub mod clone;
pub mod compression;
pub mod console;
pub mod crypto;
pub mod encoding;
pub mod fetch;
mod globals;
mod meter;
pub mod performance;
pub mod sockets;
pub mod timers;
pub mod url;
pub mod websocket;

use selvedge_ops::OpDecl;
const OPS: &[&[OpDecl]] = &[
    blob::OPS,
    clone::OPS,
    compression::OPS,
    console::OPS,
    crypto::OPS,
    encoding::OPS,
    fetch::OPS,
    globals::OPS,
    performance::OPS,
    sockets::OPS,
    timers::OPS,
    url::OPS,
    websocket::OPS,
];

/// The ops of this crate. Its JavaScript becomes a part of the platform's script; `selvedge:web/globals.js` puts the
/// classes on a global object.
pub fn ops() -> Vec<OpDecl> {
    OPS.concat()
}
