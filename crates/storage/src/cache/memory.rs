//! Entries in memory: those that are asked for now.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::{CacheBody, CacheEntry, CacheHead, CacheKey};

/// The largest body that is kept in memory, in bytes.
pub(super) const LARGEST: u64 = 1 << 20;

/// How many parts there are, each with its share of the memory and its lock.
const SHARDS: usize = 16;

/// After how long a use is noted anew, in milliseconds: whether an entry was asked for this minute or the one before
/// does not matter to its eviction.
const NOTE: u64 = 60_000;

/// The most uses that wait to be written down.
const NOTES: usize = 4096;

#[derive(Debug)]
struct Hot {
    head: CacheHead,
    body: Bytes,
    noted: AtomicU64,
}

#[derive(Clone, Debug)]
struct Weigh;

impl Weighter<CacheKey, Arc<Hot>> for Weigh {
    fn weight(&self, _: &CacheKey, hot: &Arc<Hot>) -> u64 {
        hot.head.weight() + hot.body.len() as u64
    }
}

/// Entries in memory, up to a number of bytes; and who was asked for lately.
///
/// A reader that was slow must not put back what has been replaced since it read. So each shard counts its changes:
/// what was read is taken only if there was none in between.
#[derive(Debug)]
pub(super) struct Memory {
    cache: Cache<CacheKey, Arc<Hot>, Weigh>,
    changes: [Mutex<u64>; SHARDS],
    used: Mutex<Vec<(CacheKey, u64)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    pub(super) fn new(bytes: u64) -> Self {
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .weight_capacity(bytes)
            .estimated_items_capacity(usize::try_from(bytes / 16_384).unwrap_or(usize::MAX))
            .build();
        let cache = match options {
            Ok(options) => Cache::with_options(options, Weigh, DefaultHashBuilder::default(), Default::default()),
            // Not reached: the options are complete.
            Err(_) => Cache::with_weighter(1024, bytes, Weigh),
        };
        Self { cache, changes: Default::default(), used: Mutex::default() }
    }

    fn shard(&self, key: &CacheKey) -> &Mutex<u64> {
        &self.changes[usize::from(key.0[0]) % SHARDS]
    }

    /// The entry, if it is in memory.
    pub(super) fn get(&self, key: &CacheKey, now: u64) -> Option<CacheEntry> {
        let hot = self.cache.get(key)?;
        let noted = hot.noted.load(Ordering::Relaxed);
        if now.saturating_sub(noted) > NOTE {
            hot.noted.store(now, Ordering::Relaxed);
            self.note(*key, now);
        }
        let body = CacheBody::Bytes(hot.body.clone());
        Some(CacheEntry { head: hot.head.clone(), length: hot.body.len() as u64, body })
    }

    /// An entry that was found on the disk was asked for, before and now.
    pub(super) fn used(&self, key: CacheKey, before: u64, now: u64) {
        if now.saturating_sub(before) > NOTE {
            self.note(key, now);
        }
    }

    fn note(&self, key: CacheKey, now: u64) {
        let mut used = lock(&self.used);
        if used.len() < NOTES {
            used.push((key, now));
        }
    }

    /// The uses that are to be written down.
    pub(super) fn take_used(&self) -> Vec<(CacheKey, u64)> {
        std::mem::take(&mut lock(&self.used))
    }

    /// To be asked before the disk is, for [`Memory::found`].
    pub(super) fn changes(&self, key: &CacheKey) -> u64 {
        *lock(self.shard(key))
    }

    /// Takes what was found on the disk, unless the entry may have changed since.
    pub(super) fn found(&self, key: CacheKey, changes: u64, head: &CacheHead, body: &Bytes, now: u64) {
        let now_changes = lock(self.shard(&key));
        if *now_changes == changes {
            self.insert(key, head, body, now);
        }
    }

    /// Forgets an entry: it is about to change, or has.
    pub(super) fn forget(&self, key: &CacheKey) {
        let mut changes = lock(self.shard(key));
        *changes += 1;
        self.cache.remove(key);
    }

    fn insert(&self, key: CacheKey, head: &CacheHead, body: &Bytes, now: u64) {
        if body.len() as u64 <= LARGEST {
            let hot = Hot { head: head.clone(), body: body.clone(), noted: AtomicU64::new(now) };
            self.cache.insert(key, Arc::new(hot));
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn head() -> CacheHead {
        CacheHead { status: 200, headers: HeaderMap::new(), made: 0, expires: u64::MAX }
    }

    #[test]
    fn what_changed_while_it_was_read_is_not_taken() {
        let memory = Memory::new(1 << 20);
        let (key, body) = (CacheKey::new(&["a"]), Bytes::from_static(b"old"));
        let before = memory.changes(&key);
        memory.forget(&key);
        memory.found(key, before, &head(), &body, 0);
        assert!(memory.get(&key, 0).is_none());
        memory.found(key, memory.changes(&key), &head(), &body, 0);
        assert!(memory.get(&key, 0).is_some());
        memory.forget(&key);
        assert!(memory.get(&key, 0).is_none());
    }

    #[test]
    fn memory_is_bounded_in_bytes() {
        let memory = Memory::new(4 << 20);
        let body = Bytes::from(vec![0; 100_000]);
        for at in 0..1000 {
            let key = CacheKey::new(&[&at.to_string()]);
            memory.found(key, memory.changes(&key), &head(), &body, 0);
        }
        assert!(memory.cache.weight() <= 4 << 20);
        assert!(memory.cache.len() > 10);
        let large = CacheKey::new(&["large"]);
        memory.found(large, memory.changes(&large), &head(), &Bytes::from(vec![0; 2 << 20]), 0);
        assert!(memory.get(&large, 0).is_none());
    }

    #[test]
    fn uses_are_noted_once_in_a_while() {
        let memory = Memory::new(1 << 20);
        let key = CacheKey::new(&["a"]);
        memory.found(key, memory.changes(&key), &head(), &Bytes::new(), 0);
        for now in [1, NOTE + 1, NOTE + 2, 3 * NOTE] {
            memory.get(&key, now);
        }
        assert_eq!(memory.take_used(), [(key, NOTE + 1), (key, 3 * NOTE)]);
        assert!(memory.take_used().is_empty());
    }
}
