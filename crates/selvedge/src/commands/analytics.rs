//! `selvedge analytics`: SQL over what Workers wrote.
//!
//! It takes no lock on the state folder: one may look while a server writes.

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use selvedge_storage::analytics::{Answer, query};
use serde_json::{Map, Value, json};

use crate::local_args::LocalArgs;
use crate::output::count;
use crate::print;

/// Arguments of `selvedge analytics`.
#[derive(Args, Debug)]
pub(crate) struct AnalyticsArgs {
    #[command(subcommand)]
    command: AnalyticsCommand,
}

#[derive(Debug, Subcommand)]
enum AnalyticsCommand {
    /// Run a query over the datasets
    #[command(after_help = "Examples:
  selvedge analytics query \"SHOW TABLES\"
  selvedge analytics query \"SELECT blob1 AS city, avg(double1) AS temperature FROM weather GROUP BY blob1\"
  selvedge analytics query \"SELECT * FROM weather WHERE timestamp > datetime('now', '-1 hour')\" --json

Each dataset is a table with the columns timestamp, dataset, _sample_interval, index1, blob1 to blob20 and double1 to
double20. The SQL is SQLite's. It also works while a server runs; data points come to the file within a second.")]
    Query(QueryArgs),
}

#[derive(Args, Debug)]
struct QueryArgs {
    /// The query
    sql: String,
    #[command(flatten)]
    local: LocalArgs,
}

/// Runs the command.
///
/// # Errors
/// The query has no answer, in words for people.
pub(crate) fn run(args: &AnalyticsArgs) -> anyhow::Result<()> {
    let AnalyticsCommand::Query(args) = &args.command;
    ensure!(!args.local.remote, "There is no remote here: leave out --remote to query the local state.");
    let Answer { columns, rows } = query(&args.local.place()?, &args.sql).context("The query failed.")?;
    if args.local.json {
        let object = |row: Vec<Value>| Value::Object(columns.iter().cloned().zip(row).collect::<Map<_, _>>());
        let rows: Vec<_> = rows.into_iter().map(object).collect();
        let length = rows.len();
        return print::json(&json!({ "data": rows, "rows": length }));
    }
    let length = rows.len();
    let headings: Vec<_> = columns.iter().map(String::as_str).collect();
    print::table(&headings, rows.into_iter().map(|row| row.iter().map(shown).collect()))?;
    print::line(&count(length, "row"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "null".to_owned(),
        other => other.to_string(),
    }
}
