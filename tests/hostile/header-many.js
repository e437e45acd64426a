// Attacks: the front end and its memory, by headers that are many or long, and giant cookies.
// Becomes: a TypeError for too many; long ones go out, or the response is refused.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /many: 500 error 1101, log TypeError: Too many headers
// Expect /cookies: 500 error 1101, log TypeError: Too many headers
// Expect /million: 503 error 1102
// Expect /appended: 200
// Expect /cookie: 200
// Expect /names: 200 as expected
import { guest, judge } from "./common/guest.js";

export default guest({
  many() {
    const headers = new Headers();
    for (let i = 0; i < 1e5; i++) headers.append(`a${i}`, "b");
    return new Response("many", { headers });
  },
  cookies() {
    const headers = new Headers();
    for (let i = 0; i < 5e4; i++) headers.append("set-cookie", `a${i}=b`);
    return new Response("cookies", { headers });
  },
  million: () => new Response("x", { headers: Array.from({ length: 1e6 }, (_, i) => [`h${i}`, "x"]) }),
  appended() {
    const headers = new Headers();
    for (let i = 0; i < 1e4; i++) headers.append("a", "x".repeat(10));
    return new Response(String(headers.get("a").length), { headers: { a: headers.get("a").slice(0, 1000) } });
  },
  cookie: () => new Response("x", { headers: { "set-cookie": `a=${"b".repeat(1e5)}` } }),
  names: () =>
    judge([
      ["TypeError", () => new Headers({ [`${"x".repeat(1e6)}\0`]: "y" })],
      [1e7, () => new Headers({ a: "b".repeat(1e7) }).get("a").length],
    ]),
});
