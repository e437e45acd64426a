// EventEmitter (https://nodejs.org/api/events.html#class-eventemitter). A function rather than a class, as packages
// call it on objects of theirs: `EventEmitter.call(this)`.

import { inspect } from "selvedge:web/console/printing.js";
import { queueMicrotask } from "selvedge:web/timers/index.js";
import { emitWarning } from "./process/warning.js";
import { nodeError, validateBoolean, validateFunction, validateNumber } from "./errors.js";

const { apply, ownKeys } = Reflect;
const { defineProperties, defineProperty, getPrototypeOf } = Object;

export const captureRejectionSymbol = Symbol.for("nodejs.rejection");
export const errorMonitor = Symbol("events.errorMonitor");
const kCapture = Symbol("kCapture");
export const kWeakHandler = Symbol("kWeak");

let defaultMaxListeners = 10;

/** @this {any} @param {any} [options] */
function EventEmitterConstructor(options) {
  EventEmitter.init.call(this, options);
}
defineProperty(EventEmitterConstructor, "name", { value: "EventEmitter", configurable: true });

/** @type {any} */
export const EventEmitter = EventEmitterConstructor;

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;
defineProperty(EventEmitter.prototype, kCapture, { value: false, writable: true, enumerable: false });

defineProperties(EventEmitter, {
  defaultMaxListeners: {
    enumerable: true,
    get: () => defaultMaxListeners,
    set(value) {
      validateNumber(value, "defaultMaxListeners", 0);
      defaultMaxListeners = value;
    },
  },
  captureRejections: {
    enumerable: true,
    get: () => EventEmitter.prototype[kCapture],
    set(value) {
      validateBoolean(value, "EventEmitter.captureRejections");
      EventEmitter.prototype[kCapture] = value;
    },
  },
  captureRejectionSymbol: { value: captureRejectionSymbol, enumerable: true },
  errorMonitor: { value: errorMonitor, enumerable: true },
});
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.usingDomains = false;

/** @this {any} @param {any} options */
EventEmitter.init = function (options) {
  if (this._events === undefined || this._events === getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners = this._maxListeners || undefined;
  if (options?.captureRejections) {
    validateBoolean(options.captureRejections, "options.captureRejections");
    this[kCapture] = Boolean(options.captureRejections);
  } else {
    this[kCapture] = EventEmitter.prototype[kCapture];
  }
};

/** @param {any} emitter @param {unknown} result @param {PropertyKey} type @param {unknown[]} args */
function capture(emitter, result, type, args) {
  if (!emitter[kCapture]) return;
  try {
    const promise = /** @type {any} */ (result);
    if (typeof promise?.then === "function") {
      promise.then(undefined, (/** @type {any} */ error) => queueMicrotask(() => reject(emitter, error, type, args)));
    }
  } catch (error) {
    emitter.emit("error", error);
  }
}

/** @param {any} emitter @param {any} error @param {PropertyKey} type @param {unknown[]} args */
function reject(emitter, error, type, args) {
  if (typeof emitter[captureRejectionSymbol] === "function") {
    emitter[captureRejectionSymbol](error, type, ...args);
    return;
  }
  // A handler of "error" that rejects must not be called for it again.
  const before = emitter[kCapture];
  try {
    emitter[kCapture] = false;
    emitter.emit("error", error);
  } finally {
    emitter[kCapture] = before;
  }
}

/** @param {any} emitter */
const maxListenersOf = (emitter) => emitter._maxListeners ?? defaultMaxListeners;

/** @param {any} emitter @param {PropertyKey} type @param {any} listener @param {boolean} prepend */
function addListener(emitter, type, listener, prepend) {
  validateFunction(listener, "listener");
  let events = emitter._events;
  let existing;
  if (events === undefined) {
    events = emitter._events = { __proto__: null };
    emitter._eventsCount = 0;
  } else {
    if (events.newListener !== undefined) {
      emitter.emit("newListener", type, listener.listener ?? listener);
      events = emitter._events;
    }
    existing = events[type];
  }
  if (existing === undefined) {
    events[type] = listener;
    ++emitter._eventsCount;
    return emitter;
  }
  if (typeof existing === "function") {
    existing = events[type] = prepend ? [listener, existing] : [existing, listener];
  } else if (prepend) {
    existing.unshift(listener);
  } else {
    existing.push(listener);
  }
  const most = maxListenersOf(emitter);
  if (most > 0 && existing.length > most && !existing.warned) {
    existing.warned = true;
    const warning = /** @type {any} */ (
      new Error(
        `Possible EventEmitter memory leak detected. ${existing.length} ${String(type)} listeners ` +
          `added to ${inspect(emitter, { depth: -1 })}. MaxListeners is ${most}. Use emitter.setMaxListeners() to increase limit`,
      )
    );
    warning.name = "MaxListenersExceededWarning";
    warning.emitter = emitter;
    warning.type = type;
    warning.count = existing.length;
    emitWarning(warning);
  }
  return emitter;
}

/** @param {any} emitter @param {PropertyKey} type @param {any} listener */
function onceWrap(emitter, type, listener) {
  let fired = false;
  /** @param {unknown[]} args */
  const wrapped = (...args) => {
    if (fired) return undefined;
    emitter.removeListener(type, wrapped);
    fired = true;
    return apply(listener, emitter, args);
  };
  wrapped.listener = listener;
  return wrapped;
}

/** @param {any} emitter @param {PropertyKey} type @param {boolean} unwrap @returns {any[]} */
function listenersOf(emitter, type, unwrap) {
  const listener = emitter._events?.[type];
  if (listener === undefined) return [];
  if (typeof listener === "function") return unwrap ? [listener.listener ?? listener] : [listener];
  return unwrap ? listener.map((/** @type {any} */ one) => one.listener ?? one) : listener.slice();
}

const methods = {
  /** @this {any} @param {number} n */
  setMaxListeners(n) {
    validateNumber(n, "setMaxListeners", 0);
    this._maxListeners = n;
    return this;
  },
  /** @this {any} */
  getMaxListeners() {
    return maxListenersOf(this);
  },
  /** @this {any} @param {PropertyKey} type @param {any[]} args */
  emit(type, ...args) {
    const events = this._events;
    if (type === "error") {
      if (events?.[errorMonitor] !== undefined) this.emit(errorMonitor, ...args);
      if (events?.error === undefined) throw unhandled(args[0]);
    }
    const handler = events?.[type];
    if (handler === undefined) return false;
    if (typeof handler === "function") {
      const result = apply(handler, this, args);
      if (result !== undefined && result !== null) capture(this, result, type, args);
      return true;
    }
    for (const listener of handler.slice()) {
      const result = apply(listener, this, args);
      if (result !== undefined && result !== null) capture(this, result, type, args);
    }
    return true;
  },
  /** @this {any} @param {PropertyKey} type @param {any} listener */
  addListener(type, listener) {
    return addListener(this, type, listener, false);
  },
  /** @this {any} @param {PropertyKey} type @param {any} listener */
  prependListener(type, listener) {
    return addListener(this, type, listener, true);
  },
  /** @this {any} @param {PropertyKey} type @param {any} listener */
  once(type, listener) {
    validateFunction(listener, "listener");
    return this.on(type, onceWrap(this, type, listener));
  },
  /** @this {any} @param {PropertyKey} type @param {any} listener */
  prependOnceListener(type, listener) {
    validateFunction(listener, "listener");
    return this.prependListener(type, onceWrap(this, type, listener));
  },
  /** @this {any} @param {PropertyKey} type @param {any} listener */
  removeListener(type, listener) {
    validateFunction(listener, "listener");
    const events = this._events;
    const list = events?.[type];
    if (list === undefined) return this;
    if (list === listener || list.listener === listener) {
      if (--this._eventsCount === 0) {
        this._events = { __proto__: null };
      } else {
        delete events[type];
      }
      if (events.removeListener) this.emit("removeListener", type, list.listener ?? listener);
      return this;
    }
    if (typeof list === "function") return this;
    const place = list.findLastIndex((/** @type {any} */ one) => one === listener || one.listener === listener);
    if (place < 0) return this;
    if (place === 0) list.shift();
    else list.splice(place, 1);
    if (list.length === 1) events[type] = list[0];
    if (events.removeListener !== undefined) this.emit("removeListener", type, listener.listener ?? listener);
    return this;
  },
  /** @this {any} @param {PropertyKey} [type] */
  removeAllListeners(type) {
    const events = this._events;
    if (events === undefined) return this;
    if (events.removeListener === undefined) {
      if (arguments.length === 0) {
        this._events = { __proto__: null };
        this._eventsCount = 0;
      } else if (events[/** @type {any} */ (type)] !== undefined) {
        if (--this._eventsCount === 0) this._events = { __proto__: null };
        else delete events[/** @type {any} */ (type)];
      }
      return this;
    }
    if (arguments.length === 0) {
      for (const key of ownKeys(events)) if (key !== "removeListener") this.removeAllListeners(key);
      this.removeAllListeners("removeListener");
      this._events = { __proto__: null };
      this._eventsCount = 0;
      return this;
    }
    const listeners = events[/** @type {any} */ (type)];
    if (typeof listeners === "function") {
      this.removeListener(type, listeners);
    } else if (listeners !== undefined) {
      for (const listener of listeners.slice().reverse()) this.removeListener(type, listener);
    }
    return this;
  },
  /** @this {any} @param {PropertyKey} type */
  listeners(type) {
    return listenersOf(this, type, true);
  },
  /** @this {any} @param {PropertyKey} type */
  rawListeners(type) {
    return listenersOf(this, type, false);
  },
  /** @this {any} @param {PropertyKey} type @param {any} [listener] */
  listenerCount(type, listener) {
    const all = listenersOf(this, type, false);
    if (listener === undefined || listener === null) return all.length;
    return all.filter((one) => one === listener || one.listener === listener).length;
  },
  /** @this {any} */
  eventNames() {
    return this._eventsCount > 0 ? ownKeys(this._events) : [];
  },
};
Object.assign(EventEmitter.prototype, methods);
EventEmitter.prototype.on = EventEmitter.prototype.addListener;
EventEmitter.prototype.off = EventEmitter.prototype.removeListener;

/** @param {any} error what was emitted without a listener */
function unhandled(error) {
  if (error instanceof Error) return error;
  let shown;
  try {
    shown = inspect(error);
  } catch {
    shown = error;
  }
  const thrown = nodeError(Error, "ERR_UNHANDLED_ERROR", `Unhandled error. (${shown})`);
  thrown.context = error;
  return thrown;
}

/** @param {any} emitter @param {PropertyKey} type @returns {number} */
EventEmitter.listenerCount = (emitter, type) =>
  typeof emitter.listenerCount === "function" ? emitter.listenerCount(type) : listenersOf(emitter, type, false).length;
