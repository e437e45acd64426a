// Deep equality (https://nodejs.org/api/assert.html#comparison-details), loose and strict.

import { kindOf } from "selvedge:web/console/inspect/kinds.js";
import * as kinds from "selvedge:web/console/inspect/kinds.js";
import { URL } from "selvedge:web/url/index.js";

const { getOwnPropertySymbols, getPrototypeOf, is, keys } = Object;
const { isView } = ArrayBuffer;
const hasOwn = Object.hasOwn;
const isEnumerable = Object.prototype.propertyIsEnumerable;
const toStringTag = Object.prototype.toString;
const Bytes = Uint8Array;

/** @param {any} a @param {any} b */
const looselyEqual = (a, b) => a == b || (a !== a && b !== b); // eslint-disable-line eqeqeq

/** @param {any} value @returns {string[]} keys that are no indices */
const otherKeys = (value) => keys(value).filter((key) => !/^(0|[1-9]\d*)$/.test(key));

/** @param {any} value */
const symbolsOf = (value) => getOwnPropertySymbols(value).filter((symbol) => isEnumerable.call(value, symbol));

/** One comparison. */
class Comparison {
  /** @type {Map<any, any> | null} the values of the first side that are being compared, with their counterparts */
  #active = null;
  #strict;

  /** @param {boolean} strict */
  constructor(strict) {
    this.#strict = strict;
  }

  /** @param {any} a @param {any} b @returns {boolean} */
  equal(a, b) {
    if (a === b) return a !== 0 || is(a, b) || !this.#strict;
    if (this.#strict) {
      if (typeof a !== "object") return typeof a === "number" && a !== a && b !== b;
      if (typeof b !== "object" || a === null || b === null) return false;
      if (getPrototypeOf(a) !== getPrototypeOf(b)) return false;
    } else {
      if (a === null || typeof a !== "object") return (b === null || typeof b !== "object") && looselyEqual(a, b);
      if (b === null || typeof b !== "object") return false;
    }
    if (toStringTag.call(a) !== toStringTag.call(b)) return false;
    return this.#objects(a, b);
  }

  /** @param {any} a @param {any} b @returns {boolean} */
  #objects(a, b) {
    const kind = kindOf(a);
    if (kind !== kindOf(b)) return false;
    switch (kind) {
      case kinds.ARRAY: {
        if (a.length !== b.length) return false;
        const [ka, kb] = [otherKeys(a), otherKeys(b)];
        return ka.length === kb.length && this.#within(a, b, () => this.#keys(a, b, ka) && this.#items(a, b));
      }
      case kinds.DATE:
        if (Date.prototype.getTime.call(a) !== Date.prototype.getTime.call(b)) return false;
        break;
      case kinds.REGEXP:
        if (a.source !== b.source || a.flags !== b.flags || a.lastIndex !== b.lastIndex) return false;
        break;
      case kinds.ERROR:
        // What is not enumerable of an error counts too.
        for (const name of ["message", "name"]) {
          if (a[name] !== b[name] && !(hasOwn(a, name) && isEnumerable.call(a, name))) return false;
        }
        for (const name of ["cause", "errors"]) {
          if (hasOwn(a, name) !== hasOwn(b, name)) return false;
          if (hasOwn(a, name) && !this.#within(a, b, () => this.equal(a[name], b[name]))) return false;
        }
        break;
      case kinds.TYPED_ARRAY:
      case kinds.DATA_VIEW:
      case kinds.ARRAY_BUFFER:
        if (!this.#bytes(a, b)) return false;
        break;
      case kinds.BOXED_NUMBER:
      case kinds.BOXED_STRING:
      case kinds.BOXED_BOOLEAN:
      case kinds.BOXED_BIGINT:
      case kinds.BOXED_SYMBOL:
        if (!is(a.valueOf(), b.valueOf())) return false;
        break;
      case kinds.PROMISE:
      case kinds.WEAK_MAP:
      case kinds.WEAK_SET:
        return false;
      case kinds.SET:
        if (a.size !== b.size) return false;
        return this.#properties(a, b, () => this.#sets(a, b));
      case kinds.MAP:
        if (a.size !== b.size) return false;
        return this.#properties(a, b, () => this.#maps(a, b));
      default:
        if (a instanceof URL && a.href !== /** @type {any} */ (b).href) return false;
    }
    return this.#properties(a, b, () => true);
  }

  /** @param {any} a @param {any} b */
  #bytes(a, b) {
    if (!this.#strict && (a instanceof Float32Array || a instanceof Float64Array)) {
      return a.length === b.length && a.every((value, index) => value === b[index]);
    }
    if (a.byteLength !== b.byteLength) return false;
    const [x, y] = [a, b].map((v) => (isView(v) ? new Bytes(v.buffer, v.byteOffset, v.byteLength) : new Bytes(v)));
    return x.every((byte, index) => byte === y[index]);
  }

  /**
   * Runs a comparison of two objects' contents, in which a cycle back to them is equal if both go back.
   * @param {any} a @param {any} b @param {() => boolean} compare
   */
  #within(a, b, compare) {
    this.#active ??= new Map();
    if (this.#active.has(a)) return this.#active.get(a) === b;
    this.#active.set(a, b);
    const result = compare();
    this.#active.delete(a);
    return result;
  }

  /** @param {any} a @param {any} b @param {() => boolean} more */
  #properties(a, b, more) {
    const indexed = kindOf(a) === kinds.TYPED_ARRAY;
    const [ka, kb] = indexed ? [otherKeys(a), otherKeys(b)] : [keys(a), keys(b)];
    if (ka.length !== kb.length) return false;
    return this.#within(a, b, () => this.#keys(a, b, ka) && more());
  }

  /** @param {any} a @param {any} b @param {PropertyKey[]} names */
  #keys(a, b, names) {
    if (!names.every((name) => isEnumerable.call(b, name))) return false;
    if (this.#strict) {
      const symbols = symbolsOf(a);
      if (symbols.length !== symbolsOf(b).length || !symbols.every((symbol) => isEnumerable.call(b, symbol))) {
        return false;
      }
      names = [...names, ...symbols];
    }
    return names.every((name) => this.equal(a[name], b[name]));
  }

  /** @param {any[]} a @param {any[]} b */
  #items(a, b) {
    for (let index = 0; index < a.length; index++) {
      // A hole and undefined differ, strictly.
      if (this.#strict && hasOwn(a, index) !== hasOwn(b, index)) return false;
      if (!this.equal(a[index], b[index])) return false;
    }
    return true;
  }

  /** @param {Set<any>} a @param {Set<any>} b */
  #sets(a, b) {
    const rest = new Set([...b].filter((value) => !a.has(value)));
    for (const value of a) {
      if (b.has(value)) continue;
      if (this.#strict && (typeof value !== "object" || value === null)) return false;
      const match = [...rest].find((other) => this.equal(value, other));
      if (match === undefined && !rest.has(undefined)) return false;
      rest.delete(match);
    }
    return true;
  }

  /** @param {Map<any, any>} a @param {Map<any, any>} b */
  #maps(a, b) {
    const rest = new Set([...b.keys()].filter((key) => !a.has(key)));
    for (const [key, value] of a) {
      if (b.has(key)) {
        if (!this.equal(value, b.get(key))) return false;
        continue;
      }
      if (this.#strict && (typeof key !== "object" || key === null)) return false;
      const match = [...rest].find((other) => this.equal(key, other) && this.equal(value, b.get(other)));
      if (match === undefined && !rest.has(undefined)) return false;
      rest.delete(match);
    }
    return true;
  }
}

/** @param {unknown} a @param {unknown} b */
export const isDeepEqual = (a, b) => new Comparison(false).equal(a, b);
/** @param {unknown} a @param {unknown} b */
export const isDeepStrictEqual = (a, b) => new Comparison(true).equal(a, b);
