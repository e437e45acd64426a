// Event and CustomEvent (https://dom.spec.whatwg.org/#interface-event).

import { converters, defineInterface, dictionary, requireArguments } from "../webidl.js";
import { now } from "./hooks.js";

const { defineProperty, getOwnPropertyDescriptor } = Object;

export const NONE = 0;
export const AT_TARGET = 2;

const convertEventInit = dictionary("EventInit", [
  { key: "bubbles", converter: converters.boolean, defaultValue: false },
  { key: "cancelable", converter: converters.boolean, defaultValue: false },
  { key: "composed", converter: converters.boolean, defaultValue: false },
]);

/** What dispatch does to an event: the flags that script cannot set. */
class DispatchState {
  dispatching = false;
  stopPropagation = false;
  stopImmediatePropagation = false;
  canceled = false;
  inPassiveListener = false;
  trusted = false;
  phase = NONE;
  /** @type {any} */ target = null;
  /** @type {any} */ currentTarget = null;
}

/** @type {(event: Event) => DispatchState} */
let stateOf;
/** @type {(value: any) => value is Event} */
let isInstance;
/** @type {PropertyDescriptor} */
let isTrustedDescriptor;

/** Something that happened. */
export class Event {
  /** @type {string} */ #type;
  #bubbles = false;
  #cancelable = false;
  #composed = false;
  #timeStamp = now();
  #state = new DispatchState();

  static {
    stateOf = (event) => event.#state;
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #state in value
    );
    const holder = {
      /** @returns {boolean} */
      get isTrusted() {
        return /** @type {any} */ (this).#state.trusted;
      },
    };
    isTrustedDescriptor = {
      .../** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(holder, "isTrusted")),
      enumerable: true,
      configurable: false,
    };
  }

  /**
   * @param {string} type
   * @param {{ bubbles?: boolean, cancelable?: boolean, composed?: boolean }} [eventInit]
   */
  constructor(type, eventInit = undefined) {
    const prefix = "Failed to construct 'Event'";
    requireArguments(arguments.length, 1, prefix);
    this.#type = converters.DOMString(type, prefix, "parameter 1");
    if (eventInit !== undefined) {
      const { bubbles, cancelable, composed } = convertEventInit(eventInit, prefix, "parameter 2");
      this.#bubbles = bubbles;
      this.#cancelable = cancelable;
      this.#composed = composed;
    }
    defineProperty(this, "isTrusted", isTrustedDescriptor);
  }

  get type() {
    return this.#type;
  }

  get target() {
    return this.#state.target;
  }

  get srcElement() {
    return this.#state.target;
  }

  get currentTarget() {
    return this.#state.currentTarget;
  }

  composedPath() {
    const { currentTarget } = this.#state;
    return currentTarget === null ? [] : [currentTarget];
  }

  get eventPhase() {
    return this.#state.phase;
  }

  stopPropagation() {
    this.#state.stopPropagation = true;
  }

  get cancelBubble() {
    return this.#state.stopPropagation;
  }

  set cancelBubble(value) {
    if (value) this.#state.stopPropagation = true;
    else this.#state; // throws for a wrong receiver
  }

  stopImmediatePropagation() {
    this.#state.stopPropagation = true;
    this.#state.stopImmediatePropagation = true;
  }

  get bubbles() {
    return this.#bubbles;
  }

  get cancelable() {
    return this.#cancelable;
  }

  get returnValue() {
    return !this.#state.canceled;
  }

  set returnValue(value) {
    if (!value) this.#cancel();
  }

  #cancel() {
    if (this.#cancelable && !this.#state.inPassiveListener) this.#state.canceled = true;
  }

  preventDefault() {
    this.#cancel();
  }

  get defaultPrevented() {
    return this.#state.canceled;
  }

  get composed() {
    return this.#composed;
  }

  get timeStamp() {
    return this.#timeStamp;
  }

  /**
   * @param {string} type
   * @param {boolean} [bubbles]
   * @param {boolean} [cancelable]
   */
  initEvent(type, bubbles = false, cancelable = false) {
    const prefix = "Failed to execute 'initEvent' on 'Event'";
    requireArguments(arguments.length, 1, prefix);
    const newType = converters.DOMString(type, prefix, "parameter 1");
    const state = this.#state;
    if (state.dispatching) return;
    state.stopPropagation = false;
    state.stopImmediatePropagation = false;
    state.canceled = false;
    state.trusted = false;
    state.target = null;
    this.#type = newType;
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
  }
}

/**
 * @param {any} value
 * @returns {value is Event}
 */
export function isEvent(value) {
  return isInstance(value);
}

/**
 * The dispatch state of an event.
 * @param {Event} event
 */
export function dispatchStateOf(event) {
  return stateOf(event);
}

/**
 * Marks an event that the platform made, not script.
 * @template {Event} E
 * @param {E} event
 * @returns {E}
 */
export function trusted(event) {
  stateOf(event).trusted = true;
  return event;
}

const convertCustomEventInit = dictionary("CustomEventInit", [
  { key: "detail", converter: converters.any, defaultValue: null },
]);

/** An event of script's own, with a value. */
export class CustomEvent extends Event {
  /** @type {any} */ #detail = null;

  /**
   * @param {string} type
   * @param {{ detail?: any, bubbles?: boolean, cancelable?: boolean, composed?: boolean }} [eventInit]
   */
  constructor(type, eventInit = undefined) {
    const prefix = "Failed to construct 'CustomEvent'";
    requireArguments(arguments.length, 1, prefix);
    super(type, eventInit);
    if (eventInit !== undefined) this.#detail = convertCustomEventInit(eventInit, prefix, "parameter 2").detail;
  }

  get detail() {
    return this.#detail;
  }

  /**
   * @param {string} type
   * @param {boolean} [bubbles]
   * @param {boolean} [cancelable]
   * @param {any} [detail]
   */
  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    requireArguments(arguments.length, 1, "Failed to execute 'initCustomEvent' on 'CustomEvent'");
    if (stateOf(this).dispatching) return;
    this.initEvent(type, bubbles, cancelable);
    this.#detail = detail;
  }
}

defineInterface(Event, { tag: "Event", length: 1 });
defineInterface(CustomEvent, { tag: "CustomEvent", length: 1 });
["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"].forEach((constant, value) => {
  const descriptor = { value, enumerable: true, writable: false, configurable: false };
  defineProperty(Event, constant, descriptor);
  defineProperty(Event.prototype, constant, descriptor);
});
