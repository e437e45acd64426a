//! Key-value namespaces: what is written is there, whole, at once, and for as long as it should be.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use selvedge_storage::kv::{KvError, KvNamespace, KvNamespaces, KvPut, KvQuery, KvStream, KvValue, now};
use selvedge_storage::{Durability, LocalStorage, StateFolder};
use tempfile::TempDir;

const MIB: usize = 1 << 20;

struct State {
    folder: TempDir,
    namespaces: KvNamespaces,
}

impl State {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let namespaces = open(&folder);
        Self { folder, namespaces }
    }

    fn kv(&self) -> Arc<dyn KvNamespace> {
        self.namespaces.get("n")
    }

    /// The same folder in the hands of another process, as far as memory goes. A write whose caller went away may still
    /// be at work, and holds the folder until it is done.
    fn again(self) -> Self {
        let Self { folder, namespaces } = self;
        drop(namespaces);
        for _ in 0..1000 {
            if StateFolder::open(folder.path()).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let namespaces = open(&folder);
        Self { folder, namespaces }
    }

    /// How many rows a table has.
    fn count(&self, table: &str) -> i64 {
        let connection = rusqlite::Connection::open(self.folder.path().join("kv/n.sqlite")).unwrap();
        connection.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
    }
}

fn open(folder: &TempDir) -> KvNamespaces {
    KvNamespaces::new(Arc::new(LocalStorage::new(folder.path(), Durability::Process)))
}

async fn put(kv: &Arc<dyn KvNamespace>, key: &str, value: impl Into<Bytes>) {
    kv.clone().put(key.into(), KvValue::Whole(value.into()), KvPut::default()).await.unwrap();
}

async fn get(kv: &Arc<dyn KvNamespace>, key: &str) -> Option<Bytes> {
    Some(kv.clone().get(key.into()).await.unwrap()?.value.collect().await.unwrap())
}

async fn list(
    kv: &Arc<dyn KvNamespace>,
    prefix: &str,
    limit: usize,
    cursor: Option<String>,
) -> (Vec<String>, Option<String>) {
    let page = kv.clone().list(KvQuery { prefix: prefix.into(), limit, cursor }).await.unwrap();
    (page.keys.into_iter().map(|key| key.name).collect(), page.cursor)
}

/// A stream of so many pieces, each of a megabyte less a byte, so that they lie across the stored ones.
fn pieces(count: usize, fill: u8) -> KvValue {
    let pieces = stream::iter(0..count).map(move |_| Ok(Bytes::from(vec![fill; MIB - 1])));
    KvValue::Stream(KvStream { length: None, pieces: pieces.boxed() })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_read_at_once_and_after_a_restart() {
    let state = State::new();
    let kv = state.kv();
    assert_eq!(get(&kv, "a").await, None);
    for round in 0..3 {
        for length in [0, 1, 100_000, MIB, MIB + 1, 3 * MIB, 10] {
            let value = vec![round; length];
            put(&kv, "a", value.clone()).await;
            // Twice: from the file, and from memory.
            assert_eq!(get(&kv, "a").await.unwrap(), value, "{length}");
            assert_eq!(get(&kv, "a").await.unwrap(), value, "{length}");
        }
    }
    let options = KvPut { expiration: Some(now() + 1000), metadata: Some(r#"{"a":1}"#.into()) };
    kv.clone().put("m".into(), KvValue::Whole("v".into()), options.clone()).await.unwrap();
    drop(kv);
    let state = state.again();
    let kv = state.kv();
    assert_eq!(get(&kv, "a").await.unwrap(), vec![2; 10]);
    for from in ["file", "memory"] {
        let entry = kv.clone().get("m".into()).await.unwrap().unwrap();
        assert_eq!(
            (entry.expiration, entry.metadata.as_deref()),
            (options.expiration, options.metadata.as_deref()),
            "{from}"
        );
    }
    kv.clone().delete(vec!["a".into(), "not-there".into()]).await.unwrap();
    assert_eq!(get(&kv, "a").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hot_key_is_in_memory_until_it_is_written() {
    let state = State::new();
    let kv = state.kv();
    put(&kv, "a", "1").await;
    assert!(kv.peek("a").is_none());
    get(&kv, "a").await;
    assert!(kv.peek("a").unwrap().is_some());
    get(&kv, "b").await;
    assert!(kv.peek("b").unwrap().is_none(), "it is known that there is none");
    // A write whose caller goes away goes on all the same.
    let mut write = kv.clone().put("a".into(), KvValue::Whole("2".into()), KvPut::default());
    let _ = (&mut write).now_or_never();
    drop(write);
    put(&kv, "other", "x").await;
    assert_eq!(get(&kv, "a").await.unwrap(), "2");
    let other = state.namespaces.get("another");
    assert_eq!(get(&other, "a").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_sees_what_was_before_an_acknowledged_write() {
    let state = State::new();
    let tasks = (0..8).map(|task| {
        let kv = state.kv();
        tokio::spawn(async move {
            let own = format!("own-{task}");
            for round in 0..60 {
                let text = format!("{round:04}");
                put(&kv, &own, text.clone()).await;
                put(&kv, "shared", text.clone()).await;
                assert_eq!(get(&kv, &own).await.unwrap(), text);
                // The others may be ahead or behind, but this one's own writes are never undone in memory alone.
                get(&kv, "shared").await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let kv = state.kv();
    let in_memory = get(&kv, "shared").await.unwrap();
    drop(kv);
    let state = state.again();
    assert_eq!(get(&state.kv(), "shared").await.unwrap(), in_memory);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_in_the_order_of_their_bytes() {
    let state = State::new();
    let kv = state.kv();
    let mut names =
        ["a", "a/", "a/1", "a/2", "a0", "b", "B", "\u{fc}", "\u{FFFF}", "\u{10000}", "nul\0", "nul"].map(str::to_owned);
    for name in &names {
        put(&kv, name, "").await;
    }
    names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    assert_eq!(list(&kv, "", 1000, None).await, (names.to_vec(), None));
    assert_eq!(list(&kv, "a/", 1000, None).await.0, ["a/", "a/1", "a/2"]);
    assert_eq!(list(&kv, "nowhere", 1000, None).await, (vec![], None));
    for prefix in ["", "a"] {
        let whole = list(&kv, prefix, 1000, None).await.0;
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = list(&kv, prefix, 2, cursor).await;
            assert!(page.len() == 2 || next.is_none());
            paged.extend(page);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole);
    }
    let query = KvQuery { prefix: String::new(), limit: 10, cursor: Some("garbage".into()) };
    assert!(matches!(kv.list(query).await, Err(KvError::Refused(refusal)) if refusal.status == 400));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_never_returned_and_is_swept() {
    let state = State::new();
    let kv = state.kv();
    for number in 0..500 {
        let expiration = Some(if number % 2 == 0 { now() - 1 } else { now() + 1000 });
        let value = KvValue::Whole("v".into());
        kv.clone().put(format!("{number:03}"), value, KvPut { expiration, metadata: None }).await.unwrap();
    }
    put(&kv, "forever", "v").await;
    assert_eq!(get(&kv, "000").await, None);
    assert!(get(&kv, "001").await.is_some());
    let (page, cursor) = list(&kv, "", 3, None).await;
    assert_eq!(page, ["001", "003", "005"]);
    assert!(cursor.is_some());
    assert_eq!(state.count("keys"), 501);
    state.namespaces.sweep("n", now()).await.unwrap();
    assert_eq!((state.count("keys"), state.count("pieces")), (251, 251));
    state.namespaces.sweep("n", now() + 2000).await.unwrap();
    assert_eq!(state.count("keys"), 1);
    // One that is written anew is a new key.
    put(&kv, "000", "again").await;
    assert_eq!(get(&kv, "000").await.unwrap(), "again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_value_is_read_to_its_end_though_it_is_replaced_meanwhile() {
    let state = State::new();
    let kv = state.kv();
    kv.clone().put("a".into(), pieces(4, 1), KvPut::default()).await.unwrap();
    let entry = kv.clone().get("a".into()).await.unwrap().unwrap();
    let KvValue::Stream(mut reading) = entry.value else { panic!("it is not held whole") };
    assert_eq!(reading.length, Some(4 * (MIB as u64 - 1)));
    let mut read = reading.pieces.next().await.unwrap().unwrap().to_vec();
    put(&kv, "a", "short").await;
    state.namespaces.sweep("n", now()).await.unwrap();
    assert_eq!(get(&kv, "a").await.unwrap(), "short");
    while let Some(piece) = reading.pieces.next().await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(read, vec![1; 4 * (MIB - 1)]);
    drop(reading);
    state.namespaces.sweep("n", now()).await.unwrap();
    assert_eq!((state.count("pieces"), state.count("loose")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_stream_leaves_nothing() {
    let state = State::new();
    let kv = state.kv();
    put(&kv, "a", "before").await;
    let broken = stream::iter(0..3).map(|number| match number {
        2 => Err("broken off".into()),
        _ => Ok(Bytes::from(vec![9; 2 * MIB])),
    });
    let value = KvValue::Stream(KvStream { length: None, pieces: broken.boxed() });
    let error = kv.clone().put("a".into(), value, KvPut::default()).await.unwrap_err();
    assert!(matches!(&error, KvError::Source(error) if error.to_string() == "broken off"), "{error}");

    // One whose caller goes away in the middle.
    let endless = stream::iter([Ok(Bytes::from(vec![9; 3 * MIB]))]).chain(stream::pending());
    let value = KvValue::Stream(KvStream { length: None, pieces: endless.boxed() });
    let write = kv.clone().put("a".into(), value, KvPut::default());
    let mut write = tokio::spawn(write);
    while state.count("loose") < 2 {
        assert!((&mut write).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    write.abort();
    let _ = write.await;

    assert_eq!(get(&kv, "a").await.unwrap(), "before");
    drop(kv);
    let state = state.again();
    state.namespaces.sweep("n", now()).await.unwrap();
    assert_eq!((state.count("pieces"), state.count("loose")), (1, 0));
    assert_eq!(get(&state.kv(), "a").await.unwrap(), "before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_has_25_mebibytes_at_most() {
    let state = State::new();
    let kv = state.kv();
    put(&kv, "whole", vec![1; 25 * MIB]).await;
    assert_eq!(get(&kv, "whole").await.unwrap().len(), 25 * MIB);
    let too_long = KvValue::Whole(vec![1; 25 * MIB + 1].into());
    for value in [too_long, pieces(26, 1)] {
        let error = kv.clone().put("whole".into(), value, KvPut::default()).await.unwrap_err();
        assert!(matches!(error, KvError::Refused(refusal) if refusal.status == 413));
    }
    assert_eq!(get(&kv, "whole").await.unwrap().len(), 25 * MIB);
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_are_known_by_their_files() {
    let state = State::new();
    put(&state.namespaces.get("a/b"), "k", "v").await;
    state.namespaces.rename("n", "A title").await.unwrap();
    let stored = state.namespaces.stored().await.unwrap();
    let shown: Vec<_> = stored.iter().map(|one| (one.id.as_str(), one.title.as_deref(), one.keys)).collect();
    assert_eq!(shown, [("a/b", None, 1), ("n", Some("A title"), 0)]);
    assert!(state.namespaces.delete("a/b").unwrap());
    assert!(!state.namespaces.delete("a/b").unwrap());
    assert_eq!(state.namespaces.stored().await.unwrap().len(), 1);
    assert_eq!(get(&state.namespaces.get("a/b"), "k").await, None);
}
