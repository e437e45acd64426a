// Ports, and the streams and native bodies behind them, over turns that the test takes by hand.

import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ops } from "./stub-ops.mjs";

const turns = [];
const calls = [];
let atGlobalScope = false;
Object.assign(ops, {
  op_invocation_id() {
    if (atGlobalScope) throw new Error("Disallowed operation called within global scope.");
    return 1;
  },
  op_async_context_get: () => 1,
  op_async_context_set() {},
  op_task_turn: () => new Promise((resolve) => turns.push(resolve)),
  op_now: () => 0,
  // Node's own serializer does what V8's does here; of the platform's objects it knows nothing.
  op_structured_clone(value, buffers, isPlatform, clonePlatform, transferPlatform) {
    const walk = (part) => {
      if (typeof part === "object" && part !== null && isPlatform(part)) return { platform: clonePlatform(part) };
      return { plain: structuredClone(part, { transfer: buffers }) };
    };
    const walked = Array.isArray(value) ? value.map(walk) : walk(value);
    transferPlatform?.();
    const unwrap = (part) => ("platform" in part ? part.platform : part.plain);
    return Array.isArray(walked) ? walked.map(unwrap) : unwrap(walked);
  },
  op_body_tee(id) {
    calls.push(`tee ${id}`);
    return [id * 10, id * 10 + 1];
  },
  op_body_join(id, length) {
    calls.push(`join ${id} ${length}`);
    return [id + 100, id + 200];
  },
  op_body_joined(id) {
    calls.push(`joined ${id}`);
    return Promise.resolve();
  },
  op_body_cancel(id) {
    calls.push(`cancel ${id}`);
  },
  op_body_read(id) {
    calls.push(`read ${id}`);
    return Promise.resolve(null);
  },
});

const { MessageChannel } = await import("../../js/messaging/index.js");
const { cloneWithTransfer } = await import("../../js/structured-clone/structured-clone.js");
const { createNativeByteStream, takeNativeSource, FixedLengthStream, IdentityTransformStream, TransformStream } =
  await import("../../js/streams/index.js");
const { AbortController } = await import("../../js/events/index.js");
const { NativeBody } = await import("../../js/fetch/body-source.js");

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** One turn. */
async function turn() {
  turns.shift()();
  await settle();
}

/** Turns until none is asked for. */
async function allTurns() {
  await settle();
  while (turns.length > 0) await turn();
}

test("each message has a turn, and one turn is asked for at a time", async () => {
  const { port1, port2 } = new MessageChannel();
  const seen = [];
  port2.onmessage = (event) => seen.push(event.data);
  port1.postMessage("a");
  port1.postMessage("b");
  await settle();
  assert.deepEqual([seen.length, turns.length], [0, 1]);
  await turn();
  assert.deepEqual([seen.join(), turns.length], ["a", 1]);
  await turn();
  assert.deepEqual([seen.join(), turns.length], ["a,b", 0]);
});

test("a port waits for its first listener, and again when the last one is gone", async () => {
  const { port1, port2 } = new MessageChannel();
  const seen = [];
  const listener = (event) => seen.push(event.data);
  port1.postMessage(1);
  assert.equal(turns.length, 0);
  port2.addEventListener("message", listener);
  await allTurns();
  port2.removeEventListener("message", listener);
  port1.postMessage(2);
  await allTurns();
  assert.deepEqual(seen, [1]);
  port2.addEventListener("message", listener);
  await allTurns();
  assert.deepEqual(seen, [1, 2]);
});

test("at global scope a message is a microtask", async () => {
  atGlobalScope = true;
  const { port1, port2 } = new MessageChannel();
  const seen = [];
  port2.onmessage = (event) => seen.push(event.data);
  port1.postMessage(1);
  atGlobalScope = false;
  assert.deepEqual(seen, []);
  await settle();
  assert.deepEqual([seen, turns.length], [[1], 0]);
});

test("a port takes its queue along, and leaves nothing behind", async () => {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = () => assert.fail("the old port");
  port1.postMessage(1);
  const { value, received } = cloneWithTransfer([port2, "x"], [port2]);
  assert.equal(value[0], received[0]);
  const seen = [];
  received[0].onmessage = (event) => seen.push(event.data);
  port1.postMessage(2);
  port2.postMessage("to nobody");
  await allTurns();
  assert.deepEqual(seen, [1, 2]);
  assert.throws(() => cloneWithTransfer(0, [port2]), { name: "DataCloneError" });
});

test("a close is heard by the other side, after the messages before it", async () => {
  const { port1, port2 } = new MessageChannel();
  const seen = [];
  port2.onmessage = (event) => seen.push(event.data);
  port2.onclose = (event) => seen.push(event.type);
  port1.onclose = () => seen.push("on the closing side");
  port1.postMessage("last");
  port1.close();
  port1.postMessage("too late");
  port2.postMessage("to a closed port");
  await allTurns();
  assert.deepEqual(seen, ["last", "close"]);
});

test("an untouched native body is teed and piped without a read", async () => {
  calls.length = 0;
  const [first, second] = createNativeByteStream(new NativeBody(1, null)).tee();
  assert.deepEqual([takeNativeSource(first).id, takeNativeSource(second).id], [10, 11]);
  for (const transform of [new IdentityTransformStream(), new TransformStream(), new FixedLengthStream(5)]) {
    const { readable, writable } = transform;
    const source = createNativeByteStream(new NativeBody(2, null));
    const piped = source.pipeTo(writable);
    assert.deepEqual([source.locked, writable.locked, readable.locked], [true, true, false]);
    assert.equal(takeNativeSource(readable).id, 102);
    await piped;
    assert.deepEqual([source.locked, writable.locked, readable.locked], [false, false, true]);
    await writable.getWriter().closed;
  }
  assert.deepEqual(calls, ["tee 1", ...["null", "null", "5"].flatMap((length) => [`join 2 ${length}`, "joined 202"])]);
});

test("what has been touched, or is piped with options, goes chunk by chunk", async () => {
  const cases = [
    (stream, { writable }) => stream.pipeTo(writable, { preventClose: true }),
    (stream, { writable }) => stream.pipeTo(writable, { signal: new AbortController().signal }),
    (stream, { readable, writable }) => {
      readable.getReader();
      return stream.pipeTo(writable);
    },
    (stream, { writable }) => {
      writable.getWriter().releaseLock();
      stream.getReader().releaseLock();
      return stream.pipeTo(writable);
    },
  ];
  for (const run of cases) {
    calls.length = 0;
    const stream = createNativeByteStream(new NativeBody(3, null));
    await Promise.race([run(stream, new IdentityTransformStream()).catch(() => {}), settle()]);
    assert.ok(!calls.some((call) => call.startsWith("join")), calls.join());
  }
});

test("a pipe that is given up rejects with the reason", async () => {
  calls.length = 0;
  const { readable, writable } = new IdentityTransformStream();
  const source = createNativeByteStream(new NativeBody(4, null));
  const piped = source.pipeTo(writable);
  const reason = new Error("enough");
  await readable.cancel(reason);
  await assert.rejects(piped, reason);
  await assert.rejects(writable.getWriter().closed, reason);
  assert.ok(calls.includes("cancel 104"), calls.join());
});
