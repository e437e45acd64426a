// reportError() (https://html.spec.whatwg.org/multipage/webappapis.html#dom-reporterror): an exception that nobody
// caught is an "error" event on the global object and, unless a listener prevents it, a line of the log.

import { ERROR, kindOf } from "../console/inspect/kinds.js";
import { logUncaught } from "../console/index.js";
import { ErrorEvent, fireEvent, hasListeners } from "../events/index.js";
import { requireArguments, uncurryThis } from "../webidl.js";

const { captureStackTrace } = /** @type {any} */ (Error);
const { getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;
const symbolToString = Symbol.prototype.toString;
/** @type {(pattern: RegExp, text: string) => RegExpExecArray | null} */
const exec = uncurryThis(RegExp.prototype.exec);

/** @param {any} value */
const isError = (value) => typeof value === "object" && value !== null && kindOf(value) === ERROR;

/** @type {import("../events/index.js").EventTarget | null} */
let globalTarget = null;

/**
 * Says which object the "error" events go to: the global object.
 * @param {any} target
 */
export function setErrorTarget(target) {
  globalTarget = target;
}

let reporting = false;

/**
 * "Report the exception": for whatever calls guest code and has nobody to throw to.
 * @param {any} error
 * @param {Place} [place] where it was reported; else where it was made
 */
export function reportException(error, place = undefined) {
  let handled = false;
  // What a listener of the event throws is logged, or it would be reported for ever.
  if (!reporting && globalTarget !== null && hasListeners(globalTarget, "error")) {
    reporting = true;
    try {
      const { filename, lineno, colno } = place ?? placeOf(stackOf(error));
      const init = { error, message: messageOf(error), filename, lineno, colno, cancelable: true };
      handled = !fireEvent(globalTarget, new ErrorEvent("error", init));
    } finally {
      reporting = false;
    }
  }
  if (!handled) logUncaught(error);
}

/**
 * @param {any} error an object that is no error is not looked into: it might run code
 */
function messageOf(error) {
  try {
    const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
    if (isObject && !isError(error)) return "Uncaught exception";
    return `Uncaught ${typeof error === "symbol" ? apply(symbolToString, error, []) : error}`;
  } catch {
    return "Uncaught exception";
  }
}

/**
 * @param {any} error
 * @returns {string}
 */
function stackOf(error) {
  if (!isError(error)) return "";
  const stack = getOwnPropertyDescriptor(error, "stack")?.value;
  return typeof stack === "string" ? stack : "";
}

/**
 * Where code stands in its script.
 * @typedef {{ filename: string, lineno: number, colno: number }} Place
 */

const frame = /^ {4}at (?:.*\()?((?!selvedge:)[^()\s]+):(\d+):(\d+)\)?$/m;

/**
 * The place of the first frame of a stack that is not ours.
 * @param {string} stack
 * @returns {Place}
 */
function placeOf(stack) {
  const found = exec(frame, stack);
  return found === null
    ? { filename: "", lineno: 0, colno: 0 }
    : { filename: found[1], lineno: +found[2], colno: +found[3] };
}

/**
 * Reports an exception as if nobody had caught it.
 * @param {any} error
 */
export function reportError(error) {
  requireArguments(arguments.length, 1, "Failed to execute 'reportError'");
  /** @type {{ stack: string }} */
  const here = { stack: "" };
  captureStackTrace(here, reportError);
  reportException(error, placeOf(here.stack));
}
