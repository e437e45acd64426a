// Promises that were rejected while nobody listened
// (https://html.spec.whatwg.org/multipage/webappapis.html#unhandled-promise-rejections).

import { logUncaught } from "selvedge:web/console/index.js";
import { PromiseRejectionEvent, fireEvent, hasListeners } from "selvedge:web/events/index.js";

/**
 * Fires `unhandledrejection` and, unless a listener prevents it, logs the reason. The event goes on either way.
 * @param {Promise<unknown>} promise
 * @param {unknown} reason
 */
export function reportRejection(promise, reason) {
  if (hasListeners(globalThis, "unhandledrejection")) {
    const event = new PromiseRejectionEvent("unhandledrejection", { promise, reason, cancelable: true });
    if (!fireEvent(globalThis, event)) return;
  }
  logUncaught(reason, "(in promise) ");
}
