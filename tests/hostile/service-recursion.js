// Attacks: the server, by a Worker that calls itself through a service binding: for ever, and twice each time.
// Becomes: the depth of calls is bounded; the caller gets an error.
// Config: {"limits": {"cpu_ms": 2000, "subrequests": 50}, "services": [{"binding": "SELF", "service": "service-recursion"}]}
// Expect /deep: 200 as expected
// Expect /wide: 200 as expected
// Expect /thrown: 200 as expected
// Expect /hostile: 200 as expected
import { guest, judge } from "./common/guest.js";

const call = async (env, path) => {
  const response = await env.SELF.fetch(`https://a.test${path}`);
  return response.text();
};

export default guest({
  deep: (request, env) =>
    judge([[true, async () => /deep|depth|too many|refused|Error/i.test(await call(env, "/deeper").catch(String))]]),
  deeper: (request, env) => call(env, "/deeper"),
  async wide(request, env) {
    const ended = await Promise.allSettled(Array.from({ length: 100 }, () => call(env, "/")));
    return judge([[31, () => ended.filter(({ value }) => value === "alive").length]]);
  },
  thrown: (request, env) => judge([["RangeError", () => call(env, "/throwing")]]),
  throwing() {
    throw new RangeError("thrown");
  },
  hostile: (request, env) =>
    judge([
      ["TypeError", () => env.SELF.fetch("https://a.test", { headers: { a: "b\r\nc" } })],
      ["TypeError", () => env.SELF.fetch("not a url")],
      ["alive", async () => (await env.SELF.fetch("https://127.0.0.1/")).text()],
      ["refused", () => Promise.resolve().then(() => env.SELF.anything()).then(() => "done", () => "refused")],
      [undefined, () => env.SELF.then],
    ]), // prettier-ignore
});
