//! The hot keys of all namespaces in memory.
//!
//! Coherence is the point. A reader that misses reads the file and puts what it found into the cache; meanwhile a
//! write may have come and gone, and then what it found is old. So there are counters, one for a share of all keys: a
//! write takes its keys out, and says so on their counters, before it is begun and again when it is over. A reader
//! looks at the counter before it reads the file; it fills the cache only if the counter is still the same and no
//! write is under way. Both happen under the counter's lock, so there is no instant in between.
//!
//! A write goes on when whoever asked for it has gone away. What marks it as under way, [`Writing`], therefore
//! travels with the work itself.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};

/// What the cache may take, in bytes.
const CAPACITY: u64 = 64 << 20;

/// What the cache's own records of an entry take, about, in bytes.
const OVERHEAD: u64 = 128;

/// The parts of the cache that are locked apart. Few, as the largest entry must fit into one.
const PARTS: usize = 8;

/// How many counters there are.
const COUNTERS: usize = 256;

/// An entry in memory. Nothing: it is known that there is no such key.
pub(super) type Cached = Option<Arc<CachedEntry>>;

/// A key's value and what belongs to it.
#[derive(Debug)]
pub(super) struct CachedEntry {
    pub(super) value: Bytes,
    pub(super) metadata: Option<Arc<str>>,
    pub(super) expiration: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct OwnKey {
    namespace: u32,
    key: Box<str>,
}

#[derive(Hash)]
struct KeyRef<'a> {
    namespace: u32,
    key: &'a str,
}

impl Equivalent<OwnKey> for KeyRef<'_> {
    fn equivalent(&self, other: &OwnKey) -> bool {
        self.namespace == other.namespace && *self.key == *other.key
    }
}

#[derive(Clone)]
struct Weigh;

impl Weighter<OwnKey, Cached> for Weigh {
    fn weight(&self, key: &OwnKey, cached: &Cached) -> u64 {
        let entry = cached
            .as_ref()
            .map_or(0, |entry| entry.value.len() + entry.metadata.as_ref().map_or(0, |metadata| metadata.len()));
        OVERHEAD + (key.key.len() + entry) as u64
    }
}

#[derive(Clone, Copy, Default)]
struct Counter {
    /// Goes up with every write, twice.
    version: u64,
    /// Writes under way.
    writing: u32,
}

/// The cache.
pub(super) struct KvCache {
    entries: Cache<OwnKey, Cached, Weigh>,
    counters: Box<[Mutex<Counter>]>,
    hasher: RandomState,
}

/// Leave to fill the cache with what is read from now on, unless a write comes between.
#[derive(Clone, Copy)]
pub(super) struct Ticket(u64);

impl KvCache {
    pub(super) fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: u64) -> Self {
        // How many entries to expect serves the first allocation only.
        let options =
            OptionsBuilder::new().estimated_items_capacity(1024).weight_capacity(capacity).shards(PARTS).build();
        let entries = match options {
            Ok(options) => {
                Cache::with_options(options, Weigh, DefaultHashBuilder::default(), DefaultLifecycle::default())
            }
            Err(_) => Cache::with_weighter(1024, capacity, Weigh),
        };
        Self { entries, counters: (0..COUNTERS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }

    fn counter(&self, namespace: u32, key: &str) -> MutexGuard<'_, Counter> {
        let place = self.hasher.hash_one((namespace, key)) as usize % self.counters.len();
        self.counters[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a key.
    pub(super) fn get(&self, namespace: u32, key: &str) -> Option<Cached> {
        self.entries.get(&KeyRef { namespace, key })
    }

    /// Before a read of the file. Nothing while the key is being written.
    pub(super) fn ticket(&self, namespace: u32, key: &str) -> Option<Ticket> {
        let counter = self.counter(namespace, key);
        (counter.writing == 0).then_some(Ticket(counter.version))
    }

    /// Keeps what was read, unless that may be old already.
    pub(super) fn fill(&self, ticket: Ticket, namespace: u32, key: &str, cached: Cached) {
        let counter = self.counter(namespace, key);
        if counter.writing == 0 && counter.version == ticket.0 {
            self.entries.insert(OwnKey { namespace, key: key.into() }, cached);
        }
    }

    /// Forgets a key that is over.
    pub(super) fn forget(&self, namespace: u32, key: &str) {
        self.entries.remove(&KeyRef { namespace, key });
    }

    /// Before a write is begun; what it gives is dropped when the write is over, well or not.
    pub(super) fn write(self: &Arc<Self>, namespace: u32, keys: Vec<String>) -> Writing {
        for key in &keys {
            let mut counter = self.counter(namespace, key);
            counter.version += 1;
            counter.writing += 1;
            self.forget(namespace, key);
        }
        Writing { cache: self.clone(), namespace, keys }
    }
}

/// A write that is under way.
pub(super) struct Writing {
    cache: Arc<KvCache>,
    namespace: u32,
    keys: Vec<String>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        for key in &self.keys {
            let mut counter = self.cache.counter(self.namespace, key);
            counter.version += 1;
            counter.writing -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: &str) -> Cached {
        let value = Bytes::copy_from_slice(value.as_bytes());
        Some(Arc::new(CachedEntry { value, metadata: None, expiration: None }))
    }

    fn value(cache: &KvCache, key: &str) -> Option<String> {
        let entry = cache.get(1, key)??;
        Some(String::from_utf8(entry.value.to_vec()).unwrap())
    }

    #[test]
    fn a_reader_fills_it() {
        let cache = Arc::new(KvCache::new());
        let ticket = cache.ticket(1, "a").unwrap();
        cache.fill(ticket, 1, "a", entry("x"));
        assert_eq!(value(&cache, "a").unwrap(), "x");
        assert!(cache.get(2, "a").is_none(), "another namespace");
        let ticket = cache.ticket(1, "b").unwrap();
        cache.fill(ticket, 1, "b", None);
        assert!(cache.get(1, "b").unwrap().is_none(), "known not to be there");
    }

    #[test]
    fn a_reader_that_a_write_overtook_does_not() {
        let cache = Arc::new(KvCache::new());
        let early = cache.ticket(1, "a").unwrap();
        let writing = cache.write(1, vec!["a".into()]);
        cache.fill(early, 1, "a", entry("old"));
        assert!(value(&cache, "a").is_none(), "while it is written");
        assert!(cache.ticket(1, "a").is_none());
        drop(writing);
        cache.fill(early, 1, "a", entry("old"));
        assert!(value(&cache, "a").is_none(), "after it was written");
        let late = cache.ticket(1, "a").unwrap();
        cache.fill(late, 1, "a", entry("new"));
        assert_eq!(value(&cache, "a").unwrap(), "new");
    }

    #[test]
    fn a_write_takes_the_key_out_before_it_begins() {
        let cache = Arc::new(KvCache::new());
        cache.fill(cache.ticket(1, "a").unwrap(), 1, "a", entry("x"));
        let first = cache.write(1, vec!["a".into(), "b".into()]);
        assert!(cache.get(1, "a").is_none());
        let second = cache.write(1, vec!["a".into()]);
        drop(first);
        assert!(cache.ticket(1, "a").is_none(), "the second is still under way");
        drop(second);
        assert!(cache.ticket(1, "a").is_some());
    }

    #[test]
    fn it_is_bounded_in_bytes() {
        let cache = Arc::new(KvCache::with_capacity(1 << 20));
        let large = "x".repeat(10_000);
        for number in 0..1000 {
            let key = number.to_string();
            cache.fill(cache.ticket(1, &key).unwrap(), 1, &key, entry(&large));
        }
        assert!(cache.entries.weight() <= 1 << 20, "{}", cache.entries.weight());
        assert!(cache.entries.len() > 50, "{}", cache.entries.len());
    }
}
