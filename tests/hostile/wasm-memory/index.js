// Attacks: memory, by WebAssembly: memories that grow, many of them, tables, reads out of bounds (attack.wat is the source of
// attack.wasm).
// Becomes: what cannot grow does not; what is too much in all ends the instance; what is out of bounds is an error.
// Config: {"limits": {"cpu_ms": 1500}}
// Expect /grown: 200 as expected
// Expect /many: 503 error 1102
// Expect /tables: 503 error 1102
// Expect /tableGrown: 500 error 1101, log RangeError
// Expect /instances: 503 error 1102
// Expect /bounds: 200 as expected
import module from "./attack.wasm";
import { guest, judge } from "./common/guest.js";

const keep = [];
globalThis.keep = keep;
const instance = () => new WebAssembly.Instance(module).exports;

export default guest({
  grown() {
    const { grow, fill, memory } = instance();
    let pages = 1;
    while (grow(16) !== -1) pages += 16;
    return judge([
      [true, () => pages <= 2048],
      [pages * 65536, () => memory.buffer.byteLength],
      [undefined, () => fill(1 << 20)],
      ["RangeError", () => memory.grow(65536)],
    ]);
  },
  // Whoever is refused and goes on, ends by the other limit.
  many() {
    for (;;) {
      try {
        const exports = instance();
        exports.grow(255);
        exports.fill(1 << 24);
        keep.push(exports);
      } catch {
        continue;
      }
    }
  },
  tables() {
    for (;;) keep.push(new WebAssembly.Table({ initial: 1e7, element: "externref" }));
  },
  tableGrown() {
    const table = new WebAssembly.Table({ initial: 1, element: "externref" });
    for (;;) table.grow(1e5, keep);
  },
  instances() {
    for (;;) {
      try {
        keep.push(instance());
      } catch {
        continue;
      }
    }
  },
  bounds: () =>
    judge([
      ["RuntimeError", () => instance().far()],
      ["RuntimeError", () => instance().fill(1 << 20)],
      ["RangeError", () => new WebAssembly.Memory({ initial: 65537 })],
      ["RangeError", () => new WebAssembly.Memory({ initial: 65536 })],
      ["TypeError", () => new WebAssembly.Table({ initial: 2 ** 32, element: "anyfunc" })],
    ]),
});
