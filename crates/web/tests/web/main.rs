//! One binary for all tests that need no engine: V8 is linked into each.
#![allow(clippy::unwrap_used)]

mod fetch;
