//! `selvedge dev`: one project, served while it is written.

mod args;
mod browser;
mod change;
mod handler;
mod keys;
mod page;
mod run;
mod scheduled;
mod session;
mod tls;
mod watch;

pub(crate) use args::DevArgs;
pub(crate) use run::run;
