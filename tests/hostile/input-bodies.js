// Attacks: the parsers of bodies: forms and multipart of bad shape, JSON, texts in other encodings, events of a server.
// Becomes: an error, or what the standard makes of it.
// Config: {"limits": {"cpu_ms": 10000}}
// Expect /multipart: 200 as expected
// Expect /urlencoded: 200 as expected
// Expect /texts: 200 as expected
import { guest, judge } from "./common/guest.js";

const form = (body, type) => new Response(body, { headers: { "content-type": type } }).formData();
const multipart = (body, boundary = "x") => form(body, `multipart/form-data; boundary=${boundary}`);
const part = (head, body = "y") => `--x\r\n${head}\r\n\r\n${body}\r\n--x--\r\n`;
const refused = (attempt) => ["TypeError", attempt];
const count = (expected, attempt) => [expected, async () => [...(await attempt())].length];

export default guest({
  multipart: () =>
    judge([
      refused(() => multipart("")),
      refused(() => multipart("--x")),
      refused(() => multipart("--x\r\n")),
      refused(() => multipart("--x\r\n\r\n--x--")),
      refused(() => multipart(part("Content-Type: text/plain"))),
      refused(() => multipart(part('Content-Disposition: form-data; name="a'))),
      refused(() => multipart("--x\r\n".repeat(1e5))),
      refused(() => form("x", "multipart/form-data")),
      refused(() => form("x", "multipart/form-data; boundary=")),
      refused(() => form("x", `multipart/form-data; boundary=${"b".repeat(1e5)}`)),
      refused(() => form("x", "text/plain")),
      count(1, () => multipart(part('Content-Disposition: form-data; name="a"; filename="../../etc/passwd"'))),
      count(1, () => multipart(part(`Content-Disposition: form-data; name="${"n".repeat(1e5)}"`))),
      count(1, () => multipart(part('Content-Disposition: form-data; name="__proto__"'))),
      count(1, () => multipart(part('Content-Disposition: form-data; name="a"', "\0\xff--x\r".repeat(1000)))),
    ]),
  urlencoded: () => {
    const read = (body) => form(body, "application/x-www-form-urlencoded");
    return judge([
      count(1e5, () => read("a=b&".repeat(1e5))),
      count(0, () => read("&".repeat(1e6))),
      count(1, () => read("%".repeat(1e6))),
      count(1, () => read("=".repeat(1e6))),
      ["\ufffd", async () => (await read("a=%ff")).get("a")],
      ["%zz", async () => (await read("a=%zz")).get("a")],
    ]);
  },
  texts: () =>
    judge([
      ["SyntaxError", () => new Response("{").json()],
      ["SyntaxError", () => new Response("").json()],
      ["SyntaxError", () => new Response(new Uint8Array([0xff, 0xfe, 0x7b, 0])).json()],
      ["\ufffd", () => new Response(new Uint8Array([0xff])).text()],
      ["TypeError", () => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]))],
      ["RangeError", () => new TextDecoder("replacement")],
      ["RangeError", () => new TextDecoder("utf-7")],
      ["RangeError", () => new TextDecoder("x".repeat(1e6))],
      ["InvalidCharacterError", () => atob("a")],
      ["InvalidCharacterError", () => atob("\u20ac")],
      ["InvalidCharacterError", () => btoa("\u20ac")],
      ["URIError", () => decodeURIComponent("%")],
      ["TypeError", () => new URL("https://[::1")],
    ]),
});
