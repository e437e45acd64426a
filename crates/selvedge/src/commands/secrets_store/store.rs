//! `selvedge secrets-store store`.

use anyhow::bail;
use clap::{Args, Subcommand};
use selvedge_storage::secrets::SecretStore;
use serde_json::json;

use super::{Page, open};
use crate::local_args::LocalArgs;
use crate::print;

#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Make a store
    #[command(after_help = "Examples:\n  selvedge secrets-store store create my-store")]
    Create(CreateArgs),
    /// Delete a store and all secrets in it
    #[command(after_help = "Examples:\n  selvedge secrets-store store delete 0123456789abcdef0123456789abcdef")]
    Delete(DeleteArgs),
    /// List the stores
    List(ListArgs),
}

#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// The store's name
    name: String,
    #[command(flatten)]
    local: LocalArgs,
}

#[derive(Args, Debug)]
pub(super) struct DeleteArgs {
    /// The store's identifier
    store_id: String,
    #[command(flatten)]
    local: LocalArgs,
}

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(command: StoreCommand) -> anyhow::Result<()> {
    match command {
        StoreCommand::Create(args) => create(args).await,
        StoreCommand::Delete(args) => delete(args).await,
        StoreCommand::List(args) => list(args).await,
    }
}

async fn create(args: CreateArgs) -> anyhow::Result<()> {
    if args.name.is_empty() {
        bail!("A store needs a name.");
    }
    let store = open(&args.local)?.create_store(&args.name).await?;
    if args.local.json {
        return print::json(&serde_json::to_value(&store)?);
    }
    print::line(&format!("Created store! (Name: {}, ID: {})", store.name, store.id))
}

async fn delete(args: DeleteArgs) -> anyhow::Result<()> {
    open(&args.local)?.delete_store(&args.store_id).await?;
    if args.local.json {
        return print::json(&json!({ "id": args.store_id }));
    }
    print::line(&format!("Deleted store! (ID: {})", args.store_id))
}

async fn list(args: ListArgs) -> anyhow::Result<()> {
    let stores = args.page.of(open(&args.local)?.stores().await?);
    if args.local.json {
        return print::json(&serde_json::to_value(&stores)?);
    }
    if stores.is_empty() {
        bail!("List request returned no stores.");
    }
    let row = |SecretStore { id, name, created, modified }| vec![name, id, created, modified];
    print::table(&["Name", "ID", "Created", "Modified"], stores.into_iter().map(row))
}
