//! `selvedge kv key`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use selvedge_storage::kv::{
    KvEntry, KvKey, KvPut, KvQuery, KvValue, LISTED_AT_ONCE, check_bulk_key, check_list, check_metadata, now,
    resolve_expiration,
};
use serde_json::{Map, Value, json};

use super::target::{Opened, Target, wants_json};
use crate::local_args::LocalArgs;
use crate::print;

/// Arguments of `selvedge kv key`.
#[derive(Args, Debug)]
pub(super) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

/// What is done.
#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Write a key
    #[command(after_help = "Examples:
  selvedge kv key put --binding CACHE greeting hello --ttl 3600
  selvedge kv key put --binding CACHE logo --path logo.png --metadata '{\"type\":\"image/png\"}'")]
    Put(PutArgs),
    /// Print a key's value
    #[command(after_help = "Examples:
  selvedge kv key get --binding CACHE greeting --text
  selvedge kv key get --binding CACHE logo > logo.png")]
    Get(GetArgs),
    /// List keys: a table on a terminal, else JSON
    #[command(after_help = "Examples:\n  selvedge kv key list --binding CACHE --prefix user/")]
    List(ListArgs),
    /// Delete a key
    #[command(after_help = "Examples:\n  selvedge kv key delete --binding CACHE greeting")]
    Delete(DeleteArgs),
}

/// Arguments of `put`.
#[derive(Args, Debug)]
struct PutArgs {
    /// The key
    key: String,
    /// The value
    #[arg(required_unless_present = "path", conflicts_with = "path", allow_hyphen_values = true)]
    value: Option<String>,
    /// The file that has the value
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,
    /// For how many seconds it is there, 60 at least
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<i64>,
    /// Until when it is there, in seconds since the Unix epoch
    #[arg(long, value_name = "TIME")]
    expiration: Option<i64>,
    /// What is to be known of it besides
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    local: LocalArgs,
}

/// Arguments of `get`.
#[derive(Args, Debug)]
struct GetArgs {
    /// The key
    key: String,
    /// Print it as text, with an end of line
    #[arg(long)]
    text: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    local: LocalArgs,
}

/// Arguments of `list`.
#[derive(Args, Debug)]
struct ListArgs {
    /// Only keys that begin with this
    #[arg(long)]
    prefix: Option<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    local: LocalArgs,
}

/// Arguments of `delete`.
#[derive(Args, Debug)]
struct DeleteArgs {
    /// The key
    key: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    local: LocalArgs,
}

/// Does what was asked.
///
/// # Errors
/// The state cannot be used, or a limit is broken.
pub(super) async fn run(args: KeyArgs) -> anyhow::Result<()> {
    match args.command {
        KeyCommand::Put(args) => put(args).await,
        KeyCommand::Get(args) => get(args).await,
        KeyCommand::List(args) => list(args).await,
        KeyCommand::Delete(args) => delete(args).await,
    }
}

async fn put(args: PutArgs) -> anyhow::Result<()> {
    check_bulk_key(&args.key)?;
    let metadata = args.metadata.as_deref().map(metadata_of).transpose()?;
    let expiration = resolve_expiration(now(), args.expiration, args.ttl)?;
    let value = match (&args.path, args.value) {
        (Some(path), _) => fs::read(path).with_context(|| format!("Cannot read {}.", path.display()))?,
        (None, value) => value.unwrap_or_default().into_bytes(),
    };
    let with = metadata.as_ref().map(|json| format!(" with metadata {json}")).unwrap_or_default();
    let what = match &args.path {
        Some(path) => format!("the contents of {}", path.display()),
        None => format!("the value \"{}\"", String::from_utf8_lossy(&value)),
    };
    let Opened { kv, found } = args.target.open(&args.local)?;
    kv.put(args.key.clone(), KvValue::Whole(value.into()), KvPut { expiration, metadata }).await?;
    if args.local.json {
        return print::json(&json!({ "namespaceId": found.id, "key": args.key, "expiration": expiration }));
    }
    print::line(&format!("Wrote {what} to the key \"{}\" on namespace {}{with}.", args.key, found.shown))
}

/// Metadata as it is kept.
///
/// # Errors
/// It is not JSON, or too long.
pub(super) fn metadata_of(text: &str) -> anyhow::Result<String> {
    let json: Value = serde_json::from_str(text).with_context(|| format!("The metadata is not JSON: {text}"))?;
    let json = json.to_string();
    check_metadata(&json)?;
    Ok(json)
}

async fn get(args: GetArgs) -> anyhow::Result<()> {
    check_bulk_key(&args.key)?;
    let Opened { kv, found } = args.target.open(&args.local)?;
    let Some(KvEntry { value, metadata, expiration }) = kv.get(args.key.clone()).await? else {
        bail!("Value not found: there is no key \"{}\" on namespace {}.", args.key, found.shown);
    };
    let value = value.collect().await?;
    if args.local.json {
        let metadata = metadata.map(|json| serde_json::from_str::<Value>(&json)).transpose()?;
        let mut shown = json!({ "key": args.key, "expiration": expiration, "metadata": metadata });
        match std::str::from_utf8(&value) {
            Ok(text) => shown["value"] = text.into(),
            Err(_) => {
                shown["value"] = STANDARD.encode(&value).into();
                shown["base64"] = true.into();
            }
        }
        return print::json(&shown);
    }
    if args.text {
        return print::line(&String::from_utf8_lossy(&value));
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(&value).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

async fn list(args: ListArgs) -> anyhow::Result<()> {
    let prefix = args.prefix.unwrap_or_default();
    check_list(None, &prefix)?;
    let Opened { kv, .. } = args.target.open(&args.local)?;
    let mut keys = Vec::new();
    let mut cursor = None;
    loop {
        let query = KvQuery { prefix: prefix.clone(), limit: LISTED_AT_ONCE, cursor };
        let page = kv.clone().list(query).await?;
        keys.extend(page.keys);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    if wants_json(&args.local) {
        return print::json(&keys.iter().map(key_json).collect());
    }
    print::table(
        &["Key", "Expires", "Metadata"],
        keys.into_iter().map(|key| {
            let expires = key.expiration.map(|at| format!("in {} s", at.saturating_sub(now())));
            vec![key.name, expires.unwrap_or_default(), key.metadata.unwrap_or_default()]
        }),
    )
}

/// A key as wrangler prints it.
fn key_json(key: &KvKey) -> Value {
    let mut json = Map::new();
    json.insert("name".into(), key.name.as_str().into());
    if let Some(expiration) = key.expiration {
        json.insert("expiration".into(), expiration.into());
    }
    if let Some(metadata) = &key.metadata {
        json.insert("metadata".into(), serde_json::from_str(metadata).unwrap_or(Value::Null));
    }
    Value::Object(json)
}

async fn delete(args: DeleteArgs) -> anyhow::Result<()> {
    check_bulk_key(&args.key)?;
    let Opened { kv, found } = args.target.open(&args.local)?;
    kv.delete(vec![args.key.clone()]).await?;
    if args.local.json {
        return print::json(&json!({ "namespaceId": found.id, "key": args.key }));
    }
    print::line(&format!("Deleted the key \"{}\" on namespace {}.", args.key, found.shown))
}
