//! The cache on real files.

#![allow(clippy::unwrap_used, reason = "clippy's exemption of tests ends at the helpers that they call")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, TryStreamExt};
use http::{HeaderMap, HeaderValue};
use selvedge_storage::cache::{CacheHead, CacheKey, CacheLimits, HttpCache, LocalCache};
use selvedge_storage::{Durability, LocalStorage, StateFolder, StorageError};

const FOREVER: u64 = u64::MAX >> 1;

fn open(folder: &tempfile::TempDir, limits: CacheLimits) -> LocalCache {
    LocalCache::new(Arc::new(LocalStorage::new(folder.path(), Durability::Full)), limits)
}

fn key(name: &str) -> CacheKey {
    CacheKey::new(&["test", name])
}

fn head(expires: u64) -> CacheHead {
    let headers = [(http::header::ETAG, HeaderValue::from_static("\"a\""))].into_iter().collect::<HeaderMap>();
    CacheHead { status: 200, headers, made: 1, expires }
}

/// Bytes of which no two parts are the same.
fn content(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|at| ((at / 7) ^ (at * 31) ^ seed) as u8).collect()
}

async fn put(cache: &LocalCache, name: &str, body: &[u8]) -> bool {
    let mut writer = cache.put(key(name), head(FOREVER), None).await.unwrap();
    for chunk in body.chunks(10_000) {
        writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    writer.commit().await.unwrap()
}

async fn get(cache: &LocalCache, name: &str) -> Option<Vec<u8>> {
    let entry = cache.get(key(name)).await.unwrap()?;
    assert_eq!(entry.head, head(FOREVER));
    let chunks: Vec<Bytes> = entry.body.read(0..entry.length).try_collect().await.unwrap();
    Some(chunks.concat())
}

/// Lets go of the cache, and waits until the last thread has let go of its folder.
async fn close(folder: &tempfile::TempDir, cache: LocalCache) {
    drop(cache);
    while StateFolder::open(folder.path()).is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn bodies(folder: &tempfile::TempDir) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path().join("cache/bodies")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

const SMALL: CacheLimits = CacheLimits { memory: 1 << 20, disk: 4 << 20, body: 3 << 20 };

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_all_sizes_come_back_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = [0, 1, 64 * 1024, 64 * 1024 + 1, 1 << 20, 2_500_000];
    let cache = open(&folder, CacheLimits::default());
    for size in sizes {
        assert!(put(&cache, &size.to_string(), &content(size, size)).await);
        assert_eq!(get(&cache, &size.to_string()).await.unwrap(), content(size, size));
    }
    assert_eq!(bodies(&folder).len(), 3);
    close(&folder, cache).await;
    let cache = open(&folder, CacheLimits::default());
    for size in sizes {
        assert_eq!(get(&cache, &size.to_string()).await.unwrap(), content(size, size));
        // The second time it may come from memory.
        assert_eq!(get(&cache, &size.to_string()).await.unwrap(), content(size, size));
    }
    assert_eq!(get(&cache, "other").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_touched_before_the_first_use() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let cache = LocalCache::new(Arc::new(LocalStorage::new(&state, Durability::Full)), SMALL);
    assert!(!state.exists());
    assert!(cache.get(key("a")).await.unwrap().is_none());
    assert!(state.exists());
    let other = LocalCache::new(Arc::new(LocalStorage::new(&state, Durability::Full)), SMALL);
    assert!(matches!(other.get(key("a")).await, Err(StorageError::InUse { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_is_broken_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    put(&cache, "a", b"before").await;
    for length in [10, 500_000] {
        let mut writer = cache.put(key("a"), head(FOREVER), None).await.unwrap();
        writer.write(content(length, 0).into()).await.unwrap();
        // Not before it is complete.
        assert_eq!(get(&cache, "a").await.unwrap(), b"before");
        drop(writer);
    }
    assert_eq!(get(&cache, "a").await.unwrap(), b"before");
    assert_eq!(bodies(&folder), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_lost_a_part_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    // It is shorter than it was said to be.
    let mut short = cache.put(key("a"), head(FOREVER), Some(3)).await.unwrap();
    short.write(Bytes::from_static(b"ab")).await.unwrap();
    assert!(!short.commit().await.unwrap());
    // A write was given up halfway.
    let mut writer = loop {
        let mut writer = cache.put(key("a"), head(FOREVER), None).await.unwrap();
        // Seldom it is done at once.
        if writer.write(content(500_000, 0).into()).now_or_never().is_none() {
            break writer;
        }
    };
    assert!(!writer.write(content(500_000, 1).into()).await.unwrap());
    assert!(!writer.commit().await.unwrap());
    assert_eq!(get(&cache, "a").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    put(&cache, "a", &content(100_000, 0)).await;
    close(&folder, cache).await;
    let [kept] = bodies(&folder).try_into().unwrap();
    fs::write(kept.with_file_name("half-a-body"), "half").unwrap();
    let cache = open(&folder, SMALL);
    assert_eq!(get(&cache, "a").await.unwrap(), content(100_000, 0));
    assert_eq!(bodies(&folder), [kept]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_lost_or_cut_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    for cut in [None, Some(99_999)] {
        let cache = open(&folder, SMALL);
        put(&cache, "a", &content(100_000, 0)).await;
        close(&folder, cache).await;
        let [file] = bodies(&folder).try_into().unwrap();
        match cut {
            None => fs::remove_file(file).unwrap(),
            Some(length) => fs::File::options().write(true).open(file).unwrap().set_len(length).unwrap(),
        }
        let cache = open(&folder, SMALL);
        assert_eq!(get(&cache, "a").await, None);
        assert_eq!(bodies(&folder), Vec::<PathBuf>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_and_deleted_entries_are_gone_with_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    for seed in 0..3 {
        put(&cache, "a", &content(200_000, seed)).await;
        assert_eq!(get(&cache, "a").await.unwrap(), content(200_000, seed));
    }
    assert_eq!(bodies(&folder).len(), 1);
    assert!(cache.delete(key("a"), 0).await.unwrap());
    assert!(!cache.delete(key("a"), 0).await.unwrap());
    assert_eq!(get(&cache, "a").await, None);
    assert_eq!(bodies(&folder), Vec::<PathBuf>::new());
    let writer = cache.put(key("stale"), head(10), None).await.unwrap();
    assert!(writer.commit().await.unwrap());
    assert!(!cache.delete(key("stale"), 10).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_being_read_outlives_its_entry() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    put(&cache, "a", &content(2_000_000, 0)).await;
    let entry = cache.get(key("a")).await.unwrap().unwrap();
    put(&cache, "a", b"another").await;
    let chunks: Vec<Bytes> = entry.body.read(0..2_000_000).try_collect().await.unwrap();
    assert_eq!(chunks.concat(), content(2_000_000, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    for at in 0..30 {
        assert!(put(&cache, &at.to_string(), &content(300_000, at)).await);
    }
    let taken: u64 = bodies(&folder).iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(taken <= SMALL.disk && taken > SMALL.disk / 2, "{taken}");
    assert_eq!(get(&cache, "29").await.unwrap(), content(300_000, 29));
    assert_eq!(get(&cache, "0").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    // It finds out on the way, and what was there before stays.
    put(&cache, "a", b"before").await;
    assert!(!put(&cache, "a", &content(3_200_000, 0)).await);
    assert_eq!(get(&cache, "a").await.unwrap(), b"before");
    // It was told.
    let mut told = cache.put(key("b"), head(FOREVER), Some(4_000_000)).await.unwrap();
    told.write(Bytes::from_static(b"x")).await.unwrap();
    assert!(!told.commit().await.unwrap());
    assert_eq!(bodies(&folder), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_being_written_share_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    let mut first = cache.put(key("a"), head(FOREVER), None).await.unwrap();
    let mut second = cache.put(key("b"), head(FOREVER), None).await.unwrap();
    first.write(content(2_500_000, 0).into()).await.unwrap();
    second.write(content(2_500_000, 0).into()).await.unwrap();
    assert!(!second.commit().await.unwrap());
    assert!(first.commit().await.unwrap());
    // What was set aside is free again.
    assert!(put(&cache, "b", &content(2_500_000, 1)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_is_for_the_entry_that_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, SMALL);
    put(&cache, "a", b"x").await;
    assert!(cache.get(key("a")).await.unwrap().is_some());
    let later = CacheHead { made: 7, expires: 8, ..head(FOREVER) };
    cache.refresh(key("a"), head(5), later.clone()).await.unwrap();
    assert_eq!(get(&cache, "a").await.unwrap(), b"x");
    cache.refresh(key("a"), head(FOREVER), later.clone()).await.unwrap();
    assert_eq!(cache.get(key("a")).await.unwrap().unwrap().head, later);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_and_writers_of_one_key_never_see_a_mixture() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder, CacheLimits::default());
    let tasks = (0..8).map(|task| {
        let cache = cache.clone();
        tokio::spawn(async move {
            for round in 0..10 {
                let size = [100, 70_000, 1_200_000][(task + round) % 3];
                if task % 2 == 0 {
                    put(&cache, "a", &content(size, size)).await;
                } else if let Some(found) = get(&cache, "a").await {
                    assert!(found == content(found.len(), found.len()), "{}", found.len());
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let last = get(&cache, "a").await.unwrap();
    assert_eq!(last, content(last.len(), last.len()));
    assert!(bodies(&folder).len() <= 1);
}
