//! SQL over datasets.
//!
//! The dialect is SQLite's, each dataset a table. A query names its datasets in SQL, which only SQLite can read well:
//! so it is asked to prepare the query, says which table is missing, and that one is attached, until none is.

use std::fs;
use std::path::Path;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;

use super::KIND;
use crate::{StorageError, file_name};

/// How SQLite names a table that is not there.
const MISSING: &str = "no such table: ";

/// The most datasets of one query: SQLite's limit on attached files.
const MOST_DATASETS: usize = 10;

/// How long to wait for a server that makes a file, or recovers one.
const BUSY: Duration = Duration::from_secs(10);

/// The suffix of datasets' files.
const SUFFIX: &str = ".sqlite";

/// What a query found.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows, a value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It reads from a dataset that nothing was written to.
    #[error("There is no dataset called {name}: {}", listed(.known))]
    NoDataset {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// It reads from more datasets than one query can.
    #[error("A query can read from {MOST_DATASETS} datasets at most.")]
    TooManyDatasets,
    /// It is no query.
    #[error("Only queries can be run on datasets: SELECT, or SHOW TABLES.")]
    NoQuery,
    /// SQLite's answer.
    #[error("{0}")]
    Sql(#[from] rusqlite::Error),
    /// The files.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing has been written yet.".to_owned(),
        names => format!("there are {}.", names.join(", ")),
    }
}

/// The datasets of a state folder, by name.
///
/// # Errors
/// The folder cannot be read.
pub fn datasets(state: &Path) -> Result<Vec<String>, StorageError> {
    let folder = state.join(KIND);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| StorageError::io("read the folder", &folder, error))?;
    let name = |entry: &fs::DirEntry| {
        let file = entry.file_name().into_string().ok()?;
        let name = percent_decode_str(file.strip_suffix(SUFFIX)?).decode_utf8().ok()?.into_owned();
        // Of a very long name the file has only a digest.
        (file_name(&name) + SUFFIX == file).then_some(name)
    };
    let mut names: Vec<_> = entries.iter().filter_map(name).collect();
    names.sort_unstable();
    Ok(names)
}

/// Runs a query over the datasets of a state folder, whoever writes to them meanwhile. Blocks.
///
/// # Errors
/// The query is not valid, or changes something, or reads from what is not there.
pub fn query(state: &Path, sql: &str) -> Result<Answer, QueryError> {
    let words: Vec<_> = sql.trim().trim_end_matches(';').split_whitespace().map(str::to_lowercase).collect();
    if words == ["show", "tables"] {
        let rows = datasets(state)?.into_iter().map(|name| vec![Value::String(name)]).collect();
        return Ok(Answer { columns: vec!["dataset".to_owned()], rows });
    }
    if words.is_empty() {
        return Err(QueryError::NoQuery);
    }
    // What is attached to a connection that only reads can only be read.
    let connection = Connection::open_with_flags(":memory:", OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    for attached in 0.. {
        let missing = match connection.prepare(sql) {
            Ok(statement) if statement.readonly() && statement.column_count() > 0 => break,
            Ok(_) => return Err(QueryError::NoQuery),
            Err(error) => missing_table(&error).ok_or(error)?,
        };
        if attached == MOST_DATASETS {
            return Err(QueryError::TooManyDatasets);
        }
        attach(&connection, state, &missing, attached)?;
    }
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    let read = |row: &Row<'_>| (0..width).map(|n| row.get_ref(n).map(value)).collect::<Result<Vec<_>, _>>();
    let rows = statement.query_map((), read)?.collect::<Result<_, _>>()?;
    Ok(Answer { columns, rows })
}

/// The table that a query cannot do without.
fn missing_table(error: &rusqlite::Error) -> Option<String> {
    let message = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        rusqlite::Error::SqliteFailure(_, Some(message)) => message,
        _ => return None,
    };
    message.strip_prefix(MISSING).map(str::to_owned)
}

fn attach(connection: &Connection, state: &Path, name: &str, place: usize) -> Result<(), QueryError> {
    let path = state.join(KIND).join(file_name(name) + SUFFIX);
    if !path.is_file() {
        return Err(QueryError::NoDataset { name: name.to_owned(), known: datasets(state)? });
    }
    connection.execute(&format!("ATTACH ?1 AS dataset_{place}"), [path.to_string_lossy()])?;
    let quoted = name.replace('"', "\"\"");
    let view = format!("CREATE TEMP VIEW \"{quoted}\" AS SELECT * FROM dataset_{place}.data_points");
    Ok(connection.execute_batch(&view)?)
}

/// A value as hosted's JSON has it: bytes that are no text come as well as they can be read.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_was_written_there_is_no_dataset() {
        let state = tempfile::tempdir().unwrap();
        assert!(query(state.path(), " show  TABLES; ").unwrap().rows.is_empty());
        let error = query(state.path(), "SELECT * FROM weather").unwrap_err().to_string();
        assert_eq!(error, "There is no dataset called weather: nothing has been written yet.");
        assert_eq!(query(state.path(), "SELECT 1 + 1 AS n").unwrap().rows, [[Value::from(2)]]);
    }

    #[test]
    fn what_is_no_query_is_refused() {
        let state = tempfile::tempdir().unwrap();
        for sql in ["CREATE TABLE t (x)", "ATTACH 'x' AS y", ""] {
            assert!(matches!(query(state.path(), sql), Err(QueryError::NoQuery)), "{sql}");
        }
        for sql in ["SELEC 1", "SELECT 1; SELECT 2"] {
            assert!(matches!(query(state.path(), sql), Err(QueryError::Sql(_))), "{sql}");
        }
    }
}
