//! A namespace in a file.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::cache::{Cached, CachedEntry, KvCache};
use super::cursor;
use super::expiry::{SweepNeed, is_expired, now};
use super::limits::check_length;
use super::namespace::{KvEntry, KvError, KvNamespace, KvPage, KvPut, KvQuery, KvValue};
use super::pieces::{PIECE_BYTES, ValueId, Values};
use super::rows::{self, Released, Row, SCHEMA};
use super::stream::{self, Draft, Pieces};
use crate::sqlite::{Database, DatabaseOptions};
use crate::{LocalStorage, StorageError};

/// The folder of the namespaces' files.
pub(super) const KIND: &str = "kv";

/// The longest value that is read where it is asked for, in bytes. Copying a longer one takes its time.
const AT_HAND: u64 = 64 << 10;

/// The listings that are read where they are asked for, in keys.
const LISTED_AT_HAND: usize = 50;

/// A namespace. Its file is opened when it is first used.
pub(super) struct SqliteNamespace {
    pub(super) id: String,
    number: u32,
    storage: Arc<LocalStorage>,
    cache: Arc<KvCache>,
    database: OnceLock<Arc<Database>>,
    pub(super) values: Arc<Values>,
    need: Mutex<SweepNeed>,
}

impl SqliteNamespace {
    /// `number` is another one for each namespace of the process.
    pub(super) fn new(id: &str, number: u32, storage: Arc<LocalStorage>, cache: Arc<KvCache>) -> Self {
        Self {
            id: id.to_owned(),
            number,
            storage,
            cache,
            database: OnceLock::new(),
            values: Arc::default(),
            need: Mutex::default(),
        }
    }

    pub(super) fn database(&self) -> Result<Arc<Database>, StorageError> {
        if let Some(database) = self.database.get() {
            return Ok(database.clone());
        }
        let options = || DatabaseOptions { migrations: SCHEMA, configure: None };
        let database = self.storage.database(KIND, &self.id, options)?;
        Ok(self.database.get_or_init(|| database).clone())
    }

    /// Whether it has been used.
    pub(super) fn is_in_use(&self) -> bool {
        self.database.get().is_some()
    }

    pub(super) fn need(&self) -> MutexGuard<'_, SweepNeed> {
        self.need.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, released: Released) {
        if released == Released::Later {
            self.need().loose = true;
        }
    }

    async fn read(&self, key: String) -> Result<Option<KvEntry>, KvError> {
        let database = self.database()?;
        loop {
            let ticket = self.cache.ticket(self.number, &key);
            let Some(row) = row(&database, &key).await? else {
                if let Some(ticket) = ticket {
                    self.cache.fill(ticket, self.number, &key, None);
                }
                return Ok(None);
            };
            let Row { value, length, expiration, metadata, bytes } = row;
            let metadata: Option<Arc<str>> = metadata.map(Into::into);
            if let Some(bytes) = bytes {
                let entry = Arc::new(CachedEntry { value: bytes.into(), metadata, expiration });
                if let Some(ticket) = ticket {
                    self.cache.fill(ticket, self.number, &key, Some(entry.clone()));
                }
                return Ok(Some(whole(&entry)));
            }
            // Read piece by piece: pinned first, and then it must still be this key's.
            let pin = self.values.pin(value);
            if has_value(&database, &key, value).await? {
                let value = KvValue::Stream(stream::read(database, pin, length));
                return Ok(Some(KvEntry { value, metadata, expiration }));
            }
        }
    }

    async fn write(&self, key: String, value: KvValue, options: KvPut) -> Result<(), KvError> {
        match value {
            KvValue::Whole(bytes) => self.write_whole(key, bytes, options).await,
            KvValue::Stream(stream) => {
                stream.length.map_or(Ok(()), check_length)?;
                let mut pieces = Pieces::of(stream);
                let first = pieces.next().await?;
                if first.len() < PIECE_BYTES {
                    return self.write_whole(key, first, options).await;
                }
                let database = self.database()?;
                // From here to the end an interruption leaves loose pieces.
                self.need().loose = true;
                let mut draft = Draft::begin(&database, &self.values, first).await?;
                loop {
                    let piece = pieces.next().await?;
                    let is_last = piece.len() < PIECE_BYTES;
                    if !piece.is_empty() {
                        draft.push(&database, piece).await?;
                    }
                    if is_last {
                        return self.write_draft(key, draft, pieces.length(), options).await;
                    }
                }
            }
        }
    }

    async fn write_whole(&self, key: String, bytes: Bytes, options: KvPut) -> Result<(), KvError> {
        check_length(bytes.len() as u64)?;
        let database = self.database()?;
        self.need().note(options.expiration);
        let values = self.values.clone();
        let writing = self.cache.write(self.number, vec![key.clone()]);
        let write = database.write(move |connection| {
            let _writing = &writing;
            rows::put(connection, &values, &key, &bytes, &options)
        });
        self.note(write.await?);
        Ok(())
    }

    async fn write_draft(&self, key: String, draft: Draft, length: u64, options: KvPut) -> Result<(), KvError> {
        let database = self.database()?;
        self.need().note(options.expiration);
        let writing = self.cache.write(self.number, vec![key.clone()]);
        let write = database.write(move |connection| {
            let _writing = &writing;
            rows::put_written(connection, &key, draft.pin().id, length, &options)
        });
        self.note(write.await?);
        Ok(())
    }

    async fn remove(&self, keys: Vec<String>) -> Result<(), KvError> {
        let database = self.database()?;
        let writing = self.cache.write(self.number, keys.clone());
        let write = database.write(move |connection| {
            let _writing = &writing;
            let mut all = Released::Now;
            for key in &keys {
                if rows::delete(connection, key)? == Released::Later {
                    all = Released::Later;
                }
            }
            Ok::<_, StorageError>(all)
        });
        self.note(write.await?);
        Ok(())
    }

    async fn page(&self, query: KvQuery) -> Result<KvPage, KvError> {
        let KvQuery { prefix, limit, cursor } = query;
        let after = cursor.filter(|cursor| !cursor.is_empty()).map(|cursor| cursor::key(&cursor)).transpose()?;
        let database = self.database()?;
        let now = now();
        // One more than asked for says whether there is a next page.
        let list = move |connection: &rusqlite::Connection| {
            rows::list(connection, &prefix, after.as_deref(), limit.saturating_add(1), now)
        };
        let mut keys =
            if limit <= LISTED_AT_HAND { database.read(list).await } else { database.read_long(list).await }?;
        let is_complete = keys.len() <= limit;
        keys.truncate(limit);
        let cursor = keys.last().filter(|_| !is_complete).map(|key| cursor::after(&key.name));
        Ok(KvPage { keys, cursor })
    }
}

/// A key's row, with its value unless that has several pieces.
async fn row(database: &Arc<Database>, key: &str) -> Result<Option<Row>, StorageError> {
    let now = now();
    let name = key.to_owned();
    let row = database.read(move |connection| rows::read(connection, &name, AT_HAND, now)).await?;
    match row {
        Some(row) if row.bytes.is_none() && rows::is_single(row.length) => {
            let name = key.to_owned();
            database.read_long(move |connection| rows::read(connection, &name, PIECE_BYTES as u64, now)).await
        }
        row => Ok(row),
    }
}

async fn has_value(database: &Arc<Database>, key: &str, value: ValueId) -> Result<bool, StorageError> {
    let (key, now) = (key.to_owned(), now());
    let row = database.read(move |connection| rows::read(connection, &key, 0, now)).await?;
    Ok(row.is_some_and(|row| row.value == value))
}

fn whole(entry: &CachedEntry) -> KvEntry {
    KvEntry {
        value: KvValue::Whole(entry.value.clone()),
        metadata: entry.metadata.clone(),
        expiration: entry.expiration,
    }
}

impl KvNamespace for SqliteNamespace {
    fn peek(&self, key: &str) -> Option<Option<KvEntry>> {
        let cached: Cached = self.cache.get(self.number, key)?;
        let Some(entry) = cached else { return Some(None) };
        if entry.expiration.is_some() && is_expired(entry.expiration, now()) {
            self.cache.forget(self.number, key);
            return Some(None);
        }
        Some(Some(whole(&entry)))
    }

    fn get(self: Arc<Self>, key: String) -> BoxFuture<'static, Result<Option<KvEntry>, KvError>> {
        Box::pin(async move {
            match self.peek(&key) {
                Some(known) => Ok(known),
                None => self.read(key).await,
            }
        })
    }

    fn put(self: Arc<Self>, key: String, value: KvValue, options: KvPut) -> BoxFuture<'static, Result<(), KvError>> {
        Box::pin(async move { self.write(key, value, options).await })
    }

    fn delete(self: Arc<Self>, keys: Vec<String>) -> BoxFuture<'static, Result<(), KvError>> {
        Box::pin(async move { self.remove(keys).await })
    }

    fn list(self: Arc<Self>, query: KvQuery) -> BoxFuture<'static, Result<KvPage, KvError>> {
        Box::pin(async move { self.page(query).await })
    }
}
