//! Whole builds of projects made in temporary folders.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod assets;
mod errors;
mod format;
mod incremental;
mod no_bundle;
mod packages;
mod project;
mod source;
mod watch;
