// Tasks (https://html.spec.whatwg.org/multipage/webappapis.html#queue-a-task): functions that run in a turn of their
// own, one after the other, with the microtasks that each leaves behind.
//
// A task that has been queued keeps its invocation alive until it has run, as what hosted runs at the end of the turn
// always runs. At global scope, where there are no further turns, a task is a microtask.

import { op_task_turn } from "selvedge:ops";
import { reportException } from "../events/hooks.js";
import { Queue } from "../streams/queue.js";
import { queueTask, then } from "../streams/promises.js";
import { callInContext, captureContext } from "./async-context.js";
import { PerInvocation } from "./invocations.js";

/** @typedef {{ callback: () => void, context: unknown }} Task */

/** @param {() => void} callback */
function call(callback) {
  try {
    callback();
  } catch (error) {
    reportException(error);
  }
}

/** The tasks of one invocation. */
class TaskQueue {
  /** @type {Queue<Task>} */ #tasks = new Queue();
  #waiting = false;
  /** @type {() => void} */ #forget;

  /** @param {() => void} forget */
  constructor(forget) {
    this.#forget = forget;
  }

  /** @param {() => void} callback */
  add(callback) {
    this.#tasks.push({ callback, context: captureContext() });
    if (!this.#waiting) this.#wait();
  }

  #wait() {
    this.#waiting = true;
    then(op_task_turn(), () => this.#run());
  }

  #run() {
    const { callback, context } = this.#tasks.shift();
    if (this.#tasks.size > 0) {
      this.#wait();
    } else {
      this.#waiting = false;
      this.#forget();
    }
    callInContext(context, call, undefined, [callback]);
  }
}

const queues = new PerInvocation((forget) => new TaskQueue(forget));

/**
 * Queues a task. An exception that it throws is reported.
 * @param {() => void} callback
 */
export function startTask(callback) {
  let queue;
  try {
    queue = queues.current();
  } catch {
    queueTask(() => call(callback));
    return;
  }
  queue.add(callback);
}
