//! `selvedge d1 migrations`: files of SQL that are applied once each, in wrangler's form and table.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use selvedge_storage::d1::{D1Database, Query, SqlDatabase, Value};
use serde_json::json;

use super::{Common, Named, execute, rows, timestamp};
use crate::confirm::confirm;
use crate::d1::{Configuration, find};
use crate::print;

/// The table that remembers which migrations ran, and the folder that they are in, unless the wrangler file says.
const TABLE: &str = "d1_migrations";
const FOLDER: &str = "migrations";

/// Arguments of `selvedge d1 migrations`.
#[derive(Args, Debug)]
pub(super) struct MigrationsArgs {
    #[command(subcommand)]
    command: MigrationsCommand,
}

#[derive(Debug, Subcommand)]
enum MigrationsCommand {
    /// Make a new, empty migration
    Create(CreateArgs),
    /// List the migrations that are not applied yet
    List(ListArgs),
    /// Apply the migrations that are not applied yet, each in a transaction of its own
    Apply(ApplyArgs),
}

#[derive(Args, Debug)]
struct CreateArgs {
    /// The database's name or binding
    database: String,
    /// What it is for: a part of the file's name
    message: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
struct ListArgs {
    /// The database's name or binding
    database: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
struct ApplyArgs {
    /// The database's name or binding
    database: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: &MigrationsArgs) -> anyhow::Result<()> {
    match &args.command {
        MigrationsCommand::Create(args) => create(args),
        MigrationsCommand::List(args) => list(args).await,
        MigrationsCommand::Apply(args) => apply(args).await,
    }
}

fn folder(root: &Path, configuration: &Configuration) -> PathBuf {
    root.join(configuration.database.migrations_dir.as_deref().unwrap_or(FOLDER))
}

/// The names of the migrations in a folder, by their numbers.
fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("No migrations present at {}.", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.with_context(|| format!("Cannot read {}.", folder.display()))?.file_name();
        names.extend(name.into_string().ok().filter(|name| name.ends_with(".sql")));
    }
    names.sort();
    names.sort_by_key(|name| number(name));
    Ok(names)
}

/// The number that a name begins with.
fn number(name: &str) -> Option<u64> {
    let digits = name.split('_').next().unwrap_or(name);
    let digits = &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())];
    digits.parse().ok()
}

fn create(args: &CreateArgs) -> anyhow::Result<()> {
    let local = args.common.open()?;
    let folder = folder(&local.project.place.root, &find(&local.project, &args.database)?);
    if !folder.is_dir() {
        let question = format!("No migrations folder found. Ok to create {}?", folder.display());
        if !confirm(&question, true)? {
            bail!("No migrations present at {}.", folder.display());
        }
        fs::create_dir_all(&folder).with_context(|| format!("Cannot make {}.", folder.display()))?;
    }
    let next = names(&folder)?.iter().filter_map(|name| number(name)).max().unwrap_or(0) + 1;
    let name = format!("{next:04}_{}.sql", args.message.replace(' ', "_"));
    if name.contains(['/', '\\']) {
        bail!("A migration's name cannot have slashes in it: {name}");
    }
    let file = folder.join(&name);
    let head = format!("-- Migration number: {next:04} \t {}\n", timestamp::format(SystemTime::now()));
    fs::write(&file, head).with_context(|| format!("Cannot write {}.", file.display()))?;
    if args.common.local.json {
        return print::json(&json!({ "name": name, "file": file }));
    }
    print::line(&format!(
        "\u{2705} Successfully created Migration '{name}'!\n\nThe migration is available for editing here\n{}",
        file.display()
    ))
}

/// The table's name, as SQL.
fn table(configuration: &Configuration) -> String {
    let name = configuration.database.migrations_table.as_deref().unwrap_or(TABLE);
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The migrations that are not applied yet.
async fn unapplied(named: &Named) -> anyhow::Result<Vec<String>> {
    let names = names(&folder(&named.local.project.place.root, &named.configuration))?;
    let table = table(&named.configuration);
    let make = format!(
        "CREATE TABLE IF NOT EXISTS {table}(
\t\tid         INTEGER PRIMARY KEY AUTOINCREMENT,
\t\tname       TEXT UNIQUE,
\t\tapplied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);"
    );
    named.database.query(make.as_str().into()).await?;
    let applied = named.database.query(format!("SELECT name FROM {table} ORDER BY id").as_str().into()).await?;
    let applied: Vec<String> = rows::texts(&applied.rows).into_iter().flatten().collect();
    Ok(names.into_iter().filter(|name| !applied.contains(name)).collect())
}

async fn list(args: &ListArgs) -> anyhow::Result<()> {
    let named = args.common.database(&args.database)?;
    let names = unapplied(&named).await;
    named.close();
    let names = names?;
    if args.common.local.json {
        return print::json(&names.iter().map(|name| json!({ "Name": name })).collect());
    }
    if names.is_empty() {
        return print::line("\u{2705} No migrations to apply!");
    }
    print::line("Migrations to be applied:")?;
    print::table(&["Name"], names.into_iter().map(|name| vec![name]))
}

async fn apply(args: &ApplyArgs) -> anyhow::Result<()> {
    let named = args.common.database(&args.database)?;
    let result = apply_all(args, &named).await;
    named.close();
    result
}

async fn apply_all(args: &ApplyArgs, named: &Named) -> anyhow::Result<()> {
    let names = unapplied(named).await?;
    let json = args.common.local.json;
    if names.is_empty() {
        return if json { print::json(&json!([])) } else { print::line("\u{2705} No migrations to apply!") };
    }
    if !json {
        print::line("Migrations to be applied:")?;
        print::table(&["name"], names.iter().map(|name| vec![name.clone()]))?;
        let question =
            format!("About to apply {} migration(s) to {}. Continue?", names.len(), named.configuration.name());
        if !args.yes && !confirm(&question, true)? {
            return Ok(());
        }
    }
    let folder = folder(&named.local.project.place.root, &named.configuration);
    let (mut done, mut failure) = (Vec::new(), None);
    for name in &names {
        match apply_one(&named.database, &folder, name, &table(&named.configuration)).await {
            Ok(()) => done.push(name),
            Err(error) => {
                failure = Some(error.context(format!("Migration {name} failed; nothing of it was applied.")));
                break;
            }
        }
    }
    let status = |place: usize| match place.cmp(&done.len()) {
        std::cmp::Ordering::Less => "\u{2705}",
        std::cmp::Ordering::Equal => "\u{274c}",
        std::cmp::Ordering::Greater => "\u{1f552}",
    };
    if json {
        let rows = names.iter().enumerate().map(|(place, name)| json!({ "name": name, "applied": place < done.len() }));
        print::json(&rows.collect())?;
    } else {
        let rows = names.iter().enumerate().map(|(place, name)| vec![name.clone(), status(place).to_owned()]);
        print::table(&["name", "status"], rows)?;
    }
    failure.map_or(Ok(()), Err)
}

async fn apply_one(database: &D1Database, folder: &Path, name: &str, table: &str) -> anyhow::Result<()> {
    let file = folder.join(name);
    let sql = fs::read_to_string(&file).with_context(|| format!("Cannot read {}.", file.display()))?;
    let mut queries = execute::queries(&sql);
    queries.push(Query {
        sql: format!("INSERT INTO {table} (name) VALUES (?)"),
        params: vec![Value::Text(name.to_owned())],
    });
    database.batch(queries.clone()).await.map(drop).map_err(|failure| {
        let statement = failure.place.and_then(|place| queries.get(place)).map(|query| query.sql.clone());
        anyhow!(statement.unwrap_or_default()).context(failure.error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_ordered_by_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["0010_c.sql", "2_b.sql", "0001_a.sql", "notes.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(names(folder.path()).unwrap(), ["0001_a.sql", "2_b.sql", "0010_c.sql"]);
        assert!(names(&folder.path().join("nowhere")).unwrap_err().to_string().contains("No migrations present"));
    }
}
