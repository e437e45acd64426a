// Attacks: the modules of the platform that an isolate makes when they are first needed: by then the guest has replaced
// what they are made with (functions, iteration, globals, descriptors by way of `Object.prototype`).
// Becomes: they are made all the same, and none of the guest's functions is called.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /HTMLRewriter: 200 as expected
// Expect /caches: 200 as expected
// Expect /CompressionStream: 200 as expected
// Expect /SubtleCrypto: 200 as expected
// Expect /crypto: 200 as expected
// Expect /TextDecoderStream: 200 as expected
// Expect /EventSource: 200 as expected
// Expect /URLPattern: 200 as expected
// Expect /performance: 200 as expected
// Expect /structuredClone: 200 as expected
// Expect /PerformanceObserver: 200 as expected
// Expect /console: 200 as expected
import { guest } from "./common/guest.js";

const { defineProperty, defineProperties, getOwnPropertyDescriptor, getOwnPropertyDescriptors, getPrototypeOf } =
  Object;
const { deleteProperty, ownKeys } = Reflect;

/** What is used of each, and what that gives. */
const uses = {
  HTMLRewriter: [(HTMLRewriter) => typeof new HTMLRewriter().on("a", {}).transform, "function"],
  caches: [(caches) => String(caches), "[object CacheStorage]"],
  CompressionStream: [(CompressionStream) => String(new CompressionStream("gzip").readable), "[object ReadableStream]"],
  SubtleCrypto: [(SubtleCrypto) => String(SubtleCrypto.prototype), "[object SubtleCrypto]"],
  crypto: [
    async (crypto) => {
      const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign", "verify"]);
      return (await crypto.subtle.exportKey("jwk", key)).key_ops.join() + crypto.randomUUID().length;
    },
    "sign,verify36",
  ],
  TextDecoderStream: [(TextDecoderStream) => new TextDecoderStream("latin1").encoding, "windows-1252"],
  EventSource: [(EventSource) => `${EventSource.CONNECTING} ${EventSource.prototype.CLOSED}`, "0 2"],
  URLPattern: [(URLPattern) => new URLPattern({ pathname: "/:a" }).exec("https://a.test/b").pathname.groups.a, "b"],
  performance: [(performance) => Object.keys(getPrototypeOf(performance)).includes("timeOrigin"), true],
  structuredClone: [(structuredClone) => structuredClone({ a: new Map([[1, new Blob(["ab"])]]) }).a.get(1).size, 2],
  PerformanceObserver: [(PerformanceObserver) => String(PerformanceObserver.supportedEntryTypes), "mark,measure"],
};

/** Does something while all that the language offers is replaced. What was called of that, and what it gave. */
function meanwhile(act) {
  const called = [];
  const note = (what) => {
    defineProperty(called, called.length, { __proto__: null, value: what, enumerable: true, configurable: true });
  };
  const objects = [
    Array.prototype, Array, Function.prototype, Map.prototype, Object, Reflect, RegExp.prototype, Set.prototype,
    String.prototype, WeakMap.prototype, getPrototypeOf([][Symbol.iterator]()), EventTarget.prototype, Response.prototype,
    getPrototypeOf(Response.prototype), TextDecoder.prototype, ReadableStream.prototype, Promise.prototype,
  ]; // prettier-ignore
  const kept = objects.map((object) => [object, getOwnPropertyDescriptors(object)]);
  const globals = ["Array", "Error", "JSON", "Map", "Math", "Object", "Promise", "Reflect", "RegExp", "Set", "String", "Symbol",
    "TypeError", "Uint8Array", "WeakMap"]; // prettier-ignore
  const values = globals.map((global) => [global, getOwnPropertyDescriptor(globalThis, global)]);
  for (let i = 0; i < kept.length; i++) {
    const descriptors = kept[i][1];
    const keys = ownKeys(descriptors);
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k];
      const { configurable, get, value } = descriptors[key];
      if (!configurable || key === "constructor") continue;
      const replaced = () => note(typeof key === "symbol" ? "a symbol" : key);
      if (get !== undefined) defineProperty(kept[i][0], key, { __proto__: null, get: replaced, configurable: true });
      else if (typeof value === "function") {
        defineProperty(kept[i][0], key, { __proto__: null, value: replaced, configurable: true, writable: true });
      }
    }
  }
  for (let i = 0; i < globals.length; i++) {
    const get = () => note(globals[i]);
    defineProperty(globalThis, globals[i], { __proto__: null, get, configurable: true });
  }
  const names = ["get", "set", "value", "writable", "enumerable", "configurable", "0", "1", "2", "3"];
  for (let i = 0; i < names.length; i++) {
    const trap = () => note(`Object.prototype.${names[i]}`);
    defineProperty(kept[4][0].prototype, names[i], { __proto__: null, get: trap, set: trap, configurable: true });
  }
  let value;
  try {
    value = act();
  } finally {
    for (let i = 0; i < names.length; i++) deleteProperty(kept[4][0].prototype, names[i]);
    for (let i = 0; i < globals.length; i++) {
      values[i][1] = { __proto__: null, ...values[i][1] };
      defineProperty(globalThis, globals[i], values[i][1]);
    }
    for (let i = 0; i < kept.length; i++) defineProperties(kept[i][0], kept[i][1]);
  }
  return { called, value };
}

const handlers = {};
for (const [name, [use, expected]] of Object.entries(uses)) {
  handlers[name] = async () => {
    const { called, value } = meanwhile(() => globalThis[name]);
    if (called.length > 0) return `called: ${called.join(", ")}`;
    const descriptor = getOwnPropertyDescriptor(globalThis, name);
    if (descriptor.value !== value || !descriptor.writable || !descriptor.configurable) return "is no data property";
    const got = await use(value);
    return got === expected ? "as expected" : `got ${got}`;
  };
}

// Values are printed by modules that are made with the first of them; this one is printed without the language's help.
handlers.console = () => {
  const { called } = meanwhile(() => console.log(1n));
  return called.length > 0 ? `called: ${called.join(", ")}` : "as expected";
};

export default guest(handlers);
