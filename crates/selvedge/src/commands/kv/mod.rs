//! `selvedge kv`: key-value namespaces of the local state, with wrangler's words.

mod bulk;
mod json_file;
mod key;
mod namespace;
mod target;

use clap::{Args, Subcommand};

/// Arguments of `selvedge kv`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge kv namespace list
  selvedge kv key put --binding CACHE greeting hello
  selvedge kv key get --binding CACHE greeting --text
  selvedge kv bulk put --binding CACHE pairs.json

All of them work on the local state, which no server may be using meanwhile.")]
pub(crate) struct KvArgs {
    #[command(subcommand)]
    command: KvCommand,
}

/// What is worked on.
#[derive(Debug, Subcommand)]
enum KvCommand {
    /// Work on namespaces
    Namespace(namespace::NamespaceArgs),
    /// Work on one key
    Key(key::KeyArgs),
    /// Work on many keys, which a file names
    Bulk(bulk::BulkArgs),
}

/// Does what was asked.
///
/// # Errors
/// The project or its state cannot be used, or a limit is broken.
pub(crate) async fn run(args: KvArgs) -> anyhow::Result<()> {
    match args.command {
        KvCommand::Namespace(args) => namespace::run(args).await,
        KvCommand::Key(args) => key::run(args).await,
        KvCommand::Bulk(args) => bulk::run(args).await,
    }
}
