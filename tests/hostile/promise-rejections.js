// Attacks: what is done about promises that nobody awaits: rejections by the thousand, with values that cannot be shown,
// listeners that reject again.
// Becomes: the rejections are logged, the answer goes out, and who rejects for ever is ended.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /weird: 200 fine
// Expect /flood: 200 fine
// Expect /again: 200 fine
// Expect /spins: 503 error 1102
// Expect /throwsRevoked: 500 error 1101, log an object that has no text
// Expect /throwsSymbol: 500 error 1101, log a value that has no text
// Expect /throwsNull: 500 error 1101, log Uncaught null
// Expect /throwsGetters: 500 error 1101
// Expect /throwsHuge: 500 error 1101
import { guest } from "./common/guest.js";

export default guest({
  weird() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [proxy, Symbol("s"), undefined, null, 1n, Object.create(null), () => {}]) {
      Promise.reject(value);
      console.log(value, [value]);
    }
    return "fine";
  },
  flood() {
    for (let i = 0; i < 1000; i++) Promise.reject(new Error("x"));
    return "fine";
  },
  again() {
    let count = 0;
    addEventListener("unhandledrejection", () => {
      if (count++ < 1000) Promise.reject(new Error("again"));
    });
    Promise.reject(new Error("one"));
    return "fine";
  },
  spins() {
    addEventListener("unhandledrejection", () => {
      const spin = () => queueMicrotask(spin);
      spin();
    });
    Promise.reject(new Error("one"));
    return new Promise(() => {});
  },
  throwsRevoked() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    throw proxy;
  },
  throwsSymbol() {
    throw Symbol("s");
  },
  throwsNull() {
    throw null;
  },
  throwsGetters() {
    const error = new Error("x");
    for (const key of ["name", "message", "stack", "cause", "toString", "constructor"]) {
      Object.defineProperty(error, key, {
        get() {
          throw error;
        },
      });
    }
    throw error;
  },
  throwsHuge() {
    throw new Error("x".repeat(1e7));
  },
});
