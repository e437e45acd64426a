// Timers. This file only lists.

export { callInContext, captureContext } from "./async-context.js";
export { Scheduler, scheduler } from "./scheduler.js";
export {
  clearImmediate,
  clearInterval,
  clearTimeout,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
} from "./timers.js";
