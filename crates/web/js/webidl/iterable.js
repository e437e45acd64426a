// iterable<K, V> (https://webidl.spec.whatwg.org/#js-iterable) for Headers, FormData and URLSearchParams.

import { typeMismatch } from "./errors.js";
import { descriptorOf } from "./intrinsics.js";

const { defineProperty, defineProperties, getPrototypeOf, setPrototypeOf } = Object;
const { apply } = Reflect;
const { iterator, toStringTag } = Symbol;

const IteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));

/**
 * Gives an interface entries(), keys(), values(), forEach() and `Symbol.iterator`. The list is read anew at
 * each step, as the standard has it: a change during iteration is seen.
 * @template T
 * @param {Function} constructor
 * @param {string} name the interface's name
 * @param {(target: T) => ReadonlyArray<readonly [key: unknown, value: unknown]>} pairsOf the current list of
 *   pairs; must throw a TypeError for a receiver that is not of the interface
 */
export function definePairIterator(constructor, name, pairsOf) {
  class PairIterator {
    /** @type {T} */ #target;
    /** @type {"key" | "value" | "key+value"} */ #kind;
    #index = 0;

    /**
     * @param {T} target
     * @param {"key" | "value" | "key+value"} kind
     */
    constructor(target, kind) {
      this.#target = target;
      this.#kind = kind;
    }

    next() {
      const pairs = pairsOf(this.#target);
      if (this.#index >= pairs.length) return { value: undefined, done: true };
      const pair = pairs[this.#index++];
      const kind = this.#kind;
      return { value: kind === "key" ? pair[0] : kind === "value" ? pair[1] : [pair[0], pair[1]], done: false };
    }
  }
  setPrototypeOf(PairIterator.prototype, IteratorPrototype);
  delete (/** @type {any} */ (PairIterator.prototype).constructor);
  defineProperty(PairIterator.prototype, "next", descriptorOf({ enumerable: true }));
  const tag = descriptorOf({ value: `${name} Iterator`, configurable: true });
  defineProperty(PairIterator.prototype, toStringTag, tag);

  /** @type {ThisType<any>} */
  const methods = {
    entries() {
      pairsOf(this);
      return new PairIterator(this, "key+value");
    },
    keys() {
      pairsOf(this);
      return new PairIterator(this, "key");
    },
    values() {
      pairsOf(this);
      return new PairIterator(this, "value");
    },
    /**
     * @param {Function} callback
     * @param {unknown} [thisArg]
     */
    forEach(callback, thisArg = undefined) {
      let pairs = pairsOf(this);
      if (typeof callback !== "function") {
        throw typeMismatch("Function", `Failed to execute 'forEach' on '${name}'`, "parameter 1");
      }
      for (let index = 0; index < pairs.length; index++) {
        const pair = pairs[index];
        apply(callback, thisArg, [pair[1], pair[0], this]);
        pairs = pairsOf(this);
      }
    },
  };
  const { entries, keys, values, forEach } = /** @type {any} */ (methods);
  /** @param {unknown} value */
  const operation = (value, enumerable = true) =>
    descriptorOf({ value, enumerable, writable: true, configurable: true });
  defineProperties(constructor.prototype, {
    entries: operation(entries),
    keys: operation(keys),
    values: operation(values),
    forEach: operation(forEach),
    [iterator]: operation(entries, false),
  });
}
