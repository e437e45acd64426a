//! `selvedge d1 create`, `list`, `info` and `delete`.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use selvedge_storage::d1::{Cell, D1Database, KIND, SqlDatabase};
use serde_json::json;

use super::Common;
use crate::confirm::confirm;
use crate::{d1, print};

/// Arguments of `selvedge d1 create`.
#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// The name of the new database
    name: String,
    /// The name of its binding [default: DB]
    #[arg(long, value_name = "NAME")]
    binding: Option<String>,
    /// Wrangler's option: all databases are on this machine
    #[arg(long, hide = true)]
    location: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn create(args: &CreateArgs) -> anyhow::Result<()> {
    let local = args.common.open()?;
    if d1::all(&local.project).iter().any(|known| known.database.database_name.as_deref() == Some(&args.name)) {
        bail!("The wrangler file has a database named '{}' already.", args.name);
    }
    let id = new_id()?;
    let database = D1Database::new(local.storage.clone(), id.clone());
    database.bookmark().await.context("The database could not be made.")?;
    local.storage.databases().close();
    let binding = args.binding.as_deref().unwrap_or("DB");
    let configuration = json!({
        "d1_databases": [{ "binding": binding, "database_name": args.name, "database_id": id }],
    });
    if args.common.local.json {
        return print::json(&configuration);
    }
    print::line(&format!(
        "\u{2705} Successfully created DB '{}'\n\nTo access it, add the following to your wrangler file:\n{configuration:#}",
        args.name
    ))
}

/// A random UUID (version 4), as hosted's identifiers are.
fn new_id() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("The operating system gives no random numbers: {error}"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

/// Arguments of `selvedge d1 list`.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    common: Common,
}

pub(super) fn list(args: &ListArgs) -> anyhow::Result<()> {
    let local = args.common.open()?;
    let databases = d1::all(&local.project);
    let size = |id: &str| size(&local.storage.path_of(KIND, id, ".sqlite"));
    if args.common.local.json {
        let rows = databases.iter().map(|database| {
            json!({ "uuid": database.id, "name": database.name(), "binding": database.binding, "file_size": size(&database.id) })
        });
        return print::json(&rows.collect());
    }
    let rows = databases.iter().map(|database| {
        let size = size(&database.id).map_or_else(|| "not made yet".to_owned(), bytes);
        vec![database.name().to_owned(), database.binding.clone(), database.id.clone(), size]
    });
    print::table(&["name", "binding", "uuid", "file_size"], rows)
}

fn size(file: &Path) -> Option<u64> {
    fs::metadata(file).ok().map(|metadata| metadata.len())
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

/// Arguments of `selvedge d1 info`.
#[derive(Args, Debug)]
pub(super) struct InfoArgs {
    /// The database's name or binding
    database: String,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn info(args: &InfoArgs) -> anyhow::Result<()> {
    let named = args.common.database(&args.database)?;
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let answer = named.database.query(sql.into()).await?;
    let tables = match answer.rows.cells().next() {
        Some(Cell::Integer(tables)) => tables,
        _ => 0,
    };
    let bookmark = named.database.bookmark().await?.to_string();
    named.close();
    let file = named.database.path();
    let size = size(&file).unwrap_or(0);
    let configuration = &named.configuration;
    if args.common.local.json {
        return print::json(&json!({
            "uuid": configuration.id,
            "name": configuration.name(),
            "binding": configuration.binding,
            "num_tables": tables,
            "database_size": size,
            "bookmark": bookmark,
            "file": file,
        }));
    }
    let rows = [
        ("name", configuration.name().to_owned()),
        ("binding", configuration.binding.clone()),
        ("uuid", configuration.id.clone()),
        ("num_tables", tables.to_string()),
        ("database_size", bytes(size)),
        ("bookmark", bookmark),
        ("file", file.display().to_string()),
    ];
    print::table(&["DB", configuration.name()], rows.map(|(name, value)| vec![name.to_owned(), value]))
}

/// Arguments of `selvedge d1 delete`.
#[derive(Args, Debug)]
pub(super) struct DeleteArgs {
    /// The database's name or binding
    database: String,
    /// Do not ask
    #[arg(long, short = 'y')]
    skip_confirmation: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn delete(args: &DeleteArgs) -> anyhow::Result<()> {
    let named = args.common.database(&args.database)?;
    let name = named.configuration.name();
    if !named.database.exists() {
        bail!("There is no database '{name}' in {}.", named.local.storage.path().display());
    }
    let question = format!(
        "About to delete {name} ({}), with its history. This cannot be undone. Ok to proceed?",
        named.configuration.id
    );
    if !args.skip_confirmation && !confirm(&question, true)? {
        return Ok(());
    }
    d1::remove(&named.local.storage, &named.configuration.id)?;
    print::line(&format!("Deleted {name} successfully."))
}
