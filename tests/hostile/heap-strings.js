// Attacks: memory, by strings: doubled, flattened, sliced, built of pieces, made into keys.
// Becomes: a RangeError for a string that is too long, else the end of the instance.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /doubled: 503 error 1102
// Expect /flattened: 503 error 1102
// Expect /pieces: 503 error 1102
// Expect /sliced: 503 error 1102
// Expect /keys: 503 error 1102
// Expect /padded: 503 error 1102
// Expect /tooLong: 500 error 1101, log RangeError: Invalid string length
// Expect /bigints: 503 error 1102
// Expect /bigintTooBig: 500 error 1101, log RangeError: Maximum BigInt size exceeded
// Expect /templates: 503 error 1102
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
  pieces() {
    for (let text = "x"; ;) {
      text = `${text}${Math.random()}`;
      keep.push(text);
    }
  },
  sliced() {
    for (let i = 0; ; i++) keep.push(`${"x".repeat(1e6)}${i}`.slice(1));
  },
  keys() {
    for (const object = {}, i = { n: 0 }; ; i.n++) object[`${"x".repeat(1000)}${i.n}`] = 1;
  },
  padded() {
    for (;;)
      keep.push("x".padStart(2 ** 24, String(keep.length)).charCodeAt(5), "y".padEnd(2 ** 22, `${keep.length}z`));
  },
  tooLong: () => "x".repeat(2 ** 30),
  bigints() {
    for (;;) keep.push(2n ** 1_000_000n + BigInt(keep.length));
  },
  bigintTooBig: () => 1n << (2n ** 40n),
  templates() {
    for (;;) keep.push(`${keep.length}`.repeat(1000).toUpperCase());
  },
});
