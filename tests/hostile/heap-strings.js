// Attacks: memory, by strings: doubled, flattened, sliced, built of pieces, made into keys.
// Becomes: a RangeError for a string that is too long, else the end of the instance.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /doubled: 503 error 1102
// Expect /flattened: 503 error 1102
// Expect /sliced: 503 error 1102
// Expect /tooLong: 500 error 1101, log RangeError: Invalid string length
// Expect /bigintTooBig: 500 error 1101, log RangeError: Maximum BigInt size exceeded
import { guest } from "./common/guest.js";

const keep = [];
globalThis.keep = keep;

export default guest({
  doubled() {
    let text = "x";
    for (;;) text = (text + text).split("").join("");
  },
  flattened() {
    const text = "ab".repeat(2 ** 26);
    return text.charCodeAt(5) + JSON.stringify(text).length;
  },
  sliced() {
    for (let i = 0; ; i++) keep.push(`${"x".repeat(1e6)}${i}`.slice(1));
  },
  tooLong: () => "x".repeat(2 ** 30),
  bigintTooBig: () => 1n << (2n ** 40n),
});
