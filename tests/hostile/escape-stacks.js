// Attacks: the platform's own functions and objects, by what can be seen of a stack: the frames' receivers and functions,
// callers, arguments, what our code hands to callbacks.
// Becomes: nothing is to be seen but what the guest has made itself or is public.
// Expect /frames: 200 as expected
// Expect /callers: 200 as expected
// Expect /receivers: 200 as expected
// Expect /deepFrames: 200 as expected
// Config: {"limits": {"cpu_ms": 2000}}
import { guest, judge } from "./common/guest.js";

/** All frames that can be seen at once while the platform calls back. */
async function seen(attempt) {
  const frames = [];
  const look = () => {
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (error, sites) => sites;
    Error.stackTraceLimit = 100;
    const holder = {};
    Error.captureStackTrace(holder);
    const { stack } = holder;
    Error.prepareStackTrace = before;
    frames.push(...stack);
  };
  try {
    // Some never end, and need not.
    await Promise.race([attempt(look), scheduler.wait(20)]);
  } catch {
    return frames;
  }
  return frames;
}

const callingBack = [
  (look) => new Headers({ get a() { return look(), "b"; } }), // prettier-ignore
  (look) => new Headers([{ *[Symbol.iterator]() { look(); } }]), // prettier-ignore
  (look) => new URL({ toString: look }),
  (look) => new Blob([{ toString: look }]),
  (look) => new Request("https://a.test/", { get method() { return look(), "GET"; } }), // prettier-ignore
  (look) => new Response("", { get status() { return look(), 200; } }), // prettier-ignore
  (look) => structuredClone({ get a() { return look(); } }), // prettier-ignore
  (look) => console.log({ get [Symbol.toStringTag]() { return look(), "x"; } }), // prettier-ignore
  (look) => crypto.subtle.digest({ get name() { return look(), "SHA-1"; } }, new Uint8Array(1)), // prettier-ignore
  (look) => new ReadableStream({ start: look, pull: look }).getReader().read(),
  (look) => new ReadableStream({ pull: look }, { highWaterMark: { valueOf: look } }),
  (look) => new TransformStream({ start: look }).writable.abort(),
  (look) => new EventTarget().addEventListener("x", look, { get once() { return look(); } }), // prettier-ignore
  (look) => { const t = new EventTarget(); t.addEventListener("x", look); t.dispatchEvent(new Event("x")); }, // prettier-ignore
  (look) => AbortSignal.any({ *[Symbol.iterator]() { look(); } }), // prettier-ignore
  (look) => new Promise((resolve) => setTimeout(() => (look(), resolve()), 1)),
  (look) => new TextDecoder("utf-8", { get fatal() { return look(); } }), // prettier-ignore
  (look) => new WebSocket("wss://a.test", { toString: look }),
  (look) => fetch("https://a.test", { get headers() { look(); throw 1; } }), // prettier-ignore
  (look) => new HTMLRewriter().on("a", { element: look }).transform(new Response("<a>")).text(),
  (look) => new URLSearchParams({ get a() { return look(), "b"; } }), // prettier-ignore
  (look) => new FormData().append("a", { toString: look }),
  (look) => scheduler.wait({ valueOf: look }),
  (look) => new URLPattern({ get pathname() { return look(), "/"; } }), // prettier-ignore
];

export default guest({
  async frames() {
    const attempts = [];
    for (const attempt of callingBack) {
      const frames = await seen(attempt);
      attempts.push([true, () => frames.length > 0 || `${attempt} did not call back`]);
      for (const frame of frames) {
        // Strict code and code of modules shows neither.
        attempts.push(["undefined", () => typeof frame.getThis()], ["undefined", () => typeof frame.getFunction()]);
      }
    }
    return judge(attempts);
  },
  callers: () =>
    judge([
      ["TypeError", () => Headers.prototype.get.caller],
      ["TypeError", () => Headers.prototype.get.arguments],
      ["TypeError", () => fetch.caller],
      ["TypeError", () => (() => {}).caller],
      ["TypeError", () => { (function () { return arguments.callee; })(); }], // prettier-ignore
      [undefined, () => Object.getOwnPropertyDescriptor(Response, "caller")],
      // What is behind a bound or native function cannot be read.
      [true, () => /\[native code\]/.test(Function.prototype.toString.call(addEventListener.bind(null)))],
    ]),
  async receivers() {
    // A callback of ours must be called with what the standards say, not with our own objects.
    const attempts = [];
    const strict = (expected, attempt) =>
      attempts.push([
        true,
        async () => {
          let receiver = "not called";
          let count = -1;
          await attempt(function (...values) {
            receiver = this;
            count = values.length;
            return 1;
          });
          return receiver === expected || `${String(receiver)} with ${count}`;
        },
      ]);
    strict(undefined, (callback) => new Promise((resolve) => queueMicrotask(function () {
      Reflect.apply(callback, this, arguments);
      resolve();
    }))); // prettier-ignore
    strict(undefined, (callback) => new Headers({ a: "b" }).forEach(callback));
    strict(undefined, (callback) => new URLSearchParams("a=b").forEach(callback));
    const source = { type: undefined };
    strict(source, (callback) => {
      source.start = callback;
      return new ReadableStream(source);
    });
    const strategy = {};
    strict(undefined, (callback) => {
      strategy.size = callback;
      return new ReadableStream({ start: (controller) => controller.enqueue(1) }, strategy);
    });
    return judge(attempts);
  },
  deepFrames() {
    Error.stackTraceLimit = Infinity;
    const deep = (n) => (n === 0 ? new Error("deep").stack.length : deep(n - 1));
    return deep(1000) > 1000 ? "as expected" : "short";
  },
});
