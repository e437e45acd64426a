// The events of other standards that carry nothing but values.

import { converters, defineInterface, dictionary, requireArguments } from "../webidl.js";
import { Event } from "./event.js";

const convertCloseEventInit = dictionary("CloseEventInit", [
  { key: "code", converter: converters.unsignedShort, defaultValue: 0 },
  { key: "reason", converter: converters.USVString, defaultValue: "" },
  { key: "wasClean", converter: converters.boolean, defaultValue: false },
]);

/** A WebSocket closed (https://websockets.spec.whatwg.org/#the-closeevent-interface). */
export class CloseEvent extends Event {
  /** @type {any} */ #init;

  /**
   * @param {string} type
   * @param {any} [eventInit]
   */
  constructor(type, eventInit = undefined) {
    const prefix = "Failed to construct 'CloseEvent'";
    requireArguments(arguments.length, 1, prefix);
    super(type, eventInit);
    this.#init = convertCloseEventInit(eventInit, prefix, "parameter 2");
  }

  get wasClean() {
    return this.#init.wasClean;
  }

  get code() {
    return this.#init.code;
  }

  get reason() {
    return this.#init.reason;
  }
}

const convertErrorEventInit = dictionary("ErrorEventInit", [
  { key: "colno", converter: converters.unsignedLong, defaultValue: 0 },
  { key: "error", converter: converters.any },
  { key: "filename", converter: converters.USVString, defaultValue: "" },
  { key: "lineno", converter: converters.unsignedLong, defaultValue: 0 },
  { key: "message", converter: converters.DOMString, defaultValue: "" },
]);

/** An exception was not caught (https://html.spec.whatwg.org/multipage/webappapis.html#errorevent). */
export class ErrorEvent extends Event {
  /** @type {any} */ #init;

  /**
   * @param {string} type
   * @param {any} [eventInit]
   */
  constructor(type, eventInit = undefined) {
    const prefix = "Failed to construct 'ErrorEvent'";
    requireArguments(arguments.length, 1, prefix);
    super(type, eventInit);
    this.#init = convertErrorEventInit(eventInit, prefix, "parameter 2");
  }

  get message() {
    return this.#init.message;
  }

  get filename() {
    return this.#init.filename;
  }

  get lineno() {
    return this.#init.lineno;
  }

  get colno() {
    return this.#init.colno;
  }

  get error() {
    return this.#init.error;
  }
}

const convertPromiseRejectionEventInit = dictionary("PromiseRejectionEventInit", [
  { key: "promise", converter: converters.object, required: true },
  { key: "reason", converter: converters.any },
]);

/** A promise was rejected (https://html.spec.whatwg.org/multipage/webappapis.html#promiserejectionevent). */
export class PromiseRejectionEvent extends Event {
  /** @type {any} */ #init;

  /**
   * @param {string} type
   * @param {any} eventInit
   */
  constructor(type, eventInit) {
    const prefix = "Failed to construct 'PromiseRejectionEvent'";
    requireArguments(arguments.length, 2, prefix);
    super(type, eventInit);
    this.#init = convertPromiseRejectionEventInit(eventInit, prefix, "parameter 2");
  }

  get promise() {
    return this.#init.promise;
  }

  get reason() {
    return this.#init.reason;
  }
}

defineInterface(CloseEvent, { tag: "CloseEvent", length: 1 });
defineInterface(ErrorEvent, { tag: "ErrorEvent", length: 1 });
defineInterface(PromiseRejectionEvent, { tag: "PromiseRejectionEvent", length: 2 });
