//! `selvedge d1 export`: a database as SQL, in wrangler's form.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use selvedge_storage::d1::{Cell, D1Database, Query, SqlDatabase, Value};
use tempfile::NamedTempFile;

use super::Common;
use crate::print;

/// Rows that are read at once.
const PAGE: usize = 500;

/// Arguments of `selvedge d1 export`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge d1 export my-db --output backup.sql
  selvedge d1 export my-db --output users.sql --table users --no-schema
  selvedge d1 export my-db --output -                  to stdout

`selvedge d1 execute OTHER --file backup.sql` brings it back, and so does wrangler.")]
pub(super) struct ExportArgs {
    /// The database's name or binding
    database: String,
    /// The file to write; - is stdout
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Only this table; may be repeated
    #[arg(long, value_name = "TABLE")]
    table: Vec<String>,
    /// Only the rows
    #[arg(long)]
    no_schema: bool,
    /// Only the schema
    #[arg(long)]
    no_data: bool,
    /// Do not ask
    #[arg(long, short = 'y', hide = true)]
    skip_confirmation: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let named = args.common.database(&args.database)?;
    if args.output.as_os_str() == "-" {
        let written = write(&named.database, args, &mut io::stdout()).await;
        named.close();
        return written.map(drop);
    }
    let written = write_file(&named.database, args).await;
    named.close();
    let rows = written?;
    print::line(&format!("Exported {rows} row(s) of {} to {}.", named.configuration.name(), args.output.display()))
}

/// Writes a file that is whole or not there: what it was before stays until then.
async fn write_file(database: &D1Database, args: &ExportArgs) -> anyhow::Result<u64> {
    let cannot = || format!("Cannot write {}.", args.output.display());
    let folder = args.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = BufWriter::new(NamedTempFile::new_in(folder).with_context(cannot)?);
    let rows = write(database, args, &mut file)
        .await
        .map_err(|error| if error.is::<io::Error>() { error.context(cannot()) } else { error })?;
    let file = file.into_inner().with_context(cannot)?;
    file.persist(&args.output).with_context(cannot)?;
    Ok(rows)
}

async fn write(database: &D1Database, args: &ExportArgs, output: &mut dyn Write) -> anyhow::Result<u64> {
    let wanted = |name: &str| args.table.is_empty() || args.table.iter().any(|table| table == name);
    let order = "tbl_name = 'sqlite_sequence', rowid";
    let tables = texts(
        database,
        &format!("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL ORDER BY {order}"),
    )
    .await?;
    if let Some(missing) = args.table.iter().find(|table| !tables.iter().any(|row| row[0] == **table)) {
        bail!("There is no table '{missing}' in this database.");
    }
    let mut rows = 0;
    writeln!(output, "PRAGMA defer_foreign_keys=TRUE;")?;
    for row in tables.iter().filter(|row| wanted(&row[0])) {
        let [name, sql] = row.as_slice() else { continue };
        if name == "sqlite_sequence" {
            if !args.no_schema {
                writeln!(output, "DELETE FROM sqlite_sequence;")?;
            }
        } else if name.starts_with("sqlite_stat") {
            if !args.no_schema {
                writeln!(output, "ANALYZE sqlite_schema;")?;
            }
        } else if sql.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("CREATE VIRTUAL TABLE")) {
            bail!("D1 Export error: cannot export databases with Virtual Tables (fts5)");
        } else if name.starts_with("_cf_") || name.starts_with("sqlite_") {
            continue;
        } else if !args.no_schema {
            writeln!(output, "{sql};")?;
        }
        if !args.no_data {
            rows += write_rows(database, name, output).await?;
        }
    }
    if !args.no_schema {
        let types = "type IN ('index', 'trigger', 'view') ORDER BY type COLLATE NOCASE";
        for row in
            texts(database, &format!("SELECT tbl_name, sql FROM sqlite_schema WHERE sql NOT NULL AND {types}")).await?
        {
            if wanted(&row[0]) {
                writeln!(output, "{};", row[1])?;
            }
        }
    }
    Ok(rows)
}

async fn texts(database: &D1Database, sql: &str) -> anyhow::Result<Vec<Vec<String>>> {
    Ok(super::rows::texts(&database.query(sql.into()).await?.rows))
}

/// Writes a table's rows, a page at a time: by the row's number where there is one.
async fn write_rows(database: &D1Database, table: &str, output: &mut dyn Write) -> anyhow::Result<u64> {
    let table = quoted(table);
    let columns: Vec<String> = texts(database, &format!("PRAGMA table_info({table})"))
        .await?
        .into_iter()
        .filter_map(|row| row.into_iter().nth(1))
        .collect();
    let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let list = list.join(", ");
    let free =
        ["rowid", "_rowid_", "oid"].into_iter().find(|name| !columns.iter().any(|c| c.eq_ignore_ascii_case(name)));
    let number = match free {
        Some(number)
            if database.query(format!("SELECT {number} FROM {table} LIMIT 0").as_str().into()).await.is_ok() =>
        {
            Some(number)
        }
        _ => None,
    };
    let sql = match number {
        Some(number) => {
            format!("SELECT {number}, {list} FROM {table} WHERE {number} > ? ORDER BY {number} LIMIT {PAGE}")
        }
        None => format!("SELECT 0, {list} FROM {table} LIMIT {PAGE} OFFSET ?"),
    };
    let (mut after, mut count) = (if number.is_some() { i64::MIN } else { 0 }, 0);
    loop {
        let query = Query { sql: sql.clone(), params: vec![Value::Integer(after)] };
        let answer = database.query(query).await?;
        let cells: Vec<Cell<'_>> = answer.rows.cells().collect();
        for row in cells.chunks_exact(columns.len() + 1) {
            let values: Vec<String> = row[1..].iter().map(|&cell| literal(cell)).collect();
            writeln!(output, "INSERT INTO {table} VALUES({});", values.join(","))?;
            after = match (number, row[0]) {
                (Some(_), Cell::Integer(number)) => number,
                _ => after + 1,
            };
        }
        count += answer.rows.len() as u64;
        if answer.rows.len() < PAGE {
            return Ok(count);
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Integer(value) => value.to_string(),
        Cell::Real(value) if value.is_infinite() => if value > 0.0 { "9e999" } else { "-9e999" }.into(),
        Cell::Real(value) => format!("{value:?}"),
        Cell::Text(text) => text_literal(text),
        Cell::Blob(bytes) => blob_literal(bytes),
    }
}

fn blob_literal(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(bytes.len() * 2 + 3);
    hex.push_str("X'");
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    hex + "'"
}

/// One line whatever is in it, so that what splits at lines does not split it.
fn text_literal(text: &str) -> String {
    // SQLite's parser ends at a NUL character, wherever it stands.
    if text.contains('\0') {
        return format!("CAST({} AS TEXT)", blob_literal(text.as_bytes()));
    }
    let mut literal = format!("'{}'", text.replace('\'', "''"));
    for (character, escape, code) in [('\r', "\\r", 13), ('\n', "\\n", 10)] {
        if literal.contains(character) {
            // Something that is not in the text already stands for the character.
            let mut escape = escape.to_owned();
            while literal.contains(&escape) {
                escape.insert(0, '\\');
            }
            literal = format!("replace({},'{escape}',char({code}))", literal.replace(character, &escape));
        }
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_back_as_they_were() {
        assert_eq!(literal(Cell::Text("it's")), "'it''s'");
        assert_eq!(literal(Cell::Text("a\nb")), "replace('a\\nb','\\n',char(10))");
        assert_eq!(literal(Cell::Text("a\\n\nb")), "replace('a\\n\\\\nb','\\\\n',char(10))");
        assert_eq!(literal(Cell::Text("a\0b")), "CAST(X'610062' AS TEXT)");
        assert_eq!(literal(Cell::Real(1.0)), "1.0");
        assert_eq!(literal(Cell::Blob(&[1, 255])), "X'01ff'");
    }
}
