const value = (id) => `${id}:`.padEnd(id % 7 === 0 ? 100_000 : 100, "x");
const whole = (kind, ok) => new Response(`${kind} ${ok ? "whole" : "torn"}`);

async function kv(id, { KV }) {
  await KV.put(`k${id}`, value(id), { metadata: { id } });
  const { value: text, metadata } = await KV.getWithMetadata(`k${id}`);
  if (id % 10 === 0) await KV.list({ prefix: `k${id}` });
  return whole("kv", text === value(id) && metadata.id === id);
}

async function d1(id, { DB }) {
  await DB.batch([
    DB.prepare("INSERT INTO rows (id, text) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET text = ?2").bind(
      id,
      value(id),
    ),
    DB.prepare("SELECT count(*) FROM rows"),
  ]);
  return whole("d1", (await DB.prepare("SELECT text FROM rows WHERE id = ?").bind(id).first("text")) === value(id));
}

async function r2(id, { BUCKET }) {
  await BUCKET.put(`o${id}`, value(id));
  const object = await BUCKET.get(`o${id}`);
  // One body is not read to its end.
  const other = await BUCKET.get(`o${id}`);
  await other?.body.cancel();
  return whole("r2", (await object?.text()) === value(id));
}

async function subrequest(url) {
  const [first, unread] = await Promise.all([fetch(url), fetch(url)]);
  await unread.body?.cancel();
  return new Response(first.body, first);
}

function streamed() {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  const write = async () => {
    for (let chunk = 0; chunk < 20; chunk++) await writer.write(new Uint8Array(10_000).fill(120));
    await writer.write(new TextEncoder().encode("streamed whole"));
    await writer.close();
  };
  return {
    body: readable.pipeThrough(new CompressionStream("gzip")).pipeThrough(new DecompressionStream("gzip")),
    written: write(),
  };
}

/** The other end of `talk`. */
function socket() {
  const { 0: near, 1: far } = new WebSocketPair();
  near.accept();
  near.addEventListener("message", ({ data }) => near.send(`${data}!`));
  near.addEventListener("close", () => near.close());
  return new Response(null, { status: 101, webSocket: far });
}

/** A conversation with this very server, over a connection of its own. */
async function talk(url) {
  const { webSocket } = await fetch(url, { headers: { Upgrade: "websocket" } });
  webSocket.accept();
  const heard = new Promise((resolve) => webSocket.addEventListener("message", ({ data }) => resolve(data)));
  webSocket.send("talk");
  const data = await heard;
  webSocket.close(1000, "said");
  return new Response(data === "talk!" ? "talked" : `heard ${data}`);
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const [, kind, id] = url.pathname.split("/");
    switch (kind) {
      case "setup":
        await env.DB.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)");
        return new Response("ready");
      case "kv":
        return kv(Number(id), env);
      case "d1":
        return d1(Number(id), env);
      case "r2":
        return r2(Number(id), env);
      case "fetch":
        return subrequest(url.search.slice(1));
      case "stream": {
        const { body, written } = streamed();
        ctx.waitUntil(written);
        return new Response(body);
      }
      case "accept":
        return socket();
      case "socket":
        return talk(url.search.slice(1));
      case "later":
        ctx.waitUntil(scheduler.wait(20).then(() => env.KV.put("later", "done")));
        return new Response("later");
      default:
        return new Response("what?", { status: 404 });
    }
  },
};
