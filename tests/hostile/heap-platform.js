// Attacks: memory, by objects of the platform that stay alive, and what they hold outside of JavaScript's heap.
// Becomes: a RangeError where one thing is too large, else the end of the instance.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /blobs: 503 error 1102
// Expect /doubledBlob: 503 error 1102
// Expect /clones: 503 error 1102
// Expect /cloneOfClone: 503 error 1102
// Expect /headers: 503 error 1102
// Expect /requests: 503 error 1102
// Expect /urls: 503 error 1102
// Expect /searchParams: 503 error 1102
// Expect /patterns: 503 error 1102
// Expect /streams: 503 error 1102
// Expect /events: 503 error 1102
// Expect /listeners: 503 error 1102
// Expect /signals: 503 error 1102
// Expect /formData: 503 error 1102
// Expect /compressors: 500 error 1101, log Worker exceeded its memory limit
// Expect /rewriters: 503 error 1102
// Expect /decoded: 503 error 1102
// Expect /ports: 503 error 1102
// Expect /keys: 503 error 1102
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
  clones() {
    const value = new Array(1e4).fill({ a: [1] });
    for (;;) keep.push(structuredClone(value));
  },
  cloneOfClone() {
    let value = [1];
    for (let i = 0; i < 60; i++) value = [value, structuredClone(value)];
    return value.length;
  },
  headers() {
    for (let i = 0; ; i++) keep.push(new Headers([["a", String(i)]]));
  },
  requests() {
    for (let i = 0; ; i++) keep.push(new Request(`https://a.test/${i}`, { method: "POST", body: `${i}` }));
  },
  urls() {
    for (let i = 0; ; i++) keep.push(new URL(`https://a.test/${i}`));
  },
  searchParams() {
    const params = new URLSearchParams();
    for (let i = 0; ; i++) params.append(`k${i}`, `v${i}`);
  },
  patterns() {
    for (let i = 0; ; i++) keep.push(new URLPattern({ pathname: `/:a${i}/*` }));
  },
  streams() {
    for (;;) keep.push(new TransformStream(), new ReadableStream({ type: "bytes" }));
  },
  events() {
    for (;;) keep.push(new CustomEvent("x", { detail: keep }));
  },
  listeners() {
    const target = new EventTarget();
    for (;;) target.addEventListener("x", () => keep);
  },
  signals() {
    const { signal } = new AbortController();
    for (;;) keep.push(AbortSignal.any([signal]));
  },
  formData() {
    const data = new FormData();
    for (let i = 0; ; i++) data.append(`k${i}`, new Blob(["x"]), "f");
  },
  compressors() {
    for (;;) keep.push(new CompressionStream("gzip"));
  },
  rewriters() {
    for (;;) keep.push(new HTMLRewriter().on("a", { element: () => keep }));
  },
  decoded() {
    const bytes = new Uint8Array(1 << 20).fill(65);
    for (;;) keep.push(new TextDecoder().decode(bytes));
  },
  ports() {
    for (;;) keep.push(new MessageChannel());
  },
  async keys() {
    for (;;) keep.push(await crypto.subtle.importKey("raw", new Uint8Array(1 << 16), "PBKDF2", false, ["deriveBits"]));
  },
});
