//! One namespace, database or bucket of wrangler's into the local state.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use rusqlite::Connection;
use selvedge_storage::LocalStorage;
use selvedge_storage::blob::{BlobBucket, BoxError, Content, HttpMetadata, Metadata, PutOptions};
use selvedge_storage::d1::{D1Database, KIND};
use selvedge_storage::import::{R2Entry, Snapshot, WranglerState};
use selvedge_storage::kv::{KvNamespaces, KvPut, KvValue, now};
use serde_json::{Map, Value};
use tokio::io::AsyncReadExt;

use super::Outcome;
use crate::d1 as files;

/// Writes under way at once: what waits is made durable together.
const AT_ONCE: usize = 64;

/// What is read of a file at once.
const CHUNK: usize = 256 << 10;

/// A namespace: its keys that have not expired.
pub(super) async fn kv(
    source: &WranglerState,
    snapshot: &Snapshot,
    storage: &Arc<LocalStorage>,
    id: &str,
    bar: &ProgressBar,
) -> anyhow::Result<Outcome> {
    let namespace = KvNamespaces::new(storage.clone()).get(id);
    let now = now();
    let entries = source.kv_entries(id, snapshot)?;
    let alive = entries.into_iter().filter(|entry| entry.expiration.is_none_or(|expiration| expiration > now));
    let written = stream::iter(alive).map(|entry| {
        let namespace = namespace.clone();
        async move {
            let value = tokio::fs::read(&entry.value).await;
            let value = value.with_context(|| format!("Cannot read {}.", entry.value.display()))?;
            let length = value.len() as u64;
            let options = KvPut { expiration: entry.expiration, metadata: entry.metadata };
            namespace.put(entry.key, KvValue::Whole(value.into()), options).await?;
            bar.inc(1);
            anyhow::Ok(length)
        }
    });
    written
        .buffer_unordered(AT_ONCE)
        .try_fold((0, 0), |(keys, bytes), length| async move { Ok((keys + 1, bytes + length)) })
        .await
        .map(|(keys, bytes)| Outcome::Came(keys, bytes))
}

/// A database, as one file that is whole or not there.
pub(super) fn d1(
    snapshot: Snapshot,
    storage: &Arc<LocalStorage>,
    id: &str,
    overwrite: bool,
) -> anyhow::Result<Outcome> {
    let database = D1Database::new(storage.clone(), id);
    if database.exists() && !overwrite {
        return Ok(Outcome::Kept);
    }
    let target = database.path();
    let folder = target.parent().unwrap_or(&target).to_owned();
    fs::create_dir_all(&folder).with_context(|| format!("Cannot make the folder {}.", folder.display()))?;
    let copy = tempfile::Builder::new().prefix(".import-").tempdir_in(&folder)?;
    let copied = copy.path().join("db.sqlite");
    let tables = copy_database(&snapshot, &copied).with_context(|| format!("Cannot copy the database {id}."))?;
    let bytes = fs::metadata(&copied)?.len();
    files::remove(storage, id)?;
    File::open(&copied)?.sync_all()?;
    fs::rename(&copied, storage.path_of(KIND, id, ".sqlite"))?;
    File::open(&folder)?.sync_all()?;
    Ok(Outcome::Came(tables, bytes))
}

/// Copies all but miniflare's own tables. How many tables there are.
fn copy_database(snapshot: &Snapshot, target: &std::path::Path) -> rusqlite::Result<u64> {
    let connection = Connection::open(snapshot.path())?;
    let own = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '\\_cf\\_%' ESCAPE '\\'";
    let own: Vec<String> =
        connection.prepare(own)?.query_map((), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for table in own {
        connection.execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))?;
    }
    connection.execute("VACUUM INTO ?1", [target.to_string_lossy()])?;
    let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    connection.query_row(count, (), |row| row.get(0))
}

/// A bucket.
pub(super) async fn r2(
    source: &WranglerState,
    snapshot: &Snapshot,
    storage: &Arc<LocalStorage>,
    id: &str,
    bar: &ProgressBar,
) -> anyhow::Result<Outcome> {
    let bucket = storage.bucket(id);
    let (mut objects, mut bytes) = (0, 0);
    for entry in source.r2_entries(id, snapshot)? {
        let metadata = metadata(&entry).with_context(|| format!("The metadata of {} cannot be read.", entry.key))?;
        let content = Content { length: Some(entry.size), stream: Box::pin(read(entry.parts)) };
        let options = PutOptions { metadata, ..PutOptions::default() };
        let stored = bucket.put(&entry.key, content, options).await;
        stored.with_context(|| format!("The object {} cannot be brought over.", entry.key))?;
        objects += 1;
        bytes += entry.size;
        bar.inc(1);
    }
    Ok(Outcome::Came(objects, bytes))
}

fn metadata(entry: &R2Entry) -> serde_json::Result<Metadata> {
    let http: HttpMetadata = serde_json::from_str(&entry.http_metadata)?;
    let custom: Map<String, Value> = serde_json::from_str(&entry.custom_metadata)?;
    let custom = custom.into_iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name, value)
    });
    Ok(Metadata { http, custom: custom.collect(), storage_class: None })
}

/// Files one after the other, in pieces.
fn read(parts: Vec<PathBuf>) -> impl futures_util::Stream<Item = Result<Bytes, BoxError>> + Send {
    let opened = stream::iter(parts).then(|part| async move {
        let file = tokio::fs::File::open(&part).await;
        file.map_err(|error| -> BoxError { format!("cannot read {}: {error}", part.display()).into() })
    });
    opened
        .map_ok(|file| {
            stream::try_unfold(file, |mut file| async move {
                let mut piece = Vec::with_capacity(CHUNK);
                let length = (&mut file).take(CHUNK as u64).read_to_end(&mut piece).await?;
                Ok((length > 0).then(|| (Bytes::from(piece), file)))
            })
        })
        .try_flatten()
}
