// node:timers (https://nodejs.org/api/timers.html): the web's timers behind objects that can be refreshed. Nothing keeps
// a Worker running but its invocation, so ref() and unref() only remember.

import * as web from "selvedge:web/timers/index.js";
import * as promises from "node:timers/promises";
import { inspect } from "selvedge:web/console/printing.js";
import { nodeError, validateFunction } from "../internal/errors.js";
import { emitWarning } from "../internal/process/warning.js";

const { apply } = Reflect;
const { defineProperty } = Object;
const custom = Symbol.for("nodejs.util.promisify.custom");
const LONGEST = 2 ** 31 - 1;

/** @type {Map<number, Timeout>} those that run, by the web's number */
const running = new Map();

/** @param {any} delay */
function toDelay(delay) {
  delay = +delay;
  if (delay >= 1 && delay <= LONGEST) return Math.trunc(delay);
  if (delay > LONGEST) {
    emitWarning(
      `${delay} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`,
      "TimeoutOverflowWarning",
    );
  }
  return 1;
}

/** https://nodejs.org/api/timers.html#class-timeout */
export class Timeout {
  #id = 0;
  #callback;
  #delay;
  #repeats;
  #args;
  #ref = true;

  /**
   * @param {Function} callback
   * @param {any} delay
   * @param {unknown[]} args
   * @param {boolean} repeats
   */
  constructor(callback, delay, args, repeats) {
    this.#callback = callback;
    this.#delay = toDelay(delay);
    this.#args = args;
    this.#repeats = repeats;
    this.#start();
  }

  #start() {
    const call = () => {
      if (!this.#repeats) this.#forget();
      apply(this.#callback, this, this.#args);
    };
    this.#id = this.#repeats ? web.setInterval(call, this.#delay) : web.setTimeout(call, this.#delay);
    running.set(this.#id, this);
  }

  #forget() {
    running.delete(this.#id);
  }

  /** @param {any} timeout */
  static stop(timeout) {
    if (!(#id in timeout)) return;
    timeout.#forget();
    web.clearTimeout(timeout.#id);
    timeout.#id = 0;
  }

  refresh() {
    if (this.#id !== 0) {
      this.#forget();
      web.clearTimeout(this.#id);
      this.#start();
    }
    return this;
  }

  ref() {
    this.#ref = true;
    return this;
  }

  unref() {
    this.#ref = false;
    return this;
  }

  hasRef() {
    return this.#ref;
  }

  close() {
    Timeout.stop(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.#id;
  }

  [Symbol.dispose]() {
    Timeout.stop(this);
  }
}

/** https://nodejs.org/api/timers.html#class-immediate */
export class Immediate {
  /** @type {any} */ #immediate;
  #ref = true;

  /** @param {Function} callback @param {unknown[]} args */
  constructor(callback, args) {
    this.#immediate = web.setImmediate(() => apply(callback, this, args));
  }

  /** @param {any} immediate */
  static stop(immediate) {
    web.clearImmediate(#immediate in immediate ? immediate.#immediate : immediate);
  }

  ref() {
    this.#ref = true;
    return this;
  }

  unref() {
    this.#ref = false;
    return this;
  }

  hasRef() {
    return this.#ref;
  }

  [Symbol.dispose]() {
    Immediate.stop(this);
  }
}

/** @param {Function} callback @param {any} [delay] @param {any[]} args */
export function setTimeout(callback, delay = undefined, ...args) {
  validateFunction(callback, "callback");
  return new Timeout(callback, delay, args, false);
}

/** @param {Function} callback @param {any} [delay] @param {any[]} args */
export function setInterval(callback, delay = undefined, ...args) {
  validateFunction(callback, "callback");
  return new Timeout(callback, delay, args, true);
}

/** @param {Function} callback @param {any[]} args */
export function setImmediate(callback, ...args) {
  validateFunction(callback, "callback");
  return new Immediate(callback, args);
}

/** @param {any} timeout */
export function clearTimeout(timeout) {
  if (typeof timeout === "object" && timeout !== null) {
    Timeout.stop(timeout);
  } else if (typeof timeout === "number" || typeof timeout === "string") {
    const known = running.get(+timeout);
    if (known !== undefined) Timeout.stop(known);
    else web.clearTimeout(+timeout);
  }
}

export { clearTimeout as clearInterval };

/** @param {any} immediate */
export function clearImmediate(immediate) {
  if (typeof immediate === "object" && immediate !== null) Immediate.stop(immediate);
}

/** Deprecated. @param {any} item */
export function active(item) {
  item?.refresh?.();
}

/** Deprecated. @param {any} item */
export function unenroll(item) {
  clearTimeout(item);
}

/** Deprecated. @param {any} item @param {number} delay */
export function enroll(item, delay) {
  if (typeof delay !== "number") {
    throw nodeError(
      TypeError,
      "ERR_INVALID_ARG_TYPE",
      `The "msecs" argument must be of type number. Received ${inspect(delay)}`,
    );
  }
}

defineProperty(setTimeout, custom, { enumerable: true, get: () => promises.setTimeout });
defineProperty(setImmediate, custom, { enumerable: true, get: () => promises.setImmediate });

export { promises };

export default {
  active,
  clearImmediate,
  clearInterval: clearTimeout,
  clearTimeout,
  enroll,
  promises,
  setImmediate,
  setInterval,
  setTimeout,
  unenroll,
};
