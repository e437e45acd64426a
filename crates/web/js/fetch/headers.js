//# allFunctionsCalledOnLoad
// Headers (https://fetch.spec.whatwg.org/#headers-class).
//
// A header list is one flat array `[name, value, name, value, ...]` with lower-case names, in the order of
// arrival: it crosses to the native side as it is and costs one allocation. The headers of a request come as a
// function that fetches them: a Worker that never looks at them never pays for them.

import { defineInspect } from "../console/inspectable.js";
import { conversionError, defineInterface, definePairIterator, requireArguments } from "../webidl.js";
import {
  appendTo,
  commaJoined,
  copyList,
  fill,
  hasName,
  lowerName,
  normalizeValue,
  removeFrom,
  setIn,
  valuesOf,
} from "./header-list.js";

const { iterator } = Symbol;
const noHeaders = () => /** @type {string[]} */ ([]);

/** @type {(headers: Headers) => string[]} the list itself, made now if it was not yet */
let listOf;
/** @type {(value: any) => value is Headers} */
let isInstance;
/** @type {(list: string[] | (() => string[]), immutable: boolean) => Headers} */
let create;
/** @type {(headers: Headers) => boolean} */
let immutability;

/** @param {any} value whether it is a Headers whose list can be taken without iterating */
const isOrdinary = (value) => isInstance(value) && /** @type {any} */ (value)[iterator] === iterate;

/** HTTP headers. */
export class Headers {
  /** @type {string[] | null} null until `#source` has been asked */ #list = null;
  /** @type {() => string[]} */ #source = noHeaders;
  /** @type {Array<[string, string]> | null} what iteration shows; null when it has to be made anew */ #shown = null;
  #immutable = false;

  static {
    listOf = (headers) => (headers.#list ??= headers.#source());
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #list in value
    );
    immutability = (headers) => headers.#immutable;
    create = (list, immutable) => {
      const headers = new Headers();
      if (typeof list === "function") {
        headers.#list = null;
        headers.#source = list;
      } else {
        headers.#list = list;
      }
      headers.#immutable = immutable;
      return headers;
    };
  }

  /** @param {any} [init] */
  constructor(init = undefined) {
    this.#list = [];
    if (init !== undefined) fill(this.#list, init, isOrdinary, listOf);
  }

  /** @returns {string[]} the list, to be changed */
  #mutable() {
    if (this.#immutable) throw new TypeError("Can't modify immutable headers.");
    this.#shown = null;
    return listOf(this);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  append(name, value) {
    requireArguments(arguments.length, 2, "Failed to execute 'append' on 'Headers'");
    const lower = lowerName(name);
    const normalized = normalizeValue(value);
    appendTo(this.#mutable(), lower, normalized);
  }

  /** @param {string} name */
  delete(name) {
    requireArguments(arguments.length, 1, "Failed to execute 'delete' on 'Headers'");
    const lower = lowerName(name);
    removeFrom(this.#mutable(), lower);
  }

  /** @param {string} name */
  get(name) {
    requireArguments(arguments.length, 1, "Failed to execute 'get' on 'Headers'");
    return commaJoined(listOf(this), lowerName(name));
  }

  /**
   * Cloudflare's own, older than getSetCookie().
   * @param {string} name only "Set-Cookie"
   */
  getAll(name) {
    requireArguments(arguments.length, 1, "Failed to execute 'getAll' on 'Headers'");
    if (lowerName(name) !== "set-cookie") {
      throw new TypeError('getAll() can only be used with the header name "Set-Cookie".');
    }
    return valuesOf(listOf(this), "set-cookie");
  }

  getSetCookie() {
    return valuesOf(listOf(this), "set-cookie");
  }

  /** @param {string} name */
  has(name) {
    requireArguments(arguments.length, 1, "Failed to execute 'has' on 'Headers'");
    return hasName(listOf(this), lowerName(name));
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  set(name, value) {
    requireArguments(arguments.length, 2, "Failed to execute 'set' on 'Headers'");
    const lower = lowerName(name);
    const normalized = normalizeValue(value);
    setIn(this.#mutable(), lower, normalized);
  }

  /**
   * "sort and combine": one pair a name, a pair for each Set-Cookie.
   * @param {any} headers
   * @returns {Array<[string, string]>}
   */
  static pairs(headers) {
    if (!isInstance(headers)) throw conversionError("is not of type 'Headers'.", "Illegal invocation", "this");
    return (headers.#shown ??= shownPairs(listOf(headers)));
  }
}

/**
 * @param {string[]} list
 * @returns {Array<[string, string]>}
 */
function shownPairs(list) {
  /** @type {Array<[string, string]>} */
  const pairs = [];
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index];
    const value = list[index + 1];
    // Insertion from the end keeps equal names in order; lists are short.
    let at = pairs.length;
    while (at > 0 && pairs[at - 1][0] > name) at -= 1;
    if (at > 0 && pairs[at - 1][0] === name && name !== "set-cookie") {
      pairs[at - 1][1] += `, ${value}`;
      continue;
    }
    for (let move = pairs.length; move > at; move--) pairs[move] = pairs[move - 1];
    pairs[at] = [name, value];
  }
  return pairs;
}

const { pairs } = Headers;
// @ts-expect-error not a part of the interface
delete Headers.pairs;
definePairIterator(Headers, "Headers", pairs);
const iterate = /** @type {any} */ (Headers.prototype)[iterator];
defineInterface(Headers, { tag: "Headers" });
defineInspect(Headers, (headers, { inspect, options }) => {
  const shown = shownPairs(listOf(headers)).map(
    ([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`,
  );
  return shown.length === 0 ? "Headers(0) {}" : `Headers(${shown.length}) { ${shown.join(", ")} }`;
});

/**
 * @param {any} value
 * @returns {value is Headers}
 */
export function isHeaders(value) {
  return isInstance(value);
}

/**
 * Headers over a flat list of lower-case names and valid values, or over a function that makes one when it is
 * first needed. The list is owned by the object from then on.
 * @param {string[] | (() => string[])} list
 * @param {boolean} immutable
 * @returns {Headers}
 */
export function createHeaders(list, immutable) {
  return create(list, immutable);
}

/**
 * The flat list under a Headers object: not to be changed, and gone stale when the object is.
 * @param {Headers} headers
 * @returns {string[]}
 */
export function headersToFlatList(headers) {
  return listOf(headers);
}

/**
 * A copy, as mutable as the original or, with `immutable` false, mutable.
 * @param {Headers} headers
 * @param {boolean} [immutable]
 * @returns {Headers}
 */
export function cloneHeaders(headers, immutable = immutability(headers)) {
  return create(copyList(listOf(headers)), immutable);
}

/**
 * A flat list of a `HeadersInit`.
 * @param {any} init
 * @returns {string[]}
 */
export function flatListFromInit(init) {
  /** @type {string[]} */
  const list = [];
  fill(list, init, isOrdinary, listOf);
  return list;
}
