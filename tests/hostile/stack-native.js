// Attacks: the native stack, by values nested deeper than any recursion may go.
// Becomes: a RangeError, or an answer where there is no recursion.
// Config: {"limits": {"cpu_ms": 20000}}
// Expect /values: 200 as expected
// Expect /texts: 200 as expected
// Expect /chains: 200 as expected
// Expect /platform: 200 as expected
import { guest, judge } from "./common/guest.js";

const DEPTH = 1e5;
const nested = () => {
  let value = [];
  for (let i = 0; i < DEPTH; i++) value = [value];
  return value;
};
const nestedObject = () => {
  let value = {};
  for (let i = 0; i < DEPTH; i++) value = { a: value };
  return value;
};
/** Ended, whether with a result or with an error of the language's: the process and the thread are still there. */
const ended = (attempt) => [
  "ended",
  async () => {
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof Error)) throw new Error(`not an error: ${String(error)}`);
    }
    return "ended";
  },
];
const thrown = (name, attempt) => [name, attempt];

export default guest({
  values: () =>
    judge([
      ended(() => JSON.stringify(nested())),
      ended(() => JSON.stringify(nestedObject())),
      ended(() => structuredClone(nested())),
      ended(() => structuredClone(nestedObject())),
      ended(() => structuredClone(new Map([[nested(), new Set([nestedObject()])]]))),
      ended(() => console.log(nested(), nestedObject())),
      ended(() => console.dir(nested(), { depth: Infinity })),
      ended(() => console.dir(nestedObject(), { depth: Infinity })),
      ended(() => String(nested())),
      ended(() => nested().flat(Infinity)),
      ended(() => Response.json(nested())),
      ended(() => new MessageChannel().port1.postMessage(nested())),
    ]),
  texts: () =>
    judge([
      ended(() => JSON.parse("[".repeat(1e6))),
      ended(() => JSON.parse(`${"[".repeat(1e6)}${"]".repeat(1e6)}`)),
      ended(() => JSON.parse(`${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`)),
      ended(() => JSON.parse(`${"[".repeat(1e5)}${"]".repeat(1e5)}`, (key, value) => value)),
      ended(() => new Response("[".repeat(1e6)).json()),
      ended(() => new RegExp("(".repeat(1e5) + ")".repeat(1e5))),
      ended(() => new RegExp("(?:".repeat(1e5) + ")".repeat(1e5)).test("x")),
      ended(() => new RegExp("[".repeat(1e5) + "]".repeat(1e5), "v")),
      ended(() => new RegExp("(?=".repeat(5e4) + ")".repeat(5e4)).test("x")),
      ended(() => new RegExp(`${"(a".repeat(2e4)}${")*".repeat(2e4)}`).test("a".repeat(1e4))),
      ended(() => new URLPattern({ pathname: `${"{".repeat(1e4)}a${"}".repeat(1e4)}` })),
      ended(() => new URLPattern({ pathname: `/(${"(?:".repeat(1e4)}a${")".repeat(1e4)})` })),
      ended(() => new URL("../".repeat(1e5), "https://a.test/b")),
      ended(() => new URL(`https://${"a.".repeat(1e5)}test`)),
      ended(() => new URL(`https://[${":".repeat(1e5)}]`)),
      ended(() =>
        new HTMLRewriter()
          .on("a", { element() {} })
          .transform(new Response("<a>".repeat(1e4)))
          .text(),
      ),
      ended(() => new HTMLRewriter().on(`a${".b".repeat(1e5)}`, { element() {} })),
      ended(() => new HTMLRewriter().on(`a${" a".repeat(1e4)}`, { element() {} })),
      ended(() => new HTMLRewriter().on("a,".repeat(1e6), { element() {} })),
      ended(() => new HTMLRewriter().on(`a${":not(b)".repeat(1e4)}`, { element() {} })),
      ended(() => new HTMLRewriter().on(`${":not(".repeat(1e4)}a${")".repeat(1e4)}`, { element() {} })),
      ended(() =>
        new HTMLRewriter()
          .on(`a${" > a".repeat(1e4)}`, { element() {} })
          .transform(new Response("<a>"))
          .text(),
      ),
      ended(() =>
        new Response(`${"--x\r\n".repeat(1e5)}`, {
          headers: { "content-type": "multipart/form-data; boundary=x" },
        }).formData(),
      ),
      ended(() => new Intl.Locale(`en-u-${"ca-".repeat(1e5)}`)),
      ended(() => Temporal.Duration.from(`P${"1".repeat(1e5)}D`)),
      ended(() => new Date(`${"(".repeat(1e6)}`).getTime()),
    ]),
  chains: () =>
    judge([
      ended(() => {
        let proxy = {};
        for (let i = 0; i < DEPTH; i++) proxy = new Proxy(proxy, {});
        return proxy.x;
      }),
      ended(() => {
        let proxy = () => {};
        for (let i = 0; i < DEPTH; i++) proxy = new Proxy(proxy, {});
        return proxy();
      }),
      ended(() => {
        let bound = () => {};
        for (let i = 0; i < DEPTH; i++) bound = bound.bind(null);
        return bound();
      }),
      ended(() => {
        let object = {};
        for (let i = 0; i < DEPTH; i++) object = Object.create(new Proxy(object, {}));
        return object.x;
      }),
      ended(() => {
        let promise = Promise.resolve(1);
        for (let i = 0; i < DEPTH; i++) promise = promise.then((value) => value);
        return promise;
      }),
      ended(() => {
        let promise = Promise.resolve(1);
        for (let i = 0; i < DEPTH; i++) {
          const inner = promise;
          promise = new Promise((resolve) => resolve(inner));
        }
        return promise;
      }),
      ended(() => {
        let text = "";
        for (let i = 0; i < 1e6; i++) text = i % 2 === 0 ? `${text}a` : `b${text}`;
        return text.charCodeAt(5e5);
      }),
      ended(() => {
        let error = new Error("e");
        for (let i = 0; i < 1e4; i++) error = new Error("e", { cause: error });
        console.log(error);
      }),
      ended(() => {
        let error = new Error("e");
        for (let i = 0; i < 1e4; i++) error = new AggregateError([error]);
        console.log(error);
      }),
      ended(() => {
        let stream = new Response("x").body;
        for (let i = 0; i < 300; i++) stream = stream.pipeThrough(new TransformStream());
        return new Response(stream).text();
      }),
      ended(() => {
        let stream = new Response("x").body;
        for (let i = 0; i < 300; i++) [stream] = stream.tee();
        return new Response(stream).text();
      }),
      ended(() => {
        let { signal } = new AbortController();
        for (let i = 0; i < 1000; i++) signal = AbortSignal.any([signal]);
        return signal.aborted;
      }),
      ended(() => {
        let blob = new Blob(["x"]);
        for (let i = 0; i < 1e4; i++) blob = new Blob([blob]);
        return blob.text();
      }),
      ended(() => {
        let blob = new Blob(["x".repeat(100)]);
        for (let i = 0; i < 1e4; i++) blob = blob.slice(0, 99);
        return blob.text();
      }),
    ]),
  // Near the end of the stack everything of ours may fail at any point; nothing may be left half done.
  async platform() {
    // At the last calls only: they are where it happens.
    let left = 0;
    const deeper = (act) => {
      try {
        deeper(act);
      } catch (error) {
        if (left-- > 0) {
          try {
            act();
          } catch {
            throw error;
          }
        }
        throw error;
      }
    };
    const acts = [
      () => new URL("https://a.test/?a=b").searchParams.get("a"),
      () => crypto.randomUUID(),
      () => new Response("x", { headers: { a: "b" } }).clone(),
      () => structuredClone({ a: [1] }),
      () => console.log({ a: [1, { b: 2 }] }),
      () => new Request("https://a.test", { method: "POST", body: new Blob(["x"]) }).headers.get("content-type"),
      () => new ReadableStream({ start: (controller) => controller.enqueue("x") }).tee(),
      () => new EventTarget().dispatchEvent(new Event("x")),
      () => setTimeout(() => {}, 1),
      () => queueMicrotask(() => {}),
      () => new AbortController().abort(),
      () => new TextDecoder().decode(new TextEncoder().encode("x")),
      () => void new Response("x").text(),
      () => void crypto.subtle.digest("SHA-1", new Uint8Array(1)).catch(() => {}),
      () => void fetch("http://127.0.0.1:1/").catch(() => {}),
    ];
    const attempts = acts.map((act) => thrown("RangeError", () => ((left = 60), deeper(act))));
    attempts.push(
      ["b", () => new URL("https://a.test/?a=b").searchParams.get("a")],
      ["x", () => new Response("x").clone().text()],
      [undefined, () => scheduler.wait(2)],
      [20, async () => (await crypto.subtle.digest("SHA-1", new Uint8Array(1))).byteLength],
    );
    return judge(attempts);
  },
});
