//! The storage on real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy's exemption of tests ends at the helpers that they call"
)]

mod analytics;
mod d1;
mod d1_history;
mod blobs;
mod cache;
mod databases;
mod import;
mod kv;
mod secrets;
