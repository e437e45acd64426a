import "./support.mjs";
import { ops } from "./stub-ops.mjs";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const NodeURL = URL;
const encoder = new TextEncoder();
const used = /^TypeError: Body has already been used\. It can only be used once\./;

/** Native bodies by number: lists of chunks. */
let bodies;
let writers;
let calls;

Object.assign(ops, {
  op_encoding_encode: (text) => encoder.encode(text),
  op_encoding_decode_utf8: (bytes, fatal, ignoreBOM) => new TextDecoder("utf-8", { fatal, ignoreBOM }).decode(bytes),
  op_fetch_url: (url) => (NodeURL.canParse(url) ? new NodeURL(url).href : null),
  op_fetch_data_url: (url) =>
    url.includes(",") ? ["text/plain", encoder.encode(url.slice(url.indexOf(",") + 1))] : null,
  op_form_data_boundary: () => "boundary",
  op_now: () => 1234,
  op_form_data_parse: (bytes, boundary) => {
    const parts = new TextDecoder().decode(bytes).split(`--${boundary}`).slice(1, -1);
    return parts.map((part) => {
      const [head, text] = part.slice(2, -2).split("\r\n\r\n");
      const field = (name) => new RegExp(`; ${name}="([^"]*)"`).exec(head)?.[1] ?? null;
      const file = field("filename");
      if (file === null) return [field("name"), text, null, null, null];
      return [field("name"), null, file, /Content-Type: (.*)/.exec(head)[1], encoder.encode(text)];
    });
  },
  async op_body_read(id) {
    calls.push(`read ${id}`);
    const chunk = bodies.get(id).shift();
    if (chunk instanceof Error) throw chunk;
    return chunk === undefined ? null : encoder.encode(chunk);
  },
  async op_body_read_all(id) {
    calls.push(`all ${id}`);
    return encoder.encode(bodies.get(id).splice(0).join(""));
  },
  async op_body_read_text(id) {
    calls.push(`text ${id}`);
    return bodies.get(id).splice(0).join("");
  },
  op_body_cancel: (id) => calls.push(`cancel ${id}`),
  op_body_writer_open(length) {
    const id = writers.length;
    writers.push({ length, chunks: [], state: "open" });
    return [id, 1000 + id];
  },
  async op_body_write(id, bytes) {
    if (writers[id].broken) throw new Error("Network connection lost.");
    writers[id].chunks.push(new TextDecoder().decode(bytes));
  },
  op_body_writer_close: (id) => (writers[id].state = "closed"),
  op_body_writer_abort: (id) => (writers[id].state = "aborted"),
  op_fetch_cancel_open: () => 77,
  op_fetch_cancel: (id) => calls.push(`abort ${id}`),
  op_fetch_cancel_close: (id) => calls.push(`forget ${id}`),
});

const {
  Headers,
  Request,
  Response,
  createInboundRequest,
  createResponseFromNative,
  dispatchOutgoing,
  fetch,
  isResponse,
  responseForSending,
} = await import("../../js/fetch/index.js");
const { Blob, File, FormData } = await import("../../js/blob/index.js");
const { AbortController } = await import("../../js/events/index.js");
const { FixedLengthStream, ReadableStream, isReadableStream } = await import("../../js/streams/index.js");
const { URLSearchParams } = await import("../../js/url/url-search-params.js");

beforeEach(() => {
  bodies = new Map([[1, ["he", "llo"]]]);
  writers = [];
  calls = [];
});

const inbound = (more = {}) =>
  createInboundRequest({
    method: "POST",
    url: "https://a.test/",
    headersThunk: () => (calls.push("headers"), ["x-a", "1", "content-type", "text/plain"]),
    bodyId: 1,
    cfThunk: () => (calls.push("cf"), { colo: "SJC" }),
    signal: null,
    ...more,
  });

const native = (more = {}) =>
  createResponseFromNative({
    status: 200,
    statusText: null,
    headersFlat: ["a", "b"],
    bodyId: 1,
    url: "https://a.test/",
    redirected: false,
    ...more,
  });

test("headers: names are checked and lowered, values trimmed, iteration sorted and combined", () => {
  const headers = new Headers([
    ["B", " 2\r\n"],
    ["a", "1"],
    ["b", "3"],
    ["Set-Cookie", "x=1"],
    ["set-cookie", "y=2"],
  ]);
  assert.deepEqual(
    [...headers],
    [
      ["a", "1"],
      ["b", "2, 3"],
      ["set-cookie", "x=1"],
      ["set-cookie", "y=2"],
    ],
  );
  assert.equal(headers.get("B"), "2, 3");
  assert.equal(headers.get("none"), null);
  assert.deepEqual(headers.getSetCookie(), ["x=1", "y=2"]);
  assert.deepEqual(headers.getAll("SET-COOKIE"), ["x=1", "y=2"]);
  assert.throws(
    () => headers.getAll("b"),
    /^TypeError: getAll\(\) can only be used with the header name "Set-Cookie"\.$/,
  );
  for (const name of ["", "a b", "\u00fc", "a:"])
    assert.throws(() => headers.get(name), /^TypeError: Invalid header name\.$/);
  for (const value of ["a\nb", "a\0", "a\rb"])
    assert.throws(() => headers.set("a", value), /^TypeError: Invalid header value\.$/);
  headers.set("b", "only");
  headers.delete("set-cookie");
  assert.deepEqual([...headers.keys()], ["a", "b"]);
  assert.deepEqual([...headers.values()], ["1", "only"]);
  assert.ok(headers.has("A") && !headers.has("set-cookie"));
});

test("headers: records, copies and bad inits", () => {
  const copy = new Headers(new Headers({ "X-A": 1 }));
  copy.append("x-a", "2");
  assert.equal(copy.get("x-a"), "1, 2");
  assert.throws(() => new Headers([["a"]]), /exactly two elements/);
  assert.throws(() => new Headers("a"), TypeError);
  assert.throws(() => Headers.prototype.get.call({}, "a"), TypeError);
});

test("a response of a string is that string until it is sent", () => {
  const response = new Response("Hello World");
  assert.deepEqual(responseForSending(response), {
    status: 200,
    statusText: null,
    headersFlat: null,
    contentType: "text/plain;charset=UTF-8",
    kind: 1,
    payload: "Hello World",
    encodeBody: true,
    webSocket: null,
  });
  assert.throws(() => responseForSending(response), used);
  assert.ok(isResponse(response) && !isResponse({ status: 200 }) && !isResponse(null));
});

test("a response's Content-Type follows its body unless it is given", () => {
  assert.equal(new Response("a").headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.equal(new Response("a", { headers: { "content-type": "x/y" } }).headers.get("content-type"), "x/y");
  assert.equal(
    new Response(new URLSearchParams({ a: "b" })).headers.get("content-type"),
    "application/x-www-form-urlencoded;charset=UTF-8",
  );
  assert.equal(new Response(new Uint8Array(1)).headers.get("content-type"), null);
  assert.equal(new Response(new Blob(["a"], { type: "A/B" })).headers.get("content-type"), "a/b");
  const sent = responseForSending(new Response("a", { headers: { "X-A": "1" } }));
  assert.deepEqual(sent.headersFlat, ["x-a", "1", "content-type", "text/plain;charset=UTF-8"]);
  assert.equal(sent.contentType, null);
  const deleted = new Response("a");
  deleted.headers.delete("content-type");
  assert.deepEqual(
    [responseForSending(deleted).headersFlat, responseForSending(new Response("b", new Response("a"))).contentType],
    [[], "text/plain;charset=UTF-8"],
  );
});

test("status codes are checked in hosted's words", () => {
  const range =
    /^RangeError: Responses may only be constructed with status codes in the range 200 to 599, inclusive\.$/;
  for (const status of [0, 101, 199, 600]) assert.throws(() => new Response(null, { status }), range);
  assert.throws(
    () => new Response("x", { status: 204 }),
    /null body status \(101, 204, 205, or 304\) cannot have a body/,
  );
  assert.equal(new Response("", { status: 304 }).body, null);
  assert.throws(() => new Response(null, { statusText: "a\r\n" }), /Invalid statusText/);
  assert.equal(new Response(null, { status: 418 }).statusText, "I'm a teapot");
  assert.equal(new Response(null, { status: 299 }).statusText, "Successful");
  assert.throws(() => new Response(null, { encodeBody: "x" }), /encodeBody: unexpected value: x/);
  assert.throws(() => new Response(null, { webSocket: {} }), /must have status code 101/);
  assert.equal(responseForSending(new Response("x", { encodeBody: "manual" })).encodeBody, false);
});

test("Response.json, redirect and error", async () => {
  const json = Response.json({ a: 1 }, { status: 201, headers: { a: "b" } });
  assert.deepEqual(
    [json.status, json.headers.get("content-type"), await json.json()],
    [201, "application/json", { a: 1 }],
  );
  assert.throws(() => Response.json(undefined), TypeError);
  const redirect = Response.redirect("https://a.test");
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, "https://a.test/"]);
  assert.throws(() => redirect.headers.set("a", "b"), /^TypeError: Can't modify immutable headers\.$/);
  assert.throws(() => Response.redirect("https://a.test", 200), /^RangeError: 200 is not a redirect status code/);
  assert.throws(() => Response.redirect("nowhere"), /Unable to parse URL: nowhere/);
  const error = Response.error();
  assert.deepEqual([error.type, error.status, error.ok], ["error", 0, false]);
});

test("a body is read once, in every form", async () => {
  const forms = { text: "{}", json: {}, arrayBuffer: 2, bytes: 2, blob: 2 };
  for (const make of [
    () => new Response("{}"),
    () => new Response(encoder.encode("{}")),
    () => new Response(new Response("{}").body),
  ]) {
    for (const [form, expected] of Object.entries(forms)) {
      const response = make();
      const value = await response[form]();
      assert.deepEqual(typeof expected === "number" ? (value.byteLength ?? value.size) : value, expected, form);
      assert.ok(response.bodyUsed);
      await assert.rejects(response[form](), used);
    }
  }
  assert.equal(await new Response().text(), "");
  assert.equal(await new Response("\ufeffa\ud800").text(), "a\ufffd");
  await assert.rejects(Response.prototype.text.call({}), TypeError);
});

test("bytes are copied when the body is made, and not given away twice", async () => {
  const bytes = encoder.encode("abc");
  const response = new Response(bytes);
  bytes[0] = 0;
  const copy = response.clone();
  new Uint8Array(await copy.arrayBuffer())[0] = 0;
  assert.equal(await response.text(), "abc");
});

test("an inbound request asks the native side for nothing that script does not", async () => {
  const request = inbound();
  assert.deepEqual([request.method, request.url, request.bodyUsed], ["POST", "https://a.test/", false]);
  assert.deepEqual(calls, []);
  assert.equal(request.headers.get("x-a"), "1");
  assert.equal(request.headers.get("x-a"), "1");
  assert.equal(request.cf.colo, "SJC");
  assert.equal(request.cf, request.cf);
  assert.throws(() => request.headers.set("a", "b"), /immutable/);
  assert.equal(await request.text(), "hello");
  assert.deepEqual(calls, ["headers", "cf", "text 1"]);
  await assert.rejects(request.json(), used);
  assert.equal(request.signal.aborted, false);
});

test("a native body passes through unread", async () => {
  assert.deepEqual([responseForSending(native()).kind, responseForSending(native()).payload], [3, 1]);
  const byStream = new Response(native().body, { headers: { a: "c" } });
  assert.deepEqual([responseForSending(byStream).payload, calls], [1, []]);
  const moved = new Request(inbound(), { headers: { b: "1" } });
  await dispatchOutgoing(moved, async (method, url, headers, body) => {
    assert.deepEqual([method, url, headers, body], ["POST", "https://a.test/", ["b", "1"], 1]);
    return [204, null, [], null, url, false];
  });
  assert.ok(moved.bodyUsed);
});

test("a native body as a stream", async () => {
  const response = native();
  assert.ok(isReadableStream(response.body));
  assert.equal(response.body, response.body);
  const chunks = [];
  for await (const chunk of response.body) chunks.push(new TextDecoder().decode(chunk));
  assert.deepEqual(chunks, ["he", "llo"]);
  assert.ok(response.bodyUsed);
  assert.equal(responseForSending(new Response(native().body)).payload, 1);
  const cancelled = native();
  await cancelled.body.cancel();
  assert.equal(calls.at(-1), "cancel 1");
});

test("text of an untouched stream is read in one crossing", async () => {
  const response = native();
  response.body;
  assert.equal(await response.text(), "hello");
  assert.deepEqual(calls, ["text 1"]);
});

test("clone tees", async () => {
  const request = inbound();
  const clone = request.clone();
  assert.deepEqual(await Promise.all([request.text(), clone.text()]), ["hello", "hello"]);
  assert.equal(clone.headers.get("x-a"), "1");
  assert.throws(() => request.clone(), used);
  const response = native({ headersFlat: ["a", "b"] });
  const copy = response.clone();
  assert.throws(() => copy.headers.set("a", "b"), /immutable/);
  assert.equal(copy.url, "https://a.test/");
});

test("requests are checked in hosted's words", () => {
  assert.throws(() => new Request("nowhere"), /^TypeError: Invalid URL: nowhere$/);
  assert.throws(
    () => new Request("https://a.test", { body: "x" }),
    /^TypeError: Request with a GET or HEAD method cannot have a body\.$/,
  );
  assert.throws(() => new Request("https://a.test", { method: "A B" }), /Invalid HTTP method string: A B/);
  assert.throws(
    () => new Request("https://a.test", { redirect: "error" }),
    /^TypeError: Invalid redirect value, must be one of "follow" or "manual"/,
  );
  assert.throws(
    () => new Request("https://a.test", { cache: "default" }),
    /^TypeError: Unsupported cache mode: default$/,
  );
  assert.throws(
    () => new Request("https://a.test", { integrity: "x" }),
    /Subrequest integrity checking is not implemented/,
  );
  assert.throws(() => new Request("https://a.test", { signal: {} }), /is not of type 'AbortSignal'/);
  assert.throws(() => new Request(), /1 argument required/);
  const request = new Request(new NodeURL("https://A.test/b#c"), {
    method: "patch",
    mode: "cors",
    credentials: "include",
    redirect: "manual",
  });
  assert.deepEqual([request.method, request.url, request.redirect], ["PATCH", "https://a.test/b#c", "manual"]);
});

test("a request made of another", async () => {
  const source = new Request("https://a.test", { method: "POST", body: "x", headers: { a: "1" }, cf: { b: { c: 1 } } });
  const copy = new Request(source, { headers: { d: "2" } });
  assert.deepEqual([copy.method, copy.cf, [...copy.headers.keys()]], ["POST", { b: { c: 1 } }, ["d"]]);
  assert.notEqual(copy.cf, source.cf);
  assert.ok(source.bodyUsed && !copy.bodyUsed);
  assert.throws(() => new Request(source), /^TypeError: Cannot reconstruct a Request with a used body\.$/);
  assert.equal(new Request(source, { body: "y" }).method, "POST");
  assert.equal(await new Request("https://b.test", copy).text(), "x");
  const mutable = new Request(inbound());
  mutable.headers.set("x-a", "2");
  assert.equal(mutable.headers.get("x-a"), "2");
  assert.throws(() => new Request(inbound(), { method: "GET" }), /GET or HEAD method cannot have a body/);
});

test("forms", async () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("f", new File(["file"], 'x".txt', { type: "text/plain" }));
  form.append("b", new Blob(["blob"]));
  form.set("a", "2");
  const response = new Response(form);
  assert.equal(response.headers.get("content-type"), "multipart/form-data; boundary=boundary");
  const read = await response.formData();
  assert.deepEqual([...read.keys()], ["a", "f", "b"]);
  assert.equal(read.get("a"), "2");
  assert.deepEqual(
    [read.get("f").name, read.get("f").type, await read.get("f").text()],
    ["x%22.txt", "text/plain", "file"],
  );
  assert.deepEqual([form.get("b").name, form.get("b") instanceof File], ["b", true]);
  const encoded = await new Response(new URLSearchParams("a=1&a=%C3%BC+b")).formData();
  assert.deepEqual(encoded.getAll("a"), ["1", "\u00fc b"]);
  await assert.rejects(new Response("x").formData(), /^TypeError: Unrecognized Content-Type header value/);
  await assert.rejects(new Response(new Uint8Array(1)).formData(), /requires a Content-Type header/);
  await assert.rejects(
    new Response("x", { headers: { "content-type": "multipart/form-data" } }).formData(),
    /No boundary string/,
  );
});

test("blobs", async () => {
  const blob = new Blob(["ab", encoder.encode("cd"), new Blob(["ef"])], { type: "Text/Plain" });
  assert.deepEqual([blob.size, blob.type, await blob.text()], [6, "text/plain", "abcdef"]);
  assert.equal(await blob.slice(-4, -1, "x/y").text(), "cde");
  assert.equal(await new Response(blob.stream()).text(), "abcdef");
  assert.equal(new Blob([], { type: "\n" }).type, "");
  assert.throws(() => new Blob("x"), TypeError);
  assert.throws(() => new File([]), TypeError);
  assert.equal(new File([], "x").lastModified, 1234);
  assert.equal(new File([], "x", { lastModified: 5 }).lastModified, 5);
});

const answer = (check = () => {}) => {
  ops.op_fetch = async (...args) => {
    await check(...args);
    return [200, null, ["a", "b"], 1, args[1], false];
  };
};

test("fetch sends the request and makes a response", async () => {
  answer((method, url, headers, body, flags, cancel) => {
    assert.deepEqual(
      [method, url, headers, body, flags, cancel],
      ["POST", "https://a.test/", ["x-a", "1", "content-type", "text/plain;charset=UTF-8"], "body", 3, null],
    );
  });
  const response = await fetch("https://a.test", { method: "POST", body: "body", headers: { "X-A": "1" } });
  assert.deepEqual([response.status, response.url, await response.text()], [200, "https://a.test/", "hello"]);
  assert.throws(() => response.headers.set("a", "c"), /immutable/);

  answer((...args) => assert.deepEqual([args[2], args[4]], [["cache-control", "no-cache", "pragma", "no-cache"], 0]));
  await fetch("https://a.test", { cache: "no-store", redirect: "manual", encodeResponseBody: "manual" });
  await assert.rejects(fetch(), TypeError);
  await assert.rejects(fetch("nowhere"), /Invalid URL: nowhere/);
  assert.equal(await (await fetch("data:,hi")).text(), "hi");
});

test("a stream is pumped, with its length if it is known", async () => {
  const { readable, writable } = new FixedLengthStream(3);
  const writer = writable.getWriter();
  const writing = Promise.all([writer.write(encoder.encode("a")), writer.write(encoder.encode("bc")), writer.close()]);
  let body;
  answer((...args) => (body = args[3]));
  await fetch("https://a.test", { method: "PUT", body: readable });
  await writing;
  await new Promise(setImmediate);
  assert.equal(body, 1000);
  assert.deepEqual(writers, [{ length: 3, chunks: ["a", "bc"], state: "closed" }]);
});

test("a failing stream fails the fetch with its own error", async () => {
  const failure = new Error("source");
  const stream = new ReadableStream({ pull: (controller) => controller.error(failure) });
  ops.op_fetch = async () => {
    await new Promise(setImmediate);
    throw new Error("Network connection lost.");
  };
  await assert.rejects(fetch("https://a.test", { method: "PUT", body: stream }), (error) => error === failure);
  assert.equal(writers[0].state, "aborted");

  let cancelled;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(encoder.encode("x")),
    cancel: (reason) => (cancelled = reason),
  });
  answer(() => (writers[1].broken = true));
  await fetch("https://a.test", { method: "PUT", body: endless });
  await new Promise(setImmediate);
  assert.match(String(cancelled), /Network connection lost/);

  answer();
  await fetch("https://a.test", {
    method: "PUT",
    body: new ReadableStream({ pull: (controller) => controller.enqueue("text") }),
  });
  await new Promise(setImmediate);
  assert.equal(writers[2].state, "aborted");
});

test("an abort ends the fetch, or the body after it, with the signal's reason", async () => {
  const controller = new AbortController();
  ops.op_fetch = () => new Promise((_, reject) => (ops.op_fetch_cancel = () => reject(new Error("aborted"))));
  const fetching = fetch("https://a.test", { signal: controller.signal });
  controller.abort("why");
  await assert.rejects(fetching, (reason) => reason === "why");
  await assert.rejects(fetch("https://a.test", { signal: controller.signal }), (reason) => reason === "why");

  answer();
  const second = new AbortController();
  const response = await fetch("https://a.test", { signal: second.signal });
  bodies.set(1, [new Error("cancelled")]);
  second.abort("later");
  assert.equal(calls.at(-1), "cancel 1");
  await assert.rejects(response.body.getReader().read(), (reason) => reason === "later");

  const third = new AbortController();
  bodies.set(1, ["x"]);
  assert.equal(await (await fetch("https://a.test", { signal: third.signal })).text(), "x");
  const before = calls.length;
  third.abort();
  assert.equal(calls.length, before);
});

test("a guest that patches the language breaks only itself", async () => {
  const { then } = Promise.prototype;
  const iterator = Array.prototype[Symbol.iterator];
  try {
    Array.prototype[Symbol.iterator] = () => {
      throw new Error("patched");
    };
    const request = new Request("https://a.test", { method: "POST", body: "x", headers: { a: "1" } });
    assert.equal(request.clone().headers.get("a"), "1");
    assert.equal(await new Request(request).text(), "x");
  } finally {
    Array.prototype[Symbol.iterator] = iterator;
    Promise.prototype.then = then;
  }
});
