//! The storage on real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy's exemption of tests ends at the helpers that they call"
)]

mod analytics;
mod blobs;
mod cache;
mod d1;
mod d1_history;
mod databases;
mod hostile;
mod import;
mod kv;
mod secrets;
