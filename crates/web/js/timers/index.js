// Timers. This file only lists.

export { callInContext, captureContext } from "./async-context.js";
export { Scheduler, scheduler } from "./scheduler.js";
// For deferred modules: the tasks of an invocation are the core's, whoever starts them.
export { startTask } from "./tasks.js";
export {
  clearImmediate,
  clearInterval,
  clearTimeout,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
} from "./timers.js";
