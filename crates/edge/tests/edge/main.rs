//! The listeners and the assets, over real sockets and files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod assets;
mod bad_input;
mod disconnect;
mod drain;
mod homes;
mod http1;
mod http2;
mod support;
mod tls;
