// Attacks: CPU time within V8's own functions, which run long without coming back to JavaScript.
// Becomes: those that V8 can interrupt are ended by their limit, the others when they return.
// Expect /regexp: 503 error 1102
// Expect /regexpReplace: 503 error 1102
// Expect /includes: 503 error 1102
// Expect /join: 503 error 1102
// Expect /bigint: 503 error 1102
// Expect /parse: 503 error 1102
// Expect /normalize: 503 error 1102
// Expect /split: 503 error 1102
// Expect /collator: 503 error 1102
// Expect /reverse: 503 error 1102
// Expect /atomicsWait: 500 error 1101, log TypeError: Atomics.wait cannot be called in this context
import { guest } from "./common/guest.js";

export default guest({
  regexp: () => /^(a+)+$/.test(`${"a".repeat(40)}b`),
  regexpReplace: () => `${"x".repeat(50)}y`.replace(/(x+x+)+z/g, ""),
  includes() {
    const big = new Array(1e6).fill(1);
    for (;;) big.includes(2);
  },
  join() {
    const big = new Array(1e5).fill("x");
    for (;;) big.join("-");
  },
  bigint() {
    for (;;) 7n ** 100_000n;
  },
  parse() {
    const text = JSON.stringify(new Array(1e5).fill({ a: [1] }));
    for (;;) JSON.parse(text);
  },
  normalize() {
    const text = "\u1e9b\u0323".repeat(1e3);
    for (;;) text.normalize("NFKD");
  },
  split() {
    const text = "a,".repeat(1e5);
    for (;;) text.split(",");
  },
  collator() {
    const words = Array.from({ length: 1e5 }, (_, i) => `w\u00e9${i}`);
    for (;;) words.toSorted(new Intl.Collator("de").compare);
  },
  reverse() {
    const big = new Array(1e6).fill(1.5);
    for (;;) big.reverse();
  },
  atomicsWait() {
    // There is no thread that could wake it.
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return Atomics.wait(new Int32Array(buffer), 0, 0);
  },
});
