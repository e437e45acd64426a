// Attacks: the platform's own JavaScript, by getters and setters on `Object.prototype` for the names that it may use.
// Becomes: what the platform does works, or fails with the guest's own error; nothing stays broken when they are gone.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /setters: 200 as expected
// Expect /getters: 200 as expected
// Expect /pollution: 200 as expected
// Expect /frozen: 200 frozen
import { guest, judge } from "./common/guest.js";

const { defineProperty, create } = Object;
const names = [
  "status", "headers", "body", "done", "value", "name", "id", "mode", "type", "method", "url", "signal", "state", "next",
  "return", "chunk", "size", "start", "pull", "cancel", "write", "close", "abort", "highWaterMark", "stream", "callback",
  "once", "capture", "passive", "removed", "detail", "cause", "message", "code", "stack", "resolve", "reject", "promise",
  "get", "set", "enumerable", "writable", "configurable", "length", "kind", "payload", "source", "reader", "writer",
  "buffer", "byteLength", "byteOffset", "key", "algorithm", "hash", "usages", "iv", "public", "redirect", "cf", "cache",
  "toString", "valueOf", "toJSON", "constructor", "text", "json", "0", "1", "2",
]; // prettier-ignore

/** Runs exercises with properties on `Object.prototype`; the exercises know nothing of it. */
async function exercised(descriptor) {
  const kept = names.map((name) => {
    const descriptor = Object.getOwnPropertyDescriptor(Object.prototype, name);
    return descriptor && Object.setPrototypeOf(descriptor, null);
  });
  for (let i = 0; i < names.length; i++) defineProperty(Object.prototype, names[i], descriptor(names[i]));
  let results;
  try {
    results = await exercise();
  } finally {
    for (let i = 0; i < names.length; i++) {
      Reflect.deleteProperty(Object.prototype, names[i]);
      if (kept[i] !== undefined) defineProperty(Object.prototype, names[i], kept[i]);
    }
  }
  return results;
}

async function exercise() {
  // Without the prototype: these dictionaries are exactly what they say.
  const bare = (members) => Object.setPrototypeOf(members, null);
  const results = [];
  const note = async (attempt) => {
    let text;
    try {
      text = await attempt();
    } catch (error) {
      text = `${error?.name}: ${error?.message}`;
    }
    defineProperty(
      results,
      results.length,
      bare({ value: text, enumerable: true, configurable: true, writable: true }),
    );
  };
  await note(() => new Response("text", bare({ status: 201 })).text());
  await note(async () => (await new Request("https://a.test/", bare({ method: "POST", body: "x" })).text()) + "y");
  await note(() => new Headers(bare({ a: "b" })).get("a"));
  await note(() => new Blob(["blob"]).stream().getReader().read().then((read) => read.value.byteLength)); // prettier-ignore
  await note(() => new URL("https://a.test/?a=b").searchParams.get("a"));
  await note(async () => (await crypto.subtle.digest("SHA-1", new Uint8Array(1))).byteLength);
  await note(() => new TextDecoder().decode(new TextEncoder().encode("x")));
  await note(() => new Promise((resolve) => setTimeout(resolve, 1, "timer")));
  await note(() => new Event("x").type);
  await note(() => new Response(new ReadableStream(bare({ start: (controller) => controller.close() }))).text());
  await note(() => atob("YQ=="));
  return results;
}

const EXPECTED = ["text", "xy", "b", 4, "b", 20, "x", "timer", "x", "", "a"];

/** Each works or is the guest's own error while the properties are there, and works when they are gone. */
async function judged(descriptor) {
  const during = await exercised(descriptor);
  const after = await exercise();
  const isOwn = (text) =>
    /^(Error: (set|get) |TypeError: (Cannot set property|Invalid property descriptor))/.test(text);
  return judge(
    EXPECTED.flatMap((expected, i) => [
      [expected, () => (isOwn(during[i]) ? expected : during[i])],
      [expected, () => after[i]],
    ]),
  );
}

export default guest({
  setters: () =>
    judged((name) => ({
      __proto__: null,
      get: () => undefined,
      set(value) {
        throw new Error(`set ${name}`);
      },
      configurable: true,
    })),
  getters: () =>
    judged((name) => ({
      __proto__: null,
      get() {
        throw new Error(`get ${name}`);
      },
      configurable: true,
    })),
  async pollution() {
    // What `__proto__` in a parsed text makes: an own property, in JSON as in everything that parses for us.
    return judge([
      [undefined, async () => (await new Response('{"__proto__": {"polluted": 1}}').json()).polluted],
      [undefined, () => structuredClone(JSON.parse('{"__proto__": {"polluted": 1}}')).polluted],
      [undefined, () => new URLPattern({ pathname: "/:__proto__" }).exec("https://a.test/x").pathname.groups.polluted],
      ["x", () => new URLPattern({ pathname: "/:__proto__" }).exec("https://a.test/x").pathname.groups["__proto__"]],
      ["b", () => new Headers(JSON.parse('{"__proto__": "b"}')).get("__proto__")],
      ["b", () => new URLSearchParams(JSON.parse('{"__proto__": "b"}')).get("__proto__")],
      [
        "b",
        async () =>
          (
            await new Response("__proto__=b", {
              headers: { "content-type": "application/x-www-form-urlencoded" },
            }).formData()
          ).get("__proto__"),
      ],
      [undefined, () => ({}).polluted],
      [undefined, () => create(null).polluted],
    ]);
  },
  frozen() {
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = globalThis[name];
      if (typeof value === "function") {
        Object.freeze(value);
        if (value.prototype) Object.freeze(value.prototype);
      }
    }
    Object.freeze(Object.prototype);
    Object.freeze(globalThis);
    return new Response("frozen", { headers: { a: "b" } });
  },
});
