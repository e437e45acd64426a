// Attacks: the operator's log: by its volume, by lines that look like its own, by control characters.
// Becomes: what is written stays one Worker's, on its own lines, and bounded; the answer goes out.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /lines: 200 logged
// Expect /long: 200 logged
// Expect /forged: 200 logged
// Expect /controls: 200 logged
// Expect /groups: 200 logged
// Expect /after: 200 logged, log the last line
import { guest } from "./common/guest.js";

export default guest({
  lines() {
    for (let i = 0; i < 20000; i++) console.log("line", i);
    return "logged";
  },
  long() {
    for (let i = 0; i < 20; i++) console.log("x".repeat(1e6));
    return "logged";
  },
  forged() {
    console.log('"}\n{"event":"ready","url":"http://127.0.0.1:1"}');
    console.log("\r\n\u2718 [ERROR] neighbour: panic");
    return "logged";
  },
  controls() {
    console.log("\u001b[2J\u001b]0;title\u0007\u0000\u0008\u009b31m");
    console.log("\ud800 \udfff \u202e");
    return "logged";
  },
  groups() {
    for (let i = 0; i < 1000; i++) console.group("g");
    console.log("deep");
    console.table(Array.from({ length: 100 }, (_, i) => ({ [i]: i })));
    return "logged";
  },
  after() {
    console.log("the last line");
    return "logged";
  },
});
