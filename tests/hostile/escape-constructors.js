// Attacks: the platform's classes, by keys and receivers that a guest made up: constructors that are not for it, methods
// of one class on objects of another, subclasses, classes reached through instances.
// Becomes: a TypeError for each; what is private stays so.
// Expect /forged: 200 as expected
// Expect /receivers: 200 as expected
// Expect /symbols: 200 as expected
// Expect /returned: 200 as expected
// Expect /prototypes: 200 as expected
// Config: {"limits": {"cpu_ms": 3000}}
import { guest, judge } from "./common/guest.js";

const classes = Object.getOwnPropertyNames(globalThis).filter(
  (name) => /^[A-Z]/.test(name) && typeof globalThis[name] === "function" && globalThis[name].prototype,
);
// The language's own are V8's affair.
const ours = classes.filter((name) => {
  const one = globalThis[name];
  return !/\[native code\]/.test(Function.prototype.toString.call(one)) || name === "Response";
});

export default guest({
  forged(request, env, ctx) {
    const closed = [
      ctx.constructor, crypto.constructor, crypto.subtle.constructor, CryptoKey, AbortSignal, FetchEvent,
      ReadableStreamDefaultController, ReadableByteStreamController, ReadableStreamBYOBRequest,
      WritableStreamDefaultController, TransformStreamDefaultController, navigator.constructor, performance.constructor,
      MessagePort,
    ].filter((one) => typeof one === "function"); // prettier-ignore
    const keys = [Symbol("internal"), undefined, {}, Symbol.for("internal"), null, new Proxy({}, {})];
    return judge(closed.flatMap((one) => keys.map((key) => ["TypeError", () => new one(key, {}, {})])));
  },
  receivers() {
    const attempts = [];
    const wrong = [
      {},
      null,
      undefined,
      1,
      new Proxy(new Response("x"), {}),
      Object.create(Response.prototype),
      globalThis,
    ];
    for (const name of ours) {
      const { prototype } = globalThis[name];
      for (const key of Reflect.ownKeys(prototype)) {
        if (key === "constructor" || typeof key === "symbol") continue;
        const { get, set, value } = Object.getOwnPropertyDescriptor(prototype, key);
        for (const one of [get, set, value]) {
          if (typeof one !== "function") continue;
          for (const receiver of wrong) attempts.push([name, key, one, receiver]);
        }
      }
    }
    const passed = new Set();
    const fine = [];
    for (const [name, key, one, receiver] of attempts) {
      try {
        const result = Reflect.apply(one, receiver, [1, 2, 3]);
        if (result instanceof Promise) result.catch(() => {});
        else if (result !== undefined) passed.add(`${name}.${key}`);
      } catch (error) {
        if (error instanceof TypeError) fine.push(key);
        else passed.add(`${name}.${key}: ${error}`);
      }
    }
    // Those of EventTarget, event handlers among them, are the global scope's own, too, and of no harm.
    const named = [...passed].filter((one) => !/^(EventTarget|DOMException|Error)\b|\.on[a-z]+$/.test(one));
    if (fine.length < 1000) return `only ${fine.length} attempts`;
    return named.length === 0 ? "as expected" : named.join();
  },
  symbols() {
    const found = [];
    const plain = new Set(Object.getOwnPropertyNames(Symbol).map((name) => Symbol[name]));
    const samples = [
      new Response("x"), new Request("https://a.test"), new Headers(), new URL("https://a.test"), new Blob([]),
      new ReadableStream(), new AbortController(), new FormData(), crypto, crypto.subtle, performance, navigator,
    ]; // prettier-ignore
    for (const sample of [...samples, ...ours.map((name) => globalThis[name])]) {
      for (
        let at = sample;
        at !== null && at !== Object.prototype && at !== Function.prototype;
        at = Object.getPrototypeOf(at)
      ) {
        for (const symbol of Object.getOwnPropertySymbols(at)) {
          // A registered symbol is public.
          if (!plain.has(symbol) && Symbol.keyFor(symbol) === undefined)
            found.push(`${sample.name ?? sample.constructor.name}: ${String(symbol)}`);
        }
      }
    }
    return found.length === 0 ? "as expected" : found.join("\n");
  },
  // A constructor whose parent class gives back another object stamps private fields on it: once, and on no other class.
  returned() {
    const stamped = [];
    for (const name of ours) {
      const one = globalThis[name];
      const parent = Object.getPrototypeOf(one);
      // The global scope's class has no state.
      if (parent === Function.prototype || parent === null || name === "ServiceWorkerGlobalScope") continue;
      const target = globalThis;
      Object.setPrototypeOf(one, function () {
        return target;
      });
      try {
        for (let i = 0; i < 2; i++) Reflect.construct(one, ["a", {}]);
        stamped.push(name);
      } catch {
        continue;
      } finally {
        Object.setPrototypeOf(one, parent);
      }
    }
    return stamped.length === 0 ? "as expected" : stamped.join();
  },
  prototypes() {
    const attempts = [];
    for (const name of ours) {
      const one = globalThis[name];
      // A subclass, a Reflect.construct with a hostile new.target: an own error, or an instance.
      attempts.push(() => {
        class Mine extends one {
          static get [Symbol.species]() {
            throw new Error("species");
          }
        }
        return new Mine("a", {});
      });
      const newTarget = new Proxy(function () {}, {
        get(target, key) {
          if (key === "prototype") throw new RangeError("prototype");
          return target[key];
        },
      });
      attempts.push(() => Reflect.construct(one, ["https://a.test/", {}], newTarget));
      attempts.push(() =>
        Reflect.construct(
          one,
          [],
          Object.assign(() => {}, {}),
        ),
      );
    }
    let ended = 0;
    for (const attempt of attempts) {
      try {
        attempt()?.catch?.(() => {});
        ended++;
      } catch {
        ended++;
      }
    }
    return ended === attempts.length && ended > 100 ? "as expected" : `${ended} of ${attempts.length}`;
  },
});
