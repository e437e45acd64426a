// Events and aborting (https://dom.spec.whatwg.org/). This file only lists: what script sees, then what the rest of
// the platform uses.

export { CustomEvent, Event, isEvent } from "./event.js";
export { CloseEvent, ErrorEvent, MessageEvent, PromiseRejectionEvent } from "./event-subclasses.js";
export { EventTarget, listenersOf } from "./event-target.js";
export { AbortSignal } from "./abort-signal.js";
export { AbortController, abortController } from "./abort-controller.js";

export { adoptGlobalEventTarget, defineEventHandler, fireEvent, hasListeners } from "./event-target.js";
export {
  abortReason,
  addAbortAlgorithm,
  createDependentSignal,
  createSignal,
  isAbortSignal,
  isAborted,
  removeAbortAlgorithm,
  signalAbort,
} from "./abort-signal.js";
export { setEventClock, setReportException, setTimerHooks } from "./hooks.js";
