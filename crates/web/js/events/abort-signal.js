// AbortSignal (https://dom.spec.whatwg.org/#interface-AbortSignal).
//
// `AbortSignal.any()` makes signals that depend on others. A source holds its dependents weakly, or a signal of the
// whole instance would collect one for each request; it holds one strongly only while somebody listens to it.

import { DOMException } from "../dom-exception.js";
import {
  converters,
  defineInterface,
  illegalConstructor,
  interfaceOf,
  internal,
  requireArguments,
  sequenceOf,
} from "../webidl.js";
import { uncurryThis } from "../webidl/intrinsics.js";
import { Event } from "./event.js";
import {
  EventTarget,
  defineEventHandler,
  fireEvent,
  hasListeners,
  setAbortSignals,
  watchListeners,
} from "./event-target.js";
import { startTimer } from "./hooks.js";

const Weak = WeakRef;
const deref = uncurryThis(WeakRef.prototype.deref);

/** @typedef {{ weak: WeakRef<AbortSignal>, strong: AbortSignal | undefined }} Dependent */

/** The slots of a signal. */
class SignalState {
  aborted = false;
  /** @type {any} */ reason = undefined;
  /** @type {Array<() => void>} */ algorithms = [];
  isDependent = false;
  /** @type {SignalState[]} */ sources = [];
  /** @type {Dependent[]} */ dependents = [];
  /** @type {Dependent | undefined} this signal's entry in its sources' lists */ entry = undefined;
}

/** @type {(signal: AbortSignal) => SignalState} */
let stateOf;
/** @type {(value: any) => value is AbortSignal} */
let isInstance;

/** Says when to stop. */
export class AbortSignal extends EventTarget {
  #state = new SignalState();

  static {
    stateOf = (signal) => signal.#state;
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #state in value
    );
  }

  /** @param {symbol} key */
  constructor(key) {
    if (key !== internal) throw illegalConstructor();
    super();
  }

  /** @param {any} [reason] */
  static abort(reason = undefined) {
    const signal = createSignal();
    signal.#state.aborted = true;
    signal.#state.reason = reason === undefined ? abortError() : reason;
    return signal;
  }

  /** @param {number} milliseconds */
  static timeout(milliseconds) {
    const prefix = "Failed to execute 'timeout' on 'AbortSignal'";
    requireArguments(arguments.length, 1, prefix);
    const delay = converters.unsignedLongLong(milliseconds, prefix, "parameter 1", { enforceRange: true });
    const signal = createSignal();
    startTimer(
      () => signalAbort(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError")),
      delay,
    );
    return signal;
  }

  /** @param {Iterable<AbortSignal>} signals */
  static any(signals) {
    const prefix = "Failed to execute 'any' on 'AbortSignal'";
    requireArguments(arguments.length, 1, prefix);
    return createDependentSignal(convertSignals(signals, prefix, "parameter 1"));
  }

  get aborted() {
    return this.#state.aborted;
  }

  get reason() {
    return this.#state.reason;
  }

  throwIfAborted() {
    if (this.#state.aborted) throw this.#state.reason;
  }
}

const convertSignals = sequenceOf(interfaceOf("AbortSignal", (value) => isInstance(value)));

function abortError() {
  return new DOMException("The operation was aborted", "AbortError");
}

/** A new signal, not aborted. */
export function createSignal() {
  return new AbortSignal(internal);
}

/**
 * @param {any} value
 * @returns {value is AbortSignal}
 */
export function isAbortSignal(value) {
  return isInstance(value);
}

/** @param {AbortSignal} signal */
export function isAborted(signal) {
  return stateOf(signal).aborted;
}

/**
 * The reason of an aborted signal.
 * @param {AbortSignal} signal
 * @returns {any}
 */
export function abortReason(signal) {
  return stateOf(signal).reason;
}

/**
 * Has a function called once when the signal is aborted, before the event is fired. Does nothing on a signal
 * that already is: look first.
 * @param {AbortSignal} signal
 * @param {() => void} algorithm must not throw
 */
export function addAbortAlgorithm(signal, algorithm) {
  const state = stateOf(signal);
  if (state.aborted) return;
  state.algorithms[state.algorithms.length] = algorithm;
  holdOrRelease(signal);
}

/**
 * @param {AbortSignal} signal
 * @param {() => void} algorithm
 */
export function removeAbortAlgorithm(signal, algorithm) {
  const state = stateOf(signal);
  /** @type {Array<() => void>} */
  const rest = [];
  for (let index = 0; index < state.algorithms.length; index++) {
    if (state.algorithms[index] !== algorithm) rest[rest.length] = state.algorithms[index];
  }
  state.algorithms = rest;
  holdOrRelease(signal);
}

/**
 * "signal abort" (https://dom.spec.whatwg.org/#abortsignal-signal-abort)
 * @param {AbortSignal} signal
 * @param {any} [reason] undefined: an AbortError
 */
export function signalAbort(signal, reason) {
  const state = stateOf(signal);
  if (state.aborted) return;
  state.aborted = true;
  state.reason = reason === undefined ? abortError() : reason;
  /** @type {AbortSignal[]} */
  const dependents = [];
  for (let index = 0; index < state.dependents.length; index++) {
    const dependent = deref(state.dependents[index].weak);
    if (dependent === undefined || stateOf(dependent).aborted) continue;
    stateOf(dependent).aborted = true;
    stateOf(dependent).reason = state.reason;
    dependents[dependents.length] = dependent;
  }
  state.dependents = [];
  runAbortSteps(signal);
  for (let index = 0; index < dependents.length; index++) runAbortSteps(dependents[index]);
}

/** @param {AbortSignal} signal "run the abort steps" */
function runAbortSteps(signal) {
  const state = stateOf(signal);
  const { algorithms } = state;
  state.algorithms = [];
  for (let index = 0; index < algorithms.length; index++) algorithms[index]();
  if (hasListeners(signal, "abort")) fireEvent(signal, new Event("abort"));
  state.sources = [];
}

/**
 * "create a dependent abort signal" (https://dom.spec.whatwg.org/#create-a-dependent-abort-signal)
 * @param {AbortSignal[]} signals
 * @returns {AbortSignal}
 */
export function createDependentSignal(signals) {
  const result = createSignal();
  const state = stateOf(result);
  for (let index = 0; index < signals.length; index++) {
    const source = stateOf(signals[index]);
    if (!source.aborted) continue;
    state.aborted = true;
    state.reason = source.reason;
    return result;
  }
  state.isDependent = true;
  state.entry = { weak: new Weak(result), strong: undefined };
  for (let index = 0; index < signals.length; index++) {
    const source = stateOf(signals[index]);
    if (!source.isDependent) {
      depend(state, source);
    } else {
      for (let inner = 0; inner < source.sources.length; inner++) depend(state, source.sources[inner]);
    }
  }
  watchListeners(result, () => holdOrRelease(result));
  return result;
}

/**
 * @param {SignalState} state
 * @param {SignalState} source
 */
function depend(state, source) {
  for (let index = 0; index < state.sources.length; index++) if (state.sources[index] === source) return;
  state.sources[state.sources.length] = source;
  /** @type {Dependent[]} */
  const alive = [];
  for (let index = 0; index < source.dependents.length; index++) {
    if (deref(source.dependents[index].weak) !== undefined) alive[alive.length] = source.dependents[index];
  }
  alive[alive.length] = /** @type {Dependent} */ (state.entry);
  source.dependents = alive;
}

/** @param {AbortSignal} signal */
function holdOrRelease(signal) {
  const state = stateOf(signal);
  if (state.entry === undefined) return;
  const wanted = !state.aborted && (state.algorithms.length > 0 || hasListeners(signal, "abort"));
  state.entry.strong = wanted ? signal : undefined;
}

defineInterface(AbortSignal, { tag: "AbortSignal" });
defineEventHandler(AbortSignal.prototype, "abort");
setAbortSignals({ isAbortSignal, isAborted, addAbortAlgorithm });
