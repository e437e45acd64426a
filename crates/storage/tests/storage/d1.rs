//! D1: what SQL may do, what a query answers, what a batch leaves.

use std::sync::Arc;

use selvedge_storage::d1::{Answer, Cell, D1Database, Query, SqlDatabase, Value};
use selvedge_storage::{Durability, LocalStorage};

struct Fixture {
    _folder: tempfile::TempDir,
    storage: Arc<LocalStorage>,
    database: D1Database,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(LocalStorage::new(folder.path().join("state"), Durability::Process));
    let database = D1Database::new(storage.clone(), "a");
    Fixture { _folder: folder, storage, database }
}

impl Fixture {
    async fn run(&self, sql: &str) -> Answer {
        self.database.query(sql.into()).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    async fn with(&self, sql: &str, params: &[Value]) -> Result<Answer, String> {
        let query = Query { sql: sql.into(), params: params.to_vec() };
        self.database.query(query).await.map_err(|error| error.to_string())
    }

    async fn refused(&self, sql: &str) -> String {
        self.database.query(sql.into()).await.map(drop).expect_err(sql).to_string()
    }

    async fn number(&self, sql: &str) -> i64 {
        match self.run(sql).await.rows.cells().next() {
            Some(Cell::Integer(number)) => number,
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_go_in_and_come_out() {
    let d1 = fixture();
    let params = [
        Value::Null,
        Value::Integer(i64::MAX),
        Value::Real(1.5),
        Value::Text("\u{fc}\u{1f600}".into()),
        Value::Blob(vec![0, 255]),
    ];
    let answer = d1.with("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e", &params).await.unwrap();
    assert_eq!(answer.rows.columns().collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
    let cells: Vec<_> = answer.rows.cells().collect();
    let expected =
        [Cell::Null, Cell::Integer(i64::MAX), Cell::Real(1.5), Cell::Text("\u{fc}\u{1f600}"), Cell::Blob(&[0, 255])];
    assert_eq!(cells, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_says_what_hosted_says() {
    let d1 = fixture();
    let made = d1.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c REAL)").await.meta;
    assert!(made.changed_db && made.size_after > 0 && made.changes == 0, "{made:?}");
    let meta = d1.run("INSERT INTO t (b, c) VALUES ('x', 1), ('y', 2)").await.meta;
    // One for each row, one more for the index of each.
    assert_eq!((meta.changes, meta.last_row_id, meta.rows_written, meta.changed_db), (2, 2, 4, true));
    let meta = d1.run("SELECT * FROM t").await.meta;
    assert_eq!((meta.changes, meta.last_row_id, meta.rows_read, meta.changed_db), (0, 2, 2, false));
    assert!(meta.size_after >= made.size_after);
    let meta = d1.run("SELECT * FROM t WHERE c = 2").await.meta;
    assert_eq!(meta.rows_read, 2, "a scan reads what it does not return");
    let meta = d1.run("UPDATE t SET c = 3").await.meta;
    assert_eq!((meta.changes, meta.rows_written), (2, 2));
    let answer = d1.run("INSERT INTO t (b) VALUES ('z') RETURNING a").await;
    assert_eq!((answer.meta.changes, answer.rows.len()), (1, 1));
    let meta = d1.run("DELETE FROM t").await.meta;
    assert_eq!((meta.changes, meta.rows_written), (3, 3), "a table that is emptied at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_hosteds() {
    let d1 = fixture();
    d1.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE, CHECK (a < 9))").await;
    d1.run("INSERT INTO t VALUES (1, 'x')").await;
    d1.run("CREATE TABLE child (t REFERENCES t (a))").await;
    let transaction = "To execute a transaction, please use the state.storage.transaction()";
    for (sql, words) in [
        (
            "INSERT INTO t VALUES (2, 'x')",
            "UNIQUE constraint failed: t.b: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
        ),
        (
            "INSERT INTO t VALUES (9, 'y')",
            "CHECK constraint failed: a < 9: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)",
        ),
        (
            "INSERT INTO child VALUES (5)",
            "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)",
        ),
        ("INSERT INTO t VALUES ('x', 'y')", "datatype mismatch: SQLITE_MISMATCH"),
        ("SELEC 1", "near \"SELEC\": syntax error at offset 0: SQLITE_ERROR"),
        ("  \n SELEC 1", "near \"SELEC\": syntax error at offset 4: SQLITE_ERROR"),
        ("SELECT * FROM nope", "no such table: nope: SQLITE_ERROR"),
        ("  ", "No SQL statements detected."),
        ("-- nothing", "SQL code did not contain a statement."),
        ("SELECT ?", "Wrong number of parameter bindings for SQL query."),
        (
            "SELECT ?; SELECT 1",
            "When executing multiple SQL statements in a single call, only the last statement can have parameters.",
        ),
        ("BEGIN", transaction),
        ("COMMIT", transaction),
        ("SAVEPOINT job", transaction),
        ("SELECT 1; ROLLBACK", transaction),
        ("ATTACH ':memory:' AS x", "not authorized: SQLITE_AUTH"),
        ("DETACH main", "not authorized: SQLITE_AUTH"),
        ("CREATE TEMP TABLE x (a)", "not authorized: SQLITE_AUTH"),
        ("CREATE TABLE _cf_x (a)", "not authorized: SQLITE_AUTH"),
        ("CREATE VIRTUAL TABLE x USING rtree(a, b, c)", "not authorized: SQLITE_AUTH"),
        ("PRAGMA journal_mode", "not authorized: SQLITE_AUTH"),
        ("PRAGMA wal_checkpoint", "not authorized: SQLITE_AUTH"),
        ("PRAGMA page_count", "not authorized: SQLITE_AUTH"),
        ("SELECT * FROM pragma_compile_options", "not authorized: SQLITE_AUTH"),
        ("SELECT sqlite_version()", "not authorized to use function: sqlite_version at offset 7: SQLITE_ERROR"),
        ("VACUUM", "cannot VACUUM from within a transaction: SQLITE_ERROR"),
        ("DELETE FROM sqlite_master", "table sqlite_master may not be modified: SQLITE_ERROR"),
    ] {
        let error = if sql == "SELECT ?; SELECT 1" {
            d1.with(sql, &[Value::Null]).await.map(drop).unwrap_err()
        } else {
            d1.refused(sql).await
        };
        assert!(error.starts_with(words), "{sql}: {error}");
    }
    // None of it has hurt the connections.
    assert_eq!(d1.number("SELECT count(*) FROM t").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_hosteds() {
    let d1 = fixture();
    let list = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let columns = |count: usize| (0..count).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    d1.run(&format!("CREATE TABLE wide ({})", columns(100))).await;
    for (sql, words) in [
        (format!("CREATE TABLE w ({})", columns(101)), "too many columns on w"),
        (format!("SELECT {}", list(101)), "too many columns in result set"),
        (format!("SELECT '{}'", "x".repeat(100_001)), "SQLITE_TOOBIG"),
        (format!("SELECT 'x' LIKE '{}'", "x".repeat(51)), "LIKE or GLOB pattern too complex"),
        ("SELECT hex(zeroblob(1500000))".into(), "string or blob too big: SQLITE_TOOBIG"),
        (["SELECT 1"; 6].join(" UNION ALL "), "too many terms in compound SELECT"),
        (format!("SELECT 1{}", "+1".repeat(101)), "Expression tree is too large"),
        (format!("SELECT {}", vec!["?"; 101].join(",")), "too many SQL variables"),
    ] {
        let error = d1.refused(&sql).await;
        assert!(error.contains(words), "{words}: {error}");
    }
    let two_megabytes = Value::Text("x".repeat(2_000_000));
    let answer = d1.with("SELECT length(?)", &[two_megabytes]).await.unwrap();
    assert_eq!(answer.rows.cells().next(), Some(Cell::Integer(2_000_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlite_has_beyond_its_core() {
    let d1 = fixture();
    assert_eq!(d1.number(r#"SELECT json_extract('{"a":[7]}', '$.a[0]')"#).await, 7);
    assert_eq!(d1.number(r#"SELECT '{"a":8}' ->> 'a'"#).await, 8);
    assert_eq!(d1.number("SELECT CAST(round(sqrt(81) + sin(0)) AS INTEGER)").await, 9);
    d1.run("CREATE VIRTUAL TABLE docs USING fts5(body)").await;
    d1.run("INSERT INTO docs VALUES ('the quick fox'), ('a slow dog')").await;
    let found = d1.run("SELECT highlight(docs, 0, '<', '>'), bm25(docs) FROM docs WHERE docs MATCH 'quick'").await;
    assert_eq!(found.rows.cells().next(), Some(Cell::Text("the <quick> fox")));
    d1.run("CREATE VIRTUAL TABLE words USING fts5vocab(docs, row)").await;
    d1.run("ANALYZE").await;
    // All that ALTER TABLE does inside.
    for sql in [
        "CREATE TABLE t (a, b)",
        "ALTER TABLE t ADD COLUMN c",
        "ALTER TABLE t RENAME COLUMN c TO d",
        "ALTER TABLE t DROP COLUMN d",
        "ALTER TABLE t RENAME TO u",
        "DROP TABLE u",
    ] {
        d1.run(sql).await;
    }
    assert!(!d1.run("SELECT name FROM pragma_table_info('docs')").await.rows.is_empty());
    assert!(!d1.run("PRAGMA table_list").await.rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_whole_or_absent() {
    let d1 = fixture();
    d1.run("CREATE TABLE t (a UNIQUE)").await;
    let insert = |value: f64| Query { sql: "INSERT INTO t VALUES (?)".into(), params: vec![Value::Real(value)] };
    let failure = d1.database.batch(vec![insert(1.0), insert(2.0), insert(1.0), insert(3.0)]).await.unwrap_err();
    assert_eq!(failure.place, Some(2));
    assert_eq!(d1.number("SELECT count(*) FROM t").await, 0);
    let answers = d1.database.batch(vec![insert(1.0), "".into(), "SELECT count(*) FROM t".into()]).await.unwrap();
    assert_eq!(answers.len(), 2, "what has no statement is left out");
    assert_eq!(answers[1].rows.cells().next(), Some(Cell::Integer(1)));
    assert_eq!(d1.database.batch(Vec::new()).await.unwrap_err().to_string(), "No SQL statements detected.");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_statements_of_one_query_are_one_transaction() {
    let d1 = fixture();
    let answer = d1.run("CREATE TABLE t (a); INSERT INTO t VALUES (1); SELECT a + 1 AS b FROM t").await;
    assert_eq!(answer.rows.cells().next(), Some(Cell::Integer(2)));
    assert!(d1.refused("INSERT INTO t VALUES (2); SELECT nope").await.contains("no such column: nope"));
    assert_eq!(d1.number("SELECT count(*) FROM t").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_batch_sets_lasts_for_the_batch() {
    let d1 = fixture();
    d1.run("CREATE TABLE parent (a PRIMARY KEY); CREATE TABLE child (p REFERENCES parent (a), CHECK (p < 5))").await;
    let checks =
        ["PRAGMA ignore_check_constraints = 1", "PRAGMA defer_foreign_keys = on", "INSERT INTO child VALUES (7)"];
    let mut batch: Vec<Query> = checks.map(Query::from).into();
    let error = d1.database.batch(batch.clone()).await.unwrap_err().to_string();
    assert!(error.starts_with("FOREIGN KEY constraint failed"), "{error}");
    batch.push("INSERT INTO parent VALUES (7)".into());
    d1.database.batch(batch).await.unwrap();
    assert!(d1.refused("INSERT INTO child VALUES (7)").await.starts_with("CHECK constraint failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_the_database() {
    let d1 = fixture();
    d1.run("CREATE TABLE t (a); INSERT INTO t VALUES (41)").await;
    let bytes = d1.database.dump().await.unwrap();
    let path = d1.storage.path().join("copy.sqlite");
    std::fs::write(&path, bytes).unwrap();
    let copy = rusqlite::Connection::open(path).unwrap();
    assert_eq!(copy.query_row("SELECT a FROM t", (), |row| row.get::<_, i64>(0)).unwrap(), 41);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_write_at_once() {
    let d1 = fixture();
    d1.run("CREATE TABLE t (a INTEGER PRIMARY KEY)").await;
    let writes = (0..300).map(|n| {
        let sql = format!("INSERT INTO t VALUES ({})", if n % 10 == 9 { 0 } else { n });
        tokio::spawn(d1.database.query(sql.as_str().into()))
    });
    let mut failed = 0;
    for write in writes.collect::<Vec<_>>() {
        failed += usize::from(write.await.unwrap().is_err());
    }
    assert_eq!((failed, d1.number("SELECT count(*) FROM t").await), (30, 270));
}
