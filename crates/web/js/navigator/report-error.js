// reportError() (https://html.spec.whatwg.org/multipage/webappapis.html#dom-reporterror): an exception that nobody
// caught is an "error" event on the global object and, unless a listener prevents it, a line of the log.

import { logUncaught } from "../console/index.js";
import { ErrorEvent, fireEvent, hasListeners } from "../events/index.js";
import { requireArguments } from "../webidl.js";

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
 */
export function reportException(error) {
  let handled = false;
  // What a listener of the event throws is logged, or it would be reported for ever.
  if (!reporting && globalTarget !== null && hasListeners(globalTarget, "error")) {
    reporting = true;
    try {
      handled = !fireEvent(
        globalTarget,
        new ErrorEvent("error", { error, message: messageOf(error), cancelable: true }),
      );
    } finally {
      reporting = false;
    }
  }
  if (!handled) logUncaught(error);
}

/** @param {any} error */
function messageOf(error) {
  try {
    return `Uncaught ${error}`;
  } catch {
    return "Uncaught exception";
  }
}

/**
 * Reports an exception as if nobody had caught it.
 * @param {any} error
 */
export function reportError(error) {
  requireArguments(arguments.length, 1, "Failed to execute 'reportError'");
  reportException(error);
}
