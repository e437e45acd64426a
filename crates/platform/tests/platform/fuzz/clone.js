// structuredClone of generated graphs (https://html.spec.whatwg.org/multipage/structured-data.html).

import { attempt, check, same, target } from "./lib.js";

const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
];
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
const PRIMITIVES = [undefined, null, true, 0, -0, NaN, Infinity, 2 ** 53, "", "text", "\ud800", 0n, -(2n ** 70n)];

/** Something that cannot be cloned. @param {import("./lib.js").Random} random */
const stranger = (random) =>
  random.pick([
    () => () => {},
    () => Symbol("s"),
    () => new WeakMap(),
    () => new WeakRef({}),
    () => Promise.resolve(),
    () => new Proxy({}, {}),
    () => new Headers(),
    () => new Response(),
    () => new FormData(),
    () => new URL("http://a.test/"),
    () => new AbortController().signal,
    () => new Event("e"),
  ])();

/** A graph, and whether nothing was put into it that cannot be cloned (something else may have taken its place). */
class Graph {
  /** @type {any[]} */ made = [];
  clonable = true;
  #random;

  /** @param {import("./lib.js").Random} random */
  constructor(random) {
    this.#random = random;
    this.root = this.value(4);
  }

  /** @template {object} T @param {T} object @returns {T} */
  #keep(object) {
    this.made.push(object);
    return object;
  }

  /** @param {number} depth @returns {any} */
  value(depth) {
    const random = this.#random;
    if (random.once(200)) {
      this.clonable = false;
      return stranger(random);
    }
    if (this.made.length > 0 && random.once(5)) return random.pick(this.made);
    if (depth === 0 || random.once(4)) return random.pick(PRIMITIVES);
    const inner = () => this.value(depth - 1);
    const buffer = () =>
      this.#keep(new ArrayBuffer(8 * (1 + random.below(4)), random.pick([undefined, { maxByteLength: 64 }])));
    return random.pick([
      () => {
        const object = this.#keep(random.once(8) ? Object.create({ inherited: 1 }) : {});
        for (const key of random.list(4, () => random.pick(["a", "b", "0", "10", "__proto__", random.text(2)]))) {
          Object.defineProperty(object, key, { value: inner(), enumerable: true, configurable: true, writable: true });
        }
        return object;
      },
      () => {
        const array = this.#keep([]);
        for (let left = random.below(4); left > 0; left--) array[random.below(6)] = inner();
        if (random.once(4)) /** @type {any} */ (array).extra = inner();
        return array;
      },
      () => {
        const map = this.#keep(new Map());
        for (let left = random.below(3); left > 0; left--) map.set(inner(), inner());
        return map;
      },
      () => {
        const set = this.#keep(new Set());
        for (let left = random.below(3); left > 0; left--) set.add(inner());
        return set;
      },
      () => this.#keep(new Date(random.pick([0, NaN, 8.64e15, -1]))),
      () => this.#keep(new RegExp("a(?<b>.)", random.pick(["", "gi", "u", "dsy"]))),
      () => this.#keep(Object(random.pick([true, 1, "text", 5n]))),
      () => {
        const error = this.#keep(new (random.pick(ERRORS))(random.text(3)));
        if (random.once(2)) error.cause = inner();
        return error;
      },
      buffer,
      () => this.#keep(new (random.pick(VIEWS))(random.once(2) ? buffer() : 3)),
      () => this.#keep(new DataView(buffer(), random.below(4))),
      () => this.#keep(new Blob([random.bytes(9)], { type: "text/plain" })),
      () => this.#keep(new File(["x"], "name", { lastModified: 5 })),
      () => this.#keep(new DOMException("message", "DataError")),
    ])();
  }
}

/** @param {any} value */
const tag = (value) => Object.prototype.toString.call(value);

/** Walks two graphs side by side. */
class Comparison {
  /** @type {Map<any, any>} */ #seen = new Map();

  /** @param {any} from @param {any} to @param {string} path */
  equal(from, to, path) {
    if (typeof from !== "object" || from === null) return check(Object.is(from, to), "a primitive", path, from, to);
    if (this.#seen.has(from)) return check(this.#seen.get(from) === to, "identity is kept", path);
    this.#seen.set(from, to);
    check(from !== to, "it is a copy", path);
    same(tag(to), tag(from), "its kind", path);
    if (from instanceof Map || from instanceof Set) {
      same(to.size, from.size, "its size", path);
      const [left, right] = [[...from], [...to]];
      left.forEach((one, index) => {
        if (from instanceof Set) this.equal(one, right[index], `${path}(${index})`);
        else [0, 1].forEach((half) => this.equal(one[half], right[index][half], `${path}(${index}.${half})`));
      });
      return;
    }
    if (from instanceof Date) return same(to.getTime(), from.getTime(), "a time", path);
    if (from instanceof RegExp)
      return same([to.source, to.flags, to.lastIndex], [from.source, from.flags, 0], "a pattern", path);
    if (
      from instanceof Number ||
      from instanceof String ||
      from instanceof Boolean ||
      tag(from) === "[object BigInt]"
    ) {
      return same(to.valueOf(), from.valueOf(), "a wrapped primitive", path);
    }
    if (from instanceof DOMException)
      return same([to.name, to.message], [from.name, from.message], "an exception", path);
    if (from instanceof Error) {
      const plain = Object.getPrototypeOf(to) === Object.getPrototypeOf(from);
      check(plain, "an error's class", path, to?.name, from.name);
      same([to.name, to.message, "cause" in to], [from.name, from.message, "cause" in from], "an error", path);
      return "cause" in from ? this.equal(from.cause, to.cause, `${path}.cause`) : undefined;
    }
    if (from instanceof ArrayBuffer) {
      same([to.byteLength, to.resizable], [from.byteLength, from.resizable], "a buffer", path);
      return same(new Uint8Array(to), new Uint8Array(from), "bytes", path);
    }
    if (ArrayBuffer.isView(from)) {
      same([to.byteLength, to.byteOffset], [from.byteLength, from.byteOffset], "a view", path);
      return this.equal(from.buffer, to.buffer, `${path}.buffer`);
    }
    if (from instanceof Blob)
      return same([to.size, to.type, to.name], [from.size, from.type, from.name], "a blob", path);
    check(Object.getPrototypeOf(to) === (Array.isArray(from) ? Array : Object).prototype, "its prototype", path);
    same(Object.keys(to), Object.keys(from), "its keys", path);
    if (Array.isArray(from)) same(to.length, from.length, "its length", path);
    for (const key of Object.keys(from)) this.equal(from[key], to[key], `${path}.${key}`);
  }
}

/** @param {import("./lib.js").Random} random */
function transfers(random) {
  const buffers = random.list(3, () => new ArrayBuffer(8));
  const odd = random.pick([null, {}, 1, new Uint8Array(1), buffers[0], undefined, undefined, undefined, undefined]);
  const transfer = odd === undefined ? buffers : [...buffers, odd];
  const value = { buffers, view: buffers[0] && new Uint8Array(buffers[0]) };
  const names = ["TypeError", "DataCloneError"];
  const clone = attempt(names, () => structuredClone(value, { transfer: /** @type {any} */ (transfer) }), odd);
  same(clone !== undefined, odd === undefined, "what can be transferred is", odd);
  for (const buffer of buffers) same(buffer.detached, clone !== undefined, "a buffer that moved is gone", odd);
  if (clone !== undefined) same(clone.buffers.length, buffers.length, "they arrive");
}

class Thrown extends Error {}

/** Getters that throw, change the graph, or never end in depth. @param {import("./lib.js").Random} random */
function hostile(random) {
  const thrown = new Thrown("from a getter");
  const object = {
    first: [1],
    get throws() {
      throw thrown;
    },
  };
  let caught;
  try {
    structuredClone(random.pick([object, [object], new Map([[1, object]])]));
  } catch (error) {
    caught = error;
  }
  check(caught === thrown, "what a getter throws comes out", caught);
  /** @type {any} */
  const changing = { a: 1, list: [1, 2, 3] };
  Object.defineProperty(changing, "shrinks", {
    enumerable: true,
    get: () => ((changing.list.length = random.below(4)), delete changing.last, 1),
  });
  changing.last = new ArrayBuffer(8);
  Object.defineProperty(changing, "moves", { enumerable: true, get: () => structuredClone(new ArrayBuffer(8)) });
  attempt(["DataCloneError"], () => structuredClone(changing));
  let deep = {};
  for (let left = 10 ** (2 + random.below(3)); left > 0; left--) deep = { deep };
  attempt(["RangeError", "DataCloneError"], () => structuredClone(deep));
}

export default target((random) => {
  const graph = new Graph(random);
  const clone = attempt(graph.clonable ? [] : ["DataCloneError"], () => ({ root: structuredClone(graph.root) }));
  check(!graph.clonable || clone !== undefined, "what can be cloned is");
  const refused = attempt(["DataCloneError"], () =>
    structuredClone(random.pick([[stranger(random)], stranger(random)])),
  );
  check(refused === undefined, "what cannot be cloned is not", typeof refused);
  if (clone !== undefined) new Comparison().equal(graph.root, clone.root, "root");
  transfers(random);
  if (random.once(10)) hostile(random);
});
