// What the storage benches ask for, one path each.

const ROWS = 1000;

const routes = {
  async "/setup"(_, env) {
    await env.KV.put("hot", "a value of some thirty characters");
    await env.DB.exec("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
    const insert = env.DB.prepare("INSERT OR REPLACE INTO users VALUES (?, ?, ?)");
    const rows = Array.from({ length: ROWS }, (_, id) => insert.bind(id, `name ${id}`, `user${id}@example.com`));
    for (let place = 0; place < rows.length; place += 100) await env.DB.batch(rows.slice(place, place + 100));
    return new Response("ready");
  },

  async "/kv-get"(_, env) {
    return new Response(await env.KV.get("hot"));
  },

  async "/kv-put"(_, env) {
    await env.KV.put(`key ${Math.floor(Math.random() * 1000)}`, "a value of some thirty characters");
    return new Response("written");
  },

  async "/d1-select"(_, env) {
    const id = Math.floor(Math.random() * ROWS);
    return Response.json(await env.DB.prepare("SELECT * FROM users WHERE id = ?").bind(id).first());
  },

  async "/r2"(request, env) {
    if (request.method === "PUT") {
      await env.BUCKET.put("object", request.body);
      return new Response("stored");
    }
    const object = await env.BUCKET.get("object");
    return new Response(object.body);
  },
};

export default {
  fetch(request, env) {
    return routes[new URL(request.url).pathname](request, env);
  },
};
