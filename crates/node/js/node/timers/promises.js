// node:timers/promises (https://nodejs.org/api/timers.html#timers-promises-api).

import * as web from "selvedge:web/timers/index.js";
import {
  AbortError,
  invalidArgType,
  nodeError,
  validateAbortSignal,
  validateBoolean,
  validateNumber,
  validateObject,
} from "../../internal/errors.js";

/** @param {any} options @returns {any} the signal */
function signalOf(options) {
  validateObject(options, "options");
  validateAbortSignal(options.signal, "options.signal");
  if (options.ref !== undefined) validateBoolean(options.ref, "options.ref");
  return options.signal;
}

/**
 * @param {any} value
 * @param {any} options
 * @param {(done: () => void) => () => void} start gives what stops it
 */
function promise(value, options, start) {
  return new Promise((resolve, reject) => {
    const signal = signalOf(options);
    if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
    const stop = start(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve(value);
    });
    const onAbort = () => {
      stop();
      reject(new AbortError(undefined, { cause: signal.reason }));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** @param {number} [delay] @param {any} [value] @param {any} [options] */
export function setTimeout(delay = undefined, value = undefined, options = {}) {
  return promise(value, options, (done) => {
    if (delay !== undefined) validateNumber(delay, "delay");
    const id = web.setTimeout(done, delay);
    return () => web.clearTimeout(id);
  });
}

/** @param {any} [value] @param {any} [options] */
export function setImmediate(value = undefined, options = {}) {
  return promise(value, options, (done) => {
    const id = web.setImmediate(done);
    return () => web.clearImmediate(id);
  });
}

/** @param {number} [delay] @param {any} [value] @param {any} [options] */
export async function* setInterval(delay = undefined, value = undefined, options = {}) {
  const signal = signalOf(options);
  if (delay !== undefined) validateNumber(delay, "delay");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  let ready = 0;
  /** @type {((value?: any) => void) | undefined} */ let wake;
  const id = web.setInterval(() => {
    ready++;
    wake?.();
  }, delay);
  const onAbort = () => {
    web.clearInterval(id);
    wake?.();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal?.aborted) {
      if (ready === 0) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      for (; ready > 0; ready--) yield value;
    }
    throw new AbortError(undefined, { cause: signal.reason });
  } finally {
    web.clearInterval(id);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** https://nodejs.org/api/timers.html#timerspromisesschedulerwaitdelay-options */
class Scheduler {
  constructor() {
    throw nodeError(TypeError, "ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor");
  }

  yield() {
    if (!(this instanceof Scheduler)) throw invalidArgType("this", "Scheduler", this);
    return setImmediate();
  }

  /** @param {number} delay @param {any} [options] */
  wait(delay, options = undefined) {
    if (!(this instanceof Scheduler)) throw invalidArgType("this", "Scheduler", this);
    return setTimeout(delay, undefined, options);
  }
}

export const scheduler = /** @type {Scheduler} */ (Object.create(Scheduler.prototype));

export default { scheduler, setImmediate, setInterval, setTimeout };
