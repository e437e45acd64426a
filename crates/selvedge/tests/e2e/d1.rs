//! D1: the binding in a Worker, and the commands on the same data.

use serde_json::{Value, json};

use crate::support::{Project, Server};

/// A Worker that runs what it is sent, as the body of an async function of `env`, and answers with its result or error.
fn project(script: &str) -> Project {
    let source = format!(
        "export default {{ async fetch(request, env) {{
            const actions = {{ {script} }};
            const action = actions[new URL(request.url).pathname.slice(1)];
            try {{
                return Response.json({{ ok: await action(env.DB, await request.text()) }});
            }} catch (error) {{
                return Response.json({{ error: error.message, cause: error.cause?.message, name: error.name }});
            }}
        }} }};"
    );
    Project::worker(&source).config(json!({
        "d1_databases": [{ "binding": "DB", "database_name": "people", "database_id": "0123-abc" }],
    }))
}

const ACTIONS: &str = r"
    async setup(db) {
        await db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, score REAL, picture BLOB)\nCREATE TABLE log (line TEXT)');
        return db.prepare('INSERT INTO users (email, score, picture) VALUES (?1, ?2, ?3), (?4, NULL, NULL)')
            .bind('ada@example.com', 1.5, new Uint8Array([1, 255]), 'bob@example.com').run();
    },
    all: (db) => db.prepare('SELECT * FROM users ORDER BY id').all(),
    count: (db) => db.prepare('SELECT count(*) AS count FROM users').first('count'),
    raw: (db) => db.prepare('SELECT id, email FROM users ORDER BY id').raw(),
    named: (db) => db.prepare('SELECT 1 AS a, 2 AS a').raw({ columnNames: true }),
    double: (db) => db.prepare('SELECT 1 AS a, 2 AS a, 3 AS __proto__, 4 AS [0]').first(),
    first: (db) => db.prepare('SELECT * FROM users WHERE id = ?').bind(2).first(),
    none: (db) => db.prepare('SELECT * FROM users WHERE 0').first(),
    column: (db) => db.prepare('SELECT id FROM users').first('nope'),
    unique: (db) => db.prepare('INSERT INTO users (email) VALUES (?)').bind('ada@example.com').run(),
    syntax: (db) => db.prepare('SELEC 1').all(),
    notext: (db) => db.prepare(5).all(),
    run: (db, sql) => db.prepare(sql).all(),
    exec: (db, sql) => db.exec(sql),
    bind: async (db) => {
        const texts = [];
        for (const value of [undefined, 5n, {}, [300], ['a'], () => 1]) {
            try { db.prepare('').bind(value); texts.push(null); } catch (error) { texts.push(error.message); }
        }
        return texts;
    },
    types: async (db) => {
        const row = await db.prepare('SELECT typeof(?1) a, ?2 b, hex(?3) c, hex(?4) d, hex(?5) e, ?6 f, ?7 g, ?8 h, ?9 i').bind(
            1, true, [1, 2], new Uint8Array([3]).buffer, new Uint16Array([300, 2]), null, NaN, 'a\u{1f600}', new Float64Array(0)).first();
        return { ...row, big: await db.prepare('SELECT 9007199254740993 AS big, 1.0 AS one').first() };
    },
    batch: async (db) => {
        const insert = db.prepare('INSERT INTO log VALUES (?)');
        return db.batch([insert.bind('a'), insert.bind('b'), db.prepare('SELECT count(*) AS count FROM log')]);
    },
    failing: async (db) => {
        const insert = db.prepare('INSERT INTO users (email) VALUES (?)');
        await db.batch([insert.bind('new@example.com'), insert.bind('new@example.com')]);
    },
    nobatch: (db) => db.batch([1]),
    empty: (db) => db.batch([]),
    dump: async (db) => { const dump = await db.dump(); return [dump instanceof ArrayBuffer, new TextDecoder().decode(dump.slice(0, 15))]; },
    session: async (db) => {
        const session = db.withSession();
        const before = session.getBookmark();
        await session.prepare('INSERT INTO log VALUES (1)').run();
        const first = session.getBookmark();
        await session.batch([session.prepare('INSERT INTO log VALUES (2)')]);
        const second = session.getBookmark();
        const next = db.withSession(second);
        await next.prepare('SELECT 1').all();
        return [before, first < second, next.getBookmark() === second, second, typeof session.exec];
    },
    bogus: (db) => db.withSession('bogus').prepare('SELECT 1').all(),
    future: (db) => db.withSession('ffffffff-00000001-00000000-00000000000000000000000000000000').prepare('SELECT 1').all(),
    hostile: async (db) => {
        Object.defineProperty(Object.prototype, 'email', { set() { throw new Error('a setter'); }, configurable: true });
        try { return (await db.prepare('SELECT email FROM users').all()).results.length; } finally { delete Object.prototype.email; }
    },
    shape: (db) => [String(db), typeof globalThis.D1Database, db.constructor.name, Object.keys(db).length],
    constructed: (db) => new db.constructor('DB'),
    slow: (db) => db.prepare('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT sum(i) AS sum FROM n').first('sum'),
";

async fn ask(server: &Server<'_>, action: &str) -> Value {
    server.post(&format!("/{action}"), "").await.assert_status(200).json()
}

async fn run(server: &Server<'_>, action: &str, sql: &str) -> Value {
    server.post(&format!("/{action}"), sql.to_owned()).await.assert_status(200).json()
}

#[tokio::test]
async fn the_api_is_hosteds() {
    let project = project(ACTIONS);
    let server = project.dev().await;
    let inserted = ask(&server, "setup").await["ok"].clone();
    let meta = &inserted["meta"];
    assert_eq!((&inserted["success"], &inserted["results"]), (&json!(true), &json!([])), "{inserted}");
    for (key, value) in [
        ("changes", json!(2.0)),
        ("last_row_id", json!(2.0)),
        ("changed_db", json!(true)),
        ("rows_written", json!(4.0)),
        ("served_by_primary", json!(true)),
        ("total_attempts", json!(1)),
    ] {
        assert_eq!(meta[key].as_f64(), value.as_f64(), "{key}: {meta}");
    }
    for key in ["served_by", "served_by_region", "duration", "size_after", "rows_read", "timings"] {
        assert!(!meta[key].is_null(), "{key}: {meta}");
    }
    let all = ask(&server, "all").await["ok"]["results"].clone();
    let ada = json!({ "id": 1, "email": "ada@example.com", "score": 1.5, "picture": [1, 255] });
    let bob = json!({ "id": 2, "email": "bob@example.com", "score": null, "picture": null });
    assert_eq!(all, json!([ada, bob]));
    for (action, expected) in [
        ("count", json!(2)),
        ("raw", json!([[1, "ada@example.com"], [2, "bob@example.com"]])),
        ("named", json!([["a", "a"], [1, 2]])),
        ("double", json!({ "0": 4, "a": 2, "__proto__": 3 })),
        ("first", bob),
        ("none", Value::Null),
        ("dump", json!([true, "SQLite format 3"])),
        ("shape", json!(["[object D1Database]", "undefined", "D1Database", 0])),
        ("hostile", json!(2)),
        ("slow", json!(45_000_150_000_u64)),
    ] {
        assert_eq!(ask(&server, action).await, json!({ "ok": expected }), "{action}");
    }
    let types = ask(&server, "types").await["ok"].clone();
    let expected = json!({
        "a": "real", "b": 1, "c": "0102", "d": "03", "e": "2C02", "f": null, "g": null, "h": "a\u{1f600}", "i": [],
        "big": { "big": 9_007_199_254_740_992_u64, "one": 1 },
    });
    assert_eq!(types, expected);
    let batch = ask(&server, "batch").await["ok"].clone();
    assert_eq!(batch.as_array().map(Vec::len), Some(3));
    assert_eq!(batch[2]["results"], json!([{ "count": 2 }]));
    let session = ask(&server, "session").await["ok"].clone();
    assert_eq!(
        session.as_array().map(|all| &all[..3]),
        Some(&[Value::Null, json!(true), json!(true)][..]),
        "{session}"
    );
    assert_eq!(session[3].as_str().map(str::len), Some(59), "{session}");
    assert_eq!(session[4], "undefined");
}

#[tokio::test]
async fn errors_are_hosteds() {
    let project = project(ACTIONS);
    let server = project.dev().await;
    ask(&server, "setup").await;
    let transaction = "D1_ERROR: To execute a transaction, please use the state.storage.transaction()";
    for (action, sql, text) in [
        (
            "unique",
            "",
            "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
        ),
        ("syntax", "", "D1_ERROR: near \"SELEC\": syntax error at offset 0: SQLITE_ERROR"),
        ("failing", "", "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT"),
        ("column", "", "D1_COLUMN_NOTFOUND: Column not found (nope)"),
        ("empty", "", "D1_ERROR: No SQL statements detected."),
        ("nobatch", "", "D1_ERROR: batch() takes statements"),
        ("notext", "", "D1_ERROR: The SQL of a statement must be a string."),
        ("bogus", "", "D1_ERROR: D1_SESSION_ERROR: invalid bookmark or constraint"),
        ("future", "", "D1_ERROR: D1_SESSION_ERROR: the bookmark ffffffff-00000001-"),
        ("constructed", "", "Illegal constructor"),
        ("run", "BEGIN", transaction),
        ("run", "PRAGMA journal_mode", "D1_ERROR: not authorized: SQLITE_AUTH"),
        ("run", "SELECT ?", "D1_ERROR: Wrong number of parameter bindings for SQL query."),
        (
            "exec",
            "select 1;\nbad;\nselect 2",
            "D1_EXEC_ERROR: Error in line 2: bad;: near \"bad\": syntax error at offset 0: SQLITE_ERROR",
        ),
        ("exec", "\n", "D1_EXEC_ERROR: Error in line 1: : No SQL statements detected."),
    ] {
        let answer = run(&server, action, sql).await;
        let error = answer["error"].as_str().unwrap_or_else(|| panic!("{action} {sql}: {answer}"));
        assert!(error.starts_with(text), "{action} {sql}: {answer}");
        if error.starts_with("D1_ERROR: ") {
            assert_eq!(answer["cause"].as_str(), error.strip_prefix("D1_ERROR: "));
        }
    }
    let unsupported =
        |kind: &str, value: &str| format!("D1_TYPE_ERROR: Type '{kind}' not supported for value '{value}'");
    let expected = [
        unsupported("undefined", "undefined"),
        unsupported("bigint", "5"),
        unsupported("object", "[object Object]"),
        unsupported("object", "300"),
        unsupported("object", "a"),
        unsupported("function", "() => 1"),
    ];
    assert_eq!(ask(&server, "bind").await["ok"], json!(expected));
    let executed = run(&server, "exec", "INSERT INTO log VALUES (1);\n\nINSERT INTO log VALUES (2)").await;
    assert_eq!(executed["ok"]["count"], 2);
    // What failed left nothing.
    assert_eq!(ask(&server, "count").await["ok"], 2);
}

#[tokio::test]
async fn data_outlives_the_server_and_is_served_for_good() {
    let project = project(ACTIONS);
    let server = project.dev().await;
    ask(&server, "setup").await;
    server.terminate();
    server.ended().await;
    assert!(project.path().join(".selvedge/state/d1/0123-abc.sqlite").exists());
    let server = project.serve().await;
    assert_eq!(ask(&server, "count").await["ok"], 2);
}

/// A project of which only the configuration is used.
fn data() -> Project {
    project("").file(
        "migrations/0001_notes.sql",
        "-- Migration number: 0001\nCREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);\n",
    )
}

/// A command that does its work and prints JSON.
async fn json_of(project: &Project, arguments: &[&str]) -> Value {
    let ended = project.run(&[&["d1"], arguments, &["--json"]].concat()).await;
    ended.assert_succeeded();
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
}

async fn notes(project: &Project) -> Value {
    json_of(project, &["execute", "people", "--command", "SELECT text FROM notes ORDER BY id"]).await[0]["results"]
        .clone()
}

#[tokio::test]
async fn migrations_are_applied_once() {
    let project = data();
    let listed = json_of(&project, &["migrations", "list", "people"]).await;
    assert_eq!(listed, json!([{ "Name": "0001_notes.sql" }]));
    let applied = project.run(&["d1", "migrations", "apply", "DB"]).await;
    applied.assert_succeeded();
    assert!(applied.stdout.contains("0001_notes.sql") && applied.stdout.contains('\u{2705}'), "{}", applied.stdout);
    let again = project.run(&["d1", "migrations", "apply", "people"]).await;
    assert!(again.stdout.contains("No migrations to apply!"), "{}", again.stdout);
    let table = "SELECT id, name, applied_at IS NOT NULL AS dated FROM d1_migrations";
    let rows = json_of(&project, &["execute", "people", "--command", table]).await;
    assert_eq!(rows[0]["results"], json!([{ "id": 1, "name": "0001_notes.sql", "dated": 1 }]));

    let created = json_of(&project, &["migrations", "create", "people", "add a tag"]).await;
    assert_eq!(created["name"], "0002_add_a_tag.sql");
    assert!(project.read("migrations/0002_add_a_tag.sql").starts_with("-- Migration number: 0002 \t 20"));
    project.write("migrations/0002_add_a_tag.sql", "ALTER TABLE notes ADD tag TEXT; INSERT INTO nowhere VALUES (1);");
    project.write("migrations/0003_more.sql", "CREATE TABLE more (a);");
    let failed = project.run(&["d1", "migrations", "apply", "people"]).await;
    failed.assert_refused(&["Migration 0002_add_a_tag.sql failed", "no such table: nowhere"]);
    // Nothing of it, and nothing after it.
    let columns = "SELECT (SELECT count(*) FROM pragma_table_info('notes')) AS columns, (SELECT count(*) FROM d1_migrations) AS applied";
    let rows = json_of(&project, &["execute", "people", "--command", columns]).await;
    assert_eq!(rows[0]["results"], json!([{ "columns": 2, "applied": 1 }]));
}

#[tokio::test]
async fn sql_is_executed_and_exported() {
    let project = data().file(
        "seed.sql",
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a, b BLOB);\nINSERT INTO t VALUES ('it''s; a\nline', X'01ff');\nINSERT INTO t VALUES (1.5, NULL);\nCREATE INDEX ta ON t (a);\nCOMMIT;\n",
    );
    json_of(&project, &["execute", "people", "--file", "seed.sql"]).await;
    let rows = json_of(&project, &["execute", "DB", "--command", "SELECT * FROM t; SELECT count(*) AS n FROM t"]).await;
    assert_eq!(rows[0]["results"], json!([{ "a": "it's; a\nline", "b": [1, 255] }, { "a": 1.5, "b": null }]));
    assert_eq!(rows[1]["results"], json!([{ "n": 2 }]));
    project.run(&["d1", "export", "people", "--output", "out.sql"]).await.assert_succeeded();
    let exported = project.read("out.sql");
    for line in [
        "PRAGMA defer_foreign_keys=TRUE;",
        "CREATE TABLE t (a, b BLOB);",
        "INSERT INTO \"t\" VALUES(replace('it''s; a\\nline','\\n',char(10)),X'01ff');",
        "INSERT INTO \"t\" VALUES(1.5,NULL);",
        "CREATE INDEX ta ON t (a);",
    ] {
        assert!(exported.lines().any(|exported| exported == line), "{line}: {exported}");
    }
    project.run(&["d1", "delete", "people", "-y"]).await.assert_succeeded();
    json_of(&project, &["execute", "people", "--file", "out.sql"]).await;
    let again = json_of(&project, &["execute", "people", "--command", "SELECT * FROM t"]).await;
    assert_eq!(again[0]["results"], rows[0]["results"]);
    let data = project.run(&["d1", "export", "people", "--output", "-", "--table", "t", "--no-schema"]).await;
    assert!(data.stdout.contains("INSERT INTO") && !data.stdout.contains("CREATE"), "{}", data.stdout);
}

#[tokio::test]
async fn time_travel_goes_back_and_forth() {
    let project = data();
    project.run(&["d1", "migrations", "apply", "people"]).await.assert_succeeded();
    let insert = |text: &'static str| ["execute", "people", "--command", text];
    json_of(&project, &insert("INSERT INTO notes (text) VALUES ('kept')")).await;
    let good = json_of(&project, &["time-travel", "info", "people"]).await["bookmark"].clone();
    let good = good.as_str().unwrap().to_owned();
    json_of(&project, &insert("DELETE FROM notes")).await;
    assert_eq!(notes(&project).await, json!([]));
    let restored = json_of(&project, &["time-travel", "restore", "people", "--bookmark", &good]).await;
    assert_eq!(notes(&project).await, json!([{ "text": "kept" }]));
    let previous = restored["previous_bookmark"].as_str().unwrap().to_owned();
    let undone = project.run(&["d1", "time-travel", "restore", "people", "--bookmark", &previous]).await;
    undone.assert_succeeded();
    assert!(undone.stdout.contains("To undo this operation"), "{}", undone.stdout);
    assert_eq!(notes(&project).await, json!([]));
    let now = json_of(&project, &["time-travel", "info", "people", "--timestamp", &unix_now()]).await;
    json_of(&project, &["time-travel", "restore", "people", "--bookmark", now["bookmark"].as_str().unwrap()]).await;
    for (arguments, words) in [
        (["--timestamp", "2001-01-01"], &["does not go back that far", "It begins at 20"][..]),
        (["--timestamp", "yesterday"], &["Invalid timestamp 'yesterday'"]),
        (["--timestamp", "2999-01-01"], &["is in the future"]),
        (["--bookmark", "bogus"], &["Invalid bookmark"]),
        (["--bookmark", "00000001-ffffffff-00000000-00000000000000000000000000000001"], &["There is no commit"]),
    ] {
        let refused = project.run(&[&["d1", "time-travel", "restore", "people"], &arguments[..]].concat()).await;
        refused.assert_refused(words);
    }
}

/// Seconds since 1970, rounded up.
fn unix_now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (now.as_secs() + 1).to_string()
}

#[tokio::test]
async fn commands_say_what_they_cannot_do() {
    let project = data();
    let created = json_of(&project, &["create", "other"]).await;
    assert_eq!(created["d1_databases"][0]["database_name"], "other");
    assert_eq!(created["d1_databases"][0]["database_id"].as_str().map(str::len), Some(36));
    let listed = json_of(&project, &["list"]).await;
    assert_eq!(listed[0]["uuid"], "0123-abc");
    let info = json_of(&project, &["info", "people"]).await;
    assert_eq!((&info["name"], &info["num_tables"]), (&json!("people"), &json!(0)), "{info}");
    project.run(&["d1", "list"]).await.assert_succeeded();
    project.run(&["d1", "info", "people"]).await.assert_succeeded();
    project.write("x.sql", "an earlier export");
    for (arguments, words) in [
        (
            &["execute", "nobody", "--command", "SELECT 1"][..],
            &["Couldn't find a D1 DB with the name or binding 'nobody'", "people"][..],
        ),
        (&["execute", "people"], &["You must provide either --command or --file."]),
        (&["execute", "people", "--command", "SELECT 1; SELEC 2"], &["near \"SELEC\": syntax error", "in: SELEC 2"]),
        (&["execute", "people", "--remote", "--command", "SELECT 1"], &["There is no remote here"]),
        (&["create", "people"], &["has a database named 'people' already"]),
        (&["export", "people", "--output", "x.sql", "--table", "none"], &["There is no table 'none'"]),
    ] {
        project.run(&[&["d1"], arguments].concat()).await.assert_refused(words);
    }
    assert_eq!(project.read("x.sql"), "an earlier export");
    let misspelt = project.run(&["d1", "info", "people", "--env", "nope"]).await;
    assert!(misspelt.stderr.contains("nope"), "{}", misspelt.stderr);
    let server = project.dev().await;
    project.run(&["d1", "info", "people"]).await.assert_refused(&["is in use by another process"]);
    drop(server);
}
