// Values of every kind that the console may meet.
/* eslint no-sparse-arrays: off, no-unused-private-class-members: off -- odd values are the point */

class Foo {
  constructor() {
    this.a = 1;
  }
}
class Bar extends Foo {
  #secret = 1;
  static x = 1;
  get y() {
    return 1;
  }
}
class Tagged {
  get [Symbol.toStringTag]() {
    return "Custom";
  }
}
class MyMap extends Map {}
class MyArray extends Array {}
class MyError extends Error {}
class NamedError extends Error {
  name = "NamedError";
}
class MyPromise extends Promise {}
class MyDate extends Date {}

const circular = { name: "a", list: [] };
circular.self = circular;
circular.list.push(circular, { circular });
const two = { x: {}, y: {} };
two.x.y = two.y;
two.y.x = two.x;
const circularMap = new Map();
circularMap.set("me", circularMap);

const fail = (message, options) => {
  const error = new Error(message, options);
  error.stack = `Error: ${message}\n    at f (file:///a.js:1:2)\n    at g (file:///a.js:3:4)`;
  return error;
};
const withStack = (error, stack) =>
  Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
const rejected = Promise.reject(3);
rejected.catch(() => {});
const mapIterator = new Map([
  ["a", 1],
  ["b", { c: 2 }],
]).entries();
const sparse = [1, , , 4, , 6];
const holes = new Array(5);
const extra = Object.assign([1, 2, 3], { extra: true, "-1": 0 });
const functionWithProps = Object.assign(function named() {}, { a: 1, b: "x" });
const longString = "The quick brown fox jumps over the lazy dog and then goes on to do it once more, slowly.";
const nested = {
  a: { b: { c: { d: { e: 1 } } } },
  list: [[[[1]]]],
  map: new Map([[{ a: { b: {} } }, new Set([[{}]])]]),
};
const detached = new ArrayBuffer(8);
structuredClone(detached, { transfer: [detached] });

export const values = {
  undefined,
  null: null,
  true: true,
  zero: 0,
  negativeZero: -0,
  float: 1.5e300,
  nan: NaN,
  infinity: -Infinity,
  bigint: 123456789012345678901234567890n,
  symbol: Symbol("a b"),
  symbolEmpty: Symbol(),
  string: "plain",
  stringSingle: "it's",
  stringBoth: `it's "quoted"`,
  stringAll: 'it\'s "quoted" `x`',
  stringControl: "a\nb\tc\u0000\u001b[31m\u007f\u009f\\",
  stringSurrogate: "a\ud800b\udc00\u{1f600}",
  stringLong: longString,
  stringLines: `${longString}\n${longString}\nend`,
  stringHuge: "x".repeat(12000),
  objectEmpty: {},
  object: { a: 1, b: "two", "c-d": 3, 4: 5, "": 6 },
  objectNull: Object.create(null),
  objectNullProps: Object.assign(Object.create(null), { a: 1 }),
  objectProto: { ["__proto__"]: 1, constructor: 2 },
  objectSymbols: { [Symbol("s")]: 1, [Symbol.iterator]: 2, [Symbol("a\nb")]: 3 },
  objectHidden: Object.defineProperty({ a: 1 }, "hidden", { value: 2, enumerable: false }),
  objectAccessors: {
    get a() {
      return 1;
    },
    set b(_) {},
    get c() {
      return {};
    },
    set c(_) {},
    get d() {
      throw new Error("no");
    },
  },
  objectUndefined: { a: undefined, b: null },
  objectLong: { aaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbb: 2, ccccccccccccccccccccccc: 3, ddddddddddddd: 4 },
  objectLongStrings: { a: longString, b: [longString, longString] },
  objectMany: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key${index}`, index])),
  objectCreated: Object.create({ inherited: 1 }),
  objectCreatedClass: Object.create(Foo.prototype),
  objectCreatedNullProto: Object.create(Object.create(null)),
  objectWithConstructor: { constructor: Foo },
  objectThousand: Array.from({ length: 30 }, (_, index) => ({ id: index, name: `n${index}` })),
  nested,
  nestedOnLine: { a: { b: { c: {} } } },
  nestedOnLine4: { a: { b: { c: { d: 1 } } } },
  nestedArrays: [[1, [2, [3, [4]]]], { a: [1, 2, { b: 3 }] }],
  circular,
  two,
  circularMap,
  instance: new Foo(),
  instanceHeir: new Bar(),
  tagged: new Tagged(),
  taggedOwn: { [Symbol.toStringTag]: "Own" },
  taggedHidden: Object.defineProperty({}, Symbol.toStringTag, { value: "Hidden" }),
  arrayEmpty: [],
  array: [1, "a", null, undefined, true],
  arraySeven: [1, 2, 3, 4, 5, 6, 7],
  arrayNumbers: Array.from({ length: 60 }, (_, index) => index * 7),
  arrayHundred: Array.from({ length: 100 }, (_, index) => index),
  arrayMore: Array.from({ length: 101 }, (_, index) => index),
  arrayMuchMore: Array.from({ length: 1000 }, (_, index) => `item ${index % 13}`),
  arrayStrings: "the quick brown fox jumps over the lazy dog and runs away again".split(" "),
  arrayMixed: Array.from({ length: 30 }, (_, index) => (index % 2 ? index : `${index}`)),
  arrayWide: Array.from({ length: 12 }, (_, index) => "\u6f22\u5b57".repeat(index % 4)),
  arrayEmoji: Array.from({ length: 9 }, () => "\u{1f600}"),
  arrayBig: Array.from({ length: 20 }, (_, index) => BigInt(index) ** 9n),
  arrayLong: Array.from({ length: 10 }, (_, index) => longString.slice(index)),
  arrayNegative: Array.from({ length: 27 }, (_, index) => (index - 13) * 1.5),
  sparse,
  holes,
  sparseFar: Object.assign([], { 5: "a", 1000: "b" }),
  arrayExtra: extra,
  arraySubclass: MyArray.from([1, 2]),
  arraySubclassEmpty: new MyArray(),
  arrayNull: Object.setPrototypeOf([1, 2], null),
  arrayObjects: [{ a: 1, b: { c: 2 } }, { a: 2 }],
  arrayFunctions: [() => {}, function () {}, class {}, Math.max],
  set: new Set([1, "a", { b: 2 }]),
  setEmpty: new Set(),
  setProps: Object.assign(new Set([1]), { a: 1 }),
  setMany: new Set(Array.from({ length: 120 }, (_, index) => index)),
  map: new Map([
    ["a", 1],
    [{ k: 1 }, [1, 2]],
  ]),
  mapEmpty: new Map(),
  mapNested: new Map([["inner", new Map([["x", new Map([["y", new Map([["z", 1]])]])]])]]),
  mapLong: new Map(Array.from({ length: 12 }, (_, index) => [`some key ${index}`, { value: index }])),
  mapSubclass: new MyMap([[1, 2]]),
  mapNull: Object.setPrototypeOf(new Map([[1, 2]]), null),
  setNull: Object.setPrototypeOf(new Set([1]), null),
  mapIterator,
  mapKeys: new Map([[1, 2]]).keys(),
  mapValues: new Map([[1, 2]]).values(),
  setIterator: new Set([1, [2]]).values(),
  setEntries: new Set([1]).entries(),
  arrayIterator: [1][Symbol.iterator](),
  stringIterator: "a"[Symbol.iterator](),
  generator: (function* gen() {})(),
  asyncGenerator: (async function* gen() {})(),
  weakMap: new WeakMap([[{}, 1]]),
  weakSet: new WeakSet(),
  weakRef: [new WeakSet()],
  typedArray: new Uint8Array([1, 2, 3]),
  typedArrayEmpty: new Float64Array(),
  typedArrayLong: new Uint16Array(150).map((_, index) => index),
  typedArrayBig: new BigInt64Array([1n, -2n]),
  typedArrayFloat: new Float32Array([0.5, -0, NaN]),
  typedArrayProps: Object.assign(new Int8Array(2), { a: 1 }),
  buffer: new Uint8Array([1, 2, 255]).buffer,
  bufferEmpty: new ArrayBuffer(0),
  bufferLong: new ArrayBuffer(200),
  bufferDetached: detached,
  bufferShared: new SharedArrayBuffer(2),
  dataView: new DataView(new ArrayBuffer(4), 1, 2),
  promisePending: new Promise(() => {}),
  promise: Promise.resolve({ a: 1 }),
  promiseRejected: rejected,
  promiseNested: Promise.resolve([Promise.resolve({ a: { b: {} } })]),
  promiseSubclass: MyPromise.resolve(1),
  date: new Date(0),
  dateInvalid: new Date(NaN),
  dateProps: Object.assign(new Date(0), { a: 1 }),
  dateSubclass: new MyDate(0),
  regexp: /a\/b/gi,
  regexpProps: Object.assign(/a/, { b: 1 }),
  error: fail("broken"),
  errorEmpty: withStack(new Error(), "Error\n    at f (a.js:1:1)"),
  errorNoStack: withStack(new Error("no stack"), "Error: no stack"),
  errorUndefinedStack: withStack(new Error("none"), undefined),
  errorProps: Object.assign(fail("with props"), { code: "E_X", nested: { a: 1 } }),
  errorCause: fail("outer", { cause: fail("inner") }),
  errorCauseValue: fail("outer", { cause: { code: 1 } }),
  errorAggregate: withStack(
    new AggregateError(
      [fail("one"), new TypeError("two")].map((e) => withStack(e, `${e.name}: x`)),
      "all",
    ),
    "AggregateError: all\n    at x (a.js:1:1)",
  ),
  errorSubclass: withStack(new MyError("mine"), "Error: mine\n    at f (a.js:1:1)"),
  errorNamed: withStack(new NamedError("mine"), "Error: mine\n    at f (a.js:1:1)"),
  errorRenamed: Object.assign(withStack(new Error("mine"), "Error: mine\n    at f (a.js:1:1)"), { name: "Other" }),
  errorMessageChanged: Object.assign(withStack(new Error("mine"), "Error: mine\n    at f (a.js:1:1)"), {
    message: "changed",
  }),
  errorNullProto: Object.setPrototypeOf(withStack(new TypeError("mine"), "TypeError: mine\n    at f (a.js:1:1)"), null),
  errorNested: { list: [fail("in a list")] },
  errorType: withStack(new TypeError("bad"), "TypeError: bad\n    at f (a.js:1:1)"),
  errorMultiline: withStack(new Error("a\nb"), "Error: a\nb\n    at f (a.js:1:1)"),
  function: function named() {},
  functionAnonymous: (() => function () {})(),
  functionArrow: (() => () => {})(),
  functionProps: functionWithProps,
  functionAsync: async function later() {},
  functionGenerator: function* items() {},
  functionAsyncGenerator: async function* both() {},
  functionNull: Object.setPrototypeOf(function named() {}, null),
  functionNative: Math.max,
  functionBound: function named() {}.bind(null),
  classPlain: Foo,
  classHeir: Bar,
  classAnonymous: (() => class {})(),
  classNullParent: class extends null {},
  classNamedProperty: class {
    static name = "custom";
  },
  boxedNumber: Object(3),
  boxedNegativeZero: Object(-0),
  boxedString: Object("abc"),
  boxedStringProps: Object.assign(Object("abc"), { a: 1 }),
  boxedBoolean: Object(false),
  boxedBigint: Object(5n),
  boxedSymbol: Object(Symbol("s")),
  boxedNull: Object.setPrototypeOf(Object(3), null),
  proxy: new Proxy(
    { a: 1 },
    {
      get() {
        throw new Error("trap");
      },
    },
  ),
  proxyFunction: new Proxy(function named() {}, {}),
  proxyArray: new Proxy([1, 2], {}),
  proxyNested: { p: new Proxy(new Map([[1, 2]]), {}) },
  proxyRevoked: (() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  })(),
  custom: { [Symbol.for("nodejs.util.inspect.custom")]: () => "custom!" },
  customLines: { a: { [Symbol.for("nodejs.util.inspect.custom")]: () => "line 1\nline 2" } },
  customObject: { [Symbol.for("nodejs.util.inspect.custom")]: () => ({ instead: [1] }) },
  customDepth: { a: { b: { [Symbol.for("nodejs.util.inspect.custom")]: (depth) => `depth ${depth}` } } },
  customSelf: {
    a: 1,
    [Symbol.for("nodejs.util.inspect.custom")]() {
      return this;
    },
  },
  arguments: (function () {
    return arguments;
  })(1, "a"),
  argumentsEmpty: (function () {
    return arguments;
  })(),
  math: Math,
  json: JSON,
  reflect: Reflect,
  atomics: Atomics,
  intl: new Intl.NumberFormat("en"),
};

export const optionSets = [
  {},
  { depth: 0 },
  { depth: null },
  { showHidden: true },
  { showProxy: true },
  { colors: true },
  { maxArrayLength: 3, maxStringLength: 5 },
  { breakLength: 40 },
  { breakLength: Infinity, compact: 1 },
  { getters: true },
  { sorted: true },
];

export const calls = [
  [],
  ["text"],
  ["%s"],
  ["%%"],
  ["100% of %s", "it"],
  ["%s and %s", "one"],
  ["%s", "a", "b", { c: 1 }],
  ["%d %i %f", "42.5", "42.5", "42.5"],
  ["%d", 5n],
  ["%d", Symbol("x")],
  ["%d", {}],
  ["%i", "x"],
  ["%f", "1.5x"],
  ["%s", -0],
  ["%s", 5n],
  ["%s", Symbol("x")],
  ["%s", null],
  ["%s", undefined],
  ["%s", { a: { b: 1 } }],
  ["%s", [1, [2, [3]]]],
  ["%s", { toString: () => "own" }],
  ["%s", new Foo()],
  [
    "%s",
    new (class {
      toString() {
        return "class";
      }
    })(),
  ],
  ["%s", new Date(0)],
  ["%s", () => 5],
  ["%s", Object.create(null)],
  ["%j", { a: [1, 2] }],
  ["%j", circular],
  ["%j", undefined],
  ["%o", { a: 1 }],
  ["%o", [1, 2]],
  ["%O", nested],
  ["%c styled", "color: red"],
  ["%x unknown", 1],
  ["%s%", "a"],
  ["a%%b%sc", 1],
  ["%%s", 1],
  ["%s %s %s", 1, 2],
  [1, 2, "3"],
  ["a", { b: 1 }],
  [{ a: 1 }, "b"],
  [null, undefined, true],
  [new Error("x").message, fail("y")],
];
