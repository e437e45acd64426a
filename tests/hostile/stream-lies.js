// Attacks: streams that lie: about their length, about what they hold, about whether they have ended.
// Becomes: a TypeError for the liar; a body that was announced and does not come breaks the response off.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /fixed: 200 as expected
// Expect /strategies: 200 as expected
// Expect /controllers: 200 as expected
// Expect /byob: 200 as expected
// Expect /fixedShort: broken
// Expect /fixedLong: broken
// Expect /wrongChunks: broken
// Expect /thrown: broken
// Expect /silent: broken
// Expect /erroredLater: broken
// Expect /endless: 503 error 1102
// Expect /pulledForEver: broken
import { guest, judge } from "./common/guest.js";

const NEVER = new Promise(() => {});
const written = async (length, chunks) => {
  const { readable, writable } = new FixedLengthStream(length);
  const read = new Response(readable).arrayBuffer();
  read.catch(() => {});
  const writer = writable.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
  return (await read).byteLength;
};

export default guest({
  fixed: () =>
    judge([
      [3, () => written(3, [new Uint8Array(3)])],
      ["TypeError", () => written(3, [new Uint8Array(4)])],
      ["TypeError", () => written(3, [new Uint8Array(2)])],
      ["TypeError", () => written(0, [new Uint8Array(1)])],
      ["TypeError", () => written(1, [{}])],
      ["TypeError", () => new FixedLengthStream(-1)],
      ["TypeError", () => new FixedLengthStream(NaN)],
      ["TypeError", () => new FixedLengthStream(Infinity)],
      ["TypeError", () => new FixedLengthStream(2 ** 53)],
    ]),
  strategies: () =>
    judge([
      ["RangeError", () => new ReadableStream({}, { highWaterMark: -1 })],
      ["RangeError", () => new ReadableStream({}, { highWaterMark: NaN })],
      ["RangeError", () => new WritableStream({}, { highWaterMark: -Infinity })],
      ["RangeError", () => new ReadableStream({ type: "bytes" }, { size: () => 1 })],
      ["RangeError", () => new ReadableStream({ start: (c) => c.enqueue(1) }, { size: () => NaN })],
      ["RangeError", () => new ReadableStream({ start: (c) => c.enqueue(1) }, { size: () => -1 })],
      ["RangeError", () => new ReadableStream({ start: (c) => c.enqueue(1) }, { size: () => Infinity })],
      ["EvalError", () => new ReadableStream({ start: (c) => c.enqueue(1) }, { size() { throw new EvalError(); } })], // prettier-ignore
      ["TypeError", () => new ReadableStream({ type: "bytes", autoAllocateChunkSize: 0 })],
      ["TypeError", () => new ReadableStream({ type: "bytes", autoAllocateChunkSize: -1 })],
      ["TypeError", () => new ReadableStream({ pull: 1 })],
      ["TypeError", () => new CountQueuingStrategy()],
    ]),
  controllers() {
    let controller;
    const stream = (source) => new ReadableStream({ ...source, start: (given) => void (controller = given) });
    return judge([
      ["TypeError", () => (stream(), controller.close(), controller.enqueue("x"))],
      ["TypeError", () => (stream(), controller.close(), controller.close())],
      ["TypeError", () => (stream(), controller.error("e"), controller.enqueue("x"))],
      ["TypeError", () => (stream({ type: "bytes" }), controller.enqueue(new Uint8Array(0)))],
      ["TypeError", () => (stream({ type: "bytes" }), controller.enqueue({ buffer: new ArrayBuffer(1) }))],
      ["TypeError", () => new Response("x").body.pipeTo(new Proxy(new WritableStream(), {}))],
      ["TypeError", () => new Response(new Proxy(new ReadableStream(), {})).body.getReader().read().then(() => { throw new TypeError("read"); })], // prettier-ignore
      ["TypeError", () => new Response("x").body.pipeThrough({ readable: 1, writable: new WritableStream() })],
      ["AbortError", () => new Response("x").body.pipeTo(new WritableStream(), { signal: AbortSignal.abort() })],
    ]);
  },
  byob() {
    const read = (act) => {
      const stream = new ReadableStream({
        type: "bytes",
        pull(controller) {
          act(controller.byobRequest, controller);
        },
      });
      return stream.getReader({ mode: "byob" }).read(new Uint8Array(8));
    };
    return judge([
      ["RangeError", () => read((request) => request.respond(9))],
      ["TypeError", () => read((request) => request.respond(-1))],
      ["TypeError", () => read((request) => request.respond(0))],
      ["RangeError", () => read((request) => request.respondWithNewView(new Uint8Array(16)))],
      ["RangeError", () => read((request) => request.respondWithNewView(new Uint8Array(request.view.buffer, 1, 1)))],
      // The read has its byte by then; the error is the pull's.
      [1, async () => (await read((request) => (request.respond(1), request.respond(1)))).value.length],
    ]);
  },
  async fixedShort() {
    const { readable, writable } = new FixedLengthStream(10);
    const writer = writable.getWriter();
    scheduler.wait(20).then(() => writer.write(new Uint8Array(4))).then(() => writer.close()).catch(() => {}); // prettier-ignore
    return new Response(readable);
  },
  async fixedLong() {
    const { readable, writable } = new FixedLengthStream(10);
    const writer = writable.getWriter();
    scheduler.wait(20).then(() => writer.write(new Uint8Array(40))).catch(() => {}); // prettier-ignore
    return new Response(readable);
  },
  wrongChunks: () => new Response(new ReadableStream({ start: (controller) => controller.enqueue({}) })),
  thrown() {
    return new Response(
      new ReadableStream({
        pull() {
          throw Symbol("s");
        },
      }),
    );
  },
  silent: () => new Response(new ReadableStream({ pull: () => NEVER })),
  erroredLater() {
    let pulls = 0;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await scheduler.wait(5);
          if (pulls++ === 3) controller.error(null);
          else controller.enqueue(new Uint8Array(1000));
        },
      }),
    );
  },
  endless() {
    return new Response(
      new ReadableStream({
        start(controller) {
          for (;;) controller.enqueue(new Uint8Array(1 << 16).fill(1));
        },
      }),
    );
  },
  pulledForEver() {
    // Nothing comes of it, and it is always about to.
    return new Response(new ReadableStream({ pull: () => null }), { headers: { "content-length": "5" } });
  },
});
