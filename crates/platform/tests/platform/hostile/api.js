// Guests that hand unexpected values to the platform's interfaces, or break the language under them.

const trap = (value) => ({
  toString() {
    throw new RangeError(`trap ${value}`);
  },
});

const attempt = async (action) => {
  try {
    const result = await action();
    return `${typeof result}`;
  } catch (error) {
    return `${error?.name}`;
  }
};

const cases = {
  async evaluated() {
    const AsyncFunction = (async () => {}).constructor;
    const Generator = function* () {}.constructor;
    const AsyncGenerator = async function* () {}.constructor;
    const results = [];
    for (const action of [
      () => eval("1"),
      () => (0, eval)("1"),
      () => new Function("return 1"),
      () => new AsyncFunction("return 1"),
      () => new Generator("return 1"),
      () => new AsyncGenerator("return 1"),
      () => "".at.constructor("return 1"),
      () => Response.constructor("return 1"),
      () => Reflect.construct(Function, ["return 1"], Response),
      () => import("data:text/javascript,export default 1"),
      () => import("blob:nodedata:1"),
      () => import("selvedge:ops"),
      () => import("selvedge:web/fetch/index.js"),
      () => import("../../../../etc/passwd"),
      () => import("__proto__"),
      () => import("constructor"),
      () => import({ toString: () => "selvedge:ops" }),
      () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      () => WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      () => WebAssembly.compileStreaming(new Response(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))),
      () => new ShadowRealm().evaluate("1"),
      () => setTimeout("globalThis.ran = 1", 0),
    ]) {
      results.push(await attempt(action));
    }
    return `${results.join()} ${typeof globalThis.ran}`;
  },
  async forged(request, ctx) {
    const classes = [ctx.constructor, crypto.constructor, crypto.subtle.constructor, CryptoKey, AbortSignal];
    const results = [];
    for (const one of classes) {
      for (const key of [Symbol("internal"), undefined, {}, Symbol.for("internal")]) {
        results.push(await attempt(() => new one(key, {}, {})));
      }
    }
    for (const symbol of Object.getOwnPropertySymbols(Response)) results.push(String(symbol));
    for (const symbol of Object.getOwnPropertySymbols(new Response("x"))) results.push(String(symbol));
    return results.join();
  },
  async patched() {
    Object.defineProperty(Object.prototype, "then", {
      get() {
        return undefined;
      },
      configurable: true,
    });
    Array.prototype[Symbol.iterator] = () => {
      throw new Error("patched");
    };
    Function.prototype.call = Function.prototype.apply = () => {
      throw new Error("patched");
    };
    Promise.prototype.then = () => {
      throw new Error("patched");
    };
    Map.prototype.get =
      Set.prototype.has =
      WeakMap.prototype.get =
        () => {
          throw new Error("patched");
        };
    String.prototype.split = RegExp.prototype.exec = () => {
      throw new Error("patched");
    };
    Object.defineProperty(Array, Symbol.species, {
      get() {
        throw new Error("patched");
      },
    });
    Object.defineProperty(Promise, Symbol.species, {
      get() {
        throw new Error("patched");
      },
    });
    Object.defineProperty(Array.prototype, "0", {
      set() {
        throw new Error("patched");
      },
      get() {
        return "get";
      },
      configurable: true,
    });
    Array.prototype.push =
      Array.prototype.map =
      Array.prototype.forEach =
        () => {
          throw new Error("patched");
        };
    globalThis.Response = globalThis.Request = globalThis.Headers = globalThis.Promise = null;
    return "patched";
  },
  nulled() {
    const Kept = Response;
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      try {
        globalThis[name] = null;
      } catch {
        continue;
      }
    }
    return new Kept("nulled");
  },
  setters() {
    const { defineProperty } = Object;
    for (const name of ["status", "headers", "body", "done", "name", "id", "mode", "0", "1"]) {
      defineProperty(Object.prototype, name, {
        __proto__: null,
        set() {
          throw new Error("setter");
        },
        get() {
          return undefined;
        },
        configurable: true,
      });
    }
    return new Response(new Blob(["setters"]).stream(), { headers: { a: "b" } });
  },
  async detached() {
    const results = [];
    const bytes = () => new Uint8Array(1 << 16).fill(7);
    const gone = (view, value) => ({
      get name() {
        structuredClone(view.buffer, { transfer: [view.buffer] });
        return value;
      },
      toString() {
        structuredClone(view.buffer, { transfer: [view.buffer] });
        return value;
      },
    });
    let view = bytes();
    results.push(await attempt(() => crypto.subtle.digest(gone(view, "SHA-256"), view)));
    view = bytes();
    results.push(
      await attempt(() =>
        new TextDecoder().decode(view, {
          get stream() {
            structuredClone(view.buffer, { transfer: [view.buffer] });
            return false;
          },
        }),
      ),
    );
    view = bytes();
    results.push(await attempt(() => new TextEncoder().encodeInto(gone(view, "text"), view)));
    view = bytes();
    results.push(await attempt(() => crypto.subtle.importKey("raw", view, gone(view, "AES-GCM"), true, ["encrypt"])));
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt", "decrypt"]);
    view = bytes();
    results.push(
      await attempt(() =>
        crypto.subtle.encrypt(
          {
            name: "AES-GCM",
            iv: view,
            get additionalData() {
              structuredClone(view.buffer, { transfer: [view.buffer] });
              return view;
            },
          },
          key,
          view,
        ),
      ),
    );
    const resizable = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 16 });
    view = new Uint8Array(resizable);
    results.push(
      await attempt(() =>
        crypto.subtle.digest(
          {
            get name() {
              resizable.resize(1);
              return "SHA-256";
            },
          },
          view,
        ),
      ),
    );
    results.push(await attempt(() => crypto.getRandomValues(view).length));
    results.push(await attempt(() => crypto.subtle.timingSafeEqual(view, view)));
    view = bytes();
    const stream = new ReadableStream({
      type: "bytes",
      pull(controller) {
        const { view: mine } = controller.byobRequest;
        structuredClone(mine.buffer, { transfer: [mine.buffer] });
        controller.byobRequest.respond(10);
      },
    });
    results.push(await attempt(() => stream.getReader({ mode: "byob" }).read(view)));
    results.push(
      await attempt(async () => {
        const { readable, writable } = new CompressionStream("gzip");
        const writer = writable.getWriter();
        const chunk = bytes();
        const written = writer.write(chunk);
        structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
        writer.close();
        const text = await new Response(readable).arrayBuffer();
        await written;
        return text;
      }),
    );
    results.push(
      await attempt(async () => {
        const chunk = bytes();
        const response = new Response(chunk);
        structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
        return (await response.text()).length;
      }),
    );
    const wasm = new WebAssembly.Memory({ initial: 1 });
    view = new Uint8Array(wasm.buffer);
    results.push(
      await attempt(() =>
        crypto.subtle.digest(
          {
            get name() {
              wasm.grow(1);
              return "SHA-256";
            },
          },
          view,
        ),
      ),
    );
    results.push(await attempt(() => structuredClone(wasm.buffer, { transfer: [wasm.buffer] })));
    const shared = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
    results.push(await attempt(() => crypto.getRandomValues(shared)));
    results.push(await attempt(() => new TextDecoder().decode(shared)));
    results.push(await attempt(() => new Response(shared).text()));
    results.push(await attempt(() => crypto.subtle.digest("SHA-1", shared)));
    results.push(await attempt(() => structuredClone(shared)));
    return results.join();
  },
  weirdErrors() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [proxy, Symbol("s"), undefined, null, 1n, trap("x"), Object.create(null), () => {}]) {
      Promise.reject(value);
      console.log(value, [value]);
    }
    const error = new Error("x");
    for (const key of ["name", "message", "stack", "cause", "errors"]) {
      Object.defineProperty(error, key, {
        get() {
          throw error;
        },
      });
    }
    Promise.reject(error);
    console.error(error, { error });
    Error.prepareStackTrace = () => error;
    console.log(new TypeError("prepared"));
    Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getThis?.() ?? frame.getFunction?.());
    const { stack } = new Error("frames");
    return `fine ${stack.every((value) => value === undefined)}`;
  },
  throwsRevoked() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    throw proxy;
  },
  throwsSymbol() {
    throw Symbol("s");
  },
  throwsNull() {
    throw null;
  },
  throwsError() {
    const error = new Error("x");
    for (const key of ["name", "message", "stack"]) {
      Object.defineProperty(error, key, {
        get() {
          throw error;
        },
      });
    }
    throw error;
  },
  deep() {
    let value = [];
    for (let i = 0; i < 1e5; i++) value = [value];
    const results = [];
    for (const action of [
      () => JSON.stringify(value),
      () => structuredClone(value),
      () => console.log(value),
      () => console.log({ depth: value }, new Proxy(value, {})),
      () => console.dir(value, { depth: Infinity }),
      () => String(value),
      () => JSON.parse("[".repeat(1e6)),
      () => new RegExp("(".repeat(1e5) + ")".repeat(1e5)),
      () => {
        const deeper = () => deeper();
        deeper();
      },
      () => {
        const deeper = () => {
          try {
            new URL("http://a");
            crypto.randomUUID();
            new Response("x", { headers: { a: "b" } }).clone();
            structuredClone({ a: [1] });
            console.log({ a: 1 });
          } finally {
            deeper();
          }
        };
        deeper();
      },
      () => {
        let proxy = {};
        for (let i = 0; i < 1e5; i++) proxy = new Proxy(proxy, {});
        return proxy.x;
      },
      () => {
        let error = new Error("e");
        for (let i = 0; i < 1e4; i++) error = new Error("e", { cause: error });
        console.log(error);
      },
      () => console.log(new Array(1e6).fill({ a: [1, 2, 3] }), new Map(Array.from({ length: 1e5 }, (_, i) => [i, i]))),
      () => console.table(Array.from({ length: 1e3 }, (_, i) => ({ [i]: i }))),
      () => console.log("%o".repeat(1e4), ...new Array(1e4).fill({})),
      () => console.log("%", "%s%d%i%f%j%c%O", Symbol("x"), 1n, {}),
      () => {
        for (let i = 0; i < 1e5; i++) console.group("g");
        console.log("deep");
      },
    ]) {
      try {
        action();
        results.push("ok");
      } catch (error) {
        results.push(error.name);
      }
    }
    return results.join();
  },
  waits(request, ctx) {
    ctx.waitUntil(Promise.reject(new Error("x")));
    ctx.waitUntil({
      then() {
        throw new Error("y");
      },
    });
    for (let i = 0; i < 1000; i++) ctx.waitUntil(i);
    return "waiting";
  },
  async headers() {
    const results = [];
    results.push(await attempt(() => new Response("", { headers: { a: "\0" } })));
    results.push(await attempt(() => new Response("", { headers: { a: "x\r\ny: z" } })));
    results.push(await attempt(() => new Response("", { headers: { "a b": "x" } })));
    results.push(await attempt(() => new Response("", { headers: { a: "\u1234" } })));
    results.push(await attempt(() => new Response("", { statusText: "a\r\nb" })));
    results.push(await attempt(() => new Response("", { status: 1e9 })));
    return results.join();
  },
  manyHeaders() {
    const headers = new Headers();
    for (let i = 0; i < 1e5; i++) headers.append(`a${i}`, "b");
    return new Response("many", { headers });
  },
  bigHeader: () => new Response("big", { headers: { a: "b".repeat(1e7) } }),
  manyCookies() {
    const headers = new Headers();
    for (let i = 0; i < 5e4; i++) headers.append("set-cookie", `a${i}=b`);
    return new Response(String(headers.getSetCookie().length), { headers });
  },
  floodedBody() {
    return new Response(
      new ReadableStream({
        start(controller) {
          for (;;) controller.enqueue(new Uint8Array(1 << 16).fill(1));
        },
      }),
    );
  },
  silentBody: () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
  brokenBody() {
    return new Response(
      new ReadableStream({
        pull() {
          throw Symbol("s");
        },
      }),
    );
  },
  wrongChunks: () => new Response(new ReadableStream({ start: (controller) => controller.enqueue({}) })),
};

export default {
  async fetch(request, env, ctx) {
    const result = await cases[new URL(request.url).pathname.slice(1)](request, ctx);
    return result instanceof Kept ? result : new Kept(String(result));
  },
};

const Kept = Response;
