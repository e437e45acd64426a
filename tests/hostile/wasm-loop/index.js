// Attacks: CPU time and the stack, by WebAssembly: a loop, recursion, traps (attack.wat is the source of attack.wasm).
// Becomes: the loop is ended by its limit; the others are errors that the Worker may catch.
// Expect /spin: 503 error 1102
// Expect /caught: 503 error 1102
// Expect /errors: 200 as expected
import module from "./attack.wasm";
import { guest, judge } from "./common/guest.js";

const { spin, deep, trap, divide } = new WebAssembly.Instance(module).exports;

export default guest({
  spin,
  caught() {
    for (;;) {
      try {
        spin();
      } catch {
        continue;
      }
    }
  },
  errors: () =>
    judge([
      ["RangeError", deep],
      ["RuntimeError", trap],
      ["RuntimeError", divide],
    ]),
});
