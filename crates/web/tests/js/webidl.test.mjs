import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  converters,
  defineInterface,
  definePairIterator,
  dictionary,
  enumeration,
  illegalConstructor,
  interfaceOf,
  internal,
  nullable,
  recordOf,
  requireArguments,
  sequenceOf,
  withOptions,
} from "../../js/webidl.js";

const prefix = "Failed to execute 'go' on 'Thing'";

test("integers wrap, clamp or enforce their range", () => {
  assert.equal(converters.octet(257), 1);
  assert.equal(converters.byte(200), -56);
  assert.equal(converters.unsignedLong(-1), 4294967295);
  assert.equal(converters.unsignedLongLong(-1), 18446744073709552000);
  assert.equal(converters.long("0x10"), 16);
  assert.equal(Object.is(converters.long(-0), 0), true);
  assert.equal(converters.unsignedShort(1e9, prefix, "parameter 1", { clamp: true }), 65535);
  assert.equal(converters.octet(2.5, prefix, "parameter 1", { clamp: true }), 2);
  assert.equal(converters.octet(3.5, prefix, "parameter 1", { clamp: true }), 4);
  assert.throws(
    () => converters.octet(256, prefix, "parameter 1", { enforceRange: true }),
    new TypeError(`${prefix}: parameter 1 is outside the accepted range of 0 to 255, inclusive.`),
  );
  assert.throws(() => converters.long(1n, prefix, "parameter 1"), /parameter 1 is a BigInt/);
});

test("doubles may have to be finite", () => {
  assert.equal(converters.unrestrictedDouble(Infinity), Infinity);
  assert.throws(
    () => converters.double(NaN, prefix, "parameter 2"),
    /parameter 2 is not a finite floating-point value/,
  );
  assert.equal(converters.float(1.1), Math.fround(1.1));
});

test("strings are made, made well-formed, or must be bytes", () => {
  assert.equal(converters.DOMString(null), "null");
  assert.equal(converters.DOMString(null, prefix, "", { legacyNullToEmptyString: true }), "");
  assert.equal(converters.USVString("a\ud800"), "a\ufffd");
  assert.equal(converters.ByteString("é"), "é");
  assert.throws(() => converters.ByteString("aĀ", prefix, "parameter 1"), /index 1 has the value 256/);
  assert.throws(() => converters.DOMString(Symbol("s"), prefix, "parameter 1"), /parameter 1 is a symbol/);
});

test("buffers are known by their slots", () => {
  const view = new DataView(new ArrayBuffer(2));
  assert.equal(converters.BufferSource(view), view);
  assert.equal(converters.ArrayBufferView(view), view);
  const forged = Object.setPrototypeOf({}, Uint8Array.prototype);
  assert.throws(() => converters.BufferSource(forged, prefix, "parameter 1"), TypeError);
  assert.throws(() => converters.ArrayBuffer(view, prefix, "parameter 1"), /not of type 'ArrayBuffer'/);
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  assert.throws(() => converters.ArrayBufferView(shared, prefix, "parameter 1"), /SharedArrayBuffer/);
  assert.equal(converters.ArrayBufferView(shared, prefix, "parameter 1", { allowShared: true }), shared);
  const resizable = new ArrayBuffer(1, { maxByteLength: 2 });
  assert.throws(() => converters.ArrayBuffer(resizable, prefix, "parameter 1"), /resizable/);
});

test("sequences take iterables and name the element that is wrong", () => {
  const strings = sequenceOf(converters.ByteString);
  assert.deepEqual(strings(new Set(["a", 1])), ["a", "1"]);
  assert.throws(() => strings(["a", "Ā"], prefix, "parameter 1"), /parameter 1\[1\] contains a character/);
  assert.throws(() => strings("abc", prefix, "parameter 1"), /not an object/);
  assert.throws(() => strings({}, prefix, "parameter 1"), /not iterable/);
});

test("records take own enumerable string keys, each once", () => {
  const record = recordOf(converters.USVString, converters.DOMString);
  assert.deepEqual(record({ b: 1, a: 2 }), [
    ["b", "1"],
    ["a", "2"],
  ]);
  assert.deepEqual(record({ "\ud800": "first", "\ufffd": "last" }), [["\ufffd", "last"]]);
  assert.deepEqual(record(Object.create({ inherited: 1 })), []);
  assert.throws(() => record({ [Symbol("s")]: 1 }, prefix, "parameter 1"), /is a symbol/);
});

test("dictionaries read parents first, then by name, and are proof against Object.prototype", () => {
  const reads = [];
  const convert = dictionary(
    "Options",
    [
      { key: "b", converter: converters.any, defaultValue: 5 },
      { key: "a", converter: converters.DOMString, required: true },
    ],
    [[{ key: "z", converter: converters.any, defaultValue: () => [] }]],
  );
  const given = new Proxy({ a: 1 }, { get: (target, key) => (reads.push(key), target[key]) });
  assert.deepEqual(convert(given), { a: "1", b: 5, z: [] });
  assert.deepEqual(reads, ["z", "a", "b"]);
  assert.throws(() => convert(undefined, prefix, "parameter 1"), /'a' is required/);
  assert.throws(() => convert(1, prefix, "parameter 1"), /parameter 1 cannot be converted to dictionary 'Options'/);
  Object.defineProperty(Object.prototype, "b", {
    set() {
      reads.push("setter");
    },
    get: () => "inherited",
    configurable: true,
  });
  try {
    assert.equal(convert(Object.assign(Object.create(null), { a: 1 })).b, 5);
  } finally {
    delete Object.prototype.b;
  }
  assert.equal(reads.includes("setter"), false);
});

test("enumerations, interfaces and nullables say what they wanted", () => {
  const mode = enumeration("Mode", ["on", "off"]);
  assert.equal(mode("on"), "on");
  assert.throws(() => mode("x", prefix, "parameter 1"), /'x' is not a valid enum value of type Mode/);
  const date = interfaceOf("Date", (value) => value instanceof Date);
  assert.throws(() => date({}, prefix, "parameter 1"), new TypeError(`${prefix}: parameter 1 is not of type 'Date'.`));
  assert.equal(nullable(date)(undefined), null);
  assert.equal(withOptions(converters.octet, { clamp: true })(300), 255);
  assert.throws(
    () => requireArguments(0, 2, prefix),
    new TypeError(`${prefix}: 2 arguments required, but only 0 present.`),
  );
});

test("an interface has enumerable members, a tag and a length; a pair iterator has the right chain", () => {
  class Pairs {
    #list;
    constructor(key, list) {
      if (key !== internal) throw illegalConstructor();
      this.#list = list;
    }
    static list(pairs) {
      return pairs.#list;
    }
    get size() {
      return this.#list.length;
    }
  }
  const { list } = Pairs;
  delete Pairs.list;
  defineInterface(Pairs, { tag: "Pairs", length: 1 });
  definePairIterator(Pairs, "Pairs", list);
  assert.throws(() => new Pairs(), /Illegal constructor/);
  const items = [
    ["a", 1],
    ["b", 2],
  ];
  const pairs = new Pairs(internal, items);
  assert.equal(String(pairs), "[object Pairs]");
  assert.deepEqual(Object.keys(Pairs.prototype), ["size", "entries", "keys", "values", "forEach"]);
  assert.equal(Pairs.prototype[Symbol.iterator], Pairs.prototype.entries);
  assert.deepEqual([...pairs], items);
  assert.deepEqual([...pairs.keys(), ...pairs.values()], ["a", "b", 1, 2]);
  const seen = [];
  pairs.forEach(
    function (value, key, whole) {
      seen.push(this.x, value, key, whole === pairs);
      if (seen.length === 4) items.push(["c", 3]);
    },
    { x: 0 },
  );
  assert.deepEqual(seen, [0, 1, "a", true, 0, 2, "b", true, 0, 3, "c", true]);
  const iterator = pairs.entries();
  assert.equal(Object.prototype.toString.call(iterator), "[object Pairs Iterator]");
  assert.equal(
    Object.getPrototypeOf(Object.getPrototypeOf(iterator)),
    Object.getPrototypeOf(Object.getPrototypeOf([].values())),
  );
  assert.throws(() => iterator.next.call({}), TypeError);
  assert.throws(() => Pairs.prototype.keys.call({}), TypeError);
});
