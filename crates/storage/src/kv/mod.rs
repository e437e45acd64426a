//! Key-value namespaces (<https://developers.cloudflare.com/kv/>).
//!
//! [`KvNamespace`] is all that callers know. Behind it is one SQLite file for each namespace. Its keys, with their
//! expirations and metadata, are a table apart from the values (`rows.rs`): a listing reads a few pages, however large
//! the values are. A value is kept in pieces of a megabyte, so that one of 25 MiB comes and goes without being held
//! whole; until its last piece is there nothing refers to it, and what nothing refers to is swept (`pieces.rs`).
//!
//! In front of the files there is one cache for all namespaces, bounded in bytes (`cache.rs`). It is coherent: a write
//! takes its key out before it is begun, and until it is over nobody may put the key back in. A hot key costs a lookup
//! and no system call, and is there at once, with nothing to await.
//!
//! What has expired is never returned, whether it has been swept or not: reading decides by the clock.
//!
//! Tried and dropped: files for large values (a delete, an expiry and a crash each need care that SQLite takes
//! already); putting a written value into the cache (what is written often and read seldom would push out the rest).

mod cache;
mod cursor;
mod expiry;
mod limits;
mod namespace;
mod namespaces;
mod pieces;
mod rows;
mod sqlite;
mod stream;
mod sweep;

pub use expiry::{now, resolve_expiration};
pub use limits::{
    KEYS_AT_ONCE, KeyFault, KvRefusal, LISTED_AT_ONCE, VALUE_BYTES, VALUES_AT_ONCE_BYTES, check_bulk_key,
    check_cache_ttl, check_key, check_length, check_list, check_metadata,
};
pub use namespace::{KvEntry, KvError, KvKey, KvNamespace, KvPage, KvPut, KvQuery, KvStream, KvValue};
pub use namespaces::{KvNamespaces, StoredNamespace};
