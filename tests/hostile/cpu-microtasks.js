// Attacks: CPU time, by work that is always put off: microtasks, chains of promises, thenables that resolve to themselves.
// Becomes: the microtasks of a turn are part of it, and end with it.
// Expect /queue: 503 error 1102
// Expect /chain: 503 error 1102
// Expect /thenable: 503 error 1102
// Expect /rejections: 503 error 1102
// Expect /asyncIterator: 503 error 1102
// Expect /fanOut: 503 error 1102
// Expect /tick: 503 error 1102
// Config: {"compatibility_flags": ["nodejs_compat"], "limits": {"cpu_ms": 100}}
import { guest } from "./common/guest.js";

export default guest({
  queue() {
    const spin = () => queueMicrotask(spin);
    spin();
  },
  async chain() {
    for (;;) await null;
  },
  thenable() {
    const thenable = {
      then(resolve) {
        resolve(thenable);
      },
    };
    return thenable;
  },
  rejections() {
    const again = () => Promise.reject(new Error("again")).catch(again);
    return again();
  },
  async asyncIterator() {
    const endless = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ value: 1, done: false }) }),
    };
    for await (const value of endless) if (value === 2) return value;
  },
  fanOut() {
    const twice = () => {
      queueMicrotask(twice);
      if (Math.random() < 0.001) queueMicrotask(twice);
    };
    twice();
  },
  tick() {
    const spin = () => process.nextTick(spin);
    spin();
  },
});
