//! `selvedge serve`: one or many Workers, for good.

mod args;
mod boot;
mod handler;
mod jitless;
mod origins;
mod projects;
mod routes;
mod run;

pub(crate) use args::ServeArgs;
pub(crate) use run::{Threads, run};
