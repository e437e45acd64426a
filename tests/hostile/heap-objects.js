// Attacks: memory, by many small things that stay alive.
// Becomes: the instance is ended when they are too much, and the next event has a new one.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /arrays: 503 error 1102, log exceeded memory limit
// Expect /maps: 503 error 1102
// Expect /sets: 503 error 1102
// Expect /closures: 503 error 1102
// Expect /properties: 503 error 1102
// Expect /symbols: 503 error 1102
// Expect /registeredSymbols: 503 error 1102
// Expect /generators: 503 error 1102
// Expect /weak: 503 error 1102
// Expect /ephemerons: 503 error 1102
// Expect /bound: 503 error 1102
// Expect /proxies: 503 error 1102
// Expect /classes: 503 error 1102
// Expect /errors: 503 error 1102
// Expect /hugeArray: 503 error 1102
// Expect /spread: 503 error 1102
// Expect /promises: 503 error 1102
import { guest } from "./common/guest.js";

const keep = [];
globalThis.keep = keep;

export default guest({
  arrays() {
    for (;;) keep.push(new Array(1000).fill({}));
  },
  maps() {
    const map = new Map();
    for (let i = 0; ; i++) map.set({}, i);
  },
  sets() {
    for (let set = new Set(), i = 0; ; i++) {
      if (i % 1e6 === 0) keep.push((set = new Set()));
      set.add(i);
    }
  },
  closures() {
    let next = () => 1;
    for (;;) {
      const previous = next;
      next = () => previous;
    }
  },
  properties() {
    for (const object = {}, i = { n: 0 }; ; i.n++) object[`p${i.n}`] = i.n;
  },
  symbols() {
    for (;;) keep.push(Symbol("x"));
  },
  registeredSymbols() {
    for (let i = 0; ; i++) keep.push(Symbol.for(`s${i}`));
  },
  generators() {
    for (;;) {
      const generator = (function* () {
        yield keep;
      })();
      generator.next();
      keep.push(generator);
    }
  },
  weak() {
    for (;;) {
      const target = {};
      keep.push(target, new WeakRef(target), new WeakSet([target]));
    }
  },
  // A chain in which each key lives by the value of another: the collector's worst case.
  ephemerons() {
    const map = new WeakMap();
    let key = {};
    keep.push(key);
    for (;;) {
      const next = {};
      map.set(key, next);
      key = next;
    }
  },
  bound() {
    let next = () => {};
    for (;;) next = next.bind(null, 1);
  },
  proxies() {
    let proxy = {};
    for (;;) proxy = new Proxy(proxy, {});
  },
  classes() {
    for (;;) {
      keep.push(
        class {
          static kept = keep;
          #own = 1;
          own() {
            return this.#own;
          }
        },
      );
    }
  },
  hugeArray() {
    for (let i = 0; ; i++) keep[i] = i + 0.5;
  },
  spread() {
    const array = new Array(1e6).fill(0);
    for (;;) array.push(...array.slice(0, 100000));
  },
  promises() {
    for (;;) keep.push(new Promise(() => {}));
  },
  errors() {
    Error.stackTraceLimit = 1e9;
    const deep = (n) => (n === 0 ? keep.push(new Error("deep")) : deep(n - 1));
    for (;;) deep(3000);
  },
});
