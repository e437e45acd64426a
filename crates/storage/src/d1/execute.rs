//! SQL on a connection.

use std::time::Instant;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, Statement, StatementStatus};

use super::authorizer::Guest;
use super::changes::Changes;
use super::error::TRANSACTION;
use super::{Answer, BatchError, Meta, Query, Rows, SqlError, is_blank, statements};
use crate::StorageError;

const NOTHING: &str = "No SQL statements detected.";
const NO_STATEMENT: &str = "SQL code did not contain a statement.";
const WRONG_NUMBER: &str = "Wrong number of parameter bindings for SQL query.";
const ONLY_LAST: &str =
    "When executing multiple SQL statements in a single call, only the last statement can have parameters.";

/// What a Worker may set lasts for its query or batch: the connection is everybody's.
const DEFAULTS: &str = "PRAGMA case_sensitive_like = 0; PRAGMA ignore_check_constraints = 0; \
     PRAGMA legacy_alter_table = 0; PRAGMA recursive_triggers = 0; PRAGMA reverse_unordered_selects = 0;";

/// Whether a connection that reads need not be asked: a guess that spares preparing a write twice, and that keeps
/// pragmas, which may set something, from connections that read.
pub(super) fn surely_writes(sql: &str) -> bool {
    let sql = sql.trim_start();
    if begins(sql, "select") && !sql.contains(';') {
        return false;
    }
    let words = ["insert", "update", "delete", "replace", "create", "drop", "alter"];
    words.iter().any(|word| begins(sql, word)) || has_pragma(sql)
}

fn begins(sql: &str, word: &str) -> bool {
    sql.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Whether one of the statements is a pragma; `pragma_table_info()` and its like only read.
fn has_pragma(sql: &str) -> bool {
    sql.as_bytes().windows(6).any(|window| window.eq_ignore_ascii_case(b"pragma"))
        && statements(sql).iter().any(|statement| begins(statement, "pragma"))
}

/// Runs a query on a connection that reads; nothing if it is more than one statement, or one that writes.
pub(super) fn read(connection: &Connection, query: &Query) -> Result<Option<(Rows, u64)>, SqlError> {
    if is_blank(&query.sql) {
        return Err(SqlError::Refused(NOTHING.into()));
    }
    let guest = Guest::enter();
    let mut statement = match connection.prepare_cached(&query.sql) {
        Ok(statement) => statement,
        // Preparing looks at the second statement too, which may need what the first one makes.
        Err(_) if statements(&query.sql).len() > 1 => return Ok(None),
        Err(error) => return Err(refusal(&guest, error, &query.sql)),
    };
    if !statement.readonly() {
        return Ok(None);
    }
    run(&mut statement, query).map(Some).map_err(|error| error.within(leading(&query.sql)))
}

/// Runs queries on the connection that writes, in the transaction that it is in. Those without any statement are left
/// out, as hosted does.
pub(super) fn write(connection: &Connection, queries: &[Query], changes: &Changes) -> Result<Vec<Answer>, BatchError> {
    let mut answers = Vec::with_capacity(queries.len());
    let mut pragmas = false;
    let mut failure = None;
    for (place, query) in queries.iter().enumerate().filter(|(_, query)| !is_blank(&query.sql)) {
        let is_pragma = has_pragma(&query.sql);
        pragmas |= is_pragma;
        match write_one(connection, query, is_pragma, changes) {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                failure = Some(BatchError { place: Some(place), error });
                break;
            }
        }
    }
    if pragmas {
        connection.execute_batch(DEFAULTS).map_err(StorageError::from)?;
    }
    match failure {
        Some(failure) => Err(failure),
        None if answers.is_empty() => Err(BatchError { place: Some(0), error: SqlError::Refused(NOTHING.into()) }),
        None => Ok(answers),
    }
}

fn write_one(connection: &Connection, query: &Query, is_pragma: bool, changes: &Changes) -> Result<Answer, SqlError> {
    let begun = Instant::now();
    let before = (connection.total_changes(), connection.last_insert_rowid(), size(connection)?);
    changes.reset();
    let (rows, rows_read) = {
        let guest = Guest::enter();
        match connection.prepare_cached(&query.sql) {
            // Of pragmas some are ours too: what was prepared for us is not for a Worker to find.
            Ok(_) if is_pragma => run_all(connection, query)?,
            Ok(mut statement) => run(&mut statement, query).map_err(|error| error.within(leading(&query.sql)))?,
            Err(_) if statements(&query.sql).len() > 1 => run_all(connection, query)?,
            Err(error) => return Err(refusal(&guest, error, &query.sql)),
        }
    };
    let after = (connection.total_changes(), connection.last_insert_rowid(), size(connection)?);
    let changed = after.0 - before.0;
    let meta = Meta {
        changes: changed,
        last_row_id: after.1,
        changed_db: before != after,
        size_after: after.2,
        rows_read,
        rows_written: changes.rows(connection, changed)?,
        duration: begun.elapsed(),
    };
    Ok(Answer { rows, meta })
}

/// Runs the statements of one text; the answer is the last one's.
fn run_all(connection: &Connection, query: &Query) -> Result<(Rows, u64), SqlError> {
    let guest = Guest::enter();
    let mut batch = Batch::new(connection, &query.sql);
    let (mut last, mut read, mut bound) = (None, 0, false);
    while let Some(mut statement) = batch.next().map_err(|error| refusal(&guest, error, ""))? {
        if bound {
            return Err(SqlError::Refused(ONLY_LAST.into()));
        }
        bound = statement.parameter_count() > 0;
        let (rows, rows_read) = if bound { run(&mut statement, query)? } else { step(&mut statement)? };
        (last, read) = (Some(rows), read + rows_read);
    }
    if !bound && !query.params.is_empty() {
        return Err(SqlError::Refused(WRONG_NUMBER.into()));
    }
    last.map(|rows| (rows, read)).ok_or_else(|| SqlError::Refused(NO_STATEMENT.into()))
}

fn run(statement: &mut Statement<'_>, query: &Query) -> Result<(Rows, u64), SqlError> {
    if statement.parameter_count() != query.params.len() {
        return Err(SqlError::Refused(WRONG_NUMBER.into()));
    }
    for (number, value) in (1..).zip(&query.params) {
        statement.raw_bind_parameter::<usize, _>(number, value)?;
    }
    step(statement)
}

/// Runs a statement, and estimates how many rows it read.
fn step(statement: &mut Statement<'_>) -> Result<(Rows, u64), SqlError> {
    statement.reset_status(StatementStatus::FullscanStep);
    let rows = Rows::of(statement)?;
    // SQLite counts the steps from one row to the next.
    let scanned = match statement.get_status(StatementStatus::FullscanStep) {
        steps if steps > 0 => u64::from(steps.unsigned_abs()) + 1,
        _ => 0,
    };
    let returned = rows.len() as u64;
    Ok((rows, scanned.max(returned)))
}

/// The size of a database, in bytes.
pub(super) fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let pages: u32 = connection.prepare_cached("PRAGMA page_count")?.query_row((), |row| row.get(0))?;
    let page: u32 = connection.prepare_cached("PRAGMA page_size")?.query_row((), |row| row.get(0))?;
    Ok(u64::from(pages) * u64::from(page))
}

/// The space before the SQL, which the cache of statements takes away.
fn leading(sql: &str) -> usize {
    sql.len() - sql.trim_start().len()
}

fn refusal(guest: &Guest, error: rusqlite::Error, sql: &str) -> SqlError {
    if guest.was_transaction() {
        return SqlError::Refused(TRANSACTION.into());
    }
    match error {
        rusqlite::Error::Empty => SqlError::Refused(NO_STATEMENT.into()),
        error => SqlError::from(error).within(leading(sql)),
    }
}
