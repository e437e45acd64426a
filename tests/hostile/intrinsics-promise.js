// Attacks: the platform's own JavaScript, by replaced methods of promises, and a `then` on every object.
// Becomes: what the platform does works, or fails with the guest's own error; nothing stays broken when they are restored.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /replaced: 200 as expected
// Expect /species: 200 as expected
// Expect /thenEverywhere: 200 as expected
// Expect /streamed: 200 chunkchunk
// Expect /answered: 200 still here
import { guest, judge } from "./common/guest.js";

const { prototype } = Promise;
const kept = { then: prototype.then, catch: prototype.catch, finally: prototype.finally, constructor: Promise };
const species = Object.getOwnPropertyDescriptor(Promise, Symbol.species);
const broken = () => {
  throw new Error("replaced");
};

/** Runs the platform's promises with something replaced; what it hands out is awaited by the language itself. */
async function exercised() {
  const attempts = [
    ["text", () => new Response("text").text()],
    ["text", () => new Blob(["text"]).text()],
    [3, async () => (await new Response("abc").arrayBuffer()).byteLength],
    ["b", async () => (await new Response(new URLSearchParams("a=b")).formData()).get("a")],
    [20, async () => (await crypto.subtle.digest("SHA-1", new Uint8Array(9))).byteLength],
    [undefined, () => scheduler.wait(1)],
    [
      "piped",
      () => {
        const { readable, writable } = new TransformStream();
        const written = new Response("piped").body.pipeTo(writable);
        return (Promise.resolve(written), new Response(readable).text());
      },
    ],
    [
      "teed",
      async () => {
        const [one, two] = new Response("teed").body.tee();
        await new Response(two).text();
        return new Response(one).text();
      },
    ],
    [
      "zipped",
      () => {
        const zipped = new Response("zipped").body.pipeThrough(new CompressionStream("gzip"));
        return new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).text();
      },
    ],
    [
      "<b></b>",
      () =>
        new HTMLRewriter()
          .on("a", { element: (a) => (a.tagName = "b") })
          .transform(new Response("<a></a>"))
          .text(),
    ],
    ["AbortError", () => scheduler.wait(5000, { signal: AbortSignal.abort() })],
  ];
  // Each as it must be, or the guest's own error. Not the promise itself: to resolve one promise with another asks it for
  // its `then`.
  return await judge(
    attempts.map(([expected, attempt]) => [
      expected,
      async () => {
        try {
          return await attempt();
        } catch (error) {
          if (error?.message === "replaced") return expected;
          throw error;
        }
      },
    ]),
  );
}

/** @throws when an error is not the guest's */
function assertOwn(error) {
  if (error?.message !== "replaced" && error?.message !== "constructed") throw error;
}

function restore() {
  Object.assign(prototype, kept);
  Object.defineProperty(Promise, Symbol.species, species);
  Reflect.deleteProperty(Object.prototype, "then");
}

export default guest({
  async replaced() {
    prototype.then = prototype.catch = prototype.finally = broken;
    // Awaited by the language: a promise of its own asks for no method.
    const judged = await exercised();
    restore();
    return judged === "as expected" ? exercised() : judged;
  },
  async species() {
    const { readable, writable } = new TransformStream();
    Object.defineProperty(Promise, Symbol.species, { get: broken, configurable: true });
    prototype.constructor = class Evil extends Promise {
      constructor(executor) {
        super(executor);
        throw new Error("constructed");
      }
    };
    const makers = [
      () => new Response("text").text(),
      () => new Response("piped").body.pipeTo(writable),
      () => new Response(readable).text(),
    ];
    const made = makers.map((make) => {
      try {
        return make();
      } catch (error) {
        return error;
      }
    });
    restore();
    // Where the guest's constructor was asked, its error is what comes back.
    for (const promise of made) await Promise.resolve(promise).catch((error) => assertOwn(error));
    return exercised();
  },
  async thenEverywhere() {
    const seen = [];
    // Every value that a promise is resolved with passes by here: none may be one of the platform's own.
    Object.defineProperty(Object.prototype, "then", {
      get() {
        seen.push(this);
        return undefined;
      },
      configurable: true,
    });
    const judged = await exercised();
    restore();
    const strange = seen.filter(
      (value) => typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype &&
        !("value" in value && "done" in value),
    ); // prettier-ignore
    return strange.length === 0 ? judged : `seen: ${strange.map((one) => Object.keys(one)).join("; ")}`;
  },
  streamed() {
    let pulls = 0;
    const stream = new ReadableStream({
      pull(controller) {
        if (pulls++ === 2) controller.close();
        else controller.enqueue(new TextEncoder().encode("chunk"));
      },
    });
    prototype.then = prototype.catch = prototype.finally = broken;
    return new Response(stream);
  },
  answered() {
    prototype.then = broken;
    Promise.resolve = Promise.reject = broken;
    globalThis.Promise = null;
    return new Response("still here", { headers: { a: "b" } });
  },
});
