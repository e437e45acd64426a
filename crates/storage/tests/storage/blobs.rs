//! Buckets on real files: what is visible when, and what is left behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use selvedge_storage::blob::{
    Algorithm, BlobBucket, BlobError, BlobStream, Checksum, Condition, Content, Etag, Found, GetOptions, ListOptions,
    LocalBucket, Metadata, PART_BYTES, PutOptions, RangeOption, UploadedPart, from_bytes,
};
use selvedge_storage::{Durability, LocalStorage};

fn storage(folder: &Path) -> Arc<LocalStorage> {
    Arc::new(LocalStorage::new(folder.join("state"), Durability::Full))
}

/// The storage of another process, once the one before has let go: it may be tidying still.
async fn reopened(folder: &Path) -> Arc<LocalStorage> {
    let storage = storage(folder);
    let opening = async {
        while storage.open().is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), opening).await.unwrap();
    storage
}

async fn put(bucket: &LocalBucket, key: &str, content: impl Into<Bytes>) {
    bucket.put(key, from_bytes(content), PutOptions::default()).await.unwrap().unwrap();
}

async fn get(bucket: &LocalBucket, key: &str) -> Option<Found> {
    bucket.get(key, GetOptions::default()).await.unwrap()
}

async fn all(stream: BlobStream) -> Vec<u8> {
    stream.try_fold(Vec::new(), |all, bytes| async move { Ok([all, bytes.to_vec()].concat()) }).await.unwrap()
}

async fn read(bucket: &LocalBucket, key: &str) -> Option<Vec<u8>> {
    match get(bucket, key).await {
        Some(found) => Some(all(found.body.unwrap()).await),
        None => None,
    }
}

/// The files of bodies, settled and incoming.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("state/r2/b")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found
}

/// Waits until so many bodies are on the disk.
async fn settled(folder: &Path, count: usize) {
    let waiting = async {
        while files(folder).len() != count {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "{:?}", files(folder));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_kept_with_all_that_belongs_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let first = storage(folder.path());
    let content: Vec<u8> = (0..1_000_000u32).flat_map(u32::to_le_bytes).collect();
    let mut metadata = Metadata { custom: vec![("a".into(), "1".into())], ..Metadata::default() };
    metadata.http.content_type = Some("text/plain".into());
    let options = PutOptions { metadata, ..PutOptions::default() };
    let bucket = first.bucket("b");
    let object = bucket.put("k/1", from_bytes(content.clone()), options).await.unwrap().unwrap();
    assert_eq!((object.size, object.checksums.md5.as_ref()), (4_000_000, Some(&object.etag)));
    drop((bucket, first));
    let bucket = reopened(folder.path()).await.bucket("b");
    let found = get(&bucket, "k/1").await.unwrap();
    assert_eq!(found.object, object);
    assert_eq!(all(found.body.unwrap()).await, content);
    let range = Some(RangeOption::From { offset: 300_001, length: Some(700_000) });
    let part = bucket.get("k/1", GetOptions { range, condition: None }).await.unwrap().unwrap();
    assert_eq!(part.range, (300_001, 700_000));
    assert_eq!(all(part.body.unwrap()).await, content[300_001..1_000_001]);
    assert!(bucket.head("k/2").await.unwrap().is_none());
    put(&bucket, "empty", "").await;
    assert_eq!(read(&bucket, "empty").await.unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fails_or_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = storage(folder.path()).bucket("b");
    put(&bucket, "k", "before").await;
    let piece = || Bytes::from(vec![1; 300_000]);
    let broken = stream::iter([Ok(piece()), Ok(piece()), Err("gone".into())]);
    let content = Content { stream: Box::pin(broken), length: Some(900_000) };
    let error = bucket.put("k", content, PutOptions::default()).await.unwrap_err();
    assert!(matches!(&error, BlobError::Body(cause) if cause.to_string() == "gone"), "{error}");
    let short = Content { stream: Box::pin(stream::iter([Ok(piece())])), length: Some(900_000) };
    assert!(matches!(bucket.put("k", short, PutOptions::default()).await, Err(BlobError::IncompleteBody)));
    // One that is dropped in the middle.
    let endless = Content {
        stream: Box::pin(stream::repeat_with(move || Ok(piece())).take(3).chain(stream::pending())),
        length: None,
    };
    let putting =
        tokio::time::timeout(std::time::Duration::from_millis(200), bucket.put("k", endless, PutOptions::default()));
    assert!(putting.await.is_err());
    settled(folder.path(), 1).await;
    assert_eq!(read(&bucket, "k").await.unwrap(), b"before");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_not_what_its_checksum_says_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = storage(folder.path()).bucket("b");
    let checksum = Some(Checksum { algorithm: Algorithm::Sha256, value: vec![0; 32] });
    let options = PutOptions { checksum, ..PutOptions::default() };
    let error = bucket.put("k", from_bytes("x"), options).await.unwrap_err();
    assert!(error.to_string().contains("SHA-256 checksum you specified did not match"), "{error}");
    settled(folder.path(), 0).await;
    assert!(bucket.head("k").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_goes_on_reading_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = storage(folder.path()).bucket("b");
    let old = vec![1; 3_000_000];
    put(&bucket, "k", old.clone()).await;
    let (replaced, deleted) = (get(&bucket, "k").await.unwrap(), get(&bucket, "k").await.unwrap());
    put(&bucket, "k", "new").await;
    assert_eq!(all(replaced.body.unwrap()).await, old);
    bucket.delete(vec!["k".into(), "nothing".into()]).await.unwrap();
    assert_eq!(all(deleted.body.unwrap()).await, old);
    assert!(read(&bucket, "k").await.is_none());
    settled(folder.path(), 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_asked_when_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = storage(folder.path()).bucket("b");
    let absent = Condition { matches_not: Some(vec![Etag::Wildcard]), ..Condition::default() };
    let puts = (0..10).map(|n| {
        let (bucket, condition) = (bucket.clone(), Some(absent.clone()));
        tokio::spawn(async move {
            let options = PutOptions { condition, ..PutOptions::default() };
            bucket.put("k", from_bytes(format!("{n}")), options).await.unwrap().is_some()
        })
    });
    let mut won = 0;
    for put in puts.collect::<Vec<_>>() {
        won += usize::from(put.await.unwrap());
    }
    assert_eq!(won, 1, "only the first finds nothing there");
    settled(folder.path(), 1).await;
    let found = bucket.get("k", GetOptions { condition: Some(absent), range: None }).await.unwrap().unwrap();
    assert!(found.body.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_made_of_parts() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = storage(folder.path()).bucket("b");
    put(&bucket, "k", "before").await;
    let upload = bucket.create_upload("k", Metadata::default()).await.unwrap();
    let size = usize::try_from(PART_BYTES).unwrap();
    let mut parts = Vec::new();
    for (number, content) in [(2, vec![9; size]), (1, vec![1; size]), (3, vec![3; 10]), (2, vec![2; size])] {
        let part = bucket.upload_part("k", &upload, number, from_bytes(content)).await.unwrap();
        parts.retain(|known: &UploadedPart| known.number != number);
        parts.push(part);
    }
    let other = bucket.upload_part("other", &upload, 1, from_bytes("x")).await;
    assert!(matches!(other, Err(BlobError::NoSuchUpload)));
    let wrong = vec![UploadedPart { number: 1, etag: "no".into() }];
    assert!(matches!(bucket.complete_upload("k", &upload, wrong).await, Err(BlobError::InvalidPart)));
    assert_eq!(read(&bucket, "k").await.unwrap(), b"before");
    parts.sort_by_key(|part| part.number);
    let object = bucket.complete_upload("k", &upload, parts.clone()).await.unwrap();
    assert!(object.etag.ends_with("-3") && object.checksums.md5.is_none(), "{}", object.etag);
    settled(folder.path(), 3).await;
    let range = Some(RangeOption::From { offset: PART_BYTES - 1, length: Some(PART_BYTES + 3) });
    let found = bucket.get("k", GetOptions { range, condition: None }).await.unwrap().unwrap();
    // Deleted while it is read: its files stay until then.
    bucket.delete(vec!["k".into()]).await.unwrap();
    assert_eq!(all(found.body.unwrap()).await, [&[1][..], &vec![2; size], &[3, 3]].concat());
    settled(folder.path(), 0).await;
    assert!(matches!(bucket.complete_upload("k", &upload, parts).await, Err(BlobError::NoSuchUpload)));
    bucket.abort_upload("k", &upload).await.unwrap();
    let given_up = bucket.create_upload("k", Metadata::default()).await.unwrap();
    bucket.upload_part("k", &given_up, 1, from_bytes("x")).await.unwrap();
    bucket.abort_upload("k", &given_up).await.unwrap();
    settled(folder.path(), 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_step_over_what_a_delimiter_hides() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = Arc::new(LocalStorage::new(folder.path().join("state"), Durability::Process)).bucket("b");
    let keys: Vec<String> = (0..3).flat_map(|a| (0..150).map(move |b| format!("d{a}/{b:03}"))).collect();
    for key in keys.iter().map(String::as_str).chain(["a", "z", "d1", "\u{10FFFF}"]) {
        put(&bucket, key, "").await;
    }
    let list = |options: ListOptions| async { bucket.list(options).await.unwrap() };
    let delimiter = || Some("/".to_owned());
    let names = |listing: &selvedge_storage::blob::Listing| {
        listing.objects.iter().map(|object| object.key.clone()).collect::<Vec<_>>()
    };
    let top = list(ListOptions { delimiter: delimiter(), ..ListOptions::default() }).await;
    assert_eq!(names(&top), ["a", "d1", "z", "\u{10FFFF}"]);
    assert_eq!(top.delimited_prefixes, ["d0/", "d1/", "d2/"]);
    assert!(top.cursor.is_none());
    // The same, two at a time.
    let (mut cursor, mut pages, mut seen) = (None, 0, Vec::new());
    loop {
        let page = list(ListOptions { delimiter: delimiter(), limit: Some(2), cursor, ..ListOptions::default() }).await;
        seen.extend(names(&page));
        seen.extend(page.delimited_prefixes);
        pages += 1;
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert_eq!(pages, 4);
    let inner =
        list(ListOptions { prefix: "d1/".into(), start_after: Some("d1/147".into()), ..ListOptions::default() });
    assert_eq!(names(&inner.await), ["d1/148", "d1/149"]);
    let page = list(ListOptions { limit: Some(450), ..ListOptions::default() }).await;
    let rest = list(ListOptions { cursor: page.cursor, ..ListOptions::default() }).await;
    assert_eq!((page.objects.len(), rest.objects.len()), (450, 4));
    let bad = ListOptions { cursor: Some("?".into()), ..ListOptions::default() };
    assert!(matches!(bucket.list(bad).await, Err(BlobError::InvalidCursor)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = storage(folder.path()).bucket("b");
    put(&bucket, "k", "kept").await;
    let kept = files(folder.path());
    drop(bucket);
    let root = folder.path().join("state/r2/b");
    std::fs::write(root.join("incoming/half"), "x").unwrap();
    let shard = kept[0].parent().unwrap();
    let prefix = shard.file_name().unwrap().to_str().unwrap();
    std::fs::write(shard.join(format!("{prefix}0000000000000000000000ffffffff")), "x").unwrap();
    assert_eq!(files(folder.path()).len(), 3);
    let bucket = reopened(folder.path()).await.bucket("b");
    assert_eq!(read(&bucket, "k").await.unwrap(), b"kept");
    settled(folder.path(), 1).await;
    assert_eq!(files(folder.path()), kept);
    let info = bucket.info().await.unwrap();
    assert_eq!((info.name.as_str(), info.objects, info.bytes), ("b", 1, 4));
    bucket.destroy().await.unwrap();
    assert!(!root.exists());
}
