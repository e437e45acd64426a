// Attacks: memory, by many small things that stay alive.
// Becomes: the instance is ended when they are too much, and the next event has a new one.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /arrays: 503 error 1102, log exceeded memory limit
// Expect /closures: 503 error 1102
// Expect /proxies: 503 error 1102
// Expect /errors: 503 error 1102
// Expect /hugeArray: 503 error 1102
import { guest } from "./common/guest.js";

const keep = [];
globalThis.keep = keep;

export default guest({
  arrays() {
    for (;;) keep.push(new Array(1000).fill({}));
  },
  closures() {
    let next = () => 1;
    for (;;) {
      const previous = next;
      next = () => previous;
    }
  },
  proxies() {
    let proxy = {};
    for (;;) proxy = new Proxy(proxy, {});
  },
  hugeArray() {
    for (let i = 0; ; i++) keep[i] = i + 0.5;
  },
  errors() {
    Error.stackTraceLimit = 1e9;
    const deep = (n) => (n === 0 ? keep.push(new Error("deep")) : deep(n - 1));
    for (;;) deep(3000);
  },
});
