// Attacks: the life of an invocation: promises that never settle, `waitUntil` without end, answers that never come.
// Becomes: a request that nothing can answer is ended at once; what waits holds nobody up.
// Config: {"limits": {"cpu_ms": 500}}
// Expect /never: 500 error 1101, log hung and would never generate a response
// Expect /neverThenable: 500 error 1101, log hung and would never generate a response
// Expect /lockedOut: 500 error 1101, log hung and would never generate a response
// Expect /waits: 200 waiting
// Expect /weird: 200 waiting
// Expect /other: 200 kept
// Expect /other: 200
// Expect /manyAfter: 200 many
// Expect /spinsAfter: 200 spinning
import { guest, judge } from "./common/guest.js";

let kept;

export default guest({
  never: () => new Promise(() => {}),
  neverThenable: () => ({ then() {} }),
  lockedOut: () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }).tee()[0]).text(),
  waits(request, env, ctx) {
    for (let i = 0; i < 1000; i++) ctx.waitUntil(scheduler.wait(1e9));
    return "waiting";
  },
  weird(request, env, ctx) {
    ctx.waitUntil(Promise.reject(new Error("x")));
    ctx.waitUntil({
      then() {
        throw new Error("y");
      },
    });
    ctx.waitUntil(new Proxy(Promise.resolve(), {}));
    for (let i = 0; i < 1000; i++) ctx.waitUntil(i);
    return "waiting";
  },
  spinsAfter(request, env, ctx) {
    const spin = async () => {
      await scheduler.wait(1);
      for (;;);
    };
    ctx.waitUntil(spin());
    return "spinning";
  },
  manyAfter(request, env, ctx) {
    const again = async () => {
      for (let i = 0; i < 100; i++) await scheduler.wait(1);
    };
    for (let i = 0; i < 100; i++) ctx.waitUntil(again());
    return "many";
  },
  async other(request, env, ctx) {
    // What belongs to another invocation, kept and used.
    const before = kept;
    kept = { request, body: new Response("x").body, ctx, signal: request.signal };
    if (before === undefined) return "kept";
    return judge([
      ["Error", () => before.request.text()],
      [true, () => before.signal !== undefined],
    ]);
  },
});
