// Attacks: CPU time, by loops in what the platform's own classes call: iterators, getters, conversions, stream callbacks.
// Becomes: each is ended by its limit, with the platform's own state sound afterwards.
// Expect /headersProxy: 503 error 1102
// Expect /headersIterator: 503 error 1102
// Expect /url: 503 error 1102
// Expect /searchParams: 503 error 1102
// Expect /blobParts: 503 error 1102
// Expect /logged: 503 error 1102
// Expect /cloned: 503 error 1102
// Expect /event: 503 error 1102
// Expect /size: 503 error 1102
// Expect /pull: broken
// Expect /pullAtOnce: 503 error 1102
// Expect /transform: 503 error 1102
// Expect /abort: 503 error 1102
// Expect /timer: 503 error 1102
// Expect /message: 503 error 1102
// Expect /urlPattern: 200 false
// Expect /requestGetter: 503 error 1102
// Expect /pbkdf: 503 error 1102
// Expect /digests: 503 error 1102
import { guest } from "./common/guest.js";

const forever = () => {
  for (;;);
};

export default guest({
  headersProxy: () => new Headers(new Proxy({}, { get: forever, ownKeys: forever })),
  headersIterator() {
    const endless = (function* () {
      for (;;) yield ["a", "b"];
    })();
    return new Headers(endless);
  },
  url: () => new URL({ toString: forever }),
  searchParams() {
    return new URLSearchParams(
      (function* () {
        for (;;) yield { [Symbol.iterator]: forever };
      })(),
    );
  },
  blobParts() {
    return new Blob({
      *[Symbol.iterator]() {
        for (;;) yield "";
      },
    });
  },
  logged() {
    const error = new Error("x");
    Object.defineProperty(error, "message", { get: forever });
    console.log(error);
  },
  cloned: () =>
    structuredClone({
      get a() {
        for (;;);
      },
    }),
  event() {
    const target = new EventTarget();
    target.addEventListener("x", forever);
    target.dispatchEvent(new Event("x"));
  },
  size() {
    const stream = new ReadableStream({ start: (controller) => controller.enqueue(1) }, { size: forever });
    return stream.getReader().read();
  },
  async pull() {
    let pulls = 0;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          // The head has gone out by then.
          await scheduler.wait(20);
          if (pulls++ > 0) forever();
          controller.enqueue(new Uint8Array(10));
        },
      }),
    );
  },
  pullAtOnce: () => new ReadableStream({ pull: forever }).getReader().read(),
  async transform() {
    const { writable, readable } = new TransformStream({ transform: forever });
    writable.getWriter().write(1);
    await readable.getReader().read();
  },
  abort() {
    const controller = new AbortController();
    controller.signal.onabort = forever;
    controller.abort();
  },
  timer: () => new Promise(() => setTimeout(forever, 1)),
  message: () =>
    new Promise(() => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = forever;
      port1.postMessage(1);
    }),
  urlPattern() {
    const pattern = new URLPattern({ pathname: "/(a+)+b" });
    return pattern.test(`https://a.test/${"a".repeat(40)}`);
  },
  requestGetter: () =>
    new Request("https://a.test/", {
      get method() {
        for (;;);
      },
    }),
  async pbkdf() {
    const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "PBKDF2", false, ["deriveBits"]);
    const salt = new Uint8Array(16);
    const derive = () =>
      crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt, iterations: 1000 }, key, 512).then(spin);
    const spin = () => {
      for (let i = 0; i < 100; i++) derive();
    };
    spin();
    for (;;) await crypto.subtle.digest("SHA-1", salt);
  },
  async digests() {
    const data = new Uint8Array(1 << 20);
    for (;;) await crypto.subtle.digest("SHA-512", data);
  },
});
