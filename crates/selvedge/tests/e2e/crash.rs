//! kill -9 at any instant: what was acknowledged is there, a batch is whole or absent, every file is sound.
//!
//! Writers send writes of three kinds and note which were acknowledged; the server is killed at a moment that a seed
//! chooses, started again, and asked for everything. A few rounds run with the other tests; set
//! `SELVEDGE_CRASH_SECONDS` to go on for as long as a night, and `SELVEDGE_CRASH_SEED` to choose the moments.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use reqwest::{Client, StatusCode};
use rusqlite::Connection;
use serde_json::json;

use crate::support::{Project, setting, within};

/// How many write at once.
const WRITERS: u64 = 8;

/// How many reads check at once.
const CHECKERS: usize = 16;

/// The rows that one batch writes.
const BATCH: u64 = 3;

const WORKER: &str = r#"
const length = (id) => (id % 7 === 0 ? 300_000 : 20);
const value = (id) => `${id}:`.padEnd(length(id), "x");
const fits = (id, text) => text === value(id);

async function write(kind, id, env) {
  if (kind === "kv") await env.KV.put(`k${id}`, value(id));
  if (kind === "r2") await env.BUCKET.put(`o${id}`, value(id));
  if (kind === "d1") {
    const insert = env.DB.prepare("INSERT INTO rows (batch, place) VALUES (?, ?)");
    await env.DB.batch([0, 1, 2].map((place) => insert.bind(id, place)));
  }
  return new Response("written");
}

async function read(kind, id, env) {
  if (kind === "kv") {
    const text = await env.KV.get(`k${id}`);
    return text === null ? "absent" : fits(id, text) ? "whole" : "torn";
  }
  if (kind === "r2") {
    const object = await env.BUCKET.get(`o${id}`);
    return object === null ? "absent" : fits(id, await object.text()) ? "whole" : "torn";
  }
  const rows = await env.DB.prepare("SELECT count(*) AS n FROM rows WHERE batch = ?").bind(id).first("n");
  return rows === 0 ? "absent" : rows === 3 ? "whole" : "torn";
}

export default {
  async fetch(request, env) {
    const [, kind, id] = new URL(request.url).pathname.split("/");
    if (kind === "setup") {
      await env.DB.exec("CREATE TABLE IF NOT EXISTS rows (batch INTEGER, place INTEGER, PRIMARY KEY (batch, place))");
      return new Response("ready");
    }
    return request.method === "POST" ? write(kind, Number(id), env) : new Response(await read(kind, Number(id), env));
  },
};
"#;

/// The kinds of writes.
const KINDS: [&str; 3] = ["kv", "d1", "r2"];

fn path_of(id: u64) -> String {
    format!("/{}/{id}", KINDS[id as usize % KINDS.len()])
}

/// A sequence of numbers that a seed determines (Knuth's MMIX generator).
struct Moments(u64);

impl Moments {
    fn next_below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_loses_nothing_that_it_acknowledged() {
    let seconds = setting("SELVEDGE_CRASH_SECONDS", 8);
    let seed = setting("SELVEDGE_CRASH_SEED", 1);
    let project = Project::worker(WORKER).config(json!({
        "kv_namespaces": [{ "binding": "KV", "id": "crash" }],
        "d1_databases": [{ "binding": "DB", "database_name": "crash", "database_id": "crash" }],
        "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "crash" }],
    }));
    let mut moments = Moments(seed);
    let next = Arc::new(AtomicU64::new(0));
    let acknowledged: Arc<Mutex<Vec<u64>>> = Arc::default();
    let mut checked = 0;
    let begun = Instant::now();
    let mut rounds = 0;
    while rounds < 3 || begun.elapsed() < Duration::from_secs(seconds) {
        rounds += 1;
        let server = project.serve().await;
        server.get("/setup").await.assert_status(200);
        let begin = next.load(Ordering::SeqCst);
        let writers: Vec<_> =
            (0..WRITERS).map(|_| tokio::spawn(write(server.url(""), next.clone(), acknowledged.clone()))).collect();
        tokio::time::sleep(Duration::from_millis(20 + moments.next_below(500))).await;
        server.kill().await;
        for writer in writers {
            within("the end of a writer", writer).await.unwrap();
        }

        let server = project.serve().await;
        let of_round = acknowledged.lock().unwrap()[checked..].to_vec();
        checked += of_round.len();
        let what = format!("seed {seed}, round {rounds}");
        expect(&server.url(""), of_round, &["whole"], &what).await;
        // What was not acknowledged may be there too, but never in part.
        expect(&server.url(""), (begin..next.load(Ordering::SeqCst)).collect(), &["whole", "absent"], &what).await;
        server.kill().await;
    }
    assert!(checked > 0, "no write was ever acknowledged");

    let server = project.serve().await;
    let all = acknowledged.lock().unwrap().clone();
    expect(&server.url(""), all, &["whole"], "at the end").await;
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(check_files(&project.path().join(".selvedge/state")) >= KINDS.len());
}

/// Writes until the server is gone.
async fn write(url: String, next: Arc<AtomicU64>, acknowledged: Arc<Mutex<Vec<u64>>>) {
    let client = Client::builder().no_proxy().build().unwrap();
    loop {
        let id = next.fetch_add(1, Ordering::SeqCst);
        let sent = client.post(format!("{url}{}", path_of(id))).send().await;
        match sent {
            Ok(answer) if answer.status() == StatusCode::OK => acknowledged.lock().unwrap().push(id),
            Ok(answer) => panic!("{}: {}", answer.status(), answer.text().await.unwrap_or_default()),
            Err(_) => return,
        }
    }
}

/// Asserts that each write is in one of these states.
async fn expect(url: &str, ids: Vec<u64>, states: &[&str], what: &str) {
    let client = Client::builder().no_proxy().build().unwrap();
    stream::iter(ids)
        .for_each_concurrent(CHECKERS, |id| {
            let client = client.clone();
            async move {
                let path = path_of(id);
                let state = client.get(format!("{url}{path}")).send().await.unwrap().text().await.unwrap();
                assert!(states.contains(&state.as_str()), "{what}: {path} is {state}, and {BATCH} rows are a batch");
            }
        })
        .await;
}

/// Asks SQLite whether every database in a folder is sound. How many there are.
fn check_files(folder: &Path) -> usize {
    let mut checked = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            checked += check_files(&path);
        } else if path.extension().is_some_and(|extension| extension == "sqlite") {
            let connection = Connection::open(&path).unwrap();
            let verdict: String = connection.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
            assert_eq!(verdict, "ok", "{}", path.display());
            checked += 1;
        }
    }
    checked
}
