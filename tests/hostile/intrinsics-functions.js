// Attacks: the platform's own JavaScript, by replaced `call`, `apply`, `bind`, methods of strings, regular expressions,
// numbers, `JSON`, `Reflect`, `Object`, and by globals that are gone.
// Becomes: the platform goes on; the guest gets what it asked for.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /functions: 200 as expected
// Expect /strings: 200 as expected
// Expect /regexps: 200 as expected
// Expect /statics: 200 as expected
// Expect /ours: 200 as expected
// Expect /nulled: 200 nulled
import { guest } from "./common/guest.js";

const { getOwnPropertyDescriptors, defineProperty, defineProperties, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
const broken = () => {
  throw new Error("replaced");
};
const Kept = Response;
const kept = { Headers, Request, Response, URL, Blob, TextEncoder, TextDecoder, Event, EventTarget, crypto, setTimeout,
  structuredClone, atob, btoa, URLSearchParams, ReadableStream, FormData, AbortSignal, URLPattern }; // prettier-ignore
const { subtle } = crypto;

const exercises = [
  ["1, 2", () => { const h = new kept.Headers({ a: "1" }); h.append("A", "2"); return h.get("a"); }], // prettier-ignore
  ["x", () => new kept.Request("https://a.test/b/../c", { method: "post", body: "x" }).text()],
  ["https://a.test/c?d=e", () => new kept.URL("c?d=e", "https://a.test/b").href],
  ["text/plain;charset=UTF-8", () => new kept.Response("x").headers.get("content-type")],
  ["blob", () => new kept.Blob(["bl", new Uint8Array([111, 98])]).text()],
  [32, async () => (await subtle.digest("sha-256", new Uint8Array(1))).byteLength],
  ["\u00e9", () => new kept.TextDecoder("utf8").decode(new kept.TextEncoder().encode("\u00e9"))],
  ["b", () => new kept.URLSearchParams("?a=b&c").get("a")],
  ["e", () => new kept.Event("e").type],
  ["t", () => new Promise((resolve) => kept.setTimeout(resolve, 1, "t"))],
  ["hi", () => kept.atob(kept.btoa("hi"))],
  [1, () => kept.structuredClone({ a: 1 }).a],
  [36, () => kept.crypto.randomUUID().length],
  ["b", () => new kept.URLPattern({ pathname: "/:a" }).exec("https://a.test/b").pathname.groups.a],
  [
    "b",
    async () =>
      (
        await new kept.Response("a=b", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData()
      ).get("a"),
  ],
];

/** Exercises the platform while every function of some objects is replaced. */
async function exercised(objects, spared = []) {
  const before = objects.map((object) => [object, getOwnPropertyDescriptors(object)]);
  for (let i = 0; i < before.length; i++) {
    const [object, descriptors] = [before[i][0], before[i][1]];
    const keys = ownKeys(descriptors);
    for (let k = 0; k < keys.length; k++) {
      const { value, configurable } = descriptors[keys[k]];
      if (keys[k] === "constructor" || spared.includes(keys[k])) continue;
      if (typeof value === "function" && configurable) {
        defineProperty(object, keys[k], { __proto__: null, value: broken, configurable: true, writable: true });
      }
    }
  }
  let wrong = "";
  for (let i = 0; i < exercises.length; i++) {
    let got;
    try {
      got = await exercises[i][1]();
    } catch (error) {
      got = error;
    }
    if (got !== exercises[i][0]) wrong += `${i}: ${typeof got === "object" ? got?.stack : got}\n`;
  }
  for (let i = 0; i < before.length; i++) defineProperties(before[i][0], before[i][1]);
  return wrong || "as expected";
}

export default guest({
  functions: () => exercised([Function.prototype]),
  strings: () => exercised([String.prototype, Number.prototype, Symbol.prototype, BigInt.prototype], ["includes"]),
  regexps: () => exercised([RegExp.prototype, getPrototypeOf("".matchAll(/x/g))]),
  statics: () => exercised([Object, Reflect, JSON, Math, Number, String, Array, Promise, Symbol, Date, ArrayBuffer]),
  // Our own classes are as open as the language's: what we do for ourselves does not pass by their methods.
  ours: () =>
    exercised([
      EventTarget.prototype, Event.prototype, AbortSignal.prototype, getPrototypeOf(new ReadableStream().getReader()),
      WritableStream.prototype, TransformStream.prototype, DOMException.prototype, FormData, File.prototype,
      ReadableStream.prototype, Response, URL, AbortSignal,
    ]), // prettier-ignore
  nulled() {
    const names = Object.getOwnPropertyNames(globalThis);
    for (let i = 0; i < names.length; i++) {
      try {
        globalThis[names[i]] = null;
      } catch {
        continue;
      }
    }
    return new Kept("nulled");
  },
});
