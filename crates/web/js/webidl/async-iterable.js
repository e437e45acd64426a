// async iterable<T> (https://webidl.spec.whatwg.org/#js-asynchronous-iterable).

import { uncurryThis } from "./intrinsics.js";

const { defineProperty, defineProperties, getPrototypeOf, setPrototypeOf } = Object;
const then = uncurryThis(Promise.prototype.then);
const PromiseConstructor = Promise;
/** @param {unknown} value */
const resolved = (value) => new PromiseConstructor((resolve) => resolve(value));
/** @param {unknown} reason */
const rejected = (reason) => new PromiseConstructor((_, reject) => reject(reason));

const AsyncIteratorPrototype = getPrototypeOf(getPrototypeOf(async function* () {}.prototype));

/** What `next()` of the steps resolves with at the end. */
export const endOfIteration = Symbol("end of iteration");

/**
 * What one iteration does: `next` resolves with a value or `endOfIteration`; `return` settles when the
 * iteration has been given up.
 * @typedef {{ next(): Promise<any>, return(value: any): Promise<any> }} IterationSteps
 */

/**
 * Gives an interface `values()` and `Symbol.asyncIterator`.
 * @param {Function} constructor
 * @param {string} name the interface's name
 * @param {(receiver: any, options: any) => IterationSteps} begin starts an iteration; throws for a wrong
 *   receiver
 */
export function defineAsyncIterator(constructor, name, begin) {
  class AsyncIterator {
    /** @type {IterationSteps} */ #steps;
    /** @type {Promise<any> | null} */ #ongoing = null;
    #finished = false;

    /** @param {IterationSteps} steps */
    constructor(steps) {
      this.#steps = steps;
    }

    /** @param {any} value */
    static #is(value) {
      return typeof value === "object" && value !== null && #steps in value;
    }

    #next() {
      if (this.#finished) return resolved({ value: undefined, done: true });
      return then(
        this.#steps.next(),
        (/** @type {any} */ value) => {
          this.#ongoing = null;
          if (value !== endOfIteration) return { value, done: false };
          this.#finished = true;
          return { value: undefined, done: true };
        },
        (/** @type {any} */ reason) => {
          this.#ongoing = null;
          this.#finished = true;
          throw reason;
        },
      );
    }

    /** @param {any} value */
    #return(value) {
      if (this.#finished) return resolved(undefined);
      this.#finished = true;
      return this.#steps.return(value);
    }

    /**
     * Runs a step after the one in progress.
     * @param {() => Promise<any>} step
     * @returns {Promise<any>}
     */
    #enqueue(step) {
      return (this.#ongoing = this.#ongoing === null ? step() : then(this.#ongoing, step, step));
    }

    next() {
      if (!AsyncIterator.#is(this))
        return rejected(new TypeError(`next() called on an object that is not a ${name} iterator.`));
      return this.#enqueue(() => this.#next());
    }

    /** @param {any} value */
    return(value) {
      if (!AsyncIterator.#is(this))
        return rejected(new TypeError(`return() called on an object that is not a ${name} iterator.`));
      return then(
        this.#enqueue(() => this.#return(value)),
        () => ({ value, done: true }),
      );
    }
  }
  setPrototypeOf(AsyncIterator.prototype, AsyncIteratorPrototype);
  delete (/** @type {any} */ (AsyncIterator.prototype).constructor);
  defineProperty(AsyncIterator.prototype, "next", { enumerable: true });
  defineProperty(AsyncIterator.prototype, "return", { enumerable: true });
  defineProperty(AsyncIterator.prototype, Symbol.toStringTag, { value: `${name} AsyncIterator`, configurable: true });

  /** @type {ThisType<any>} */
  const methods = {
    values(options = undefined) {
      return new AsyncIterator(begin(this, options));
    },
  };
  const { values } = /** @type {any} */ (methods);
  defineProperties(constructor.prototype, {
    values: { value: values, enumerable: true, writable: true, configurable: true },
    [Symbol.asyncIterator]: { value: values, enumerable: false, writable: true, configurable: true },
  });
}
