// setTimeout() and its kin (https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers).

import { op_now } from "selvedge:ops";
import { reportException } from "../events/hooks.js";
import { resolvedWith, then } from "../streams/promises.js";
import { converters, requireArguments, typeMismatch } from "../webidl.js";
import { captureContext } from "./async-context.js";
import { PerInvocation } from "./invocations.js";
import { TimerQueue } from "./timer-queue.js";

const { trunc } = Math;

/** The longest delay, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

let nextId = 1;

const queues = new PerInvocation((forget) => new TimerQueue(forget));

/**
 * @param {unknown} delay
 * @returns {number} whole milliseconds
 */
function convertDelay(delay) {
  const number = typeof delay === "number" ? delay : +(/** @type {any} */ (delay));
  if (!(number > 0)) return 0;
  return number > LONGEST ? LONGEST : trunc(number);
}

/**
 * @param {Function} callback
 * @param {unknown} delay
 * @param {unknown[]} args
 * @param {boolean} repeat
 * @returns {number}
 */
function start(callback, delay, args, repeat) {
  const milliseconds = convertDelay(delay);
  const queue = queues.current();
  const id = nextId++;
  queue.add({
    id,
    deadline: op_now() + milliseconds,
    interval: repeat ? milliseconds : -1,
    callback,
    args,
    context: captureContext(),
    cancelled: false,
  });
  return id;
}

/**
 * @param {unknown} id
 * @param {string} name
 */
function stop(id, name) {
  if (id === undefined || id === null) return;
  // Outside of an invocation there are no timers to clear.
  queues.find()?.remove(converters.long(id, `Failed to execute '${name}'`, "parameter 1"));
}

/**
 * @param {unknown} callback
 * @param {string} name
 */
function checkCallback(callback, name) {
  if (typeof callback !== "function") throw typeMismatch("Function", `Failed to execute '${name}'`, "parameter 1");
}

/**
 * Calls a function once, later.
 * @param {Function} callback strings are refused: they would be evaluated
 * @param {number} [delay] milliseconds
 * @param {any[]} args
 * @returns {number}
 */
export function setTimeout(callback, delay = 0, ...args) {
  requireArguments(arguments.length, 1, "Failed to execute 'setTimeout'");
  checkCallback(callback, "setTimeout");
  return start(callback, delay, args, false);
}

/**
 * Calls a function again and again.
 * @param {Function} callback
 * @param {number} [delay] milliseconds
 * @param {any[]} args
 * @returns {number}
 */
export function setInterval(callback, delay = 0, ...args) {
  requireArguments(arguments.length, 1, "Failed to execute 'setInterval'");
  checkCallback(callback, "setInterval");
  return start(callback, delay, args, true);
}

/** @param {number} [id] */
export function clearTimeout(id = undefined) {
  stop(id, "clearTimeout");
}

/** @param {number} [id] */
export function clearInterval(id = undefined) {
  stop(id, "clearInterval");
}

/** What setImmediate() returns. */
class Immediate {
  /** @type {number} */ #id;

  /** @param {number} id */
  constructor(id) {
    this.#id = id;
  }

  /** @param {any} value */
  static idOf(value) {
    return typeof value === "object" && value !== null && #id in value ? value.#id : undefined;
  }
}
const { idOf } = Immediate;

/**
 * Calls a function in the next turn.
 * @param {Function} callback
 * @param {any[]} args
 */
export function setImmediate(callback, ...args) {
  requireArguments(arguments.length, 1, "Failed to execute 'setImmediate'");
  checkCallback(callback, "setImmediate");
  return new Immediate(start(callback, 0, args, false));
}

/** @param {any} [immediate] what setImmediate() returned */
export function clearImmediate(immediate = undefined) {
  stop(idOf(immediate), "clearImmediate");
}

/**
 * Calls a function when the code that runs now has ended.
 * @param {Function} callback
 */
export function queueMicrotask(callback) {
  requireArguments(arguments.length, 1, "Failed to execute 'queueMicrotask'");
  checkCallback(callback, "queueMicrotask");
  // V8 carries the context through promises itself.
  then(resolvedWith(undefined), () => {
    try {
      callback();
    } catch (error) {
      reportException(error);
    }
  });
}
