// Attacks: memory outside of JavaScript's heap: buffers in one piece, in many, resizable, reserved, transferred.
// Becomes: a RangeError, or the end of the instance; buffers that are garbage are no attack.
// Config: {"limits": {"cpu_ms": 8000}}
// Expect /many: 503 error 1102
// Expect /one: 503 error 1102
// Expect /resized: 500 error 1101, log RangeError: Array buffer allocation failed
// Expect /manyResized: 503 error 1102
// Expect /reserved: 500 error 1101, log RangeError: Array buffer allocation failed
// Expect /doubled: 503 error 1102
// Expect /random: 503 error 1102
// Expect /garbage: 200 fine
// Expect /garbageEncoded: 200 fine
import { guest } from "./common/guest.js";

const keep = [];
globalThis.keep = keep;

export default guest({
  many() {
    for (;;) keep.push(new Uint8Array(1 << 20).fill(1));
  },
  one: () => new Uint8Array(2 ** 32).fill(1).length,
  resized() {
    const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 32 });
    buffer.resize(2 ** 32);
    return new Uint8Array(buffer).fill(1).length;
  },
  manyResized() {
    for (;;) {
      const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 26 });
      buffer.resize(2 ** 26);
      keep.push(new Uint8Array(buffer).fill(1));
    }
  },
  reserved() {
    for (let i = 0; i < 1e6; i++) keep.push(new ArrayBuffer(1, { maxByteLength: 2 ** 30 }));
  },
  doubled() {
    let buffer = new ArrayBuffer(1);
    for (;;) {
      buffer = buffer.transfer(buffer.byteLength * 2);
      new Uint8Array(buffer).fill(1);
    }
  },
  random() {
    for (;;) keep.push(crypto.getRandomValues(new Uint8Array(1 << 16)));
  },
  garbage() {
    for (let i = 0; i < 30; i++) new Uint8Array(16 << 20)[1] = 1;
    return "fine";
  },
  garbageEncoded() {
    const text = "x".repeat(1 << 20);
    for (let i = 0; i < 500; i++) new TextEncoder().encode(text);
    return "fine";
  },
});
