// Attacks: every function of the platform's that a global leads to, by hostile values in every place.
// Becomes: each call ends, with a result or an error of the language's; nothing else does.
// Config: {"limits": {"cpu_ms": 30000}}
// Expect /calls: 200 as expected
// Expect /constructors: 200 as expected
// Expect /after: 200 as expected
import { guest, judge } from "./common/guest.js";

const trap = () => {
  throw new EvalError("trap");
};
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const gone = new Uint8Array(8);
structuredClone(gone.buffer, { transfer: [gone.buffer] });
const resizable = new ArrayBuffer(8, { maxByteLength: 16 });

/** Made anew each time: some are used up. */
const values = () => [
  undefined, null, NaN, -0, -1, 2 ** 53, Infinity, 10n ** 30n, "", "\ud800", "\0\r\n", "x".repeat(1e5), Symbol("s"), {}, [],
  () => {}, trap, revoked, new Proxy({}, { get: trap }), new Proxy(() => {}, { apply: trap }), { toString: trap },
  { valueOf: () => 2 ** 53 }, { [Symbol.toPrimitive]: () => ({}) }, { [Symbol.iterator]: trap }, { [Symbol.iterator]: () => ({}) },
  { then: trap }, { get a() { return trap(); } }, gone, gone.buffer, new Uint8Array(resizable), new DataView(resizable),
  new Uint8Array(0), new Float64Array(3), new Response("x"), new Request("https://a.test"), new Headers(), new Blob(["x"]),
  new URL("https://a.test"), new ReadableStream(), new WritableStream(), new AbortController().signal, new Event("x"),
  new FormData(), new Date(NaN), /x/g, new Map([[{}, 1]]), new Error("x"), globalThis, Object.create(null),
  { length: 2 ** 53 }, { highWaterMark: -1 }, { signal: {} }, { type: "bytes" }, { name: "AES-GCM" }, { transfer: [gone.buffer] },
]; // prettier-ignore

/** What waits, ends the event or writes to the log without end is attacked elsewhere. */
const spared =
  /^(console|queueMicrotask|setInterval|setTimeout|setImmediate|reportError|scheduler|debugger|dispatchEvent|fetch)$/;

const names = Object.getOwnPropertyNames(globalThis).filter((name) => !spared.test(name));
const isOurs = (value) =>
  typeof value === "function" && !/\[native code\]/.test(Function.prototype.toString.call(value));

function* targets() {
  for (const name of names) {
    const value = globalThis[name];
    if (isOurs(value)) yield [name, value, undefined];
    for (const holder of [value, value?.prototype]) {
      if (holder === null || (typeof holder !== "object" && typeof holder !== "function")) continue;
      for (const key of Reflect.ownKeys(holder)) {
        const { value: method, get, set } = Object.getOwnPropertyDescriptor(holder, key);
        for (const one of [method, get, set])
          if (isOurs(one) && key !== "constructor") yield [`${name}.${String(key)}`, one, name];
      }
    }
  }
}

/** Things of each class, to call its methods on. */
const samples = {
  Blob: () => new Blob(["x"]), File: () => new File(["x"], "f"), FormData: () => new FormData(), Headers: () => new Headers({ a: "b" }),
  Request: () => new Request("https://a.test", { method: "POST", body: "x" }), Response: () => new Response("x"),
  URL: () => new URL("https://a.test"), URLSearchParams: () => new URLSearchParams("a=b"), Event: () => new Event("x"),
  EventTarget: () => new EventTarget(), AbortController: () => new AbortController(), AbortSignal: () => new AbortController().signal,
  TextEncoder: () => new TextEncoder(), TextDecoder: () => new TextDecoder(), ReadableStream: () => new ReadableStream(),
  WritableStream: () => new WritableStream(), TransformStream: () => new TransformStream(), Crypto: () => crypto,
  SubtleCrypto: () => crypto.subtle, MessagePort: () => new MessageChannel().port1, URLPattern: () => new URLPattern({}),
  ReadableStreamDefaultReader: () => new ReadableStream().getReader(), HTMLRewriter: () => new HTMLRewriter(),
  ReadableStreamBYOBReader: () => new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }),
  WritableStreamDefaultWriter: () => new WritableStream().getWriter(), CompressionStream: () => new CompressionStream("gzip"),
  WebSocket: () => new WebSocketPair()[0], Performance: () => performance, caches: () => caches, Cache: () => caches.default,
}; // prettier-ignore

let strange = [];
let count = 0;

function attempt(name, call) {
  count++;
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
  } catch (error) {
    // A trap's or the language's; a string or our own object would have come from within.
    if (!(error instanceof Error) && !(error instanceof DOMException)) strange.push(`${name}: ${String(error)}`);
  }
}

addEventListener("unhandledrejection", (event) => event.preventDefault());

export default guest({
  calls() {
    count = 0;
    strange = [];
    const many = values();
    for (const [name, one, owner] of targets()) {
      const make = samples[owner] ?? (() => undefined);
      for (const value of many) {
        attempt(name, () => Reflect.apply(one, make(), [value]));
        attempt(name, () => Reflect.apply(one, make(), ["x", value, value]));
        attempt(name, () => Reflect.apply(one, make(), [value, "x", 1]));
        attempt(name, () => Reflect.apply(one, value, [value]));
      }
    }
    if (count < 10000) return `only ${count} calls`;
    return strange.length === 0 ? "as expected" : strange.slice(0, 20).join("\n");
  },
  constructors() {
    count = 0;
    strange = [];
    const many = values();
    for (const name of names) {
      const one = globalThis[name];
      if (!isOurs(one) || !one.prototype) continue;
      for (const value of many) {
        attempt(name, () => Reflect.construct(one, [value]));
        attempt(name, () => Reflect.construct(one, ["https://a.test", value]));
        attempt(name, () => Reflect.construct(one, [value, value, value]));
      }
    }
    if (count < 1000) return `only ${count} calls`;
    return strange.length === 0 ? "as expected" : strange.slice(0, 20).join("\n");
  },
  after: () =>
    judge([
      ["x", () => new Response("x").text()],
      ["b", () => new URL("https://a.test/?a=b").searchParams.get("a")],
      [20, async () => (await crypto.subtle.digest("SHA-1", new Uint8Array(1))).byteLength],
    ]),
});
