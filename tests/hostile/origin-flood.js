// Attacks: the server's sockets and its accounts, by requests without number: at once, one after the other, to itself.
// Becomes: the subrequests of an event are counted; the next event counts anew.
// Config: {"limits": {"cpu_ms": 5000, "subrequests": 60}}
// Expect /oneByOne: 200 as expected
// Expect /atOnce: 200 as expected
// Expect /aborted: 200 as expected
// Expect /unread: 200 as expected
// Expect /again: 200 as expected
import { guest, judge } from "./common/guest.js";

const get = async (env) => (await fetch(env.ORIGIN)).text();

export default guest({
  async oneByOne(request, env) {
    let done = 0;
    let error;
    for (let i = 0; i < 100 && error === undefined; i++) {
      try {
        await get(env);
        done++;
      } catch (thrown) {
        error = thrown;
      }
    }
    return judge([
      [60, () => done],
      [true, () => /subrequests/.test(error?.message)],
    ]);
  },
  async atOnce(request, env) {
    const ended = await Promise.allSettled(Array.from({ length: 200 }, () => get(env)));
    return judge([[60, () => ended.filter(({ status }) => status === "fulfilled").length]]);
  },
  async aborted(request, env) {
    const ended = await Promise.allSettled(
      Array.from({ length: 50 }, () => {
        const controller = new AbortController();
        const sent = fetch(env.ORIGIN, { signal: controller.signal });
        controller.abort();
        return sent;
      }),
    );
    const names = ended.map(({ status, reason }) => reason?.name ?? status);
    return judge([["AbortError", () => [...new Set(names)].join()]]);
  },
  async unread(request, env) {
    // Responses that nobody reads hold their connections until the event ends; the others wait or are served.
    const kept = [];
    for (let i = 0; i < 6; i++) kept.push(await fetch(env.ORIGIN));
    return judge([[6, () => kept.length]]);
  },
  again: (request, env) => judge([[true, async () => (await get(env)).startsWith("GET /")]]),
});
