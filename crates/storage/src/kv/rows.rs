//! The tables of a namespace's file, and what is done to a key's row.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension};

use super::expiry::is_expired;
use super::namespace::{KvKey, KvPut};
use super::pieces::{self, PIECE_BYTES, PIECES, ValueId, Values};
use crate::StorageError;

/// From an empty file on. `keys` is its own index, in the order of the keys' bytes; `expirations` has the keys that
/// will expire, by when.
pub(super) const SCHEMA: &[&str] = &["
    CREATE TABLE keys (
        key TEXT PRIMARY KEY NOT NULL,
        value INTEGER NOT NULL,
        length INTEGER NOT NULL,
        expiration INTEGER,
        metadata TEXT
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX expirations ON keys (expiration) WHERE expiration IS NOT NULL;
    CREATE TABLE pieces (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE loose (value INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE about (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
"];

/// A key's row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) value: ValueId,
    pub(super) length: u64,
    pub(super) expiration: Option<u64>,
    pub(super) metadata: Option<String>,
    /// The value, if it is no longer than was asked for.
    pub(super) bytes: Option<Vec<u8>>,
}

/// A number that is never negative, as SQLite keeps it.
fn unsigned(number: i64) -> u64 {
    number.unsigned_abs()
}

/// Whether a value has one piece only.
pub(super) fn is_single(length: u64) -> bool {
    length <= PIECE_BYTES as u64
}

/// Reads a key in one statement, hence in one state of the file, with its value if that has up to `most` bytes.
pub(super) fn read(connection: &Connection, key: &str, most: u64, now: u64) -> Result<Option<Row>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT k.value, k.length, k.expiration, k.metadata, p.bytes FROM keys k \
         LEFT JOIN pieces p ON k.length <= ?2 AND p.id = k.value * ?3 WHERE k.key = ?1",
    )?;
    let row = statement.query_row((key, most as i64, PIECES), |row| {
        Ok(Row {
            value: ValueId(row.get(0)?),
            length: unsigned(row.get(1)?),
            expiration: row.get::<_, Option<i64>>(2)?.map(unsigned),
            metadata: row.get(3)?,
            bytes: match row.get_ref(4)? {
                ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                _ => None,
            },
        })
    });
    Ok(row.optional()?.filter(|row| !is_expired(row.expiration, now)))
}

/// The value that a key has, expired or not, and its length.
fn value_of(connection: &Connection, key: &str) -> Result<Option<(ValueId, u64)>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT value, length FROM keys WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| Ok((ValueId(row.get(0)?), unsigned(row.get(1)?)))).optional()?)
}

/// Lets go of a value that has lost its key.
fn release(connection: &Connection, id: ValueId, length: u64) -> Result<Released, StorageError> {
    if is_single(length) {
        pieces::delete(connection, id)?;
        return Ok(Released::Now);
    }
    pieces::loosen(connection, id)?;
    Ok(Released::Later)
}

/// Whether a value's pieces are gone, or for the sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Released {
    /// They are gone, or there were none.
    Now,
    /// They are loose.
    Later,
}

fn write_row(
    connection: &Connection,
    key: &str,
    value: ValueId,
    length: u64,
    options: &KvPut,
) -> Result<(), StorageError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO keys (key, value, length, expiration, metadata) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (key) DO UPDATE SET value = ?2, length = ?3, expiration = ?4, metadata = ?5",
    )?;
    statement.execute((key, value.0, length as i64, options.expiration.map(|at| at as i64), &options.metadata))?;
    Ok(())
}

/// Writes a key whose value is at hand.
pub(super) fn put(
    connection: &Connection,
    values: &Values,
    key: &str,
    value: &[u8],
    options: &KvPut,
) -> Result<Released, StorageError> {
    let length = value.len() as u64;
    let old = value_of(connection, key)?;
    if let Some((id, old_length)) = old
        && is_single(old_length)
        && is_single(length)
    {
        pieces::replace(connection, id.piece(0), value)?;
        write_row(connection, key, id, length, options)?;
        return Ok(Released::Now);
    }
    let id = values.new_id(connection)?;
    // An empty value has a piece, too.
    for (place, piece) in value.chunks(PIECE_BYTES).chain(value.is_empty().then_some(value)).enumerate() {
        pieces::insert(connection, id.piece(place), piece)?;
    }
    write_row(connection, key, id, length, options)?;
    old.map_or(Ok(Released::Now), |(id, length)| release(connection, id, length))
}

/// Gives a key the value whose pieces have been written before.
pub(super) fn put_written(
    connection: &Connection,
    key: &str,
    value: ValueId,
    length: u64,
    options: &KvPut,
) -> Result<Released, StorageError> {
    let old = value_of(connection, key)?;
    write_row(connection, key, value, length, options)?;
    pieces::fasten(connection, value)?;
    old.map_or(Ok(Released::Now), |(id, length)| release(connection, id, length))
}

/// Deletes a key, if it is there.
pub(super) fn delete(connection: &Connection, key: &str) -> Result<Released, StorageError> {
    let Some((id, length)) = value_of(connection, key)? else { return Ok(Released::Now) };
    connection.prepare_cached("DELETE FROM keys WHERE key = ?1")?.execute([key])?;
    release(connection, id, length)
}

/// Lists keys that begin with `prefix` and come after `after`.
pub(super) fn list(
    connection: &Connection,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
    now: u64,
) -> Result<Vec<KvKey>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT key, expiration, metadata FROM keys WHERE key >= ?1 AND key < ?2 \
         AND (expiration IS NULL OR expiration > ?3) ORDER BY key LIMIT ?4",
    )?;
    let start = match after {
        // The first text after this one.
        Some(after) if after >= prefix => format!("{after}\0"),
        _ => prefix.to_owned(),
    };
    // For SQLite any bytes come after all text.
    let end = end_of(prefix).map_or_else(|| Value::Blob(Vec::new()), Value::Text);
    let keys = statement.query_map((start, end, now as i64, limit as i64), |row| {
        let expiration: Option<i64> = row.get(1)?;
        Ok(KvKey { name: row.get(0)?, expiration: expiration.map(unsigned), metadata: row.get(2)? })
    })?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// The first text after all that begin with `prefix`; nothing where there is none.
fn end_of(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The order of characters is that of their UTF-8. There are none between U+D7FF and U+E000.
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

/// Some keys that are over, the first first.
pub(super) fn expired(connection: &Connection, now: u64, most: usize) -> Result<Vec<String>, StorageError> {
    let mut statement =
        connection.prepare_cached("SELECT key FROM keys WHERE expiration <= ?1 ORDER BY expiration LIMIT ?2")?;
    let keys = statement.query_map((now as i64, most as i64), |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Deletes a key if it is still over: it may have been written anew.
pub(super) fn delete_expired(connection: &Connection, key: &str, now: u64) -> Result<Released, StorageError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM keys WHERE key = ?1 AND expiration <= ?2")?;
    if statement.exists((key, now as i64))? { delete(connection, key) } else { Ok(Released::Now) }
}

/// When the next key is over.
pub(super) fn earliest(connection: &Connection) -> Result<Option<u64>, StorageError> {
    let mut statement = connection
        .prepare_cached("SELECT expiration FROM keys WHERE expiration IS NOT NULL ORDER BY expiration LIMIT 1")?;
    let earliest: Option<i64> = statement.query_row((), |row| row.get(0)).optional()?;
    Ok(earliest.map(unsigned))
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        for (prefix, end) in [
            ("a", Some("b")),
            ("a/", Some("a0")),
            ("\u{fc}", Some("\u{fd}")),
            ("\u{D7FF}", Some("\u{E000}")),
            ("a\u{10FFFF}", Some("b")),
            ("\u{10FFFF}", None),
            ("", None),
        ] {
            assert_eq!(end_of(prefix).as_deref(), end, "{prefix:?}");
            assert!(end.is_none_or(|end| end > prefix));
        }
    }
}
