// Guests that want more memory than there is.

const keep = [];
globalThis.keep = keep;

const cases = {
  arrays() {
    for (;;) keep.push(new Array(1000).fill({}));
  },
  oneArray() {
    return new Array(3e7).fill(1.5).length;
  },
  hugeArray() {
    const array = [];
    for (let i = 0; ; i++) array[i] = i + 0.5;
  },
  doubledString() {
    let text = "x";
    for (;;) text = (text + text).split("").join("");
  },
  flattened() {
    const text = "ab".repeat(2 ** 26);
    return text.charCodeAt(5) + JSON.stringify(text).length;
  },
  conses() {
    let text = "x";
    for (;;) text = `${text}${Math.random()}`;
  },
  mapped() {
    const map = new Map();
    for (let i = 0; ; i++) map.set({}, i);
  },
  setted() {
    const set = new Set();
    for (let i = 0; ; i++) set.add(i);
  },
  closures() {
    let next = () => 1;
    for (;;) {
      const previous = next;
      next = () => previous;
    }
  },
  spread() {
    const array = new Array(1e6).fill(0);
    for (;;) array.push(...array.slice(0, 100000));
  },
  buffers() {
    for (;;) keep.push(new Uint8Array(1 << 20).fill(1));
  },
  oneBuffer() {
    return new Uint8Array(2 ** 32).fill(1).length;
  },
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
    return keep.length;
  },
  encoded() {
    const text = "x".repeat(1 << 20);
    for (;;) keep.push(new TextEncoder().encode(text));
  },
  garbageBuffers() {
    for (let i = 0; i < 30; i++) new Uint8Array(16 << 20)[1] = 1;
    return "fine";
  },
  garbageEncoded() {
    const text = "x".repeat(1 << 20);
    for (let i = 0; i < 500; i++) new TextEncoder().encode(text);
    return "fine";
  },
  wasmGrown() {
    const memory = new WebAssembly.Memory({ initial: 1 });
    for (;;) {
      memory.grow(256);
      new Uint8Array(memory.buffer).fill(1);
    }
  },
  wasmTables() {
    for (;;) keep.push(new WebAssembly.Table({ initial: 1e7, element: "externref" }));
  },
  wasmMemories() {
    const all = [];
    for (;;) all.push(new WebAssembly.Memory({ initial: 160 }));
  },
  garbageWasmMemories() {
    for (let i = 0; i < 200; i++) new Uint8Array(new WebAssembly.Memory({ initial: 160 }).buffer)[i] = 1;
    return new Response("fine");
  },
  grownWasmMemories() {
    const all = [];
    for (let i = 0; i < 100; i++) all.push(new WebAssembly.Memory({ initial: 1 }));
    for (const memory of all) {
      memory.grow(2000);
      new Uint8Array(memory.buffer).fill(1);
    }
    return new Response("full");
  },
  compressors() {
    for (;;) keep.push(new CompressionStream("gzip"));
  },
  blobs() {
    const blob = new Blob([new Uint8Array(1 << 20).fill(1)]);
    for (;;) keep.push(new Blob([blob, blob, "x"]));
  },
  doubledBlob() {
    let blob = new Blob(["x".repeat(1 << 16)]);
    for (let i = 0; i < 40; i++) blob = new Blob([blob, blob]);
    return blob.arrayBuffer();
  },
  cloned() {
    let value = [1];
    for (let i = 0; i < 60; i++) value = [value, structuredClone(value)];
    return value.length;
  },
  promises() {
    for (;;) keep.push(new Promise(() => {}));
  },
  timers() {
    for (let i = 0; ; i++) setTimeout(() => {}, 1e6 + i);
  },
  errors() {
    Error.stackTraceLimit = 1e9;
    const deep = (n) => (n === 0 ? keep.push(new Error("deep")) : deep(n - 1));
    for (;;) deep(3000);
  },
};

export default {
  async fetch(request) {
    const result = await cases[new URL(request.url).pathname.slice(1)](request);
    return result instanceof Response ? result : new Response(String(result));
  },
};
