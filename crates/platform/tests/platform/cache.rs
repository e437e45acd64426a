//! `caches` on a real cache, without a network.

use std::sync::Arc;

use selvedge_platform::WorkerCache;
use selvedge_storage::cache::{CacheLimits, LocalCache};
use selvedge_storage::{Durability, LocalStorage};

use crate::harness::{Harness, Test, TestWorker};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("cache::responses_are_kept_and_answer_conditions", |harness| Box::pin(kept(harness))),
    ("cache::bodies_of_javascript_are_pumped", |harness| Box::pin(pumped(harness))),
    ("cache::uses_count_as_subrequests", |harness| Box::pin(counted(harness))),
    ("cache::there_is_none_without_a_server_that_keeps_one", |harness| Box::pin(none(harness))),
    ("cache::another_worker_sees_nothing", |harness| Box::pin(isolated(harness))),
];

/// A Worker that answers with what this code gives, as JSON.
fn worker(harness: &Harness, folder: &tempfile::TempDir, code: &str) -> TestWorker {
    let storage = Arc::new(LocalStorage::new(folder.path(), Durability::Process));
    named(harness, &LocalCache::new(storage, CacheLimits::default()), "test", code)
}

fn named(harness: &Harness, cache: &LocalCache, name: &str, code: &str) -> TestWorker {
    let source = format!(
        "const cache = caches.default, U = 'https://a.test/x';
         const all = async (...attempts) => {{
           const results = [];
           for (const attempt of attempts) results.push(await attempt().catch((error) => error.message) ?? null);
           return results;
         }};
         export default {{ fetch: async () => Response.json(await ({code})) }};"
    );
    harness.worker_with(&source, |options| {
        WorkerCache::new(Arc::new(cache.clone()), name).install(&mut options.extensions);
    })
}

async fn kept(harness: Harness) {
    let folder = tempfile::tempdir().unwrap();
    let code = "all(
        () => cache.match(U),
        () => cache.put(U, new Response('hello', { headers: { etag: '\"a\"' } })),
        async () => (await cache.match(U + '#f')).text(),
        async () => (await cache.match(new Request(U, { headers: { 'if-none-match': '\"a\"' } }))).status,
        async () => (await cache.match(new Request(U, { headers: { range: 'bytes=1-2' } }))).text(),
        async () => (await (await caches.open('other')).match(U)),
        () => cache.delete(U),
        () => cache.match(U),
        () => cache.put(new Request(U, { method: 'POST' }), new Response('x')),
        async () => cache.keys(),
    )";
    let expected = "[null,null,\"hello\",304,\"el\",null,true,null,\"Cannot cache response to non-GET request.\",\
        \"Failed to execute 'keys' on 'Cache': the method is not implemented.\"]";
    assert_eq!(worker(&harness, &folder, code).text("/").await, expected);
}

async fn pumped(harness: Harness) {
    let folder = tempfile::tempdir().unwrap();
    let code = "all(
        async () => {
          const { readable, writable } = new TransformStream();
          const putting = cache.put(U, new Response(readable));
          const writer = writable.getWriter();
          for (let at = 0; at < 40; at++) await writer.write(new Uint8Array(50_000).fill(at));
          await writer.close();
          return putting;
        },
        async () => {
          const bytes = await (await cache.match(U)).bytes();
          return [bytes.length, bytes[49_999], bytes[50_000], bytes[1_999_999]];
        },
        async () => cache.put(U, new Response(new ReadableStream({ pull(c) { c.error(new Error('mine')); } }))),
        async () => (await cache.match(U)).status,
    )";
    let text = worker(&harness, &folder, code).text("/").await;
    assert_eq!(text, "[null,[2000000,0,1,39],\"mine\",200]");
}

async fn counted(harness: Harness) {
    let folder = tempfile::tempdir().unwrap();
    let code = "all(async () => { for (let at = 0; at < 10_001; at++) await cache.match(U); })";
    let text = worker(&harness, &folder, code).text("/").await;
    assert!(text.starts_with("[\"Too many subrequests by single Worker invocation."), "{text}");
}

async fn none(harness: Harness) {
    let source = "export default { fetch: () => caches.default.match('https://a.test/')
        .then(() => new Response('?'), (error) => new Response(error.message)) };";
    let text = harness.worker(source).text("/").await;
    assert_eq!(text, "The Cache API is not available: this server keeps no cache.");
}

async fn isolated(harness: Harness) {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(LocalStorage::new(folder.path(), Durability::Process));
    let cache = LocalCache::new(storage, CacheLimits::default());
    let code = "all(
        async () => (await cache.match(U))?.text(),
        () => cache.put(U, new Response('first')),
        async () => (await cache.match(U)).text(),
    )";
    for name in ["one", "two"] {
        assert_eq!(named(&harness, &cache, name, code).text("/").await, "[null,null,\"first\"]", "{name}");
    }
}
