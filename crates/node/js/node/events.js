// node:events (https://nodejs.org/api/events.html).

import { AsyncResource } from "node:async_hooks";
import { EventTarget, listenersOf } from "selvedge:web/events/index.js";
import { queueMicrotask } from "selvedge:web/timers/index.js";
import { EventEmitter, captureRejectionSymbol, errorMonitor } from "../internal/events.js";
import {
  AbortError,
  invalidArgType,
  validateAbortSignal,
  validateFunction,
  validateNumber,
} from "../internal/errors.js";

export { EventEmitter, captureRejectionSymbol, errorMonitor };

/** @param {any} target @param {PropertyKey} type @param {any} listener @param {any} [options] */
function add(target, type, listener, options) {
  if (typeof target.on === "function") {
    if (options?.once) target.once(type, listener);
    else target.on(type, listener);
  } else if (typeof target.addEventListener === "function") {
    target.addEventListener(type, listener, options);
  } else {
    throw invalidArgType("emitter", "EventEmitter", target);
  }
}

/** @param {any} target @param {PropertyKey} type @param {any} listener */
function remove(target, type, listener) {
  if (typeof target.removeListener === "function") target.removeListener(type, listener);
  else if (typeof target.removeEventListener === "function") target.removeEventListener(type, listener);
  else throw invalidArgType("emitter", "EventEmitter", target);
}

/**
 * https://nodejs.org/api/events.html#eventsonceemitter-name-options
 * @param {any} emitter
 * @param {PropertyKey} name
 * @param {{ signal?: any }} [options]
 * @returns {Promise<any[]>}
 */
export async function once(emitter, name, options = {}) {
  const signal = /** @type {any} */ (options?.signal);
  validateAbortSignal(signal, "options.signal");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  return new Promise((resolve, reject) => {
    const isEmitter = typeof emitter.removeListener === "function";
    const onError = (/** @type {any} */ error) => {
      remove(emitter, name, onEvent);
      signal?.removeEventListener("abort", onAbort);
      reject(error);
    };
    const onEvent = (/** @type {any[]} */ ...args) => {
      if (isEmitter) emitter.removeListener("error", onError);
      signal?.removeEventListener("abort", onAbort);
      resolve(args);
    };
    const onAbort = () => {
      remove(emitter, name, onEvent);
      if (isEmitter) emitter.removeListener("error", onError);
      reject(new AbortError(undefined, { cause: signal.reason }));
    };
    add(emitter, name, onEvent, { once: true });
    if (isEmitter && name !== "error") emitter.once("error", onError);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * https://nodejs.org/api/events.html#eventsonemitter-eventname-options
 * @param {any} emitter
 * @param {PropertyKey} event
 * @param {any} [options]
 */
export function on(emitter, event, options = {}) {
  const signal = options?.signal;
  validateAbortSignal(signal, "options.signal");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  const high = options.highWaterMark ?? options.highWatermark ?? Number.MAX_SAFE_INTEGER;
  const low = options.lowWaterMark ?? options.lowWatermark ?? 1;
  /** @type {any[]} */ const queue = [];
  /** @type {{ resolve: (value: any) => void, reject: (error: any) => void }[]} */ const waiting = [];
  /** @type {any} */ let failure = null;
  let finished = false;
  let paused = false;

  const onEvent = (/** @type {any[]} */ ...args) => {
    const next = waiting.shift();
    if (next !== undefined) {
      next.resolve({ value: args, done: false });
      return;
    }
    queue.push(args);
    if (!paused && queue.length > high && typeof emitter.pause === "function") {
      paused = true;
      emitter.pause();
    }
  };
  const onError = (/** @type {any} */ error) => {
    const next = waiting.shift();
    if (next !== undefined) next.reject(error);
    else failure = { error };
    end();
  };
  const onAbort = () => onError(new AbortError(undefined, { cause: signal.reason }));
  const end = () => {
    signal?.removeEventListener("abort", onAbort);
    remove(emitter, event, onEvent);
    if (typeof emitter.removeListener === "function") emitter.removeListener("error", onError);
    for (const name of options.close ?? []) remove(emitter, name, end);
    finished = true;
    for (const { resolve } of waiting.splice(0)) resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  };

  add(emitter, event, onEvent);
  if (event !== "error" && typeof emitter.on === "function") emitter.on("error", onError);
  for (const name of options.close ?? []) add(emitter, name, end);
  signal?.addEventListener("abort", onAbort, { once: true });

  return {
    next() {
      if (queue.length > 0) {
        const value = queue.shift();
        if (paused && queue.length < low) {
          paused = false;
          emitter.resume();
        }
        return Promise.resolve({ value, done: false });
      }
      if (failure !== null) {
        const { error } = failure;
        failure = null;
        return Promise.reject(error);
      }
      if (finished) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return: end,
    /** @param {any} error */
    throw(error) {
      if (!(error instanceof Error)) throw invalidArgType("EventEmitter.AsyncIterator", "Error", error);
      onError(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * https://nodejs.org/api/events.html#eventsaddabortlistenersignal-listener
 * @param {any} signal
 * @param {any} listener
 */
export function addAbortListener(signal, listener) {
  if (signal === undefined) throw invalidArgType("signal", "AbortSignal", signal);
  validateAbortSignal(signal, "signal");
  validateFunction(listener, "listener");
  /** @type {(() => void) | undefined} */ let dispose;
  if (signal.aborted) {
    queueMicrotask(() => listener());
  } else {
    signal.addEventListener("abort", listener, { once: true });
    dispose = () => signal.removeEventListener("abort", listener);
  }
  return {
    [Symbol.dispose]() {
      dispose?.();
    },
  };
}

/** @param {any} target @param {PropertyKey} type */
export function getEventListeners(target, type) {
  if (typeof target.listeners === "function") return target.listeners(type);
  if (target instanceof EventTarget) return listenersOf(target, `${String(type)}`);
  throw invalidArgType("emitter", ["EventEmitter", "EventTarget"], target);
}

/** The limits of event targets, which warn of nothing. @type {WeakMap<object, number>} */
const limits = new WeakMap();

/** @param {any} target */
export function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === "function") return target.getMaxListeners();
  if (target instanceof EventTarget) return limits.get(target) ?? EventEmitter.defaultMaxListeners;
  throw invalidArgType("emitter", ["EventEmitter", "EventTarget"], target);
}

/** @param {number} [n] @param {any[]} targets */
export function setMaxListeners(n = EventEmitter.defaultMaxListeners, ...targets) {
  validateNumber(n, "setMaxListeners", 0);
  if (targets.length === 0) EventEmitter.defaultMaxListeners = n;
  for (const target of targets) {
    if (target instanceof EventTarget) limits.set(target, n);
    else if (typeof target.setMaxListeners === "function") target.setMaxListeners(n);
    else throw invalidArgType("eventTargets", ["EventEmitter", "EventTarget"], target);
  }
}

export const { listenerCount } = EventEmitter;
export const usingDomains = false;
export const captureRejections = false;
export const defaultMaxListeners = 10;
export const { init } = EventEmitter;

/** https://nodejs.org/api/events.html#class-eventseventemitterasyncresource-extends-eventemitter */
export class EventEmitterAsyncResource extends EventEmitter {
  #resource;

  /** @param {any} [options] */
  constructor(options = undefined) {
    const name = typeof options === "string" ? options : (options?.name ?? new.target.name);
    super(typeof options === "string" ? undefined : options);
    this.#resource = new AsyncResource(name, options);
  }

  /** @param {PropertyKey} event @param {any[]} args */
  emit(event, ...args) {
    return this.#resource.runInAsyncScope(super.emit, this, event, ...args);
  }

  emitDestroy() {
    this.#resource.emitDestroy();
  }

  get asyncId() {
    return this.#resource.asyncId();
  }

  get triggerAsyncId() {
    return this.#resource.triggerAsyncId();
  }

  get asyncResource() {
    return this.#resource;
  }
}

Object.assign(EventEmitter, {
  EventEmitterAsyncResource,
  addAbortListener,
  getEventListeners,
  getMaxListeners,
  on,
  once,
  setMaxListeners,
});

export default EventEmitter;
