// Attacks: CPU time, by loops that never end: plain, in `finally`, in `catch`, begun again by what is still to run.
// Becomes: each is ended by its limit, whatever it catches.
// Expect /plain: 503 error 1102, log exceeded CPU time limit
// Expect /inFinally: 503 error 1102
// Expect /inCatch: 503 error 1102
// Expect /microtaskAfterLoop: 503 error 1102
// Expect /manyMicrotasksAfterLoop: 503 error 1102
// Expect /labelled: 503 error 1102
// Expect /unrolled: 503 error 1102
// Expect /optimized: 503 error 1102
import { guest } from "./common/guest.js";

const add = (a, b) => (a + b) | 0;

export default guest({
  plain() {
    for (;;);
  },
  inFinally() {
    const again = () => {
      try {
        for (;;);
      } finally {
        again();
      }
    };
    again();
  },
  inCatch() {
    for (;;) {
      try {
        for (;;);
      } catch {
        continue;
      }
    }
  },
  microtaskAfterLoop() {
    queueMicrotask(() => {
      for (;;);
    });
    for (;;);
  },
  manyMicrotasksAfterLoop() {
    for (let i = 0; i < 1000; i++) {
      Promise.resolve().then(() => {
        for (;;);
      });
    }
    for (;;);
  },
  labelled() {
    outer: for (;;) {
      for (;;) {
        try {
          continue outer;
        } finally {
          continue outer;
        }
      }
    }
  },
  // What V8's compilers do to loops that they think short must not take out what ends them.
  unrolled() {
    for (;;) new Array(1000).fill({});
  },
  optimized() {
    let sum = 0;
    for (let i = 0; ; i = (i + 1) & 7) sum = add(sum, i);
  },
});
