// Attacks: CPU time, by loops in functions that the language itself calls: comparisons, getters, traps, conversions.
// Becomes: each is ended by its limit.
// Expect /sort: 503 error 1102
// Expect /reviver: 503 error 1102
// Expect /toJSON: 503 error 1102
// Expect /replace: 503 error 1102
// Expect /species: 503 error 1102
// Expect /valueOf: 503 error 1102
// Expect /proxyTraps: 503 error 1102
// Expect /generator: 503 error 1102
// Expect /prepareStackTrace: 503 error 1102
// Expect /stackGetter: 503 error 1102
// Expect /rejectionListener: 503 error 1102
// Expect /rejectionListenerSpins: 503 error 1102
// Expect /hasInstance: 503 error 1102
// Expect /finalization: 503 error 1102
// Expect /dispose: 503 error 1102
import { guest } from "./common/guest.js";

const forever = () => {
  for (;;);
};

export default guest({
  sort: () => [3, 2, 1].sort(forever),
  reviver: () => JSON.parse("[1]", forever),
  toJSON: () => JSON.stringify({ toJSON: forever }),
  replace: () => "a".replace(/a/, forever),
  species() {
    class Endless extends Array {
      static get [Symbol.species]() {
        for (;;);
      }
    }
    return new Endless(1, 2).map((x) => x);
  },
  valueOf: () => 1 + { valueOf: forever },
  proxyTraps() {
    // A trap that asks the proxy again: never the same depth twice, and never an end.
    const proxy = new Proxy({}, { has: () => forever() });
    return "a" in proxy;
  },
  generator() {
    const endless = (function* () {
      for (;;) yield 1;
    })();
    return new Set(
      (function* () {
        for (const value of endless) if (value === 2) yield value;
      })(),
    ).size;
  },
  prepareStackTrace() {
    Error.prepareStackTrace = forever;
    throw new Error("x");
  },
  stackGetter() {
    const error = new Error("x");
    Object.defineProperty(error, "stack", { get: forever });
    throw error;
  },
  rejectionListener() {
    addEventListener("unhandledrejection", forever);
    Promise.reject(new Error("one"));
    Promise.reject(new Error("two"));
    return new Promise(() => {});
  },
  rejectionListenerSpins() {
    addEventListener("unhandledrejection", () => {
      const spin = () => queueMicrotask(spin);
      spin();
    });
    Promise.reject(new Error("one"));
    return new Promise(() => {});
  },
  hasInstance: () => ({}) instanceof { [Symbol.hasInstance]: forever, __proto__: Function.prototype },
  async finalization() {
    const registry = new FinalizationRegistry(forever);
    for (;;) {
      for (let i = 0; i < 1000; i++) registry.register({}, i);
      new Uint8Array(16 << 20)[0] = 1;
      await scheduler.wait(1);
    }
  },
  dispose() {
    const stack = new DisposableStack();
    stack.defer(forever);
    stack.dispose();
  },
});
