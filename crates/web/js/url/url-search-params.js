// URLSearchParams (https://url.spec.whatwg.org/#interface-urlsearchparams).

import { defineInspect } from "../console/inspectable.js";
import { registerPlatformClass } from "../structured-clone/platform-objects.js";
import {
  converters,
  definePairIterator,
  defineInterface,
  recordOf,
  requireArguments,
  sequenceOf,
  uncurryThis,
} from "../webidl.js";
import { parseFormUrlencoded, serializeFormUrlencoded } from "./form-urlencoded.js";

const { USVString } = converters;
const slice = uncurryThis(String.prototype.slice);
const splice = uncurryThis(Array.prototype.splice);
const sort = uncurryThis(Array.prototype.sort);
const SymbolIterator = Symbol.iterator;

const pairSequence = sequenceOf(sequenceOf(USVString));
const stringRecord = recordOf(USVString, USVString);

/** @typedef {[string, string]} Pair */

/**
 * @param {any} init
 * @param {string} prefix
 * @returns {Pair[]}
 */
function pairsOfObject(init, prefix) {
  const method = init[SymbolIterator];
  if (method === undefined || method === null) return stringRecord(init, prefix, "parameter 1");
  const list = pairSequence(init, prefix, "parameter 1", { method });
  for (let index = 0; index < list.length; index++) {
    if (list[index].length !== 2) {
      throw new TypeError(`${prefix}: parameter 1[${index}] must be a pair of a name and a value.`);
    }
  }
  return /** @type {any} */ (list);
}

/** @param {Pair} a @param {Pair} b names in the order of their code units */
const byName = (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

/** @type {(query: string, onChange: (query: string) => void) => URLSearchParams} */
let create;
/** @type {(params: URLSearchParams, query: string) => void} */
let replace;

/** A list of names and values, as in a URL's query. */
export class URLSearchParams {
  /** @type {Pair[]} */ #pairs;
  /** @type {((query: string) => void) | null} tells the URL that this is the query of */ #onChange = null;

  /** @param {any} [init] */
  constructor(init = "") {
    if ((typeof init === "object" && init !== null) || typeof init === "function") {
      this.#pairs = pairsOfObject(init, "Failed to construct 'URLSearchParams'");
    } else {
      const query = USVString(init, "Failed to construct 'URLSearchParams'", "parameter 1");
      this.#pairs = parseFormUrlencoded(query[0] === "?" ? slice(query, 1) : query);
    }
  }

  static {
    create = (query, onChange) => {
      const params = new URLSearchParams();
      params.#pairs = parseFormUrlencoded(query);
      params.#onChange = onChange;
      return params;
    };
    replace = (params, query) => {
      params.#pairs = parseFormUrlencoded(query);
    };
  }

  #changed() {
    if (this.#onChange !== null) this.#onChange(serializeFormUrlencoded(this.#pairs));
  }

  /** @returns {number} */
  get size() {
    return this.#pairs.length;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  append(name, value) {
    const pairs = this.#pairs;
    const prefix = "Failed to execute 'append' on 'URLSearchParams'";
    requireArguments(arguments.length, 2, prefix);
    name = USVString(name, prefix, "parameter 1");
    value = USVString(value, prefix, "parameter 2");
    pairs[pairs.length] = [name, value];
    this.#changed();
  }

  /**
   * @param {string} name
   * @param {string} [value] only pairs of this value
   */
  delete(name, value = undefined) {
    const pairs = this.#pairs;
    const prefix = "Failed to execute 'delete' on 'URLSearchParams'";
    requireArguments(arguments.length, 1, prefix);
    name = USVString(name, prefix, "parameter 1");
    if (value !== undefined) value = USVString(value, prefix, "parameter 2");
    let kept = 0;
    for (let index = 0; index < pairs.length; index++) {
      const pair = pairs[index];
      if (pair[0] !== name || (value !== undefined && pair[1] !== value)) pairs[kept++] = pair;
    }
    pairs.length = kept;
    this.#changed();
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  get(name) {
    const pairs = this.#pairs;
    const prefix = "Failed to execute 'get' on 'URLSearchParams'";
    requireArguments(arguments.length, 1, prefix);
    name = USVString(name, prefix, "parameter 1");
    for (let index = 0; index < pairs.length; index++) {
      if (pairs[index][0] === name) return pairs[index][1];
    }
    return null;
  }

  /**
   * @param {string} name
   * @returns {string[]}
   */
  getAll(name) {
    const pairs = this.#pairs;
    const prefix = "Failed to execute 'getAll' on 'URLSearchParams'";
    requireArguments(arguments.length, 1, prefix);
    name = USVString(name, prefix, "parameter 1");
    /** @type {string[]} */
    const values = [];
    for (let index = 0; index < pairs.length; index++) {
      if (pairs[index][0] === name) values[values.length] = pairs[index][1];
    }
    return values;
  }

  /**
   * @param {string} name
   * @param {string} [value] only a pair of this value
   * @returns {boolean}
   */
  has(name, value = undefined) {
    const pairs = this.#pairs;
    const prefix = "Failed to execute 'has' on 'URLSearchParams'";
    requireArguments(arguments.length, 1, prefix);
    name = USVString(name, prefix, "parameter 1");
    if (value !== undefined) value = USVString(value, prefix, "parameter 2");
    for (let index = 0; index < pairs.length; index++) {
      const pair = pairs[index];
      if (pair[0] === name && (value === undefined || pair[1] === value)) return true;
    }
    return false;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  set(name, value) {
    const pairs = this.#pairs;
    const prefix = "Failed to execute 'set' on 'URLSearchParams'";
    requireArguments(arguments.length, 2, prefix);
    name = USVString(name, prefix, "parameter 1");
    value = USVString(value, prefix, "parameter 2");
    let at = 0;
    while (at < pairs.length && pairs[at][0] !== name) at++;
    pairs[at] = [name, value];
    for (let index = pairs.length - 1; index > at; index--) {
      if (pairs[index][0] === name) splice(pairs, index, 1);
    }
    this.#changed();
  }

  /** Orders the pairs by name; those of one name keep their order. */
  sort() {
    sort(this.#pairs, byName);
    this.#changed();
  }

  /** @returns {string} */
  toString() {
    return serializeFormUrlencoded(this.#pairs);
  }

  /**
   * The pairs, for iteration.
   * @param {URLSearchParams} params
   */
  static #pairsOf(params) {
    return params.#pairs;
  }

  static {
    registerPlatformClass({ name: "URLSearchParams", isInstance: (value) => #pairs in value });
    definePairIterator(URLSearchParams, "URLSearchParams", URLSearchParams.#pairsOf);
    defineInspect(URLSearchParams, (params, { inspect, options }) => {
      const entries = params.#pairs.map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
      return entries.length === 0 ? "URLSearchParams {}" : `URLSearchParams { ${entries.join(", ")} }`;
    });
  }
}

defineInterface(URLSearchParams, { tag: "URLSearchParams" });

/**
 * The query of a URL: changes are told to `onChange`.
 * @param {string} query without "?"
 * @param {(query: string) => void} onChange
 */
export function createSearchParams(query, onChange) {
  return create(query, onChange);
}

/**
 * Follows a change of the URL's query.
 * @param {URLSearchParams} params
 * @param {string} query without "?"
 */
export function replaceSearchParams(params, query) {
  replace(params, query);
}
