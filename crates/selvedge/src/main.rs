//! `selvedge`: Workers projects on one's own machines.
//!
//! The binary joins what the libraries know apart: `config` reads a wrangler file, `bundle` makes modules of the
//! project, `platform` runs them, `edge` serves them. Here are the command line, the words for people, and the
//! decisions that belong to a process: which threads there are, where output goes, when to end.

mod assets;
mod bindings;
mod bundling;
mod cli;
mod commands;
mod confirm;
mod cron;
mod custom_build;
mod d1;
mod deployment;
mod engine;
mod failure;
mod fetchers;
mod hyperdrive;
mod listen;
mod local_args;
mod memory;
mod metrics;
mod output;
mod print;
mod project;
mod project_args;
mod rate_limiters;
mod request;
mod request_body;
mod reserve;
mod sandbox;
mod services;
mod shutdown;
mod sizes;
mod spread;
mod state;
mod variables;
mod web_sockets;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::Cli;

/// A request allocates some dozens of small pieces, on whichever thread it runs: what mimalloc is made for.
#[global_allocator]
static ALLOCATOR: selvedge_runtime::Allocator = selvedge_runtime::Allocator;

fn main() -> ExitCode {
    selvedge_runtime::Allocator::configure();
    let cli = Cli::parse();
    diagnose();
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            failure::print(&error);
            ExitCode::FAILURE
        }
    }
}

/// Sends the libraries' own diagnostics to stderr: warnings, or what `SELVEDGE_LOG` asks for (`debug`,
/// `selvedge_edge=trace`).
fn diagnose() {
    let asked = std::env::var("SELVEDGE_LOG").ok();
    let filter = asked.and_then(|text| text.parse::<Targets>().ok());
    let default = || Targets::new().with_target("selvedge", tracing::Level::WARN);
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry().with(lines).with(filter.unwrap_or_else(default)).init();
}
