//! A cache of HTTP responses: the one behind `caches` and behind `fetch` with caching asked for
//! (<https://developers.cloudflare.com/workers/runtime-apis/cache/>).
//!
//! Two halves. `semantics` is pure: for how long a response may be kept, what a kept one answers to a request with
//! conditions or ranges, what a Worker's wishes mean. [`HttpCache`] keeps responses; [`LocalCache`] is the one on the
//! disk of this machine.
//!
//! **What it promises.** A cache may lose what it keeps, at any time: entries are evicted when the disk's or the
//! memory's share is used up, and a loss of power may take the last ones, as commits are not made durable one by one.
//! It never answers with a body that is torn or another entry's. A body is written to a file of a name that is never
//! used twice, made durable, and only then named by the index, in one transaction; small bodies are in the index
//! itself. So what the index names is whole, whenever the process or the machine ends, and a file that it does not
//! name is rubbish, which is removed when the cache is next opened. A put that is broken off leaves nothing.
//!
//! **One index for all caches**, not a file for each: the bound on the disk is one for all, and who has not been asked
//! for longest is a question about all of them. Keys are digests of the owner, the cache's name and the URL, so that
//! no owner can name another's entry, and no key is long.
//!
//! Tried and dropped: bodies in SQLite throughout (a body of megabytes would go through the log and be written twice).

mod api;
mod entry;
mod eviction;
mod index;
mod key;
mod local;
mod memory;
mod put;
mod read;
pub mod semantics;

pub use api::{CacheWriter, HttpCache};
pub use entry::{CacheBody, CacheEntry, CacheHead};
pub use key::CacheKey;
pub use local::{CacheLimits, LocalCache};
