//! D1: bookmarks, and time travel to what was between any two commits.

use std::path::Path;
use std::sync::Arc;

use selvedge_storage::d1::{Bookmark, Cell, D1Database, HistoryError, SqlDatabase};
use selvedge_storage::{Durability, LocalStorage};

fn open(folder: &Path) -> (Arc<LocalStorage>, D1Database) {
    let storage = Arc::new(LocalStorage::new(folder, Durability::Full));
    let database = D1Database::new(storage.clone(), "a");
    (storage, database)
}

async fn run(database: &D1Database, sql: &str) {
    database.query(sql.into()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn sum(database: &D1Database) -> i64 {
    let answer = database.query("SELECT coalesce(sum(a), 0) FROM t".into()).await.unwrap();
    match answer.rows.cells().next() {
        Some(Cell::Integer(sum)) => sum,
        other => panic!("{other:?}"),
    }
}

/// A state folder as a process that was killed leaves it.
fn killed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder, copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Some hundred kilobytes, so that a few dozen of these make a log that is moved into the file.
fn bulk(number: usize) -> String {
    format!("INSERT INTO bulk VALUES ({number}, zeroblob(300000))")
}

#[tokio::test(flavor = "multi_thread")]
async fn bookmarks_follow_commits_and_survive_a_restart() {
    let mut folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for restart in 0..3 {
        let (storage, database) = open(folder.path());
        all.push(database.bookmark().await.unwrap());
        run(&database, "CREATE TABLE IF NOT EXISTS t (a)").await;
        for n in 0..3 {
            run(&database, &format!("INSERT INTO t VALUES ({n})")).await;
            all.push(database.bookmark().await.unwrap());
            sum(&database).await;
            assert_eq!(database.bookmark().await.unwrap(), all[all.len() - 1], "reading commits nothing");
        }
        // Once in order, then as if killed.
        if restart == 0 {
            storage.databases().close();
            assert_eq!(database.bookmark().await.unwrap(), all[all.len() - 1]);
        }
        folder = killed(folder.path());
    }
    let texts: Vec<_> = all.iter().map(Bookmark::to_string).collect();
    assert!(all.is_sorted() && texts.is_sorted(), "{texts:#?}");
    all.dedup();
    assert_eq!(all.len(), 10, "{all:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_moment_between_commits_can_be_gone_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, database) = open(folder.path());
    run(&database, "CREATE TABLE t (a); CREATE TABLE bulk (n, b)").await;
    let mut moments = Vec::new();
    for n in 1..=60 {
        run(&database, &format!("INSERT INTO t VALUES ({n})")).await;
        run(&database, &bulk(n)).await;
        moments.push((database.bookmark().await.unwrap(), sum(&database).await));
    }
    let logs = std::fs::read_dir(folder.path().join("d1/a.history")).unwrap().count();
    assert!(logs > 3, "the log was moved into the file meanwhile: {logs}");
    let newest = database.bookmark().await.unwrap();
    for &(bookmark, expected) in [&moments[57], &moments[0], &moments[31], &moments[13]] {
        database.restore(bookmark).await.unwrap();
        assert_eq!(sum(&database).await, expected, "{bookmark}");
        // What reads on a connection that was open before sees it too, and one can go on from there.
        run(&database, "INSERT INTO t VALUES (1000)").await;
        assert_eq!(sum(&database).await, expected + 1000);
        assert!(database.bookmark().await.unwrap() > newest);
    }
    // To undo is to restore again.
    database.restore(newest).await.unwrap();
    assert_eq!(sum(&database).await, 1830);
    storage.databases().close();
    assert_eq!(sum(&database).await, 1830);
    database.restore(moments[4].0).await.unwrap();
    assert_eq!(sum(&database).await, 15);
    let check = database.query("PRAGMA quick_check".into()).await.unwrap();
    assert_eq!(check.rows.cells().next(), Some(Cell::Text("ok")));
}

#[tokio::test(flavor = "multi_thread")]
async fn time_leads_to_the_last_commit_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_storage, database) = open(folder.path());
    run(&database, "CREATE TABLE t (a)").await;
    run(&database, "INSERT INTO t VALUES (1)").await;
    let (first, last) = database.kept().await.unwrap();
    assert_eq!(last.bookmark, database.bookmark().await.unwrap());
    assert_eq!(database.at(last.time).await.unwrap(), last);
    assert_eq!(database.at(u64::MAX).await.unwrap(), last);
    assert!(matches!(database.at(first.time - 1).await, Err(HistoryError::TooEarly)));
    // The beginning: before there was anything.
    database.restore(first.bookmark).await.unwrap();
    assert!(database.query("SELECT * FROM t".into()).await.unwrap_err().to_string().starts_with("no such table: t"));
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_of_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_storage, database) = open(folder.path());
    run(&database, "CREATE TABLE t (a)").await;
    let here = database.bookmark().await.unwrap();
    for bookmark in [
        Bookmark { identity: here.identity ^ 1, ..here },
        Bookmark { frame: here.frame + 1, ..here },
        Bookmark { log: here.log + 1, ..here },
        Bookmark { frame: here.frame - 1, ..here },
    ] {
        assert!(matches!(database.restore(bookmark).await, Err(HistoryError::Unknown(_))), "{bookmark}");
    }
    assert_eq!(sum(&database).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_time_loses_no_history() {
    let folder = tempfile::tempdir().unwrap();
    let (_storage, database) = open(folder.path());
    run(&database, "CREATE TABLE t (a); CREATE TABLE bulk (n, b)").await;
    let mut moments = Vec::new();
    for n in 1..=40 {
        run(&database, &format!("INSERT INTO t VALUES ({n})")).await;
        run(&database, &bulk(n)).await;
        moments.push((database.bookmark().await.unwrap(), sum(&database).await));
        if n % 8 != 0 {
            continue;
        }
        let copy = killed(folder.path());
        let (_storage, database) = open(copy.path());
        assert_eq!(sum(&database).await, moments[n - 1].1);
        assert!(database.bookmark().await.unwrap() >= moments[n - 1].0);
        for (bookmark, expected) in [moments[n - 1], moments[n / 2], moments[0]] {
            database.restore(bookmark).await.unwrap();
            assert_eq!(sum(&database).await, expected, "after {n}: {bookmark}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_copied_but_not_moved_is_copied_again() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, database) = open(folder.path());
    run(&database, "CREATE TABLE t (a)").await;
    run(&database, "INSERT INTO t VALUES (1)").await;
    let (one, log) = (database.bookmark().await.unwrap(), folder.path().join("d1/a.sqlite-wal"));
    // The crash between the copy and the checkpoint: the log is as it was, and its copy is there.
    let copied = std::fs::read(&log).unwrap();
    std::fs::write(folder.path().join(format!("d1/a.history/{:08x}.wal", one.log)), &copied).unwrap();
    let copy = killed(folder.path());
    drop((storage, database));
    let (storage, database) = open(copy.path());
    run(&database, "INSERT INTO t VALUES (2)").await;
    let two = database.bookmark().await.unwrap();
    assert_eq!(two.log, one.log, "the same log goes on");
    storage.databases().close();
    run(&database, "INSERT INTO t VALUES (4)").await;
    for (bookmark, expected) in [(one, 1), (two, 3)] {
        database.restore(bookmark).await.unwrap();
        assert_eq!(sum(&database).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_elsewhere_gets_a_history_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("d1")).unwrap();
    let file = rusqlite::Connection::open(folder.path().join("d1/a.sqlite")).unwrap();
    file.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (5)").unwrap();
    file.close().unwrap();
    let (storage, database) = open(folder.path());
    let there = database.bookmark().await.unwrap();
    run(&database, "INSERT INTO t VALUES (6)").await;
    database.restore(there).await.unwrap();
    assert_eq!(sum(&database).await, 5);
    // Somebody else moves the log into the file, behind the history's back.
    run(&database, "INSERT INTO t VALUES (7)").await;
    let before = database.bookmark().await.unwrap();
    let copy = killed(folder.path());
    drop((storage, database));
    let file = rusqlite::Connection::open(copy.path().join("d1/a.sqlite")).unwrap();
    file.execute_batch("INSERT INTO t VALUES (8)").unwrap();
    file.close().unwrap();
    let (_storage, database) = open(copy.path());
    let now = database.bookmark().await.unwrap();
    assert!(now > before);
    run(&database, "DELETE FROM t").await;
    database.restore(now).await.unwrap();
    assert_eq!(sum(&database).await, 20);
}
