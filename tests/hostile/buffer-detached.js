// Attacks: native code, by buffers that are detached, resized or grown while it has them.
// Becomes: an error, or the bytes as they were; never memory that is no more.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /detached: 200 as expected
// Expect /resized: 200 as expected
// Expect /shared: 200 as expected
// Expect /streams: 200 as expected
// Expect /later: 200 as expected
import { guest, judge } from "./common/guest.js";

const SIZE = 1 << 16;
const bytes = () => new Uint8Array(SIZE).fill(7);
const detach = (view) => structuredClone(view.buffer, { transfer: [view.buffer] });
/** A text that takes the buffer away when it is asked for. */
const taking = (view, value) => ({
  get name() {
    detach(view);
    return value;
  },
  toString() {
    detach(view);
    return value;
  },
});
/** What came of it, as a word: nothing that can be told from a correct end. */
const ended = async (attempt) => {
  try {
    await attempt();
    return "ended";
  } catch (error) {
    return error instanceof Error ? "ended" : "no error";
  }
};
const all = (attempts) => judge(attempts.map((attempt) => ["ended", () => ended(attempt)]));
const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };

export default guest({
  async detached() {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt", "decrypt"]);
    const attempts = [];
    const with_ = (use) => {
      const view = bytes();
      attempts.push(() => use(view));
    };
    with_((view) => crypto.subtle.digest(taking(view, "SHA-256"), view));
    with_((view) => crypto.subtle.importKey("raw", view, taking(view, "AES-GCM"), true, ["encrypt"]));
    with_((view) => crypto.subtle.sign(taking(view, "HMAC"), key, view));
    with_((view) => crypto.subtle.verify(taking(view, "HMAC"), key, view, view));
    with_((view) =>
      crypto.subtle.encrypt({ ...algorithm, get additionalData() { return detach(view), view; } }, key, view)); // prettier-ignore
    with_((view) => new TextEncoder().encodeInto(taking(view, "text"), view));
    with_((view) => new TextDecoder().decode(view, { get stream() { return detach(view), false; } })); // prettier-ignore
    with_((view) => new Blob([view, taking(view, "text")]));
    with_((view) => new Response(view, { get status() { return detach(view), 200; } }).text()); // prettier-ignore
    with_((view) => new Request("https://a.test", { body: view, get method() { return detach(view), "POST"; } }).text()); // prettier-ignore
    with_((view) => structuredClone([view, { get a() { return detach(view); } }])); // prettier-ignore
    with_((view) => structuredClone([{ get a() { return detach(view); } }, view], { transfer: [view.buffer] })); // prettier-ignore
    with_((view) => structuredClone(view, { transfer: [view.buffer, view.buffer] }));
    with_((view) => (detach(view), crypto.getRandomValues(view)));
    with_((view) => (detach(view), crypto.subtle.timingSafeEqual(view, view)));
    with_((view) => (detach(view), new TextDecoder().decode(view)));
    with_((view) => (detach(view), new Response(view).text()));
    with_((view) => (detach(view), new File([view], "x").text()));
    with_((view) => console.log(view, (detach(view), view)));
    with_((view) => atob({ toString: () => (detach(view), String.fromCharCode(...view.subarray(0, 4))) }));
    return all(attempts);
  },
  async resized() {
    const attempts = [];
    const with_ = (use) => {
      const buffer = new ArrayBuffer(SIZE, { maxByteLength: SIZE * 2 });
      const view = new Uint8Array(buffer);
      attempts.push(() => use(view, buffer));
      attempts.push(() => use(new Uint8Array(buffer, 100), buffer));
      attempts.push(() => use(new DataView(buffer, 8, 8), buffer));
    };
    const shrink = (buffer, value) => ({
      get name() {
        buffer.resize(1);
        return value;
      },
      toString() {
        buffer.resize(0);
        return value;
      },
    });
    const grow = (buffer) => ({
      get name() {
        buffer.resize(SIZE * 2);
        return "SHA-1";
      },
    });
    with_((view, buffer) => crypto.subtle.digest(shrink(buffer, "SHA-1"), view));
    with_((view, buffer) => crypto.subtle.digest(grow(buffer), view));
    with_((view, buffer) => new TextEncoder().encodeInto(shrink(buffer, "text"), view));
    with_((view, buffer) => new TextDecoder().decode(view, { get stream() { return buffer.resize(0), true; } })); // prettier-ignore
    with_((view, buffer) => new Blob([view, shrink(buffer, "x"), view]).text());
    with_((view, buffer) => (buffer.resize(3), crypto.getRandomValues(view)));
    with_((view, buffer) => (buffer.resize(3), structuredClone(view)));
    with_((view, buffer) => (buffer.resize(3), new Response(view).text()));
    with_((view, buffer) => (buffer.resize(3), console.log(view)));
    return all(attempts);
  },
  shared() {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const view = new Uint8Array(buffer);
    return judge([
      ["TypeError", () => crypto.getRandomValues(view)],
      ["TypeError", () => new TextDecoder().decode(view)],
      ["TypeError", () => crypto.subtle.digest("SHA-1", view)],
      ["TypeError", () => crypto.subtle.importKey("raw", view, "PBKDF2", false, ["deriveBits"])],
      ["TypeError", () => new TextEncoder().encodeInto("x", view)],
      ["DataCloneError", () => structuredClone(view)],
      ["DataCloneError", () => structuredClone(buffer, { transfer: [buffer] })],
    ]);
  },
  streams() {
    const byob = (steal) => () => {
      const stream = new ReadableStream({
        type: "bytes",
        pull(controller) {
          const request = controller.byobRequest;
          steal(request, controller);
        },
      });
      return stream.getReader({ mode: "byob" }).read(bytes());
    };
    const wasm = new WebAssembly.Memory({ initial: 1 });
    return all([
      byob((request) => {
        detach(request.view);
        request.respond(10);
      }),
      byob((request) => request.respond(SIZE * 2)),
      byob((request) => request.respond(-1)),
      byob((request) => request.respondWithNewView(new Uint8Array(1))),
      byob((request) => request.respondWithNewView(new Uint8Array(wasm.buffer))),
      byob((request, controller) => {
        controller.enqueue(request.view);
        request.respond(1);
      }),
      byob((request, controller) => {
        detach(request.view);
        controller.enqueue(request.view);
      }),
      () => new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }).read(new Uint8Array(wasm.buffer)),
      () => new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }).read(new Uint8Array(0)),
      async () => {
        const { readable, writable } = new CompressionStream("gzip");
        const writer = writable.getWriter();
        const chunk = bytes();
        const written = writer.write(chunk);
        detach(chunk);
        writer.close();
        await new Response(readable).arrayBuffer();
        await written;
      },
    ]);
  },
  async later() {
    // What was handed over stays what it was, or is the error of a buffer that is gone: while it is on its way, it is
    // overwritten.
    const chunk = bytes();
    const response = new Response(chunk);
    chunk.fill(8);
    const read = new Uint8Array(await response.arrayBuffer());
    const blob = new Blob([chunk]);
    detach(chunk);
    const kept = new Uint8Array(await blob.arrayBuffer());
    return judge([
      [true, () => read.every((byte) => byte === 7)],
      [true, () => kept.every((byte) => byte === 8) && kept.length === SIZE],
    ]);
  },
});
