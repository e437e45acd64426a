// node:async_hooks (https://nodejs.org/api/async_context.html), as far as hosted has it: AsyncLocalStorage and
// AsyncResource. The hooks themselves are there and never called.
//
// The current context is V8's continuation-preserved data, which promises carry along. It is the invocation's number
// or, when a storage has a value, an array: the number, then a storage and its value in turn. An array is never
// changed once it is made; to enter a value means to make another.

import { op_async_context_get } from "selvedge:ops";
import { callInContext } from "selvedge:web/timers/index.js";

const { isArray } = Array;
const { defineProperty } = Object;

/**
 * The place of a storage's value in a context, or -1.
 * @param {unknown[]} context
 * @param {AsyncLocalStorage} storage
 */
function placeOf(context, storage) {
  for (let index = 1; index < context.length; index += 2) if (context[index] === storage) return index + 1;
  return -1;
}

/**
 * The current context with another value for one storage.
 * @param {AsyncLocalStorage} storage
 * @param {unknown} value
 * @param {boolean} present false takes the storage out
 */
function contextWith(storage, value, present) {
  const current = op_async_context_get();
  const next = isArray(current) ? [current[0]] : [current];
  if (isArray(current)) {
    for (let index = 1; index < current.length; index += 2) {
      if (current[index] === storage) continue;
      next[next.length] = current[index];
      next[next.length] = current[index + 1];
    }
  }
  if (present) {
    next[next.length] = storage;
    next[next.length] = value;
  }
  return next.length === 1 ? next[0] : next;
}

/**
 * @param {unknown} callback
 * @param {string} name
 */
function checkFunction(callback, name) {
  if (typeof callback === "function") return;
  const error = new TypeError(`The "${name}" argument must be of type function. Received ${describe(callback)}`);
  defineProperty(error, "code", {
    value: "ERR_INVALID_ARG_TYPE",
    writable: true,
    enumerable: true,
    configurable: true,
  });
  throw error;
}

/** @param {unknown} value */
function describe(value) {
  if (value === null || value === undefined) return `${value}`;
  return typeof value === "object" ? "an instance of Object" : `type ${typeof value} (${String(value)})`;
}

/** https://nodejs.org/api/async_context.html#class-asynclocalstorage */
export class AsyncLocalStorage {
  #defaultValue;
  #name;

  /** @param {{ defaultValue?: unknown, name?: string }} [options] */
  constructor(options = {}) {
    this.#defaultValue = options?.defaultValue;
    this.#name = options?.name === undefined ? "" : `${options.name}`;
  }

  get name() {
    return this.#name;
  }

  /** @param {Function} callback */
  static bind(callback) {
    checkFunction(callback, "fn");
    const context = op_async_context_get();
    /** @this {unknown} @param {unknown[]} args */
    const bound = function (...args) {
      return callInContext(context, callback, this, args);
    };
    return bound;
  }

  static snapshot() {
    const context = op_async_context_get();
    /** @this {unknown} @param {Function} callback @param {unknown[]} args */
    const inContext = function (callback, ...args) {
      return callInContext(context, callback, this, args);
    };
    return inContext;
  }

  getStore() {
    const context = op_async_context_get();
    if (isArray(context)) {
      const place = placeOf(context, this);
      if (place !== -1) return context[place];
    }
    return this.#defaultValue;
  }

  /**
   * @param {unknown} store
   * @param {Function} callback
   * @param {unknown[]} args
   */
  run(store, callback, ...args) {
    return callInContext(contextWith(this, store, true), callback, undefined, args);
  }

  /**
   * @param {Function} callback
   * @param {unknown[]} args
   */
  exit(callback, ...args) {
    return callInContext(contextWith(this, undefined, false), callback, undefined, args);
  }

  /** Refused, as hosted does: what it enters would leak into whatever runs next. @param {unknown} store */
  enterWith(store) {
    throw new Error("asyncLocalStorage.enterWith() is not implemented");
  }

  disable() {
    throw new Error("asyncLocalStorage.disable() is not implemented");
  }
}

let lastAsyncId = 1;

/** https://nodejs.org/api/async_context.html#class-asyncresource */
export class AsyncResource {
  #context = op_async_context_get();
  #asyncId = ++lastAsyncId;
  /** @type {string} */ #type;

  /**
   * @param {string} type
   * @param {unknown} [options]
   */
  constructor(type, options = undefined) {
    if (typeof type !== "string") {
      const error = new TypeError(`The "type" argument must be of type string. Received ${describe(type)}`);
      throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
    }
    this.#type = type;
  }

  /**
   * @param {Function} callback
   * @param {string} [type]
   * @param {unknown} [receiver]
   */
  static bind(callback, type = undefined, receiver = undefined) {
    checkFunction(callback, "fn");
    return new AsyncResource(type || callback.name || "bound-anonymous-fn").bind(callback, receiver);
  }

  get type() {
    return this.#type;
  }

  /**
   * @param {Function} callback
   * @param {unknown} [receiver]
   */
  bind(callback, receiver = undefined) {
    checkFunction(callback, "fn");
    const context = this.#context;
    const fixed = receiver;
    /** @this {unknown} @param {unknown[]} args */
    const bound = function (...args) {
      return callInContext(context, callback, fixed === undefined ? this : fixed, args);
    };
    defineProperty(bound, "length", { value: callback.length, writable: false, enumerable: false, configurable: true });
    return bound;
  }

  /**
   * @param {Function} callback
   * @param {unknown} [receiver]
   * @param {unknown[]} args
   */
  runInAsyncScope(callback, receiver = undefined, ...args) {
    return callInContext(this.#context, callback, receiver, args);
  }

  emitDestroy() {
    return this;
  }

  asyncId() {
    return this.#asyncId;
  }

  triggerAsyncId() {
    return 0;
  }
}

/** https://nodejs.org/api/async_hooks.html#async_hookscreatehookcallbacks; nothing calls the hooks. */
class AsyncHook {
  enable() {
    return this;
  }

  disable() {
    return this;
  }
}

export const createHook = () => new AsyncHook();
export const executionAsyncId = () => 0;
export const executionAsyncResource = () => ({});
export const triggerAsyncId = () => 0;
export const asyncWrapProviders = Object.freeze({ __proto__: null });

export default {
  AsyncLocalStorage,
  AsyncResource,
  asyncWrapProviders,
  createHook,
  executionAsyncId,
  executionAsyncResource,
  triggerAsyncId,
};
