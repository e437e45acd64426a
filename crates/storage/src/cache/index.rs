//! The index: what is kept, in SQLite.

use rusqlite::{Connection, OptionalExtension, params};

use super::entry::{decode, encode};
use super::eviction::{Candidate, victims};
use super::{CacheHead, CacheKey};
use crate::StorageError;
use crate::sqlite::{Access, DatabaseOptions};

/// How many entries are looked at together when some have to go.
const CANDIDATES: i64 = 256;

const SCHEMA: &[&str] = &["
    CREATE TABLE entries (
        key BLOB PRIMARY KEY,
        status INTEGER NOT NULL,
        headers BLOB NOT NULL,
        made INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        used INTEGER NOT NULL,
        size INTEGER NOT NULL,
        length INTEGER NOT NULL,
        file TEXT,
        body BLOB
    ) STRICT;
    CREATE INDEX entries_by_use ON entries (used);
    CREATE INDEX entries_by_end ON entries (expires);
    CREATE TABLE total (size INTEGER NOT NULL) STRICT;
    INSERT INTO total VALUES (0);
    CREATE TRIGGER more AFTER INSERT ON entries BEGIN UPDATE total SET size = size + new.size; END;
    CREATE TRIGGER less AFTER DELETE ON entries BEGIN UPDATE total SET size = size - old.size; END;
"];

/// The index's file. Its commits are not made durable: a cache may lose its last entries with the power.
pub(super) fn options() -> DatabaseOptions {
    let configure = |connection: &Connection, access: Access| match access {
        Access::Write => connection.pragma_update(None, "synchronous", "NORMAL"),
        Access::Read => Ok(()),
    };
    DatabaseOptions { migrations: SCHEMA, configure: Some(std::sync::Arc::new(configure)) }
}

/// An entry as the index knows it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) head: CacheHead,
    pub(super) length: u64,
    pub(super) used: u64,
    pub(super) body: RowBody,
}

/// Where its body is.
#[derive(Clone, Debug)]
pub(super) enum RowBody {
    /// In the index.
    Here(Vec<u8>),
    /// In the file of this name.
    File(String),
}

/// SQLite's integers have a sign.
fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn natural(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Finds an entry.
pub(super) fn find(connection: &Connection, key: &CacheKey) -> Result<Option<Row>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT status, headers, made, expires, length, used, file, body FROM entries WHERE key = ?1",
    )?;
    let found = statement.query_row([key.0], |row| {
        let file: Option<String> = row.get(6)?;
        let body = match file {
            Some(file) => RowBody::File(file),
            None => RowBody::Here(row.get::<_, Option<Vec<u8>>>(7)?.unwrap_or_default()),
        };
        let headers: Vec<u8> = row.get(1)?;
        let head = decode(&headers).map(|headers| {
            let (status, made, expires) = (row.get(0)?, natural(row.get(2)?), natural(row.get(3)?));
            Ok::<_, rusqlite::Error>(CacheHead { status, headers, made, expires })
        });
        let (length, used) = (natural(row.get(4)?), natural(row.get(5)?));
        Ok(head.transpose()?.map(|head| Row { head, length, used, body }))
    });
    Ok(found.optional()?.flatten())
}

/// Keeps an entry in place of the one before it, and evicts what there is no room for. The files that nothing names
/// any more are the result.
pub(super) fn insert(
    connection: &Connection,
    key: &CacheKey,
    row: &Row,
    limit: u64,
    used: &[(CacheKey, u64)],
) -> Result<Vec<Removed>, StorageError> {
    let mut touch = connection.prepare_cached("UPDATE entries SET used = ?2 WHERE key = ?1")?;
    for (key, at) in used {
        touch.execute(params![key.0, integer(*at)])?;
    }
    let mut removed = remove(connection, key)?.map_or_else(Vec::new, |removed| vec![removed]);
    let (file, body) = match &row.body {
        RowBody::Here(body) => (None, Some(body)),
        RowBody::File(file) => (Some(file), None),
    };
    let CacheHead { status, headers, made, expires } = &row.head;
    connection.prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
        params![
            key.0,
            status,
            encode(headers),
            integer(*made),
            integer(*expires),
            integer(row.used),
            integer(row.length + row.head.weight()),
            integer(row.length),
            file,
            body,
        ],
    )?;
    evict(connection, limit, row.used, &mut removed)?;
    Ok(removed)
}

/// An entry that is no more.
#[derive(Clone, Debug)]
pub(super) struct Removed {
    pub(super) key: CacheKey,
    pub(super) file: Option<String>,
    pub(super) expires: u64,
}

/// Drops an entry.
pub(super) fn remove(connection: &Connection, key: &CacheKey) -> Result<Option<Removed>, StorageError> {
    let mut statement = connection.prepare_cached("DELETE FROM entries WHERE key = ?1 RETURNING file, expires")?;
    let removed =
        statement.query_row([key.0], |row| Ok(Removed { key: *key, file: row.get(0)?, expires: natural(row.get(1)?) }));
    Ok(removed.optional()?)
}

/// Gives an entry another head, if it is still the one that is meant.
pub(super) fn refresh(
    connection: &Connection,
    key: &CacheKey,
    before: &CacheHead,
    after: &CacheHead,
) -> Result<(), StorageError> {
    let mut statement = connection.prepare_cached(
        "UPDATE entries SET headers = ?2, made = ?3, expires = ?4
         WHERE key = ?1 AND made = ?5 AND expires = ?6 AND headers = ?7",
    )?;
    statement.execute(params![
        key.0,
        encode(&after.headers),
        integer(after.made),
        integer(after.expires),
        integer(before.made),
        integer(before.expires),
        encode(&before.headers),
    ])?;
    Ok(())
}

fn evict(connection: &Connection, limit: u64, now: u64, removed: &mut Vec<Removed>) -> Result<(), StorageError> {
    loop {
        let total = natural(connection.prepare_cached("SELECT size FROM total")?.query_row((), |row| row.get(0))?);
        if total <= limit {
            return Ok(());
        }
        let candidates = candidates(connection, now)?;
        let chosen: Vec<_> = candidates.iter().map(|(_, candidate)| *candidate).collect();
        let victims = victims(total, limit, now, &chosen);
        if victims.is_empty() {
            return Ok(());
        }
        for place in victims {
            removed.extend(remove(connection, &candidates[place].0)?);
        }
    }
}

/// Entries among which those to go are: the first to have ended, and the longest unused.
fn candidates(connection: &Connection, now: u64) -> Result<Vec<(CacheKey, Candidate)>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM (SELECT key, size, expires, used FROM entries WHERE expires <= ?1 ORDER BY expires LIMIT ?2)
         UNION
         SELECT * FROM (SELECT key, size, expires, used FROM entries ORDER BY used LIMIT ?2)",
    )?;
    let rows = statement.query_map(params![integer(now), CANDIDATES], |row| {
        let candidate =
            Candidate { size: natural(row.get(1)?), expires: natural(row.get(2)?), used: natural(row.get(3)?) };
        Ok((CacheKey(row.get(0)?), candidate))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The names of all files that entries are in.
pub(super) fn files(connection: &Connection) -> Result<std::collections::HashSet<String>, StorageError> {
    let mut statement = connection.prepare("SELECT file FROM entries WHERE file IS NOT NULL")?;
    let names = statement.query_map((), |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
