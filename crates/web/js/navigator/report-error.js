// reportError() (https://html.spec.whatwg.org/multipage/webappapis.html#dom-reporterror): an exception that nobody
// caught is an "error" event on the global object and, unless a listener prevents it, a line of the log.

import { op_inspect_constructor_name } from "selvedge:ops";
import { ERROR, PROXY, kindOf } from "../console/inspect/kinds.js";
import { logUncaught } from "../console/index.js";
import { ErrorEvent, fireEvent, hasListeners } from "../events/index.js";
import { requireArguments, uncurryThis } from "../webidl.js";
import { errorStack } from "../webidl/error-stack.js";

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
      const { filename, lineno, colno } = place ?? placeOf((isError(error) && errorStack(error)) || "");
      const init = { error, message: messageOf(error), filename, lineno, colno, cancelable: true };
      handled = !fireEvent(globalTarget, new ErrorEvent("error", init));
    } finally {
      reporting = false;
    }
  }
  if (!handled) logUncaught(error);
}

/**
 * What an uncaught exception is called. An object that is no error is not asked: that might run code.
 * @param {any} error
 */
function messageOf(error) {
  try {
    if (typeof error === "symbol") return `Uncaught ${apply(symbolToString, error, [])}`;
    const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
    if (!isObject || isError(error)) return `Uncaught ${error}`;
    if (kindOf(error) === PROXY) return "Uncaught #<Object>";
    const message = getOwnPropertyDescriptor(error, "message")?.value;
    const name = `#<${op_inspect_constructor_name(error)}>`;
    return typeof message === "string" ? `Uncaught ${name}: ${message}` : `Uncaught ${name}`;
  } catch {
    return "Uncaught exception";
  }
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
