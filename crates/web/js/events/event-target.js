// EventTarget (https://dom.spec.whatwg.org/#interface-eventtarget), for targets that form no tree: the path of an
// event is its target alone.
//
// A list of listeners is never changed, only replaced, so that a dispatch walks the list it began with; a listener
// removed meanwhile is known by its mark.

import { conversionError, converters, defineInterface, dictionary, requireArguments, typeMismatch } from "../webidl.js";
import { DOMException } from "../dom-exception.js";
import { descriptorOf } from "../webidl/intrinsics.js";
import { AT_TARGET, NONE, dispatchStateOf, isEvent, trusted } from "./event.js";
import { reportException } from "./hooks.js";

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;

/** @typedef {import("./event.js").Event} Event */

/**
 * @typedef {object} Listener
 * @property {any} callback
 * @property {boolean} capture
 * @property {boolean} once
 * @property {boolean} passive
 * @property {boolean} removed
 */

/** The slots of an EventTarget. */
class TargetState {
  /** @type {Record<string, readonly Listener[]>} */ lists = { __proto__: /** @type {any} */ (null) };
  /** @type {Record<string, any>} the values of event handler attributes */ handlers = {
    __proto__: /** @type {any} */ (null),
  };
  /** @type {((type: string) => void) | undefined} called when a list changed */ onChange = undefined;
}

/**
 * What abort signals do for us. They are event targets themselves, so they cannot be imported here.
 * @typedef {{ isAbortSignal(value: any): boolean, isAborted(signal: any): boolean, addAbortAlgorithm(signal: any, fn: () => void): void }} AbortSignals
 */

/** @type {AbortSignals | undefined} */
let signals;

/** @param {AbortSignals} support */
export function setAbortSignals(support) {
  signals = support;
}

/** @type {any} */ let globalObject;
/** @type {TargetState | undefined} */ let globalState;

/**
 * Makes the global object an event target: EventTarget's methods work on it, and with no receiver too.
 * @param {object} object
 */
export function adoptGlobalEventTarget(object) {
  globalObject = object;
  globalState = new TargetState();
}

const convertListenerOptions = dictionary("AddEventListenerOptions", [
  { key: "capture", converter: converters.boolean, defaultValue: false },
  { key: "once", converter: converters.boolean, defaultValue: false },
  { key: "passive", converter: converters.boolean, defaultValue: false },
  {
    key: "signal",
    converter(value, prefix, context) {
      if (!signals?.isAbortSignal(value)) throw typeMismatch("AbortSignal", prefix, context);
      return value;
    },
  },
]);
const convertCaptureOptions = dictionary("EventListenerOptions", [
  { key: "capture", converter: converters.boolean, defaultValue: false },
]);

/** @param {any} value */
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * @param {any} callback
 * @param {string} prefix
 */
function checkCallback(callback, prefix) {
  if (callback !== null && callback !== undefined && !isObject(callback)) {
    throw conversionError("is not of type 'EventListener'.", prefix, "parameter 2");
  }
}

/** @type {(receiver: any) => TargetState} */
let stateOf;

/** What listeners are added to. */
export class EventTarget {
  #state = new TargetState();

  static {
    stateOf = (receiver) => (receiver === globalObject && globalState !== undefined ? globalState : receiver.#state);
  }

  /**
   * @param {string} type
   * @param {any} callback
   * @param {any} [options]
   */
  addEventListener(type, callback, options = undefined) {
    const state = stateOf(this ?? globalObject);
    const prefix = "Failed to execute 'addEventListener' on 'EventTarget'";
    requireArguments(arguments.length, 2, prefix);
    const name = converters.DOMString(type, prefix, "parameter 1");
    checkCallback(callback, prefix);
    const isBag = options === undefined || isObject(options) || options === null;
    const { capture, once, passive, signal } = isBag
      ? convertListenerOptions(options, prefix, "parameter 3")
      : { capture: !!options, once: false, passive: false, signal: undefined };
    if (signal !== undefined && signals?.isAborted(signal)) return;
    if (callback === null || callback === undefined) return;
    const listener = { callback, capture, once, passive, removed: false };
    if (!add(state, name, listener)) return;
    if (signal !== undefined) signals?.addAbortAlgorithm(signal, () => remove(state, name, listener));
  }

  /**
   * @param {string} type
   * @param {any} callback
   * @param {any} [options]
   */
  removeEventListener(type, callback, options = undefined) {
    const state = stateOf(this ?? globalObject);
    const prefix = "Failed to execute 'removeEventListener' on 'EventTarget'";
    requireArguments(arguments.length, 2, prefix);
    const name = converters.DOMString(type, prefix, "parameter 1");
    checkCallback(callback, prefix);
    const capture = isObject(options) ? convertCaptureOptions(options, prefix, "parameter 3").capture : !!options;
    const listener = find(state, name, callback, capture);
    if (listener !== undefined) remove(state, name, listener);
  }

  /** @param {Event} event */
  dispatchEvent(event) {
    const receiver = this ?? globalObject;
    stateOf(receiver);
    const prefix = "Failed to execute 'dispatchEvent' on 'EventTarget'";
    requireArguments(arguments.length, 1, prefix);
    if (!isEvent(event)) throw typeMismatch("Event", prefix, "parameter 1");
    const state = dispatchStateOf(event);
    if (state.dispatching) {
      throw new DOMException(`${prefix}: The event is already being dispatched.`, "InvalidStateError");
    }
    state.trusted = false;
    return dispatch(receiver, event);
  }
}

/**
 * @param {TargetState} state
 * @param {string} type
 * @param {any} callback
 * @param {boolean} capture
 * @returns {Listener | undefined}
 */
function find(state, type, callback, capture) {
  const list = state.lists[type];
  if (list === undefined) return undefined;
  for (let index = 0; index < list.length; index++) {
    if (list[index].callback === callback && list[index].capture === capture) return list[index];
  }
  return undefined;
}

/**
 * @param {TargetState} state
 * @param {string} type
 * @param {Listener} listener
 * @returns {boolean} false if it is there already
 */
function add(state, type, listener) {
  if (find(state, type, listener.callback, listener.capture) !== undefined) return false;
  const list = state.lists[type];
  /** @type {Listener[]} */
  const longer = [];
  if (list !== undefined) for (let index = 0; index < list.length; index++) longer[index] = list[index];
  longer[longer.length] = listener;
  state.lists[type] = longer;
  state.onChange?.(type);
  return true;
}

/**
 * @param {TargetState} state
 * @param {string} type
 * @param {Listener} listener
 */
function remove(state, type, listener) {
  if (listener.removed) return;
  listener.removed = true;
  const list = state.lists[type];
  /** @type {Listener[]} */
  const shorter = [];
  for (let index = 0; index < list.length; index++) {
    if (list[index] !== listener) shorter[shorter.length] = list[index];
  }
  if (shorter.length === 0) delete state.lists[type];
  else state.lists[type] = shorter;
  state.onChange?.(type);
}

/**
 * Dispatches an event (https://dom.spec.whatwg.org/#concept-event-dispatch).
 * @param {any} target an EventTarget
 * @param {Event} event
 * @returns {boolean} false if it was canceled
 */
export function dispatch(target, event) {
  const targetState = stateOf(target);
  const state = dispatchStateOf(event);
  state.dispatching = true;
  state.target = target;
  state.phase = AT_TARGET;
  state.currentTarget = target;
  if (!state.stopPropagation) invoke(targetState, event, state, true);
  if (!state.stopPropagation) invoke(targetState, event, state, false);
  state.phase = NONE;
  state.currentTarget = null;
  state.dispatching = false;
  state.stopPropagation = false;
  state.stopImmediatePropagation = false;
  return !state.canceled;
}

/**
 * "inner invoke", for the capturing or the other listeners
 * @param {TargetState} targetState
 * @param {Event} event
 * @param {ReturnType<typeof dispatchStateOf>} state
 * @param {boolean} capture
 */
function invoke(targetState, event, state, capture) {
  const type = event.type;
  const list = targetState.lists[type];
  if (list === undefined) return;
  for (let index = 0; index < list.length; index++) {
    const listener = list[index];
    if (listener.removed || listener.capture !== capture) continue;
    if (listener.once) remove(targetState, type, listener);
    state.inPassiveListener = listener.passive;
    try {
      call(listener.callback, state.currentTarget, event);
    } catch (error) {
      reportException(error);
    }
    state.inPassiveListener = false;
    if (state.stopImmediatePropagation) return;
  }
}

/**
 * Calls a function, or the `handleEvent` of an object.
 * @param {any} callback
 * @param {any} target
 * @param {Event} event
 */
function call(callback, target, event) {
  if (typeof callback === "function") {
    apply(callback, target, [event]);
    return;
  }
  const { handleEvent } = callback;
  if (typeof handleEvent !== "function") throw new TypeError("The event listener's 'handleEvent' is not a function.");
  apply(handleEvent, callback, [event]);
}

/**
 * Whether anybody listens.
 * @param {any} target an EventTarget
 * @param {string} type
 */
export function hasListeners(target, type) {
  return stateOf(target).lists[type] !== undefined;
}

/**
 * The functions and objects that listen to a type, in their order.
 * @param {any} target
 * @param {string} type
 * @returns {any[]}
 */
export function listenersOf(target, type) {
  return (stateOf(target).lists[type] ?? []).map((listener) => listener.callback);
}

/**
 * Has a function called whenever listeners of a target come or go.
 * @param {any} target an EventTarget
 * @param {(type: string) => void} onChange
 */
export function watchListeners(target, onChange) {
  stateOf(target).onChange = onChange;
}

/**
 * Fires a trusted event that the platform made.
 * @param {any} target an EventTarget
 * @param {Event} event
 * @returns {boolean} false if it was canceled
 */
export function fireEvent(target, event) {
  return dispatch(target, trusted(event));
}

/**
 * Defines an event handler attribute (https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes):
 * `defineEventHandler(AbortSignal.prototype, "abort")` makes `onabort`.
 * @param {object} prototype
 * @param {string} type
 */
export function defineEventHandler(prototype, type) {
  const name = `on${type}`;
  const { get, set } = /** @type {PropertyDescriptor} */ (
    getOwnPropertyDescriptor(
      {
        /** @returns {any} */
        get [name]() {
          return stateOf(this ?? globalObject).handlers[type]?.value ?? null;
        },
        set [name](/** @type {any} */ value) {
          setHandler(stateOf(this ?? globalObject), type, isObject(value) ? value : null);
        },
      },
      name,
    )
  );
  defineProperty(prototype, name, descriptorOf({ get, set, enumerable: true, configurable: true }));
}

/**
 * A handler keeps the place among the listeners that it got when it was first set, until it is set to null.
 * @param {TargetState} state
 * @param {string} type
 * @param {any} value
 */
function setHandler(state, type, value) {
  const handler = state.handlers[type];
  if (value === null) {
    if (handler === undefined) return;
    remove(state, type, handler.listener);
    delete state.handlers[type];
  } else if (handler !== undefined) {
    handler.value = value;
  } else {
    /** @type {any} */
    const created = { value };
    created.listener = { callback: callHandler, capture: false, once: false, passive: false, removed: false };
    state.handlers[type] = created;
    add(state, type, created.listener);
  }

  /**
   * @this {any}
   * @param {Event} event
   */
  function callHandler(event) {
    const current = state.handlers[type]?.value;
    if (typeof current === "function" && apply(current, this, [event]) === false) event.preventDefault();
  }
}

defineInterface(EventTarget, { tag: "EventTarget" });
