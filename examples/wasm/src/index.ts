import hashModule from "./hash.wasm";

const OFFSET_BASIS = 0x811c9dc5;

interface Hasher {
  memory: WebAssembly.Memory;
  fnv1a(start: number, length: number, hash: number): number;
}

export default {
  async fetch(request) {
    if (!request.body) return new Response("Send a body to hash, with POST.\n", { status: 400 });

    const instance = await WebAssembly.instantiate(hashModule);
    const { memory, fnv1a } = instance.exports as unknown as Hasher;
    let hash = OFFSET_BASIS;
    for await (const chunk of request.body) {
      for (let at = 0; at < chunk.length; at += memory.buffer.byteLength) {
        const part = chunk.subarray(at, at + memory.buffer.byteLength);
        new Uint8Array(memory.buffer).set(part);
        hash = fnv1a(0, part.length, hash);
      }
    }
    return new Response(`${(hash >>> 0).toString(16).padStart(8, "0")}\n`);
  },
} satisfies ExportedHandler;
