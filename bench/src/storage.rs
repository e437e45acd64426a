//! The storage by itself, without a Worker or HTTP, beside what it stands on.
//!
//! `storage` prints three tables: a point select of D1 beside bare rusqlite, concurrent durable puts of KV beside single
//! syncs of the same disk, and a listing of KV in processor time. Rounds of both sides take turns; the median is printed.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for people, run by hand")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use rusqlite::Connection;
use selvedge_storage::d1::{D1Database, Query, SqlDatabase, Value};
use selvedge_storage::kv::{KvNamespace, KvNamespaces, KvPut, KvQuery, KvValue};
use selvedge_storage::{Durability, LocalStorage};

const ROUNDS: usize = 9;
const ROWS: i64 = 1000;
const SELECTS: i64 = 20_000;
const PUTS: usize = 1000;
const SYNCS: u32 = 200;
const KEYS: usize = 1_000_000;
const LISTINGS: u32 = 20;

const CREATE: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT)";
const INSERT: &str = "INSERT INTO users VALUES (?1, 'name ' || ?1, 'user' || ?1 || '@example.com')";
const SELECT: &str = "SELECT * FROM users WHERE id = ?1";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    // Beside the build, and not in a folder for temporary files that may be memory.
    let folder = tempfile::tempdir_in("target").expect("a folder in ./target");
    let storage = Arc::new(LocalStorage::new(folder.path().join("state"), Durability::Full));
    runtime.block_on(selects(&storage, folder.path()));
    runtime.block_on(puts(&storage, folder.path()));
    runtime.block_on(listing(&storage));
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// Which row is asked for.
fn id(place: i64) -> i64 {
    place * 7919 % ROWS
}

async fn selects(storage: &Arc<LocalStorage>, folder: &Path) {
    let database = D1Database::new(storage.clone(), "bench");
    database.query(CREATE.into()).await.expect("a table");
    let insert = |id| Query { sql: INSERT.into(), params: vec![Value::Integer(id)] };
    database.batch((0..ROWS).map(insert).collect()).await.expect("rows");

    let bare = Connection::open(folder.join("bare.sqlite")).expect("a database");
    bare.pragma_update(None, "journal_mode", "WAL").expect("a journal mode");
    bare.execute_batch(CREATE).expect("a table");
    for id in 0..ROWS {
        bare.execute(INSERT, [id]).expect("a row");
    }

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for place in 0..SELECTS {
            let query = Query { sql: SELECT.into(), params: vec![Value::Integer(id(place))] };
            let answer = database.query(query).await.expect("an answer");
            assert_eq!(answer.rows.len(), 1);
        }
        ours.push(begun.elapsed());
        let begun = Instant::now();
        for place in 0..SELECTS {
            let mut statement = bare.prepare_cached(SELECT).expect("a statement");
            let row = statement.query_row([id(place)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            });
            assert_eq!(row.expect("a row").0, id(place));
        }
        theirs.push(begun.elapsed());
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let micros = |seconds: f64| seconds * 1e6 / SELECTS as f64;
    println!("\nD1 select of one row by its key, one after the other, {ROUNDS} rounds of {SELECTS}\n");
    println!("| | each | of bare rusqlite |\n| --- | ---: | ---: |");
    println!("| D1 | {:.2} us | {:.0}% |", micros(ours), theirs / ours * 100.0);
    println!("| bare rusqlite | {:.2} us | 100% |", micros(theirs));
}

async fn puts(storage: &Arc<LocalStorage>, folder: &Path) {
    let mut file = File::create(folder.join("synced")).expect("a file");
    let namespace = KvNamespaces::new(storage.clone()).get("puts");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        let all = (0..PUTS).map(|put| {
            let namespace = namespace.clone();
            tokio::spawn(async move { write(namespace, format!("{round} {put}")).await })
        });
        for put in all.collect::<Vec<_>>() {
            put.await.expect("a task");
        }
        ours.push(begun.elapsed());
        let begun = Instant::now();
        for _ in 0..SYNCS {
            file.write_all(&[b'x'; 4096]).expect("a write");
            file.sync_data().expect("a sync");
        }
        theirs.push(begun.elapsed());
    }
    let (ours, theirs) = (PUTS as f64 / median(ours), f64::from(SYNCS) / median(theirs));
    println!("\n{PUTS} concurrent durable puts of KV, {ROUNDS} rounds\n");
    println!("| | per second | of single syncs |\n| --- | ---: | ---: |");
    println!("| KV puts, each acknowledged when it is durable | {ours:.0} | {:.1} x |", ours / theirs);
    println!("| write of 4 KiB and fdatasync, one after the other | {theirs:.0} | 1.0 x |");
}

async fn write(namespace: Arc<dyn KvNamespace>, key: String) {
    let value = KvValue::Whole("a value of some thirty characters".into());
    namespace.put(key, value, KvPut::default()).await.expect("a put");
}

async fn listing(storage: &Arc<LocalStorage>) {
    let namespace = KvNamespaces::new(storage.clone()).get("large");
    stream::iter(0..KEYS).for_each_concurrent(1000, |key| write(namespace.clone(), format!("key/{key:07}"))).await;
    let mut cursor = None;
    let before = processor_time();
    for _ in 0..LISTINGS {
        let query = KvQuery { prefix: "key/".into(), limit: 1000, cursor };
        let page = namespace.clone().list(query).await.expect("a page");
        assert_eq!(page.keys.len(), 1000);
        cursor = page.cursor;
    }
    let each = (processor_time() - before) / f64::from(LISTINGS);
    println!("\nListing of 1,000 keys of a namespace of {KEYS}, page after page\n");
    println!("| | processor time each |\n| --- | ---: |\n| KV list | {:.2} ms |", each * 1000.0);
}

/// Seconds that all threads of this process have run.
fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
