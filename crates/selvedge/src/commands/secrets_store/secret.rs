//! `selvedge secrets-store secret`.

use anyhow::bail;
use clap::{Args, Subcommand};
use selvedge_storage::secrets::{NewSecret, SecretChange, SecretEntry};
use serde_json::json;

use super::{Page, open, value};
use crate::local_args::LocalArgs;
use crate::print;

#[derive(Debug, Subcommand)]
pub(super) enum SecretCommand {
    /// Make a secret; its value is asked for, or read from stdin
    #[command(after_help = "Examples:
  selvedge secrets-store secret create STORE_ID --name API_KEY --scopes workers
  selvedge secrets-store secret create STORE_ID --name API_KEY --scopes workers < key.txt")]
    Create(CreateArgs),
    /// List the secrets of a store, without their values
    List(ListArgs),
    /// Show a secret, without its value
    Get(IdArgs),
    /// Change a secret
    #[command(after_help = "Examples:
  selvedge secrets-store secret update STORE_ID --secret-id SECRET_ID
  selvedge secrets-store secret update STORE_ID --secret-id SECRET_ID --comment 'rotated in May'")]
    Update(UpdateArgs),
    /// Delete a secret
    Delete(IdArgs),
    /// Make another secret with the value of one
    #[command(after_help = "Examples:
  selvedge secrets-store secret duplicate STORE_ID --secret-id SECRET_ID --name OTHER --scopes workers")]
    Duplicate(DuplicateArgs),
}

#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// The store's identifier
    store_id: String,
    /// The secret's name
    #[arg(long, value_parser = name)]
    name: String,
    /// The secret's value. For tests only: a shell keeps its history
    #[arg(long)]
    value: Option<String>,
    /// Which services may use it, separated by commas: workers
    #[arg(long, value_delimiter = ',', required = true)]
    scopes: Vec<String>,
    /// A word on it
    #[arg(long)]
    comment: Option<String>,
    #[command(flatten)]
    local: LocalArgs,
}

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// The store's identifier
    store_id: String,
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    local: LocalArgs,
}

#[derive(Args, Debug)]
pub(super) struct IdArgs {
    /// The store's identifier
    store_id: String,
    /// The secret's identifier
    #[arg(long)]
    secret_id: String,
    #[command(flatten)]
    local: LocalArgs,
}

#[derive(Args, Debug)]
pub(super) struct UpdateArgs {
    /// The store's identifier
    store_id: String,
    /// The secret's identifier
    #[arg(long)]
    secret_id: String,
    /// The new value. For tests only: a shell keeps its history
    #[arg(long)]
    value: Option<String>,
    /// Which services may use it, separated by commas: workers
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// A word on it
    #[arg(long)]
    comment: Option<String>,
    #[command(flatten)]
    local: LocalArgs,
}

#[derive(Args, Debug)]
pub(super) struct DuplicateArgs {
    /// The store's identifier
    store_id: String,
    /// The identifier of the secret whose value is taken
    #[arg(long)]
    secret_id: String,
    /// The new secret's name
    #[arg(long, value_parser = name)]
    name: String,
    /// Which services may use it, separated by commas: workers
    #[arg(long, value_delimiter = ',', required = true)]
    scopes: Vec<String>,
    /// A word on it
    #[arg(long)]
    comment: Option<String>,
    #[command(flatten)]
    local: LocalArgs,
}

/// A secret's name: letters, digits, `_` and `-`.
fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if text.is_empty() || !text.chars().all(fits) {
        return Err("Secret name may only contain alphanumeric characters, underscores, or dashes.".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) async fn run(command: SecretCommand) -> anyhow::Result<()> {
    match command {
        SecretCommand::Create(args) => create(args).await,
        SecretCommand::List(args) => list(args).await,
        SecretCommand::Get(args) => get(args).await,
        SecretCommand::Update(args) => update(args).await,
        SecretCommand::Delete(args) => delete(args).await,
        SecretCommand::Duplicate(args) => duplicate(args).await,
    }
}

async fn create(args: CreateArgs) -> anyhow::Result<()> {
    // First: who works on a state that is in use need not type a value.
    let secrets = open(&args.local)?;
    let Some(value) = value::given(args.value, "Enter a secret value: ")? else {
        bail!("Need to pass in a value when creating a secret.");
    };
    let (name, scopes) = (args.name, args.scopes);
    let secret = NewSecret { name, value, scopes, comment: args.comment.unwrap_or_default() };
    let made = secrets.create(&args.store_id, secret).await?;
    show("Created", made, args.local.json)
}

async fn list(args: ListArgs) -> anyhow::Result<()> {
    let found = args.page.of(open(&args.local)?.list(&args.store_id).await?);
    if args.local.json {
        return print::json(&serde_json::to_value(&found)?);
    }
    if found.is_empty() {
        bail!("List request returned no secrets.");
    }
    table(found)
}

async fn get(args: IdArgs) -> anyhow::Result<()> {
    let found = open(&args.local)?.get(&args.store_id, &args.secret_id).await?;
    if args.local.json { print::json(&serde_json::to_value(&found)?) } else { table(vec![found]) }
}

async fn update(args: UpdateArgs) -> anyhow::Result<()> {
    let secrets = open(&args.local)?;
    // An identifier that is none is told before a value is asked for.
    secrets.get(&args.store_id, &args.secret_id).await?;
    let value = match args.value {
        None if !value::is_wanted("Do you want to update the secret value?")? => None,
        given => value::given(given, "Enter a secret value: ")?,
    };
    if value.is_none() && args.scopes.is_none() && args.comment.is_none() {
        bail!("Need to pass in a new field using `--value`, `--scopes`, or `--comment` to update a secret.");
    }
    let change = SecretChange { value, scopes: args.scopes, comment: args.comment };
    let changed = secrets.update(&args.store_id, &args.secret_id, change).await?;
    show("Updated", changed, args.local.json)
}

async fn delete(args: IdArgs) -> anyhow::Result<()> {
    open(&args.local)?.delete(&args.store_id, &args.secret_id).await?;
    if args.local.json {
        return print::json(&json!({ "id": args.secret_id }));
    }
    print::line(&format!("Deleted secret! (ID: {})", args.secret_id))
}

async fn duplicate(args: DuplicateArgs) -> anyhow::Result<()> {
    let secrets = open(&args.local)?;
    let comment = args.comment.unwrap_or_default();
    let copy = secrets.duplicate(&args.store_id, &args.secret_id, &args.name, args.scopes, &comment).await?;
    show("Duplicated", copy, args.local.json)
}

fn show(done: &str, secret: SecretEntry, json: bool) -> anyhow::Result<()> {
    if json {
        return print::json(&serde_json::to_value(&secret)?);
    }
    print::line(&format!("{done} secret! (ID: {})", secret.id))?;
    table(vec![secret])
}

fn table(secrets: Vec<SecretEntry>) -> anyhow::Result<()> {
    let headings = ["Name", "ID", "Comment", "Scopes", "Created", "Modified"];
    let row = |SecretEntry { id, name, comment, scopes, created, modified, .. }| {
        vec![name, id, comment, scopes.join(", "), created, modified]
    };
    print::table(&headings, secrets.into_iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_letters_digits_underscores_and_dashes() {
        assert!(name("API_KEY-2").is_ok());
        for bad in ["", "a b", "a.b", "[x]", "\u{e4}"] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }
}
