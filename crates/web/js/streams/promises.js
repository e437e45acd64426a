// Promises as the Streams Standard uses them, on captured intrinsics: a guest that patches
// `Promise.prototype.then` sees none of our reactions and breaks none of them.

import { uncurryThis } from "../webidl/intrinsics.js";

const PromiseConstructor = Promise;
const promiseResolve = Promise.resolve.bind(Promise);
const promiseReject = Promise.reject.bind(Promise);
const { apply } = Reflect;

/**
 * Attaches reactions.
 * @type {(promise: Promise<any>, onFulfilled?: ((value: any) => any) | undefined, onRejected?: ((reason: any) => any) | undefined) => Promise<any>}
 */
export const then = /** @type {any} */ (uncurryThis(Promise.prototype.then));

/** @type {(value?: any) => Promise<any>} A promise resolved with a value; a promise is passed as it is. */
export const resolvedWith = promiseResolve;

/**
 * "a promise resolved with" to the letter: of a promise a new one is made, which settles two ticks later. Scripts
 * can tell in one place: what happens before start() is done.
 * @param {any} value
 * @returns {Promise<any>}
 */
export function newlyResolvedWith(value) {
  return value === undefined ? settled : new PromiseConstructor((resolve) => resolve(value));
}

/** @type {(reason: any) => Promise<any>} "a promise rejected with" */
export const rejectedWith = promiseReject;

const settled = promiseResolve(undefined);

/** Does nothing. */
export function noop() {}

/**
 * Runs a function in a microtask.
 * @param {() => void} task must not throw
 */
export function queueTask(task) {
  then(settled, task);
}

/**
 * "set promise.[[PromiseIsHandled]] to true"
 * @param {Promise<any>} promise
 */
export function markHandled(promise) {
  then(promise, undefined, noop);
}

/**
 * Calls a callback once in a stream's life, and makes a promise of whatever it does.
 * @param {Function} callback
 * @param {any} receiver
 * @param {any[]} args
 * @returns {Promise<any>}
 */
export function promiseCall(callback, receiver, args) {
  try {
    return newlyResolvedWith(apply(callback, receiver, args));
  } catch (error) {
    return promiseReject(error);
  }
}

/**
 * The same for a callback called for each chunk: it allocates nothing, and takes a promise as it is, which is two
 * ticks faster than the standard's text (and what browsers do).
 * @param {Function} callback
 * @param {any} receiver
 * @param {any[]} args
 * @returns {Promise<any>}
 */
export function chunkCall(callback, receiver, args) {
  try {
    const result = apply(callback, receiver, args);
    return result === undefined ? settled : promiseResolve(result);
  } catch (error) {
    return promiseReject(error);
  }
}

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

/**
 * A promise with its resolving functions, made only when someone asks for it. Most of the standard's promises
 * (`closed`, `ready`, one per piped write) are never looked at; made late they settle the same way, since a
 * reaction can only be attached by one who has asked.
 */
export class Deferred {
  #status = PENDING;
  /** @type {any} */ #value = undefined;
  #handled = false;
  /** @type {Promise<any> | undefined} */ #promise = undefined;
  /** @type {((value: any) => void) | undefined} */ #resolve = undefined;
  /** @type {((reason: any) => void) | undefined} */ #reject = undefined;

  /** @param {any} [value] */
  static resolved(value) {
    const deferred = new Deferred();
    deferred.#status = FULFILLED;
    deferred.#value = value;
    return deferred;
  }

  /**
   * A rejected one whose rejection nobody needs to handle.
   * @param {any} reason
   */
  static rejectedHandled(reason) {
    const deferred = new Deferred();
    deferred.#status = REJECTED;
    deferred.#value = reason;
    deferred.#handled = true;
    return deferred;
  }

  get isPending() {
    return this.#status === PENDING;
  }

  /** @returns {Promise<any>} always the same one */
  get promise() {
    if (this.#promise !== undefined) return this.#promise;
    if (this.#status === FULFILLED) {
      this.#promise = new PromiseConstructor((resolve) => resolve(this.#value));
    } else if (this.#status === REJECTED) {
      this.#promise = promiseReject(this.#value);
    } else {
      this.#promise = new PromiseConstructor((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }
    if (this.#handled) markHandled(this.#promise);
    return this.#promise;
  }

  /** @param {any} [value] */
  resolve(value) {
    if (this.#status !== PENDING) return;
    this.#status = FULFILLED;
    this.#value = value;
    this.#resolve?.(value);
  }

  /** @param {any} reason */
  reject(reason) {
    if (this.#status !== PENDING) return;
    this.#status = REJECTED;
    this.#value = reason;
    this.#reject?.(reason);
  }

  /** Rejection is nobody's duty to handle. */
  markHandled() {
    if (this.#handled) return;
    this.#handled = true;
    if (this.#promise !== undefined) markHandled(this.#promise);
  }
}
