// Attacks: memory, by streams that hold more than anybody reads, and by data that becomes more when it is unpacked.
// Becomes: the end of the instance, or an error of the stream's.
// Config: {"limits": {"cpu_ms": 30000}, "compatibility_flags": ["nodejs_compat"]}
// Expect /enqueued: 503 error 1102
// Expect /written: 503 error 1102
// Expect /teed: 503 error 1102
// Expect /inflated: 503 error 1102
// Expect /inflatedAtOnce: 200 as expected
// Expect /piped: 503 error 1102
// Expect /form: 503 error 1102
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from "node:zlib";
import { guest, judge } from "./common/guest.js";

const chunk = () => new Uint8Array(1 << 20).fill(1);

/** Hundreds of megabytes of zeros, in some hundred kilobytes. */
async function bomb() {
  const { readable, writable } = new CompressionStream("gzip");
  const packed = new Response(readable).arrayBuffer();
  const writer = writable.getWriter();
  const zeros = new Uint8Array(1 << 20);
  for (let i = 0; i < 200; i++) await writer.write(zeros);
  await writer.close();
  return packed;
}

export default guest({
  enqueued() {
    let controller;
    globalThis.stream = new ReadableStream({ start: (given) => void (controller = given) });
    for (;;) controller.enqueue(chunk());
  },
  async written() {
    const writer = new WritableStream({ write: () => new Promise(() => {}) }).getWriter();
    for (;;) {
      writer.write(chunk()).catch(() => {});
      await null;
    }
  },
  async teed() {
    const [one, two] = new ReadableStream({ pull: (controller) => controller.enqueue(chunk()) }).tee();
    globalThis.two = two;
    for await (const read of one) if (read.length === 0) return "none";
  },
  async inflated() {
    const unpacked = new Response(await bomb()).body.pipeThrough(new DecompressionStream("gzip"));
    return (await new Response(unpacked).arrayBuffer()).byteLength;
  },
  async inflatedAtOnce() {
    const packed = await bomb();
    return judge([
      ["RangeError", () => gunzipSync(packed, { maxOutputLength: 1 << 20 })],
      [
        "RangeError",
        () => brotliDecompressSync(brotliCompressSync(new Uint8Array(8 << 20)), { maxOutputLength: 1 << 20 }),
      ],
    ]);
  },
  async piped() {
    const { readable, writable } = new TransformStream({}, { highWaterMark: Infinity }, { highWaterMark: Infinity });
    globalThis.readable = readable;
    const writer = writable.getWriter();
    for (;;) {
      await writer.ready;
      writer.write(chunk());
    }
  },
  async form() {
    const data = new FormData();
    const blob = new Blob([chunk()]);
    for (let i = 0; i < 300; i++) data.append("f", blob);
    return (await new Response(data).arrayBuffer()).byteLength;
  },
});
