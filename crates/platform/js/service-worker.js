// Service-worker syntax: `addEventListener("fetch", event => event.respondWith(...))`
// (https://developers.cloudflare.com/workers/reference/migrate-to-module-workers/).

import { op_pass_through } from "selvedge:ops";
import { DOMException } from "selvedge:web/dom-exception.js";
import { Event, fireEvent, hasListeners } from "selvedge:web/events/index.js";
import { rejectedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";
import { waitUntil } from "./context.js";

const resolve = Promise.resolve.bind(Promise);

/** An event whose handling may outlive its dispatch. */
class ExtendableEvent extends Event {
  /**
   * @param {symbol} key
   * @param {string} type
   */
  constructor(key, type) {
    super(type, { cancelable: true });
    if (key !== internal) throw illegalConstructor();
  }

  /** @param {unknown} promise */
  waitUntil(promise) {
    waitUntil(promise);
  }
}

/** The fetch event. */
class FetchEvent extends ExtendableEvent {
  #request;
  /** @type {Promise<unknown> | null} */ #response = null;

  /**
   * @param {symbol} key
   * @param {import("selvedge:web/fetch/index.js").Request} request
   */
  constructor(key, request) {
    super(key, "fetch");
    this.#request = request;
  }

  get request() {
    return this.#request;
  }

  /** @param {unknown} response a Response, or a promise of one */
  respondWith(response) {
    if (this.#response !== null) {
      throw new DOMException(
        "FetchEvent.respondWith() has already been called; it can only be called once.",
        "InvalidStateError",
      );
    }
    this.#response = resolve(response);
    this.stopImmediatePropagation();
  }

  passThroughOnException() {
    this.#request;
    op_pass_through();
  }

  /**
   * @param {FetchEvent} event
   * @returns {Promise<unknown> | null}
   */
  static [internal](event) {
    return event.#response;
  }
}

/** The scheduled event. */
class ScheduledEvent extends ExtendableEvent {
  #controller;

  /**
   * @param {symbol} key
   * @param {import("./scheduled.js").ScheduledController} controller
   */
  constructor(key, controller) {
    super(key, "scheduled");
    this.#controller = controller;
  }

  get cron() {
    return this.#controller.cron;
  }

  get scheduledTime() {
    return this.#controller.scheduledTime;
  }

  noRetry() {
    this.#controller.noRetry();
  }
}

const responseOf = FetchEvent[internal];
delete (/** @type {any} */ (FetchEvent)[internal]);

defineInterface(ExtendableEvent, { tag: "ExtendableEvent" });
defineInterface(FetchEvent, { tag: "FetchEvent" });
defineInterface(ScheduledEvent, { tag: "ScheduledEvent" });

/**
 * @param {any} global
 */
export function installHandlers(global) {
  for (const [name, value] of Object.entries({ ExtendableEvent, FetchEvent, ScheduledEvent })) {
    Object.defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

/**
 * @param {import("selvedge:web/fetch/index.js").Request} request
 * @returns {Promise<unknown>} of a Response
 */
export function dispatchFetchListeners(request) {
  if (!hasListeners(globalThis, "fetch")) {
    return rejectedWith(new TypeError('The Worker has no "fetch" event listener.'));
  }
  const event = new FetchEvent(internal, request);
  fireEvent(globalThis, event);
  const response = responseOf(event);
  if (response !== null) return response;
  return rejectedWith(new TypeError("The fetch event listeners did not call respondWith()."));
}

/** @param {import("./scheduled.js").ScheduledController} controller */
export function dispatchScheduledListeners(controller) {
  if (!hasListeners(globalThis, "scheduled")) throw new TypeError('The Worker has no "scheduled" event listener.');
  fireEvent(globalThis, new ScheduledEvent(internal, controller));
}
