//! `selvedge d1 execute`.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use selvedge_storage::d1::{Query, SqlDatabase, statements};
use serde_json::Value;

use super::{Common, rows};
use crate::confirm::confirm;
use crate::print;

/// How much of a statement is shown above its rows.
const SHOWN: usize = 48;

/// Arguments of `selvedge d1 execute`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge d1 execute my-db --command \"SELECT * FROM users; SELECT count(*) FROM users\"
  selvedge d1 execute my-db --file seed.sql

All statements are one transaction. Rows are printed as tables on a terminal, and else as JSON.")]
pub(super) struct ExecuteArgs {
    /// The database's name or binding
    database: String,
    /// The SQL to run: one statement, or several
    #[arg(long, value_name = "SQL", conflicts_with = "file")]
    command: Option<String>,
    /// A file of SQL to run
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Answer yes to any question
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: &ExecuteArgs) -> anyhow::Result<()> {
    let sql = match (&args.command, &args.file) {
        (Some(sql), _) => sql.clone(),
        (None, Some(file)) => {
            fs::read_to_string(file).with_context(|| format!("Cannot read the SQL of {}.", file.display()))?
        }
        (None, None) => bail!("You must provide either --command or --file."),
    };
    let named = args.common.database(&args.database)?;
    let queries = queries(&sql);
    if queries.is_empty() {
        bail!("No SQL statements detected.");
    }
    if args.file.is_some() && !args.common.local.json {
        let question = format!(
            "About to run {} statement(s) on {}, in one transaction. Ok to proceed?",
            queries.len(),
            named.configuration.name()
        );
        if !args.yes && !confirm(&question, true)? {
            return Ok(());
        }
    }
    let answers = named.database.batch(queries.clone()).await.map_err(|failure| {
        let place = failure.place.and_then(|place| queries.get(place));
        let statement = place.map(|query| format!("in: {}", shorten(&query.sql))).unwrap_or_default();
        anyhow!(statement).context(failure.error.to_string())
    });
    named.close();
    let answers = answers?;
    if args.common.local.json || !io::stdout().is_terminal() {
        return print::json(&Value::Array(answers.iter().map(rows::answer).collect()));
    }
    for (query, answer) in queries.iter().zip(&answers) {
        if answer.rows.is_empty() {
            continue;
        }
        print::line(&shorten(&query.sql))?;
        print::table(&answer.rows.columns().collect::<Vec<_>>(), rows::texts(&answer.rows))?;
    }
    let changes: u64 = answers.iter().map(|answer| answer.meta.changes).sum();
    print::line(&format!("{} statement(s) executed, {changes} row(s) changed.", answers.len()))
}

/// The statements of a text, but for the transaction around them that dumps of SQLite have: there is one anyway.
pub(super) fn queries(sql: &str) -> Vec<Query> {
    let mut found = statements(sql);
    let is = |statement: &str, words: &[&str]| {
        let statement = statement.trim_end_matches(';').trim();
        words.iter().any(|word| statement.eq_ignore_ascii_case(word))
    };
    let begins = found.iter().position(|statement| is(statement, &["BEGIN", "BEGIN TRANSACTION"]));
    if let Some(begins) = begins
        && found
            .last()
            .is_some_and(|statement| is(statement, &["COMMIT", "END", "COMMIT TRANSACTION", "END TRANSACTION"]))
    {
        found.pop();
        found.remove(begins);
    }
    // What dumps of SQLite begin with, and nothing but a transaction of one's own would need.
    found.retain(|statement| !is(statement, &["PRAGMA foreign_keys=OFF"]));
    found.into_iter().map(Query::from).collect()
}

fn shorten(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transaction_around_a_dump_goes() {
        let sql = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a);\nCOMMIT;\n";
        let texts: Vec<_> = queries(sql).into_iter().map(|query| query.sql).collect();
        assert_eq!(texts, ["CREATE TABLE t (a);"]);
        assert_eq!(queries("BEGIN; SELECT 1").len(), 2, "one that is not ended is refused with hosted's words");
    }
}
