//! Disks that are full, folders that cannot be written to.

use std::fs;
use std::sync::Arc;

use selvedge_storage::kv::{KvError, KvNamespace, KvNamespaces, KvPut, KvValue};
use selvedge_storage::sqlite::DatabaseOptions;
use selvedge_storage::{Durability, LocalStorage, StorageError};

async fn put(namespace: &Arc<dyn KvNamespace>, key: &str, length: usize) -> Result<(), KvError> {
    namespace.clone().put(key.to_owned(), KvValue::Whole(vec![b'x'; length].into()), KvPut::default()).await
}

async fn length(namespace: &Arc<dyn KvNamespace>, key: &str) -> Option<usize> {
    let entry = namespace.clone().get(key.to_owned()).await.unwrap()?;
    Some(entry.value.collect().await.unwrap().len())
}

/// Bounds a file as a full disk does: SQLite's answer to both is SQLITE_FULL.
async fn fill(storage: &LocalStorage, id: &str, pages: u32) {
    let database = storage.database("kv", id, DatabaseOptions::default).unwrap();
    let bound = move |connection: &rusqlite::Connection| {
        Ok::<_, StorageError>(connection.pragma_update(None, "max_page_count", pages)?)
    };
    database.exclusive(bound).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_that_was_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(LocalStorage::new(folder.path(), Durability::Full));
    let namespaces = KvNamespaces::new(storage.clone());
    let (full, other) = (namespaces.get("full"), namespaces.get("other"));
    put(&full, "before", 100).await.unwrap();
    fill(&storage, "full", 40).await;

    let large = put(&full, "large", 1_000_000).await.unwrap_err().to_string();
    assert!(large.contains("The disk is full") && large.contains("full.sqlite"), "{large}");
    // In one group: those that fit are kept, those that do not are refused, each by itself.
    let (first, second, third) = tokio::join!(put(&full, "a", 100), put(&full, "b", 1_000_000), put(&full, "c", 100));
    first.unwrap();
    assert!(second.is_err());
    third.unwrap();
    put(&other, "elsewhere", 1_000_000).await.unwrap();

    fill(&storage, "full", 100_000).await;
    put(&full, "large", 1_000_000).await.unwrap();
    storage.databases().close();
    for (key, expected) in [("before", Some(100)), ("a", Some(100)), ("b", None), ("c", Some(100))] {
        assert_eq!(length(&full, key).await, expected, "{key}");
    }
    assert_eq!(length(&full, "large").await, Some(1_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let storage = Arc::new(LocalStorage::new(file.join("state"), Durability::Full));
    let namespace = KvNamespaces::new(storage.clone()).get("a");
    let error = put(&namespace, "key", 1).await.unwrap_err().to_string();
    assert!(error.contains("Cannot make the state folder") && error.contains("file/state"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_named_and_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(LocalStorage::new(folder.path(), Durability::Full));
    let namespaces = KvNamespaces::new(storage.clone());
    // A folder where the file should be: no permission is asked, which root would have.
    fs::create_dir_all(folder.path().join("kv/broken.sqlite")).unwrap();
    let error = put(&namespaces.get("broken"), "key", 1).await.unwrap_err().to_string();
    assert!(error.contains("broken.sqlite") && error.contains("unable to open database file"), "{error}");
    put(&namespaces.get("sound"), "key", 1).await.unwrap();
}
