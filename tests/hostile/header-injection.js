// Attacks: the response's head, by line ends and NUL in names, values, status text, cookies, redirects, protocols.
// Becomes: a TypeError for each, before anything goes out.
// Config: {"limits": {"cpu_ms": 2000}}
// Expect /names: 200 as expected
// Expect /values: 200 as expected
// Expect /elsewhere: 200 as expected
// Expect /sent: 200 as expected
import { guest, judge } from "./common/guest.js";

const endings = ["\r\n", "\n", "\r", "\0", "\r\n\r\n<script>"];

export default guest({
  names: () =>
    judge(
      [
        "a\r\nb",
        "a b",
        "a:b",
        "",
        "a\0",
        "\u00e9",
        "a\u010a",
        "\r\n",
        "(",
        "a/b",
        "set-cookie\r\nx",
        "[",
        "a\t",
      ].flatMap((name) => [
        ["TypeError", () => new Headers([[name, "x"]])],
        ["TypeError", () => new Headers({ [name]: "x" })],
        ["TypeError", () => new Headers().set(name, "x")],
        ["TypeError", () => new Headers().append(name, "x")],
        ["TypeError", () => new Response("", { headers: { [name]: "x" } })],
        ["TypeError", () => new Request("https://a.test", { headers: { [name]: "x" } })],
      ]),
    ),
  values: () =>
    judge(
      endings.flatMap((ending) => [
        ["TypeError", () => new Headers({ a: `x${ending}y: z` })],
        ["TypeError", () => new Headers().append("set-cookie", `a=b${ending}x`)],
        ["TypeError", () => new Response("", { headers: { location: `/${ending}x` } })],
        ["TypeError", () => new Response("", { headers: [["content-type", `text/plain${ending}x`]] })],
        ["TypeError", () => new Request("https://a.test", { headers: { cookie: `a${ending}b` } })],
      ]),
    ),
  async elsewhere() {
    const attempts = endings.flatMap((ending) => [
      ["TypeError", () => new Response("", { statusText: `OK${ending}x: y` })],
      ["TypeError", () => new Request("https://a.test", { method: `GET${ending}x` })],
      ["SyntaxError", () => new WebSocket("wss://a.test", `proto${ending}x`)],
      ["SyntaxError", () => new WebSocket("wss://a.test", ["a", `b${ending}`])],
      [true, () => !/[\r\n\0]/.test(Response.redirect(`https://a.test/${ending}x`).headers.get("location"))],
      [true, () => !/[\r\n\0]/.test(new Request(`https://a.test/${ending}x`).url)],
      [true, () => !/[\r\n\0]/.test(new Blob([], { type: `a/b${ending}` }).type)],
      [
        true,
        () => !/[\r\n\0]/.test(new Response(new Blob([], { type: `a/b${ending}x` })).headers.get("content-type") ?? ""),
      ],
    ]);
    const form = new FormData();
    form.append('a"\r\nContent-Type: x\r\n\r\n', new Blob(["x"]), 'f"\r\nx: y');
    const text = await new Response(form).text();
    attempts.push([false, () => /\r\nx: y/i.test(text)], [4, () => text.split("\r\n\r\n")[0].split("\r\n").length + 1]);
    return judge(attempts);
  },
  sent: () =>
    judge([
      ["RangeError", () => new Response("", { status: 0 })],
      ["RangeError", () => new Response("", { status: 99 })],
      ["RangeError", () => new Response("", { status: 600 })],
      ["RangeError", () => new Response("", { status: 1e9 })],
      ["RangeError", () => new Response("", { status: NaN })],
      ["RangeError", () => new Response("", { status: -1 })],
      ["TypeError", () => new Response("body", { status: 204 })],
      ["TypeError", () => new Response("body", { status: 304 })],
      ["RangeError", () => Response.redirect("https://a.test", 200)],
      ["TypeError", () => Response.redirect("https://[")],
      ["RangeError", () => new Response(null, { status: 101 })],
    ]),
});
