import util, {
  inspect,
  format,
  promisify,
  callbackify,
  types,
  isDeepStrictEqual,
  parseArgs,
  MIMEType,
  MIMEParams,
} from "node:util";
import typesModule from "node:util/types";

export default async (show) => {
  show(
    format("%s %d %i %f %j %o %O %% %c x", "a", 1.5, "42px", "1.5", { a: 1 }, [1], { b: { c: {} } }, "css"),
    format("a", "b", { c: 1 }),
    format("%s", null, undefined),
    format("%d", "x"),
    format(1, 2),
    format("%s", Symbol("s")),
    format("%s", 5n),
    format("%s", () => {}),
    format(),
  );
  for (const value of [
    { a: 1, b: "x", [Symbol("s")]: 2 },
    [1, , 3],
    new Map([[1, { a: 2 }]]),
    new Set([1, "a"]),
    new Error("e").message,
    /x/g,
    new Date(0),
    function named() {},
    class A {},
    Symbol("q"),
    -0,
    "it's",
    "a\"b'c",
    null,
    undefined,
    new (class Foo {
      x = 1;
    })(),
    Object.create(null),
    new Proxy({ a: 1 }, {}),
    Promise.resolve(5),
    new Uint8Array(3),
    new ArrayBuffer(2),
    {
      get a() {
        return 1;
      },
      set b(v) {},
    },
    [[[[1]]]],
    { a: { b: { c: { d: 1 } } } },
    "x".repeat(200),
    new WeakMap(),
    (function () {
      return arguments;
    })(1, 2),
    [undefined, null],
    new Number(3),
    new String("abc"),
    Array(120).fill(1),
    Math.max,
  ])
    show(
      inspect(value),
      inspect(value, { depth: 0, compact: false }),
      inspect(value, { showHidden: true, colors: true }),
    );
  show(
    inspect({ a: { b: { c: {} } } }, false, 0),
    inspect({ b: 1, a: 2 }, { sorted: true }),
    inspect({
      [inspect.custom](depth, options) {
        return `custom ${depth} ${typeof options.stylize}`;
      },
    }),
    inspect.custom === Symbol.for("nodejs.util.inspect.custom"),
    inspect("a\nb"),
    inspect(123456.789, { numericSeparator: false }),
    inspect(new Map([["k", new Map()]]), { depth: 0 }),
  );
  const circular = { name: "c" };
  circular.self = circular;
  show(inspect(circular));
  const callback = (a, done) => (a < 0 ? done(new Error("negative")) : done(null, a * 2));
  show(await promisify(callback)(4));
  await show.reject(promisify(callback)(-1));
  const custom = () => {};
  custom[promisify.custom] = () => "custom";
  show(promisify(custom)());
  show(
    await new Promise((r) => callbackify(async (x) => x + 1)(1, (error, value) => r([error, value]))),
    await new Promise((r) =>
      callbackify(() => Promise.reject(null))((error) => r([error.message, error.code, error.reason])),
    ),
  );
  show.error(() => promisify(5));
  show.error(() => callbackify(async () => {})());
  show(
    types === typesModule,
    types.isDate(new Date()),
    types.isRegExp({}),
    types.isProxy(new Proxy({}, {})),
    types.isPromise(Promise.resolve()),
    types.isGeneratorFunction(function* () {}),
    types.isAsyncFunction(async () => {}),
    types.isMap(new Map()),
    types.isTypedArray(new Uint8Array()),
    types.isUint8Array(Buffer.alloc(1)),
    types.isBoxedPrimitive(Object(1n)),
    types.isNativeError(new TypeError()),
    types.isArgumentsObject([]),
    types.isGeneratorObject((function* () {})()),
    types.isSymbolObject(Object(Symbol())),
    types.isAnyArrayBuffer(new ArrayBuffer(1)),
    types.isDataView(new DataView(new ArrayBuffer(1))),
    types.isExternal({}),
    types.isMapIterator(new Map().keys()),
    types.isModuleNamespaceObject({}),
  );
  const same = (a, b) => isDeepStrictEqual(a, b);
  show(
    same({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }),
    same([1, 2], [2, 1]),
    same(NaN, NaN),
    same(0, -0),
    same(new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])),
    same(new Set([[1], [2]]), new Set([[2], [1]])),
    same({ a: undefined }, {}),
    same([, 1], [undefined, 1]),
    same(new Date(1), new Date(1)),
    same(/a/g, /a/i),
    same(new Error("a"), new Error("b")),
    same(Object(1), Object(1)),
    same({}, Object.create(null)),
    same(new Uint8Array([1]), Buffer.from([1])),
    same(1, "1"),
    same([1], { 0: 1 }),
    same({ [Symbol.for("x")]: 1 }, { [Symbol.for("x")]: 1 }),
    same(new Error("a", { cause: 1 }), new Error("a", { cause: 2 })),
  );
  show(
    parseArgs({
      args: ["-f", "--bar", "b", "pos", "--no-x"],
      options: { f: { type: "boolean", short: "f" }, bar: { type: "string" } },
      strict: false,
      allowPositionals: true,
    }).values,
    parseArgs({ args: ["a"], allowPositionals: true }).positionals,
  );
  show.error(() => parseArgs({ args: ["--nope"] }));
  const mime = new MIMEType('Text/HTML; charset=utf-8; q="a b"');
  show(mime.type, mime.subtype, mime.essence, mime.params.get("charset"), String(mime), [...mime.params]);
  mime.params.set("x", "y z");
  show(String(mime), new MIMEParams().toString());
  show.error(() => new MIMEType("nope"));
  show.error(() => new MIMEType("a/b c"));
  show(
    util.stripVTControlCharacters("\u001b[31mred\u001b[0m"),
    util.toUSVString("a\ud800"),
    util.getSystemErrorName(-2),
    util.isArray([]),
    util.inspect.colors.red,
    util.inspect.styles.string,
    util.types.isKeyObject({}),
  );
  const deprecated = util.deprecate((x) => x + 1, "old", "DEP0");
  show(deprecated(1));
  show(util.debuglog("x").enabled);
  show.error(() => util.styleText("nope", "x"));
  show.error(() => util.inherits(1, 2));
  show.error(() => util.getSystemErrorName(1));
  const signal = new AbortController();
  setTimeout(() => signal.abort(), 1);
  await util.aborted(signal.signal, {});
  show(signal.signal.aborted, util.format("%s", { toString: () => "own" }), util.TextEncoder === TextEncoder);
};
