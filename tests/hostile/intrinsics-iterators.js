// Attacks: the platform's own JavaScript, by replaced iterators and methods of arrays, maps, sets, typed arrays.
// Becomes: what the platform does works, or fails with the guest's own error; nothing stays broken when they are restored.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /arrays: 200 as expected
// Expect /collections: 200 as expected
// Expect /typed: 200 as expected
// Expect /indices: 200 as expected
// Expect /after: 200 after
import { guest, judge } from "./common/guest.js";

const broken = () => {
  throw new Error("replaced");
};

/** What the exercises bring while methods are replaced. */
async function without(prototypes) {
  const kept = prototypes.map((prototype) => [prototype, Object.getOwnPropertyDescriptors(prototype)]);
  for (let i = 0; i < kept.length; i++) {
    const descriptors = kept[i][1];
    const keys = Reflect.ownKeys(descriptors);
    for (let k = 0; k < keys.length; k++) {
      const { value, configurable } = descriptors[keys[k]];
      if (keys[k] !== "constructor" && typeof value === "function" && configurable) {
        Object.defineProperty(kept[i][0], keys[k], { value: broken, configurable: true, writable: true });
      }
    }
  }
  const results = {};
  try {
    for (let i = 0; i < names.length; i++) {
      try {
        results[names[i]] = await exercises[names[i]]();
      } catch (error) {
        results[names[i]] = error;
      }
    }
  } finally {
    for (let i = 0; i < kept.length; i++) Object.defineProperties(kept[i][0], kept[i][1]);
  }
  return results;
}

const bytes = new Uint8Array([1, 2, 3]);
const exercises = {
  headers: () => {
    const headers = new Headers({ a: "1", b: "2" });
    headers.append("a", "3");
    headers.set("b", "4");
    headers.delete("c");
    return `${headers.get("a")}${headers.has("b")}`;
  },
  request: () => new Request("https://a.test/", { method: "post", body: "x", headers: { a: "b" } }).text(),
  response: () => new Response("x", { status: 201, statusText: "made", headers: { a: "b" } }).clone().text(),
  json: () => Response.json({ a: 1 }).json().then((value) => value.a), // prettier-ignore
  url: () => {
    const url = new URL("../b?x=1&y=2#z", "https://a.test/c/d");
    url.searchParams.append("w", "3");
    url.searchParams.sort();
    return url.href;
  },
  blob: () => new Blob([bytes, "x"]).slice(1, 4).text(),
  stream: () => new Response(new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.enqueue(bytes);
      controller.close();
    },
  })).arrayBuffer().then((buffer) => buffer.byteLength), // prettier-ignore
  events: () => {
    const target = new EventTarget();
    let count = 0;
    target.addEventListener("x", () => count++);
    target.addEventListener("x", () => count++, { once: true });
    target.dispatchEvent(new Event("x"));
    target.dispatchEvent(new Event("x"));
    return count;
  },
  clone: () => structuredClone({ a: [1, new Map([[1, 2]]), new Set([3])] }).a.length,
  encoding: () => new TextDecoder().decode(new TextEncoder().encode("\u00e9")),
  crypto: () => crypto.subtle.digest("SHA-256", bytes).then((buffer) => buffer.byteLength), // prettier-ignore
  form: () => {
    const form = new FormData();
    form.append("a", "b");
    form.append("f", new Blob(["x"]), "f.txt");
    return new Response(form).formData().then((read) => read.get("f").size); // prettier-ignore
  },
  timers: () => new Promise((resolve) => setTimeout(resolve, 1, "timer")),
  abort: () => AbortSignal.any([AbortSignal.abort("reason")]).reason,
  pattern: () => new URLPattern({ pathname: "/:a" }).exec("https://a.test/b").pathname.groups.a,
  base64: () => atob(btoa("base")),
  console: () => console.log("x", [1, { a: 2 }], new Map([[1, 2]])),
};
const names = Object.keys(exercises);
const none = [];

/** Each must work, or fail with the guest's own error; and all must work when the methods are there again. */
async function exercised(prototypes, properties = undefined) {
  const before = await without(none);
  if (properties !== undefined) Object.defineProperties(prototypes[0], properties);
  const during = await without(properties === undefined ? prototypes : none);
  if (properties !== undefined) for (const name of Object.keys(properties)) Reflect.deleteProperty(prototypes[0], name);
  const after = await without(none);
  return judge(
    names.flatMap((name) => [
      [`${name}: ${before[name]}`, () => `${name}: ${isOwn(during[name]) ? before[name] : during[name]}`],
      [`${name}: ${before[name]}`, () => `${name}: ${after[name]}`],
    ]),
  );
}

const isOwn = (value) => value instanceof Error && value.message === "replaced";

export default guest({
  arrays: () => exercised([Array.prototype]),
  collections: () =>
    exercised([Map.prototype, Set.prototype, WeakMap.prototype, WeakSet.prototype, Iterator.prototype]),
  typed: () =>
    exercised([
      Object.getPrototypeOf(Uint8Array.prototype), ArrayBuffer.prototype, DataView.prototype,
      Object.getPrototypeOf([][Symbol.iterator]()), Object.getPrototypeOf(new Map().entries()),
    ]), // prettier-ignore
  async indices() {
    // An element that an array of ours does not have yet must not be asked of the prototype.
    const numbered = {};
    for (let i = 0; i < 4; i++) numbered[i] = { get: broken, set: broken, configurable: true };
    return exercised([Array.prototype], numbered);
  },
  after: () => "after",
});
