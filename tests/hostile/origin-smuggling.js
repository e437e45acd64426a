// Attacks: the origin behind `fetch`, by a request that says two things: framing, connection and host headers of the guest's.
// Becomes: a request that is framed once; the headers that frame it are not the guest's to set.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /framing: 200 as expected
// Expect /host: 200 as expected
// Expect /lines: 200 as expected
// Expect /bodies: 200 as expected
import { guest, judge } from "./common/guest.js";

/** What the origin saw: a line for each header, then the body. */
const seen = async (env, path, init) => (await fetch(`${env.ORIGIN}${path}`, init)).text();
const count = (text, pattern) => (text.split("\n\n")[0].match(pattern) ?? []).length;

export default guest({
  async framing(request, env) {
    const post = (headers) => seen(env, "/x", { method: "POST", body: "four", headers });
    const attempts = [];
    for (const headers of [
      { "content-length": "100" },
      { "content-length": "0" },
      [
        ["content-length", "4"],
        ["content-length", "400"],
      ],
      { "transfer-encoding": "chunked" },
      { "transfer-encoding": "chunked, identity", "content-length": "1" },
      { connection: "keep-alive, content-length", "keep-alive": "x" },
      { connection: "upgrade", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" },
      { te: "trailers, chunked", trailer: "x" },
      { expect: "100-continue" },
      { "proxy-connection": "keep-alive", "proxy-authorization": "x" },
    ]) {
      let text;
      try {
        text = await post(headers);
      } catch (error) {
        // A request that cannot be sent as it says is refused.
        text = error instanceof TypeError || error instanceof Error ? null : "no error";
      }
      if (text === null) continue;
      attempts.push(["four", () => text.split("\n\n")[1]]);
      attempts.push([true, () => count(text, /^content-length:/gim) + count(text, /^transfer-encoding:/gim) === 1]);
    }
    return judge(attempts);
  },
  async host(request, env) {
    const text = await seen(env, "/", { headers: { host: "evil.test" } });
    return judge([[1, () => count(text, /^host:/gim)]]);
  },
  lines: (request, env) =>
    judge([
      ["GET /a%0D%0Ax:%20y", async () => (await seen(env, "/a%0D%0Ax:%20y")).split("\n")[0]],
      ["GET /ab", async () => (await seen(env, "/a\r\nb")).split("\n")[0]],
      ["GET /a%20b", async () => (await seen(env, "/a b")).split("\n")[0]],
      ["GET /%E2%82%AC", async () => (await seen(env, "/\u20ac")).split("\n")[0]],
      ["GET /?%27", async () => (await seen(env, "/?'#x")).split("\n")[0]],
      ["TypeError", () => seen(env, "/", { method: "GET / HTTP/1.1\r\nx: y\r\n\r\nGET" })],
      // A connection that the other side may take for a tunnel is not used again, whatever becomes of it.
      [
        "ended",
        () =>
          seen(env, "/", { method: "CONNECT" }).then(
            () => "ended",
            () => "ended",
          ),
      ],
      ["TypeError", () => seen(env, "/", { headers: { "a\r\nb": "c" } })],
      ["TypeError", () => seen(env, "/", { headers: { a: "b\r\n\r\nGET /evil HTTP/1.1" } })],
      ["TypeError", () => seen(env, "/", { headers: { a: "b\0" } })],
    ]),
  bodies: (request, env) =>
    judge([
      ["TypeError", () => seen(env, "/", { method: "GET", body: "x" })],
      ["TypeError", () => seen(env, "/", { method: "HEAD", body: "x" })],
      [
        "failed",
        async () => {
          const { readable, writable } = new FixedLengthStream(10);
          const writer = writable.getWriter();
          const sent = seen(env, "/", { method: "POST", body: readable }).then(() => "sent", () => "failed"); // prettier-ignore
          await writer.write(new Uint8Array(4)).catch(() => {});
          await writer.close().catch(() => {});
          return sent;
        },
      ],
      [
        "failed",
        () => {
          const body = new ReadableStream({ start: (controller) => controller.error(new Error("x")) });
          return seen(env, "/", { method: "POST", body }).then(() => "sent", () => "failed"); // prettier-ignore
        },
      ],
      [
        "failed",
        () => {
          const body = new ReadableStream({ start: (controller) => controller.enqueue("not bytes") });
          return seen(env, "/", { method: "POST", body }).then(() => "sent", () => "failed"); // prettier-ignore
        },
      ],
    ]),
});
