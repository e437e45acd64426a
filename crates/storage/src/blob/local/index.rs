//! The index of a bucket: which objects there are, and which files have their bytes.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::files::Discarded;
use crate::blob::{BlobError, Checksums, Metadata, Object, StorageClass};
use crate::sqlite::{Access, DatabaseOptions};

/// The schema, step by step.
const MIGRATIONS: &[&str] = &["
CREATE TABLE bucket (
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    storage_class TEXT NOT NULL
) STRICT;
CREATE TABLE objects (
    key TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    uploaded INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    storage_class TEXT NOT NULL,
    http_metadata TEXT NOT NULL,
    custom_metadata TEXT NOT NULL
) STRICT;
CREATE TABLE bodies (
    version TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (version, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX bodies_by_blob ON bodies (blob);
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    created INTEGER NOT NULL,
    open INTEGER NOT NULL,
    storage_class TEXT,
    http_metadata TEXT NOT NULL,
    custom_metadata TEXT NOT NULL
) STRICT;
CREATE TABLE parts (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT,
    size INTEGER NOT NULL,
    md5 BLOB NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_by_blob ON parts (blob);
"];

/// The columns of an object, as [`object`] takes them.
pub(super) const COLUMNS: &str = "key, version, size, etag, uploaded, checksums, storage_class";

/// What is known of a bucket as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketInfo {
    /// Its name.
    pub name: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created: i64,
    /// The storage class of objects that say none.
    pub storage_class: StorageClass,
    /// How many objects it has.
    pub objects: u64,
    /// The bytes of all of them.
    pub bytes: u64,
}

/// How the index of a bucket is opened.
pub(super) fn options(name: &str) -> DatabaseOptions {
    let name = name.to_owned();
    let configure = move |connection: &Connection, access: Access| {
        if access == Access::Write {
            connection.execute(
                "INSERT INTO bucket SELECT ?1, ?2, 'Standard' WHERE NOT EXISTS (SELECT * FROM bucket)",
                params![name, now()],
            )?;
        }
        Ok(())
    };
    DatabaseOptions { migrations: MIGRATIONS, configure: Some(Arc::new(configure)) }
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

fn from_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

pub(super) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A length or a count: never negative, and SQLite's integers are signed.
pub(super) fn size(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// An object from its [`COLUMNS`], followed by its metadata where that was asked for.
pub(super) fn object(row: &Row<'_>, http: bool, custom: bool) -> rusqlite::Result<Object> {
    Ok(Object {
        key: row.get(0)?,
        version: row.get(1)?,
        size: size(row, 2)?,
        etag: row.get(3)?,
        uploaded: row.get(4)?,
        checksums: from_json(row, 5)?,
        storage_class: StorageClass::parse(row.get_ref(6)?.as_str()?).unwrap_or_default(),
        http_metadata: if http { Some(from_json(row, 7)?) } else { None },
        custom_metadata: if custom { Some(from_json(row, 8)?) } else { None },
    })
}

/// The object of a key.
pub(super) fn find(connection: &Connection, key: &str) -> Result<Option<Object>, BlobError> {
    let sql = format!("SELECT {COLUMNS}, http_metadata, custom_metadata FROM objects WHERE key = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([key], |row| object(row, true, true)).optional()?)
}

/// The bodies of a version in their order: names and lengths.
pub(super) fn bodies(connection: &Connection, version: &str) -> Result<Vec<(String, u64)>, BlobError> {
    let mut statement =
        connection.prepare_cached("SELECT blob, size FROM bodies WHERE version = ?1 ORDER BY number")?;
    let rows = statement.query_map([version], |row| Ok((row.get(0)?, size(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes an object out of the index; what it leaves.
pub(super) fn remove(connection: &Connection, key: &str) -> Result<Option<Discarded>, BlobError> {
    let mut statement = connection.prepare_cached("DELETE FROM objects WHERE key = ?1 RETURNING version")?;
    let Some(version) = statement.query_row([key], |row| row.get::<_, String>(0)).optional()? else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached("DELETE FROM bodies WHERE version = ?1 RETURNING blob")?;
    let blobs = statement.query_map([&version], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(Discarded { version, blobs }))
}

/// A new object, before it has its version's bodies.
pub(super) struct NewObject<'a> {
    pub(super) key: &'a str,
    pub(super) version: &'a str,
    pub(super) size: u64,
    pub(super) etag: &'a str,
    pub(super) checksums: &'a Checksums,
    pub(super) metadata: &'a Metadata,
    pub(super) bodies: &'a [(String, u64)],
}

/// Puts an object into the index, in place of what the key had; what that leaves.
pub(super) fn replace(connection: &Connection, new: &NewObject<'_>) -> Result<(Object, Option<Discarded>), BlobError> {
    let discarded = remove(connection, new.key)?;
    let uploaded = now();
    let class = new.metadata.storage_class.map(StorageClass::name);
    connection
        .prepare_cached(
            "INSERT INTO objects VALUES (:key, :version, :size, :etag, :uploaded, :checksums, \
             coalesce(:class, (SELECT storage_class FROM bucket), 'Standard'), :http, :custom)",
        )?
        .execute(named_params! {
            ":key": new.key, ":version": new.version, ":size": new.size.cast_signed(), ":etag": new.etag, ":uploaded": uploaded,
            ":checksums": to_json(new.checksums), ":class": class,
            ":http": to_json(&new.metadata.http), ":custom": to_json(&new.metadata.custom),
        })?;
    let mut statement = connection.prepare_cached("INSERT INTO bodies VALUES (?1, ?2, ?3, ?4)")?;
    for (number, (blob, size)) in (0i64..).zip(new.bodies) {
        statement.execute(params![new.version, number, blob, size.cast_signed()])?;
    }
    let object = find(connection, new.key)?.ok_or(BlobError::Internal)?;
    Ok((object, discarded))
}

/// The bodies that the index knows, of those whose names begin so.
pub(super) fn known_blobs(connection: &Connection, start: &str) -> Result<HashSet<String>, BlobError> {
    // Names are hexadecimal: `g` comes after all of them.
    let mut statement = connection.prepare_cached(
        "SELECT blob FROM bodies WHERE blob >= ?1 AND blob < ?1 || 'g' \
         UNION ALL SELECT blob FROM parts WHERE blob >= ?1 AND blob < ?1 || 'g'",
    )?;
    let rows = statement.query_map([start], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bucket as a whole.
pub(super) fn info(connection: &Connection) -> Result<BucketInfo, BlobError> {
    let sql = "SELECT name, created, storage_class, (SELECT count(*) FROM objects), \
               (SELECT coalesce(sum(size), 0) FROM objects) FROM bucket";
    Ok(connection.query_row(sql, (), |row| {
        Ok(BucketInfo {
            name: row.get(0)?,
            created: row.get(1)?,
            storage_class: StorageClass::parse(row.get_ref(2)?.as_str()?).unwrap_or_default(),
            objects: size(row, 3)?,
            bytes: size(row, 4)?,
        })
    })?)
}

/// Sets the storage class of objects that say none.
pub(super) fn set_storage_class(connection: &Connection, class: StorageClass) -> Result<(), BlobError> {
    connection.execute("UPDATE bucket SET storage_class = ?1", [class.name()])?;
    Ok(())
}
