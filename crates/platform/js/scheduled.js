// The scheduled event (https://developers.cloudflare.com/workers/runtime-apis/handlers/scheduled/).

import { op_finish, op_respond_error } from "selvedge:ops";
import { then } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";
import { callHandler } from "./entrypoints.js";
import { dispatchScheduledListeners } from "./service-worker.js";
import { worker } from "./state.js";

const resolve = Promise.resolve.bind(Promise);

/** What a scheduled handler is given. */
export class ScheduledController {
  #cron;
  #scheduledTime;

  /**
   * @param {symbol} key
   * @param {string} cron
   * @param {number} scheduledTime milliseconds since the Unix epoch
   */
  constructor(key, cron, scheduledTime) {
    if (key !== internal) throw illegalConstructor();
    this.#cron = cron;
    this.#scheduledTime = scheduledTime;
  }

  get type() {
    this.#cron;
    return "scheduled";
  }

  get cron() {
    return this.#cron;
  }

  get scheduledTime() {
    return this.#scheduledTime;
  }

  /** Says that a failure is not to be retried. Scheduled events are never retried here. */
  noRetry() {
    this.#cron;
  }
}

defineInterface(ScheduledController, { tag: "ScheduledController" });

/**
 * Delivers a scheduled event.
 * @param {string} cron
 * @param {number} scheduledTime
 */
export function dispatchScheduled(cron, scheduledTime) {
  try {
    const controller = new ScheduledController(internal, cron, scheduledTime);
    const result = worker.isServiceWorker
      ? dispatchScheduledListeners(controller)
      : callHandler(undefined, "scheduled", controller, {});
    then(resolve(result), () => op_finish(), op_respond_error);
  } catch (error) {
    op_respond_error(error);
  }
}
