// Attacks: memory, by objects of the platform that stay alive, and what they hold outside of JavaScript's heap.
// Becomes: a RangeError where one thing is too large, else the end of the instance.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /blobs: 503 error 1102
// Expect /doubledBlob: 503 error 1102
// Expect /cloneOfClone: 503 error 1102
// Expect /compressors: 500 error 1101, log Worker exceeded its memory limit
import { guest } from "./common/guest.js";

const keep = [];
globalThis.keep = keep;

export default guest({
  blobs() {
    const blob = new Blob([new Uint8Array(1 << 20).fill(1)]);
    for (;;) keep.push(new Blob([blob, blob, "x"]));
  },
  doubledBlob() {
    let blob = new Blob(["x".repeat(1 << 16)]);
    for (let i = 0; i < 40; i++) blob = new Blob([blob, blob]);
    return blob.arrayBuffer();
  },
  cloneOfClone() {
    let value = [1];
    for (let i = 0; i < 60; i++) value = [value, structuredClone(value)];
    return value.length;
  },
  compressors() {
    for (;;) keep.push(new CompressionStream("gzip"));
  },
});
