import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbortController } from "../../js/events/index.js";
import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  FixedLengthStream,
  IdentityTransformStream,
  ReadableStream,
  TransformStream,
  WritableStream,
  createNativeByteStream,
  createReadableStream,
  createTransformStream,
  expectedLengthOf,
  getNativeSource,
  isReadableStreamDisturbed,
  isReadableStreamLocked,
  readAllBytes,
  readableStreamClose,
  readableStreamEnqueue,
  readableStreamTee,
  takeNativeSource,
} from "../../js/streams/index.js";

const bytes = (...values) => new Uint8Array(values);
const collect = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

/** A native source over a list of chunks, which notes what was done to it. */
function source(...chunks) {
  const calls = [];
  return {
    id: 7,
    calls,
    async pull() {
      calls.push("pull");
      return chunks.shift() ?? null;
    },
    async cancel(reason) {
      calls.push(`cancel ${reason}`);
    },
  };
}

test("a transform between a source and a sink sees every chunk in order", async () => {
  const seen = [];
  await ReadableStream.from([1, 2, 3])
    .pipeThrough(
      new TransformStream({
        transform: (chunk, controller) => controller.enqueue(chunk * 10),
        flush: (controller) => controller.enqueue("end"),
      }),
    )
    .pipeTo(new WritableStream({ write: (chunk) => void seen.push(chunk) }));
  assert.deepEqual(seen, [10, 20, 30, "end"]);
});

test("backpressure: a source is not pulled beyond what its strategy and reader want", async () => {
  let pulled = 0;
  const stream = new ReadableStream(
    { pull: (controller) => controller.enqueue(pulled++) },
    new CountQueuingStrategy({ highWaterMark: 3 }),
  );
  const reader = stream.getReader();
  await reader.read();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pulled, 4);
});

test("a byte strategy counts bytes", async () => {
  const stream = new WritableStream(
    { write: () => new Promise(() => {}) },
    new ByteLengthQueuingStrategy({ highWaterMark: 10 }),
  );
  const writer = stream.getWriter();
  writer.write(bytes(1, 2, 3));
  assert.equal(writer.desiredSize, 7);
});

test("tee gives both branches everything, and cancels the source when both are cancelled", async () => {
  const [first, second] = ReadableStream.from(["a", "b"]).tee();
  assert.deepEqual(await collect(first), ["a", "b"]);
  assert.deepEqual(await collect(second), ["a", "b"]);

  let reason;
  const [third, fourth] = new ReadableStream({ cancel: (given) => void (reason = given) }).tee();
  await Promise.all([third.cancel("x"), fourth.cancel("y")]);
  assert.deepEqual(reason, ["x", "y"]);
});

test("an aborted pipe aborts its destination and cancels its source with the signal's reason", async () => {
  const controller = new AbortController();
  const events = [];
  const readable = new ReadableStream({ cancel: (reason) => void events.push(["cancel", reason]) });
  const writable = new WritableStream({ abort: (reason) => void events.push(["abort", reason]) });
  const pipe = readable.pipeTo(writable, { signal: controller.signal });
  controller.abort("stop");
  await assert.rejects(pipe, (error) => error === "stop");
  assert.deepEqual(events, [
    ["abort", "stop"],
    ["cancel", "stop"],
  ]);
});

test("a BYOB read fills the caller's memory", async () => {
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { view } = controller.byobRequest;
      view[0] = 42;
      controller.byobRequest.respond(1);
    },
  });
  const { value, done } = await stream.getReader({ mode: "byob" }).read(new Uint8Array(4));
  assert.equal(done, false);
  assert.deepEqual(value, bytes(42));
  assert.equal(value.buffer.byteLength, 4);
});

test("patched prototypes are not consulted", async () => {
  const then = Promise.prototype.then;
  const { push, shift } = Array.prototype;
  const fail = () => {
    throw new Error("a patched method was called");
  };
  let result;
  Promise.prototype.then = fail;
  Array.prototype.push = fail;
  Array.prototype.shift = fail;
  Object.defineProperty(Object.prototype, "highWaterMark", { get: fail, configurable: true });
  try {
    const reader = new ReadableStream({ start: (controller) => controller.enqueue(1) }).tee()[0].getReader();
    result = await reader.read();
  } finally {
    Promise.prototype.then = then;
    Array.prototype.push = push;
    Array.prototype.shift = shift;
    delete Object.prototype.highWaterMark;
  }
  assert.deepEqual(result, { value: 1, done: false });
});

test("a native stream is untouched until it is read", async () => {
  const native = source(bytes(1, 2), bytes(3));
  const stream = createNativeByteStream(native);
  assert.equal(getNativeSource(stream), native);
  assert.equal(stream.locked, false);
  assert.deepEqual(native.calls, []);
  const reader = stream.getReader();
  assert.equal(getNativeSource(stream), undefined);
  assert.deepEqual(await reader.read(), { value: bytes(1, 2), done: false });
  assert.deepEqual(native.calls, ["pull"]);
  reader.releaseLock();
  assert.equal(getNativeSource(stream), undefined, "it has been read from");
  assert.deepEqual(await collect(stream), [bytes(3)]);
});

test("a native stream serves BYOB reads, a tee and a cancel", async () => {
  const reader = createNativeByteStream(source(bytes(1, 2, 3))).getReader({ mode: "byob" });
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, bytes(1, 2));
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, bytes(3));
  const end = await reader.read(new Uint8Array(2));
  assert.deepEqual([end.done, end.value.byteLength], [true, 0]);

  const [first, second] = readableStreamTee(createNativeByteStream(source(bytes(1), bytes(2))));
  assert.deepEqual(await readAllBytes(first), bytes(1, 2));
  assert.deepEqual(await readAllBytes(second), bytes(1, 2));

  const native = source(bytes(1));
  await createNativeByteStream(native).cancel("enough");
  assert.deepEqual(native.calls, ["cancel enough"]);
});

test("a native source that fails errors the stream", async () => {
  const failing = { pull: () => Promise.reject(new Error("connection lost")) };
  await assert.rejects(collect(createNativeByteStream(failing)), /connection lost/);
  await assert.rejects(readAllBytes(createNativeByteStream(failing)), /connection lost/);
});

test("whoever takes the native source leaves a locked and disturbed stream", async () => {
  const native = source(bytes(1));
  const stream = createNativeByteStream(native);
  assert.equal(takeNativeSource(stream), native);
  assert.equal(takeNativeSource(stream), undefined);
  assert.equal(isReadableStreamLocked(stream), true);
  assert.equal(isReadableStreamDisturbed(stream), true);
  assert.throws(() => stream.getReader(), TypeError);
  assert.deepEqual(native.calls, []);
});

test("readAllBytes joins chunks, refuses others, and uses a source's own readAll", async () => {
  assert.deepEqual(await readAllBytes(ReadableStream.from([bytes(1), bytes(2, 3)])), bytes(1, 2, 3));
  assert.deepEqual(await readAllBytes(ReadableStream.from([])), bytes());
  await assert.rejects(readAllBytes(ReadableStream.from(["text"])), TypeError);
  const many = createReadableStream({ highWaterMark: Infinity });
  for (let index = 0; index < 50_000; index++) readableStreamEnqueue(many, bytes(index));
  readableStreamClose(many);
  assert.equal((await readAllBytes(many)).byteLength, 50_000);
  const native = { ...source(), readAll: async () => bytes(9) };
  assert.deepEqual(await readAllBytes(createNativeByteStream(native)), bytes(9));
});

test("createTransformStream makes a transform of functions", async () => {
  const transform = createTransformStream({
    async transform(chunk) {
      transform.enqueue(chunk + 1);
    },
  });
  assert.deepEqual(await collect(ReadableStream.from([1, 2]).pipeThrough(transform)), [2, 3]);
});

test("IdentityTransformStream hands bytes over when they are asked for", async () => {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  let written = false;
  const write = writer.write(bytes(1, 2)).then(() => (written = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(written, false);
  const reader = readable.getReader({ mode: "byob" });
  assert.deepEqual((await reader.read(new Uint8Array(8))).value, bytes(1, 2));
  await write;
  const end = reader.read(new Uint8Array(8));
  await writer.close();
  assert.equal((await end).done, true);
});

test("IdentityTransformStream takes only bytes", async () => {
  const writer = new IdentityTransformStream().writable.getWriter();
  await assert.rejects(writer.write("text"), /received a string on its writable side/);
  const other = new IdentityTransformStream().writable.getWriter();
  await assert.rejects(other.write({}), /received an object of non-ArrayBuffer\/ArrayBufferView type/);
});

test("FixedLengthStream insists on its length", async () => {
  assert.throws(() => new FixedLengthStream(-1), /requires an integer expected length less than 2\^53/);
  const exact = new FixedLengthStream(3);
  assert.equal(expectedLengthOf(exact.readable), 3);
  const all = readAllBytes(exact.readable);
  const writer = exact.writable.getWriter();
  await writer.write(bytes(1, 2, 3));
  await writer.close();
  assert.deepEqual(await all, bytes(1, 2, 3));

  const short = new FixedLengthStream(3);
  const shortBytes = readAllBytes(short.readable);
  const shortWriter = short.writable.getWriter();
  shortWriter.write(bytes(1));
  const message = /FixedLengthStream did not see all expected bytes before close\(\)\./;
  await Promise.all([assert.rejects(shortWriter.close(), message), assert.rejects(shortBytes, message)]);

  const long = new FixedLengthStream(1).writable.getWriter();
  await assert.rejects(long.write(bytes(1, 2)), /Attempt to write too many bytes through a FixedLengthStream\./);
});

test("cancelling an identity stream's reader fails its writer", async () => {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const write = writer.write(bytes(1));
  const failed = assert.rejects(write, (error) => error === "gone");
  await new Promise((resolve) => setImmediate(resolve));
  await readable.cancel("gone");
  await failed;
  await assert.rejects(writer.closed, (error) => error === "gone");
});
