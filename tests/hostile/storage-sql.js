// Attacks: the database's file, its engine and the thread it runs on, by SQL: other files, extensions, pragmas, values
// and expressions without measure.
// Becomes: an error of D1's.
// Config: {"limits": {"cpu_ms": 5000}, "d1_databases": [{"binding": "DB", "database_name": "hostile", "database_id": "hostile"}]}
// Expect /files: 200 as expected
// Expect /pragmas: 200 as expected
// Expect /sizes: 200 as expected
// Expect /bound: 200 as expected
// Expect /after: 200 as expected
import { guest, judge } from "./common/guest.js";

const refused = (env, sql) => [
  "refused",
  () => env.DB.prepare(sql).all().then((result) => `${sql}: ${JSON.stringify(result).slice(0, 200)}`, () => "refused"), // prettier-ignore
];

export default guest({
  files: (request, env) =>
    judge([
      refused(env, "ATTACH DATABASE '/etc/passwd' AS x"),
      refused(env, "ATTACH ':memory:' AS x"),
      refused(env, "DETACH DATABASE main"),
      refused(env, "VACUUM INTO '/tmp/stolen.sqlite'"),
      refused(env, "SELECT load_extension('/lib/x.so')"),
      refused(env, "SELECT readfile('/etc/passwd')"),
      refused(env, "SELECT writefile('/tmp/x', 'y')"),
      refused(env, "SELECT fts3_tokenizer('x', x'0102')"),
      refused(env, "SELECT edit('x')"),
      refused(env, "CREATE VIRTUAL TABLE x USING csv(filename='/etc/passwd')"),
      refused(env, "CREATE VIRTUAL TABLE x USING dbstat"),
      refused(env, "SELECT * FROM sqlite_dbpage"),
      refused(env, "SELECT * FROM pragma_database_list"),
      refused(env, "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 2, 'x')"),
      refused(env, "UPDATE sqlite_schema SET sql = 'x'"),
      refused(env, "BEGIN"),
      refused(env, "SAVEPOINT x"),
      refused(env, "COMMIT"),
    ]),
  pragmas: (request, env) =>
    judge(
      ["writable_schema = ON", "journal_mode = OFF", "journal_mode = DELETE", "synchronous = OFF", "temp_store_directory = '/'",
        "data_store_directory = '/'", "locking_mode = EXCLUSIVE", "mmap_size = 1e12", "page_size = 65536", "cache_size = -9999999",
        "wal_checkpoint", "trusted_schema = ON", "cell_size_check = OFF", "soft_heap_limit = 1", "hard_heap_limit = 1",
        "threads = 100", "max_page_count = 1", "database_list", "module_list", "key = 'x'"].map((pragma) =>
        refused(env, `PRAGMA ${pragma}`)),
    ), // prettier-ignore
  sizes: (request, env) =>
    judge([
      refused(env, "SELECT zeroblob(2000000000)"),
      refused(env, "SELECT randomblob(2000000000)"),
      refused(env, "SELECT hex(zeroblob(100000000))"),
      refused(env, "SELECT printf('%.*c', 1000000000, 'x')"),
      refused(env, "SELECT replace(hex(zeroblob(1000000)), '0', hex(zeroblob(10000)))"),
      refused(env, `SELECT ${"(".repeat(1e4)}1${")".repeat(1e4)}`),
      refused(env, `SELECT 1${" + 1".repeat(1e5)}`),
      refused(env, `SELECT ${"NOT ".repeat(1e5)} 1`),
      refused(env, `SELECT ${"1,".repeat(1e5)} 1`),
      refused(env, `SELECT 1 ${"UNION ALL SELECT 1 ".repeat(1e4)}`),
      refused(env, `SELECT '${"x".repeat(1e6)}'`),
      refused(env, `SELECT 'a' LIKE '${"%a".repeat(5e4)}'`),
      refused(env, "\0"),
      refused(env, "SELECT 1; SELECT \0"),
      refused(env, "SELECT json_extract('" + "[".repeat(1e4) + "', '$')"),
    ]),
  bound: (request, env) => {
    const bind = (...values) => ["refused", () => Promise.resolve().then(() => env.DB.prepare("SELECT ?").bind(...values).all()).then((result) => JSON.stringify(result), () => "refused")]; // prettier-ignore
    return judge([
      bind(Symbol("s")),
      bind(undefined),
      bind(1, 2),
      bind(),
      bind(...new Array(1000).fill(1)),
      bind({ toString: () => "x" }),
      bind(new Proxy({}, {})),
      bind(() => {}),
    ]);
  },
  after: (request, env) => judge([[1, () => env.DB.prepare("SELECT 1 AS one").first("one")]]),
});
