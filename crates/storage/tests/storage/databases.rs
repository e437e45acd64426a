//! Writes that are committed together, reads beside them.

use std::sync::Arc;

use selvedge_storage::sqlite::{Database, DatabaseOptions};
use selvedge_storage::{Durability, LocalStorage, StorageError};

const SCHEMA: &[&str] = &["CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT) STRICT"];

fn open(storage: &LocalStorage) -> Arc<Database> {
    storage.database("test", "a", || DatabaseOptions { migrations: SCHEMA, configure: None }).unwrap()
}

async fn put(database: &Arc<Database>, k: i64) -> Result<(), StorageError> {
    database.write(move |c| Ok(c.execute("INSERT INTO t VALUES (?1, 'x')", [k]).map(drop)?)).await
}

async fn count(database: &Arc<Database>) -> i64 {
    database
        .read(|c| Ok::<_, StorageError>(c.query_row("SELECT count(*) FROM t", (), |row| row.get(0))?))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path().join("state"), Durability::Process);
    let database = open(&storage);
    let writes = (0..200).map(|n| {
        let database = database.clone();
        // Every tenth key is taken already.
        tokio::spawn(async move { put(&database, if n % 10 == 9 { 0 } else { n }).await })
    });
    let mut failed = 0;
    for write in writes.collect::<Vec<_>>() {
        failed += usize::from(write.await.unwrap().is_err());
    }
    assert_eq!((failed, count(&database).await), (20, 180));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constraint_that_is_checked_at_the_commit_spoils_only_its_own_write() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path(), Durability::Process);
    let database = open(&storage);
    let create = "CREATE TABLE child (t INTEGER REFERENCES t (k) DEFERRABLE INITIALLY DEFERRED)";
    database.write(move |c| Ok::<_, StorageError>(c.execute_batch(create)?)).await.unwrap();
    let orphan = database.write(|c| Ok::<_, StorageError>(c.execute("INSERT INTO child VALUES (7)", ()).map(drop)?));
    let (orphan, first, second) = tokio::join!(orphan, put(&database, 1), put(&database, 2));
    assert!(orphan.is_err());
    first.unwrap();
    second.unwrap();
    assert_eq!(count(&database).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_its_own_write_only() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path(), Durability::Process);
    let database = open(&storage);
    let broken = database.write(|_| -> Result<(), StorageError> { panic!("expected by the test") });
    let (broken, kept) = tokio::join!(broken, put(&database, 1));
    assert!(broken.is_err());
    kept.unwrap();
    assert_eq!(count(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_goes_on_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path(), Durability::Process);
    let database = open(&storage);
    assert_eq!(count(&database).await, 0);
    let sum = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT sum(i) FROM n";
    let sum = database.read(move |c| Ok::<i64, StorageError>(c.query_row(sum, (), |row| row.get(0))?)).await.unwrap();
    assert_eq!(sum, 5_000_050_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_file_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path(), Durability::Full);
    let database = open(&storage);
    put(&database, 1).await.unwrap();
    assert_eq!(storage.databases().open(), 1);
    storage.databases().close();
    assert_eq!(storage.databases().open(), 0);
    assert_eq!(count(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_named_and_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path(), Durability::Full);
    std::fs::create_dir_all(folder.path().join("test")).unwrap();
    std::fs::write(folder.path().join("test/a.sqlite"), "no database at all".repeat(100)).unwrap();
    let damaged = open(&storage);
    let errors = tokio::join!(put(&damaged, 1), put(&damaged, 2));
    for error in [errors.0.unwrap_err().to_string(), errors.1.unwrap_err().to_string()] {
        assert!(error.contains("a.sqlite") && error.contains("damaged"), "{error}");
    }
    let other = storage.database("test", "b", || DatabaseOptions { migrations: SCHEMA, configure: None }).unwrap();
    put(&other, 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path(), Durability::Full);
    let database = open(&storage);
    database.exclusive(|c| Ok::<_, StorageError>(c.pragma_update(None, "user_version", 9)?)).await.unwrap();
    storage.databases().close();
    let error = put(&database, 1).await.unwrap_err().to_string();
    assert!(error.contains("later version"), "{error}");
}
