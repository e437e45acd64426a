// PerformanceObserver (https://w3c.github.io/performance-timeline/#the-performanceobserver-interface), for marks and
// measures.
//
// An isolate serves many events at once. An observer that was set up at global scope sees the entries of all of them;
// one that belongs to an event sees that event's alone, and is forgotten with it.

import { op_invocation_id, op_invocation_lives } from "selvedge:ops";
import { DOMException } from "../dom-exception.js";
import { startTask } from "../timers/tasks.js";
import {
  callbackFunction,
  converters,
  defineInterface,
  dictionary,
  internal,
  requireArguments,
  sequenceOf,
} from "../webidl.js";
import { PerformanceObserverEntryList } from "./observer-entry-list.js";
import { timeline } from "./timeline.js";

const { freeze } = Object;
const { apply } = Reflect;

/** @typedef {import("./entries.js").PerformanceEntry} PerformanceEntry */

const supportedEntryTypes = freeze(["mark", "measure"]);

/** @param {string} type */
function isSupported(type) {
  for (let index = 0; index < supportedEntryTypes.length; index++) {
    if (supportedEntryTypes[index] === type) return true;
  }
  return false;
}

const convertObserveOptions = dictionary("PerformanceObserverInit", [
  { key: "buffered", converter: converters.boolean },
  { key: "entryTypes", converter: sequenceOf(converters.DOMString) },
  { key: "type", converter: converters.DOMString },
]);

/** At global scope. */
const NOWHERE = -1;

function currentInvocation() {
  try {
    return op_invocation_id();
  } catch {
    return NOWHERE;
  }
}

/** The slots of an observer. */
class ObserverState {
  /** @type {PerformanceObserver} */ observer;
  /** @type {Function} */ callback;
  /** @type {"multiple" | "single" | undefined} by `entryTypes` or by `type` */ mode = undefined;
  /** @type {string[]} */ types = [];
  /** @type {PerformanceEntry[]} */ buffer = [];
  /** @type {number} the event it belongs to */ invocation = NOWHERE;
  /** @type {number | undefined} the event in which a task will call it */ queuedIn = undefined;
  /** the callback is yet to be told how many entries were dropped */ requiresDropped = false;

  /**
   * @param {PerformanceObserver} observer
   * @param {Function} callback
   */
  constructor(observer, callback) {
    this.observer = observer;
    this.callback = callback;
  }

  /** @param {string} type */
  observes(type) {
    for (let index = 0; index < this.types.length; index++) if (this.types[index] === type) return true;
    return false;
  }

  /**
   * @param {PerformanceEntry} entry
   * @param {number} invocation
   */
  add(entry, invocation) {
    this.buffer[this.buffer.length] = entry;
    if (this.queuedIn === invocation) return;
    this.queuedIn = invocation;
    startTask(() => this.#deliver());
  }

  #deliver() {
    this.queuedIn = undefined;
    const entries = this.buffer;
    if (entries.length === 0) return;
    this.buffer = [];
    /** @type {{ droppedEntriesCount?: number }} */
    const options = {};
    if (this.requiresDropped) {
      this.requiresDropped = false;
      options.droppedEntriesCount = 0;
      for (let index = 0; index < this.types.length; index++) {
        options.droppedEntriesCount += timeline.dropped[this.types[index]];
      }
    }
    const list = new PerformanceObserverEntryList(internal, entries);
    apply(this.callback, this.observer, [list, this.observer, options]);
  }
}

/** @type {ObserverState[]} those that observe */
let registered = [];

/** @param {ObserverState} state */
function register(state) {
  /** @type {ObserverState[]} */
  const alive = [];
  for (let index = 0; index < registered.length; index++) {
    const other = registered[index];
    if (other === state) continue;
    if (other.invocation === NOWHERE || op_invocation_lives(other.invocation)) alive[alive.length] = other;
  }
  alive[alive.length] = state;
  registered = alive;
}

/** @param {ObserverState} state */
function unregister(state) {
  /** @type {ObserverState[]} */
  const left = [];
  for (let index = 0; index < registered.length; index++) {
    if (registered[index] !== state) left[left.length] = registered[index];
  }
  registered = left;
}

/**
 * "queue a PerformanceEntry", for the observers
 * @param {PerformanceEntry} entry
 */
export function notifyObservers(entry) {
  if (registered.length === 0) return;
  const invocation = currentInvocation();
  for (let index = 0; index < registered.length; index++) {
    const state = registered[index];
    if (state.invocation !== NOWHERE && state.invocation !== invocation) continue;
    if (state.observes(entry.entryType)) state.add(entry, invocation);
  }
}

/** Is told of entries as they come. */
export class PerformanceObserver {
  /** @type {ObserverState} */ #state;

  /** @param {Function} callback */
  constructor(callback) {
    const prefix = "Failed to construct 'PerformanceObserver'";
    requireArguments(arguments.length, 1, prefix);
    this.#state = new ObserverState(this, callbackFunction(callback, prefix, "parameter 1"));
  }

  static get supportedEntryTypes() {
    return supportedEntryTypes;
  }

  /** @param {{ entryTypes?: string[], type?: string, buffered?: boolean }} [options] */
  observe(options = undefined) {
    const state = this.#state;
    const prefix = "Failed to execute 'observe' on 'PerformanceObserver'";
    const { buffered, entryTypes, type } = convertObserveOptions(options, prefix, "parameter 1");
    if (entryTypes === undefined && type === undefined) {
      throw new TypeError(`${prefix}: An observe() call must include either entryTypes or type arguments.`);
    }
    if (entryTypes !== undefined && type !== undefined) {
      throw new TypeError(`${prefix}: An observe() call must not include both entryTypes and type arguments.`);
    }
    const mode = type === undefined ? "multiple" : "single";
    if (state.mode !== undefined && state.mode !== mode) {
      throw new DOMException(
        `${prefix}: This observer has performed observe({${mode === "single" ? "entryTypes" : "type"}:...}, therefore it cannot perform observe({${mode === "single" ? "type" : "entryTypes"}:...})`,
        "InvalidModificationError",
      );
    }
    state.mode = mode;
    state.requiresDropped = true;
    if (type !== undefined) {
      observeType(state, type, buffered === true);
      return;
    }
    /** @type {string[]} */
    const types = [];
    for (let index = 0; index < entryTypes.length; index++) {
      if (isSupported(entryTypes[index])) types[types.length] = entryTypes[index];
    }
    if (types.length === 0) return;
    state.types = types;
    state.invocation = currentInvocation();
    register(state);
  }

  disconnect() {
    const state = this.#state;
    unregister(state);
    state.buffer = [];
    state.types = [];
    state.mode = undefined;
  }

  /** @returns {PerformanceEntry[]} */
  takeRecords() {
    const state = this.#state;
    const { buffer } = state;
    state.buffer = [];
    return buffer;
  }
}

/**
 * @param {ObserverState} state
 * @param {string} type
 * @param {boolean} buffered entries that are there already count too
 */
function observeType(state, type, buffered) {
  if (!isSupported(type)) return;
  if (!state.observes(type)) state.types[state.types.length] = type;
  state.invocation = currentInvocation();
  register(state);
  if (!buffered) return;
  const entries = timeline.entries(type);
  for (let index = 0; index < entries.length; index++) state.add(entries[index], state.invocation);
}

defineInterface(PerformanceObserver, { tag: "PerformanceObserver", length: 1 });
