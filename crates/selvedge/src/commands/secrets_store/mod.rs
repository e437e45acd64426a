//! `selvedge secrets-store`: the secrets of `secrets_store_secrets`, with wrangler's words.
//!
//! A value goes in and is never shown again: not by these commands, and not in an error.

mod secret;
mod store;
mod value;

use clap::{Args, Subcommand};
use selvedge_storage::secrets::Secrets;

use crate::local_args::LocalArgs;

/// Arguments of `selvedge secrets-store`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge secrets-store secret create STORE_ID --name API_KEY --scopes workers
  selvedge secrets-store secret list STORE_ID

STORE_ID is the store_id of the wrangler file. A store that is not there is made with its first secret.")]
pub(crate) struct SecretsStoreArgs {
    #[command(subcommand)]
    command: SecretsStoreCommand,
}

#[derive(Debug, Subcommand)]
enum SecretsStoreCommand {
    /// Make, list and delete stores
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Make, list, change and delete the secrets of a store
    #[command(subcommand)]
    Secret(Box<secret::SecretCommand>),
}

/// Which part of a list is shown.
#[derive(Args, Clone, Debug)]
struct Page {
    /// The page of the list
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// How many a page has
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    per_page: u32,
}

impl Page {
    /// What of a list is on the page.
    fn of<T>(&self, all: Vec<T>) -> Vec<T> {
        let (page, length) = (self.page as usize - 1, self.per_page as usize);
        all.into_iter().skip(page.saturating_mul(length)).take(length).collect()
    }
}

/// Runs the command.
///
/// # Errors
/// What kept it from being done, in words for people.
pub(crate) async fn run(args: SecretsStoreArgs) -> anyhow::Result<()> {
    match args.command {
        SecretsStoreCommand::Store(command) => store::run(command).await,
        SecretsStoreCommand::Secret(command) => secret::run(*command).await,
    }
}

/// The stores of the state that is meant.
fn open(local: &LocalArgs) -> anyhow::Result<Secrets> {
    Ok(Secrets::new(local.open()?.storage))
}
