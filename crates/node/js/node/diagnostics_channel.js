// node:diagnostics_channel (https://nodejs.org/api/diagnostics_channel.html).

import { reportException } from "selvedge:web/navigator/index.js";
import { queueMicrotask } from "selvedge:web/timers/index.js";
import { invalidArgType, validateFunction } from "../internal/errors.js";

const { apply } = Reflect;

/** @type {Map<PropertyKey, Channel>} */
const channels = new Map();

/** https://nodejs.org/api/diagnostics_channel.html#class-channel */
export class Channel {
  /** @type {((message: unknown, name: PropertyKey) => void)[]} */ #subscribers = [];
  /** @type {Map<any, ((value: any) => any) | undefined>} */ #stores = new Map();
  /** @type {PropertyKey} */ name;

  /** @param {PropertyKey} name */
  constructor(name) {
    this.name = name;
  }

  get hasSubscribers() {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }

  /** @param {any} subscription */
  subscribe(subscription) {
    validateFunction(subscription, "subscription");
    this.#subscribers = [...this.#subscribers, subscription];
  }

  /** @param {any} subscription */
  unsubscribe(subscription) {
    const place = this.#subscribers.indexOf(subscription);
    if (place === -1) return false;
    this.#subscribers = this.#subscribers.toSpliced(place, 1);
    return true;
  }

  /** @param {any} store an AsyncLocalStorage @param {(value: any) => any} [transform] */
  bindStore(store, transform = undefined) {
    this.#stores.set(store, transform);
  }

  /** @param {any} store */
  unbindStore(store) {
    return this.#stores.delete(store);
  }

  /** @param {unknown} message */
  publish(message) {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(message, this.name);
      } catch (error) {
        queueMicrotask(() => reportException(error));
      }
    }
  }

  /** @param {any} data @param {Function} callback @param {any} [receiver] @param {any[]} args */
  runStores(data, callback, receiver = undefined, ...args) {
    let run = () => {
      this.publish(data);
      return apply(callback, receiver, args);
    };
    for (const [store, transform] of this.#stores) {
      const next = run;
      run = () => {
        let value = data;
        if (transform !== undefined) {
          try {
            value = transform(data);
          } catch (error) {
            queueMicrotask(() => reportException(error));
            return next();
          }
        }
        return store.run(value, next);
      };
    }
    return run();
  }
}

/** @param {PropertyKey} name */
export function channel(name) {
  const known = channels.get(name);
  if (known !== undefined) return known;
  if (typeof name !== "string" && typeof name !== "symbol") throw invalidArgType("channel", ["string", "symbol"], name);
  const made = new Channel(name);
  channels.set(name, made);
  return made;
}

/** @param {PropertyKey} name */
export const hasSubscribers = (name) => channels.get(name)?.hasSubscribers ?? false;
/** @param {PropertyKey} name @param {any} subscription */
export const subscribe = (name, subscription) => channel(name).subscribe(subscription);
/** @param {PropertyKey} name @param {any} subscription */
export const unsubscribe = (name, subscription) => channel(name).unsubscribe(subscription);

const EVENTS = /** @type {const} */ (["start", "end", "asyncStart", "asyncEnd", "error"]);

/** https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel */
export class TracingChannel {
  /** @type {Channel} */ start;
  /** @type {Channel} */ end;
  /** @type {Channel} */ asyncStart;
  /** @type {Channel} */ asyncEnd;
  /** @type {Channel} */ error;

  /** @param {any} nameOrChannels */
  constructor(nameOrChannels) {
    const of = (/** @type {string} */ event) => {
      if (typeof nameOrChannels === "string") return channel(`tracing:${nameOrChannels}:${event}`);
      if (typeof nameOrChannels !== "object" || nameOrChannels === null) {
        throw invalidArgType("nameOrChannels", ["string", "object", "TracingChannel"], nameOrChannels);
      }
      if (!(nameOrChannels[event] instanceof Channel)) {
        throw invalidArgType(`nameOrChannels.${event}`, ["Channel"], nameOrChannels[event]);
      }
      return nameOrChannels[event];
    };
    this.start = of("start");
    this.end = of("end");
    this.asyncStart = of("asyncStart");
    this.asyncEnd = of("asyncEnd");
    this.error = of("error");
  }

  get hasSubscribers() {
    return EVENTS.some((event) => this[event].hasSubscribers);
  }

  /** @param {any} handlers */
  subscribe(handlers) {
    for (const event of EVENTS) if (handlers[event]) this[event].subscribe(handlers[event]);
  }

  /** @param {any} handlers */
  unsubscribe(handlers) {
    let done = true;
    for (const event of EVENTS) if (handlers[event] && !this[event].unsubscribe(handlers[event])) done = false;
    return done;
  }

  /** @param {Function} callback @param {any} [context] @param {any} [receiver] @param {any[]} args */
  traceSync(callback, context = {}, receiver = undefined, ...args) {
    if (!this.hasSubscribers) return apply(callback, receiver, args);
    return this.start.runStores(context, () => {
      try {
        context.result = apply(callback, receiver, args);
        return context.result;
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  /** @param {Function} callback @param {any} [context] @param {any} [receiver] @param {any[]} args */
  tracePromise(callback, context = {}, receiver = undefined, ...args) {
    if (!this.hasSubscribers) return apply(callback, receiver, args);
    const failed = (/** @type {any} */ error) => {
      context.error = error;
      this.error.publish(context);
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
      throw error;
    };
    const fulfilled = (/** @type {any} */ result) => {
      context.result = result;
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
      return result;
    };
    return this.start.runStores(context, () => {
      try {
        return Promise.resolve(apply(callback, receiver, args)).then(fulfilled, failed);
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  /** @param {Function} callback @param {number} [position] @param {any} [context] @param {any} [receiver] @param {any[]} args */
  traceCallback(callback, position = -1, context = {}, receiver = undefined, ...args) {
    if (!this.hasSubscribers) return apply(callback, receiver, args);
    const { asyncEnd, asyncStart, end, error: errors, start } = this;
    const original = args.at(position);
    validateFunction(original, "callback");
    /** @this {any} @param {any} error @param {any} result */
    const wrapped = function (error, result) {
      if (error) {
        context.error = error;
        errors.publish(context);
      } else {
        context.result = result;
      }
      asyncStart.runStores(context, () => {
        try {
          return apply(original, this, arguments);
        } finally {
          asyncEnd.publish(context);
        }
      });
    };
    args.splice(position, 1, wrapped);
    return start.runStores(context, () => {
      try {
        return apply(callback, receiver, args);
      } catch (error) {
        context.error = error;
        errors.publish(context);
        throw error;
      } finally {
        end.publish(context);
      }
    });
  }
}

/** @param {any} nameOrChannels */
export const tracingChannel = (nameOrChannels) => new TracingChannel(nameOrChannels);

export default { Channel, channel, hasSubscribers, subscribe, tracingChannel, unsubscribe };
