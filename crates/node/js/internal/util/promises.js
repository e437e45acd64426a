// promisify() and callbackify() (https://nodejs.org/api/util.html#utilpromisifyoriginal).

import * as web from "selvedge:web/timers/index.js";
import * as timers from "node:timers/promises";
import { invalidArgType, nodeError, validateFunction } from "../errors.js";
import { core } from "../process/core.js";
import { emitWarning } from "../process/warning.js";

const { apply } = Reflect;
const { defineProperties, defineProperty, getOwnPropertyDescriptors, getPrototypeOf, setPrototypeOf } = Object;
const custom = Symbol.for("nodejs.util.promisify.custom");
const customArgs = Symbol("customPromisifyArgs");

/** @param {any} original */
export function promisify(original) {
  validateFunction(original, "original");
  // The globals, which are the web's, have Node's meaning here.
  if (original === web.setTimeout) return timers.setTimeout;
  if (original === web.setImmediate) return timers.setImmediate;
  if (original[custom]) {
    const fn = original[custom];
    validateFunction(fn, "util.promisify.custom");
    return defineProperty(fn, custom, { value: fn, enumerable: false, writable: false, configurable: true });
  }
  const names = original[customArgs];
  /** @this {any} @param {any[]} args */
  function fn(...args) {
    return new Promise((resolve, reject) => {
      apply(original, this, [
        ...args,
        (/** @type {any} */ error, /** @type {any[]} */ ...values) => {
          if (error) return reject(error);
          if (names !== undefined && values.length > 1) {
            return resolve(
              Object.fromEntries(names.map((/** @type {string} */ name, /** @type {number} */ i) => [name, values[i]])),
            );
          }
          return resolve(values[0]);
        },
      ]);
    });
  }
  setPrototypeOf(fn, getPrototypeOf(original));
  defineProperty(fn, custom, { value: fn, enumerable: false, writable: false, configurable: true });
  const descriptors = getOwnPropertyDescriptors(original);
  return defineProperties(fn, /** @type {any} */ (descriptors));
}
promisify.custom = custom;

/** @param {any} original */
export function callbackify(original) {
  validateFunction(original, "original");
  /** @this {any} @param {any[]} args */
  function callbackified(...args) {
    const callback = args.pop();
    validateFunction(callback, "last argument");
    apply(original, this, args).then(
      (/** @type {any} */ value) => core.nextTick(callback, null, value),
      (/** @type {any} */ reason) => {
        if (!reason) {
          const error = nodeError(Error, "ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value");
          error.reason = reason;
          reason = error;
        }
        core.nextTick(callback, reason);
      },
    );
  }
  const descriptors = getOwnPropertyDescriptors(original);
  if (typeof descriptors.length.value === "number") descriptors.length.value++;
  if (typeof descriptors.name.value === "string") descriptors.name.value += "Callbackified";
  return defineProperties(callbackified, /** @type {any} */ (descriptors));
}

/** The codes that have been warned of. @type {Set<string>} */
const warned = new Set();

/**
 * https://nodejs.org/api/util.html#utildeprecatefn-msg-code
 * @param {any} fn
 * @param {string} message
 * @param {string} [code]
 */
export function deprecate(fn, message, code = undefined) {
  let done = false;
  /** @this {any} @param {any[]} args */
  function deprecated(...args) {
    if (!done) {
      done = true;
      if (code === undefined || !warned.has(code)) {
        if (code !== undefined) warned.add(code);
        emitWarning(message, "DeprecationWarning", code);
      }
    }
    return new.target ? Reflect.construct(fn, args, new.target) : apply(fn, this, args);
  }
  setPrototypeOf(deprecated, fn);
  if (fn.prototype) deprecated.prototype = fn.prototype;
  return deprecated;
}

/** @param {any} constructor @param {any} parent */
export function inherits(constructor, parent) {
  if (constructor === undefined || constructor === null) throw invalidArgType("ctor", "Function", constructor);
  if (parent === undefined || parent === null) throw invalidArgType("superCtor", "Function", parent);
  if (parent.prototype === undefined) throw invalidArgType("superCtor.prototype", "Object", parent.prototype);
  defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  setPrototypeOf(constructor.prototype, parent.prototype);
}
