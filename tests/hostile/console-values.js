// Attacks: the code that shows values, by values that do not want to be shown: proxies, getters, cycles, huge and deep ones.
// Becomes: something is shown; no trap of the guest's is called where Node.js calls none; no exception but the guest's own.
// Config: {"limits": {"cpu_ms": 10000}}
// Expect /values: 200 as expected
// Expect /formats: 200 as expected
// Expect /traps: 200 as expected
import { guest, judge } from "./common/guest.js";

const trap = () => {
  throw new EvalError("trap");
};
const everyTrap = new Proxy({}, { get: () => trap });
const shown = (attempt) => [
  "shown",
  () => {
    attempt();
    return "shown";
  },
];

export default guest({
  values() {
    const cyclic = { a: [] };
    cyclic.a.push(cyclic, new Map([[cyclic, cyclic]]));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getters = {};
    for (let i = 0; i < 100; i++) Object.defineProperty(getters, `g${i}`, { enumerable: true, get: trap });
    const error = new Error("e");
    error.cause = error;
    const sparse = [];
    sparse[2 ** 32 - 2] = 1;
    return judge(
      [
        cyclic,
        proxy,
        getters,
        error,
        sparse,
        Object.create(null),
        Object.create(proxy),
        Object.create(everyTrap),
        new Array(1e4).fill({ a: [1, 2, 3] }),
        new Map(Array.from({ length: 1e4 }, (_, i) => [i, i])),
        new Uint8Array(1e5),
        "x".repeat(1e5),
        Symbol("s".repeat(1e4)),
        10n ** 1000n,
        new Date(NaN),
        /x/y,
        new WeakMap(),
        new Response("x"),
        new Request("https://a.test"),
        new ReadableStream(),
        crypto,
        class A extends null {},
        Object.assign(() => {}, { a: 1 }),
        new (class extends Map {})(),
        new Proxy(class {}, {}),
        function* () {},
        { [Symbol.toStringTag]: "x".repeat(1e5) },
        { constructor: { name: { toString: trap } } },
        "\ud800",
        -0,
        NaN,
        new Proxy([], {}),
        new Proxy(new Map(), {}),
        new Proxy(new Error("x"), {}),
        reluctant(),
      ].flatMap((value) => [
        shown(() => console.log(value)),
        shown(() => console.error("%s %d %i %f %j %o %O %c", value, value, value, value, 1, value, value, "x")),
        shown(() => console.dir(value, { depth: 4, showHidden: true })),
        shown(() => console.table(value)),
      ]),
    );
  },
  formats: () =>
    judge([
      shown(() => console.log("%o".repeat(1e4), ...new Array(1e4).fill({}))),
      shown(() => console.log("%", "%s%d%i%f%j%c%O", Symbol("x"), 1n, {})),
      shown(() => console.log("%%%%s%")),
      shown(() => console.log("%s".repeat(1e5), "x")),
      shown(() => console.count("\0".repeat(1000))),
      shown(() => console.time(Symbol.iterator.toString())),
      shown(() => console.timeEnd("none")),
      shown(() => console.assert(false, "%s", everyTrap)),
      shown(() => console.trace(everyTrap)),
      shown(() => console.groupEnd()),
    ]),
  traps() {
    const called = [];
    const watching = new Proxy(
      { a: 1 },
      new Proxy({}, { get: (_, name) => (...values) => (called.push(name), Reflect[name](...values)) }), // prettier-ignore
    );
    console.log(watching, [watching], { watching });
    return called.length === 0 ? "as expected" : called.join();
  },
});

function reluctant() {
  return { [Symbol.toPrimitive]: trap, toString: trap, valueOf: trap, toJSON: trap };
}
