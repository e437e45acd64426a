// Guests that do not come to an end.

const cases = {
  loop() {
    for (;;);
  },
  inFinally() {
    const again = () => {
      try {
        for (;;);
      } finally {
        again();
      }
    };
    again();
  },
  inCatch() {
    for (;;) {
      try {
        for (;;);
      } catch {
        continue;
      }
    }
  },
  microtaskAfterLoop() {
    queueMicrotask(() => {
      for (;;);
    });
    for (;;);
  },
  manyMicrotasksAfterLoop() {
    for (let i = 0; i < 1000; i++) {
      Promise.resolve().then(() => {
        for (;;);
      });
    }
    for (;;);
  },
  rejectionListenerLoop() {
    addEventListener("unhandledrejection", () => {
      for (;;);
    });
    Promise.reject(new Error("one"));
    Promise.reject(new Error("two"));
    for (;;);
  },
  rejectionListenerRejects() {
    addEventListener("unhandledrejection", () => {
      Promise.reject(new Error("again"));
    });
    Promise.reject(new Error("one"));
    return "fine";
  },
  rejectionListenerSpins() {
    addEventListener("unhandledrejection", () => {
      const spin = () => queueMicrotask(spin);
      spin();
    });
    Promise.reject(new Error("one"));
    return "fine";
  },
  microtasks() {
    const spin = () => queueMicrotask(spin);
    spin();
  },
  async promiseChain() {
    for (;;) await null;
  },
  thenable() {
    const thenable = {
      then(resolve) {
        resolve(thenable);
      },
    };
    return thenable;
  },
  regexp() {
    return /^(a+)+$/.test(`${"a".repeat(40)}b`);
  },
  sorting() {
    return new Array(1e5).fill(0).sort(() => {
      for (;;);
    });
  },
  builtins() {
    const big = new Array(1e6).fill(1);
    for (;;) big.includes(2);
  },
  proxied() {
    const proxy = new Proxy(
      {},
      {
        get() {
          for (;;);
        },
      },
    );
    return new Headers(proxy);
  },
  getter() {
    const error = new Error("x");
    Object.defineProperty(error, "stack", {
      get() {
        for (;;);
      },
    });
    throw error;
  },
  loggedGetter() {
    const error = new Error("x");
    Object.defineProperty(error, "message", {
      get() {
        for (;;);
      },
    });
    console.log(error);
  },
  toStringLoop() {
    return new URL({
      toString() {
        for (;;);
      },
    });
  },
  generator() {
    const endless = (function* () {
      for (;;) yield ["a", "b"];
    })();
    return new Headers(endless);
  },
  atomics() {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return Atomics.wait(new Int32Array(buffer), 0, 0);
  },
  prepareStackTrace() {
    Error.prepareStackTrace = () => {
      for (;;);
    };
    throw new Error("x");
  },
  endlessPull() {
    return new Response(
      new ReadableStream({
        pull() {
          for (;;);
        },
      }),
    );
  },
  finalization() {
    globalThis.registry ??= new FinalizationRegistry(() => {
      for (;;);
    });
    for (let i = 0; i < 100; i++) globalThis.registry.register({}, i);
    return new Uint8Array(16 << 20).length;
  },
  never: () => new Promise(() => {}),
};

export default {
  async fetch(request, env, ctx) {
    const result = await cases[new URL(request.url).pathname.slice(1)](request, ctx);
    return result instanceof Response ? result : new Response(String(result));
  },
};
