//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{analytics, check, completions, d1, dev, import, init, kv, r2, secrets_store, serve};

/// Cloudflare's edge platform, self-hosted: runs Workers projects as they are.
#[derive(Debug, Parser)]
#[command(
    name = "selvedge",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Examples:
  selvedge init my-worker         make a project
  selvedge dev my-worker          serve it while you write it
  selvedge check my-worker        see whether it would start
  selvedge serve my-worker        serve it for good

`selvedge help COMMAND` tells more about each."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a project for development: rebuilt and reloaded when a file changes
    Dev(Box<dev::DevArgs>),
    /// Serve one or many projects in production
    Serve(serve::ServeArgs),
    /// Read the configuration, bundle the Worker and start it once, without serving it
    Check(check::CheckArgs),
    /// Make a new project from a template
    Init(init::InitArgs),
    /// Read and write KV namespaces of the local state
    Kv(kv::KvArgs),
    /// Work on D1 databases
    D1(d1::D1Args),
    /// Query what Workers wrote to Analytics Engine
    Analytics(analytics::AnalyticsArgs),
    /// Keep the secrets of Secrets Stores
    SecretsStore(secrets_store::SecretsStoreArgs),
    /// Work on R2 buckets and their objects in local state
    R2(Box<r2::R2Args>),
    /// Bring over the data that `wrangler dev` left
    Import(import::ImportArgs),
    /// Print a script that completes selvedge's commands in a shell
    Completions(completions::CompletionsArgs),
}
