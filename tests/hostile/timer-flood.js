// Attacks: timers: by the hundred thousand, with delays that are none, that begin each other, cleared wrongly.
// Becomes: an error for too many, or the end of the instance; delays are clamped.
// Config: {"limits": {"cpu_ms": 1000}}
// Expect /many: 500 error 1101
// Expect /recursive: 503 error 1102
// Expect /intervals: 503 error 1102
// Expect /immediates: 503 error 1102
// Expect /ticks: 503 error 1102
// Expect /delays: 200 as expected
// Expect /cleared: 200 as expected
import { guest, judge } from "./common/guest.js";

const NEVER = new Promise(() => {});

export default guest({
  many() {
    for (let i = 0; ; i++) setTimeout(() => {}, 1e6 + i);
  },
  recursive() {
    const again = () => {
      for (let i = 0; i < 2; i++) setTimeout(again, 0);
    };
    again();
    return NEVER;
  },
  intervals() {
    for (let i = 0; i < 1000; i++) setInterval(() => { for (let n = 0; n < 1e5; n++); }, 0); // prettier-ignore
    return NEVER;
  },
  immediates() {
    const again = () => setImmediate(again) && setImmediate(again);
    again();
    return NEVER;
  },
  async ticks() {
    for (;;) await scheduler.wait(0);
  },
  delays: () =>
    judge(
      [NaN, -1, -Infinity, Infinity, 2 ** 53, "1", "x", null, {}, [], true, 1e-300]
        .map((delay) => [
          "number",
          () => {
            const id = setTimeout(() => {}, delay);
            clearTimeout(id);
            return typeof id === "object" ? "number" : typeof id;
          },
        ])
        .concat([
          ["TypeError", () => setTimeout(() => {}, Symbol("s"))],
          ["TypeError", () => setTimeout(() => {}, 1n)],
          ["TypeError", () => setTimeout({})],
          ["TypeError", () => setTimeout()],
          ["TypeError", () => queueMicrotask(null)],
        ]),
    ),
  cleared: () =>
    judge(
      [undefined, null, NaN, -1, 2 ** 53, {}, "x", Infinity].flatMap((id) => [
        [undefined, () => clearTimeout(id)],
        [undefined, () => clearInterval(id)],
      ]),
    ),
});
