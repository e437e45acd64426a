// Attacks: the rule that no code comes from text, by every road that the language and the platform have.
// Becomes: each is refused, and nothing has run.
// Expect /evaluated: 200 as expected
// Expect /wasm: 200 as expected
// Expect /modules: 200 as expected
// Expect /hidden: 200 as expected
// Config: {"compatibility_flags": ["nodejs_compat"], "limits": {"cpu_ms": 2000}}
import { guest, judge } from "./common/guest.js";

const TEXT = "globalThis.ran = true";
const AsyncFunction = (async () => {}).constructor;
const Generator = function* () {}.constructor;
const AsyncGenerator = async function* () {}.constructor;
// The smallest module: the magic number and the version.
const EMPTY = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

const nothingRan = async (attempts) => {
  const judged = await judge(attempts);
  return globalThis.ran === undefined ? judged : "code from text has run";
};

export default guest({
  evaluated: () =>
    nothingRan([
      ["EvalError", () => eval(TEXT)],
      ["EvalError", () => (0, eval)(TEXT)],
      ["EvalError", () => eval?.(TEXT)],
      ["EvalError", () => Reflect.apply(eval, null, [TEXT])],
      ["EvalError", () => new Function(TEXT)],
      ["EvalError", () => Function("a = (globalThis.ran = true)", "")],
      ["EvalError", () => new AsyncFunction(TEXT)],
      ["EvalError", () => new Generator(TEXT)],
      ["EvalError", () => new AsyncGenerator(TEXT)],
      ["EvalError", () => "".at.constructor(TEXT)],
      ["EvalError", () => Response.constructor(TEXT)],
      ["EvalError", () => fetch.constructor(TEXT)],
      ["EvalError", () => Reflect.construct(Function, [TEXT], Response)],
      ["EvalError", () => Reflect.construct(Function, [TEXT], new Proxy(Function, {}))],
      ["EvalError", () => Function.prototype.constructor.bind(null, TEXT)()],
      ["EvalError", () => [TEXT].map(Function)],
      ["EvalError", () => Promise.resolve(TEXT).then(eval)],
      ["EvalError", () => "x".replace("x", () => eval(TEXT))],
      ["TypeError", () => setTimeout(TEXT, 0)],
      ["TypeError", () => setInterval(TEXT, 0)],
      ["TypeError", () => setImmediate(TEXT)],
      ["TypeError", () => queueMicrotask(TEXT)],
      ["ReferenceError", () => new ShadowRealm().evaluate(TEXT)],
      ["ReferenceError", () => importScripts("data:text/javascript,1")],
      ["ReferenceError", () => new Worker("data:text/javascript,1")],
      // An object whose text is code is no code either: eval gives back what is no string.
      ["object", () => typeof eval(new String(TEXT))],
      ["object", () => typeof eval({ toString: () => TEXT })],
      ["EvalError", () => new Function({ toString: () => TEXT })],
      ["EvalError", () => new Function(new Proxy([TEXT], {}))],
    ]),
  wasm: () =>
    nothingRan([
      ["CompileError", () => WebAssembly.compile(EMPTY)],
      ["CompileError", () => WebAssembly.compile(EMPTY.buffer)],
      ["CompileError", () => WebAssembly.instantiate(EMPTY)],
      ["CompileError", () => new WebAssembly.Module(EMPTY)],
      ["CompileError", () => Reflect.construct(WebAssembly.Module, [EMPTY], Object)],
      ["CompileError", () => WebAssembly.compile(EMPTY, { builtins: ["js-string"] })],
      ["TypeError", () => WebAssembly.compileStreaming(new Response(EMPTY))],
      ["TypeError", () => WebAssembly.instantiateStreaming(new Response(EMPTY))],
    ]),
  modules() {
    const from = (specifier) => ["Error", () => import(specifier)];
    return nothingRan([
      from("data:text/javascript,globalThis.ran=true"),
      from("blob:nodedata:1"),
      from("javascript:globalThis.ran=true"),
      from("https://example.com/a.js"),
      from("file:///etc/passwd"),
      from("/etc/passwd"),
      from("../../../../etc/passwd"),
      from("selvedge:ops"),
      from("selvedge:web/fetch/index.js"),
      from("selvedge:platform/fetch.js"),
      from("internal:ops"),
      from("node:vm2"),
      from("node:internal/bootstrap"),
      from("__proto__"),
      from("constructor"),
      from("\0"),
      from("./index.js\0.js"),
      from("./index.js?x"),
      from("x".repeat(1e6)),
      from({ toString: () => "selvedge:ops" }),
      ["RangeError", () => import({ toString: () => "x".repeat(2 ** 30) })],
      ["TypeError", () => import(Symbol("s"))],
    ]);
  },
  async hidden() {
    const vm = await import("node:vm").catch(() => null);
    const { Module } = await import("node:module").catch(() => ({}));
    const refused = (attempt) => {
      try {
        attempt();
        return "done";
      } catch {
        return "refused";
      }
    };
    return nothingRan([
      ["refused", () => refused(() => vm.runInThisContext(TEXT))],
      ["refused", () => refused(() => new vm.Script(TEXT).runInThisContext())],
      ["refused", () => refused(() => vm.compileFunction(TEXT)())],
      ["refused", () => refused(() => new Module("x")._compile(TEXT, "x.js"))],
      ["refused", () => refused(() => process.binding("natives"))],
      ["refused", () => refused(() => process._linkedBinding("contextify"))],
      ["refused", () => refused(() => process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6"))],
      ["undefined", () => typeof process.mainModule],
      ["undefined", () => typeof globalThis.gc],
      ["undefined", () => typeof globalThis.Deno],
      ["undefined", () => typeof globalThis.__bootstrap],
      ["undefined", () => typeof globalThis.d8],
      ["undefined", () => typeof globalThis.SharedArrayBuffer],
    ]);
  },
});
