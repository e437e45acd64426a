// Attacks: the stack, by recursion: plain, through native code, through getters and the platform's callbacks.
// Becomes: a RangeError that the Worker may catch.
// Config: {"limits": {"cpu_ms": 10000}}
// Expect /plain: 500 error 1101, log RangeError: Maximum call stack size exceeded
// Expect /roads: 200 as expected
// Expect /again: 200 again
import { guest, judge } from "./common/guest.js";

const road = (make) => [
  "RangeError",
  () => {
    const recurse = make(() => recurse());
    return recurse();
  },
];

export default guest({
  plain() {
    const deeper = (n) => deeper(n + 1) + 1;
    return deeper(0);
  },
  roads: () =>
    judge([
      road((again) => () => [1].map(again)),
      road((again) => () => [2, 1].sort(again)),
      road((again) => () => "x".replace("x", again)),
      road((again) => () => JSON.stringify({ toJSON: again })),
      road((again) => () => JSON.parse("[1]", again)),
      road((again) => () => Reflect.apply(again, null, [])),
      road((again) => () => new Proxy({}, { get: again }).x),
      road((again) => () => `${{ toString: again }}`),
      road((again) => () => Array.from({ get length() { return again(); } })), // prettier-ignore
      road((again) => () => new Headers({ get a() { return again(); } })), // prettier-ignore
      road((again) => () => new Headers([[{ toString: again }, "x"]])),
      road((again) => () => new URL({ toString: again })),
      road((again) => () => new Blob([{ toString: again }])),
      road((again) => () => structuredClone({ get a() { return again(); } })), // prettier-ignore
      road((again) => () => new Request("https://a.test", { get method() { return again(); } })), // prettier-ignore
      road((again) => () => new Response("", { get status() { return again(); } })), // prettier-ignore
      road((again) => () => new ReadableStream({ start: again })),
      road((again) => () => new ReadableStream({}, { get highWaterMark() { return again(); } })), // prettier-ignore
      road((again) => () => new TextDecoder("utf-8", { get fatal() { return again(); } })), // prettier-ignore
      road((again) => () => new URLSearchParams({ get a() { return again(); } })), // prettier-ignore
      road((again) => () => new Event("x", { get bubbles() { return again(); } })), // prettier-ignore
      road((again) => () => new FormData().append("a", { toString: again })),
      road((again) => () => AbortSignal.any({ [Symbol.iterator]: again })),
      road((again) => () => atob({ toString: again })),
      road((again) => () => setTimeout(() => {}, { valueOf: again })),
      road((again) => () => new WebSocket({ toString: again })),
      road((again) => () => new URLPattern({ get pathname() { return again(); } })), // prettier-ignore
    ]),
  again() {
    // Events that are fired within events: each listener's exception is reported, and the deepest ends it all.
    const target = new EventTarget();
    let depth = 0;
    target.addEventListener("x", () => {
      if (depth++ < 1e5) target.dispatchEvent(new Event("x"));
    });
    target.dispatchEvent(new Event("x"));
    return "again";
  },
});
