// Attacks: the files behind KV, R2 and the cache, by names that are paths, too long, or not text.
// Becomes: an error of the API's, or a value that comes back under its very name and no other.
// Config: {"limits": {"cpu_ms": 5000}, "kv_namespaces": [{"binding": "KV", "id": "hostile"}], "r2_buckets": [{"binding": "R2", "bucket_name": "hostile-keys"}]}
// Expect /kv: 200 as expected
// Expect /kvRefused: 200 as expected
// Expect /r2: 200 as expected
// Expect /cache: 200 as expected
import { guest, judge } from "./common/guest.js";

const names = [
  "../../etc/passwd", "/etc/passwd", "..\\..\\x", "a/../b", "%2e%2e%2f", "\0", "a\0b", "\r\n", "'; DROP TABLE x; --", "\u202e",
  "\ud83d\ude00", "CON", "a".repeat(500), "*", "?", "%", "_", "[", "\u0000/\u0000", "__proto__", "constructor", " ", "~",
]; // prettier-ignore

export default guest({
  async kv(request, env) {
    for (const name of names) await env.KV.put(name, `value of ${name}`);
    const attempts = names.map((name) => [`value of ${name}`, () => env.KV.get(name)]);
    attempts.push([names.length, async () => (await env.KV.list()).keys.length]);
    attempts.push([1, async () => (await env.KV.list({ prefix: "%" })).keys.filter(({ name }) => name === "%").length]);
    attempts.push([null, () => env.KV.get("etc/passwd")]);
    return judge(attempts);
  },
  kvRefused: (request, env) =>
    judge([
      ["TypeError", () => env.KV.get("")],
      ["TypeError", () => env.KV.get(".")],
      ["TypeError", () => env.KV.get("..")],
      ["Error", () => env.KV.get("x".repeat(513))],
      ["Error", () => env.KV.get("x".repeat(1e6))],
      ["Error", () => env.KV.put("a", "x", { metadata: "m".repeat(1e5) })],
      ["Error", () => env.KV.put("a", "x", { expirationTtl: -1 })],
      ["Error", () => env.KV.put("a", "x", { expirationTtl: NaN })],
      ["Error", () => env.KV.list({ limit: 1e9 })],
      ["Error", () => env.KV.list({ cursor: "'; --" })],
      ["TypeError", () => env.KV.put("a", {})],
      ["EvalError", () => env.KV.get({ toString() { throw new EvalError(); } })], // prettier-ignore
    ].map(([expected, attempt]) => ["refused", () => Promise.resolve().then(attempt).then(() => `${attempt}`, () => "refused")])), // prettier-ignore
  async r2(request, env) {
    for (const name of names) await env.R2.put(name, `value of ${name}`);
    const attempts = names.map((name) => [`value of ${name}`, async () => (await env.R2.get(name)).text()]);
    attempts.push(["refused", () => env.R2.put("x".repeat(1025), "x").then(() => "put", () => "refused")]); // prettier-ignore
    attempts.push(["refused", () => env.R2.put("a", "x", { md5: "not" }).then(() => "put", () => "refused")]); // prettier-ignore
    attempts.push([null, () => env.R2.get("etc/passwd")]);
    return judge(attempts);
  },
  cache: () =>
    judge([
      [undefined, () => caches.default.match("https://a.test/../../etc/passwd")],
      [undefined, () => caches.default.match(`https://a.test/${"x".repeat(1e5)}`)],
      ["refused", () => caches.default.put("https://a.test/", new Response("x", { status: 206 })).then(() => "put", () => "refused")],
      ["refused", () => caches.default.put(new Request("https://a.test", { method: "POST" }), new Response("x")).then(() => "put", () => "refused")],
      ["refused", () => caches.default.put("https://a.test/", new Response("x", { headers: { vary: "*" } })).then(() => "put", () => "refused")],
      [false, () => caches.default.delete("https://a.test/none")],
      ["undefined", async () => typeof (await (await caches.open("../../x")).match("https://a.test/"))],
    ]), // prettier-ignore
});
