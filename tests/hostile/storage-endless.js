// Attacks: the threads that read and write databases, by queries that never end.
// Becomes: each is ended after half a minute, with D1's error; the database goes on to answer.
// Config: {"limits": {"cpu_ms": 5000}, "d1_databases": [{"binding": "DB", "database_name": "endless", "database_id": "endless"}]}
// Expect /endless: 200 as expected
// Expect /after: 200 as expected
import { guest, judge } from "./common/guest.js";

const ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
const TIMEOUT = "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.";

const said = (query) => query.then(() => "it ended", (error) => error.message); // prettier-ignore

export default guest({
  endless: async (request, env) => {
    await env.DB.exec("CREATE TABLE numbers (i)");
    const all = [
      ...Array.from({ length: 5 }, () => env.DB.prepare(`${ENDLESS} SELECT sum(i) FROM n`).all()),
      env.DB.prepare(`INSERT INTO numbers ${ENDLESS} SELECT i FROM n WHERE i < 0`).run(),
    ];
    const ends = await Promise.all(all.map(said));
    return judge(ends.map((end) => [TIMEOUT, () => end]));
  },
  after: (request, env) =>
    judge([
      [0, () => env.DB.prepare("SELECT count(*) AS count FROM numbers").first("count")],
      [1, () => env.DB.prepare("INSERT INTO numbers VALUES (1)").run().then(({ meta }) => meta.changes)], // prettier-ignore
    ]),
});
