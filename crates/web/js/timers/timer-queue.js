// An invocation's timers in the order in which they are due.
//
// A binary heap ordered by deadline, then by id. One native alarm sleeps until the first is due; each ring runs
// one callback, so that every callback has a turn of its own. Nothing but the alarm's promise holds a queue:
// when the invocation ends that promise goes, and with it the queue and its callbacks.

import { op_alarm_close, op_alarm_new, op_alarm_set, op_alarm_wait, op_now } from "selvedge:ops";
import { reportException } from "../events/hooks.js";
import { DOMException } from "../dom-exception.js";
import { then } from "../streams/promises.js";
import { callInContext } from "./async-context.js";

/**
 * @typedef {object} Timer
 * @property {number} id
 * @property {number} deadline milliseconds since the Unix epoch
 * @property {number} interval milliseconds; -1 for a timer that fires once
 * @property {Function} callback
 * @property {unknown[]} args
 * @property {unknown} context
 * @property {boolean} cancelled
 */

/** The most timers that an event may have set at once, as hosted. */
const MOST = 10_000;

/**
 * @param {Timer} a
 * @param {Timer} b
 */
const isBefore = (a, b) => a.deadline < b.deadline || (a.deadline === b.deadline && a.id < b.id);

/** The timers of one invocation. */
export class TimerQueue {
  /** @type {Timer[]} */ #heap = [];
  /** @type {Map<number, Timer>} */ #byId = new Map();
  /** @type {number | null} */ #alarm = null;
  #armedFor = Infinity;
  #running = false;
  /** @type {() => void} */ #onEmpty;

  /** @param {() => void} onEmpty called when the last timer is gone */
  constructor(onEmpty) {
    this.#onEmpty = onEmpty;
  }

  /** @param {Timer} timer */
  add(timer) {
    if (this.#byId.size >= MOST)
      throw new DOMException("You have exceeded the number of timeouts you may set.", "QuotaExceededError");
    this.#byId.set(timer.id, timer);
    this.#push(timer);
    this.#arm();
  }

  /** @param {number} id */
  remove(id) {
    const timer = this.#byId.get(id);
    if (timer === undefined) return;
    timer.cancelled = true;
    this.#byId.delete(id);
    // The heap drops it when it comes to the top; with none left alive the alarm goes too.
    if (this.#byId.size === 0) this.#end();
    else if (this.#heap.length > 2 * this.#byId.size + 64) this.#compact();
  }

  /** Drops those that are cancelled: one that is set and cleared again and again must not fill the heap. */
  #compact() {
    const all = this.#heap;
    this.#heap = [];
    for (let index = 0; index < all.length; index++) if (!all[index].cancelled) this.#push(all[index]);
  }

  #end() {
    if (this.#running) return;
    this.#heap.length = 0;
    if (this.#alarm !== null) op_alarm_close(this.#alarm);
    this.#alarm = null;
    this.#armedFor = Infinity;
    this.#onEmpty();
  }

  /** Sets the alarm for the first timer, if it is not set for that time or an earlier one. */
  #arm() {
    if (this.#running) return;
    while (this.#heap.length > 0 && this.#heap[0].cancelled) this.#pop();
    if (this.#heap.length === 0) return;
    const { deadline } = this.#heap[0];
    if (deadline >= this.#armedFor) return;
    let alarm = this.#alarm;
    if (alarm === null) {
      alarm = /** @type {number} */ (op_alarm_new());
      this.#alarm = alarm;
      this.#wait(alarm);
    }
    this.#armedFor = deadline;
    const delay = deadline - op_now();
    op_alarm_set(alarm, delay > 0 ? delay : 0);
  }

  /** @param {number} alarm */
  #wait(alarm) {
    then(op_alarm_wait(alarm), (rang) => {
      if (rang && alarm === this.#alarm) this.#ring(alarm);
    });
  }

  /** @param {number} alarm */
  #ring(alarm) {
    // What the alarm was set for is due, even if the clock that scripts see was set back meanwhile.
    const now = op_now();
    const due = this.#armedFor > now ? this.#armedFor : now;
    this.#armedFor = Infinity;
    while (this.#heap.length > 0 && this.#heap[0].cancelled) this.#pop();
    if (this.#heap.length > 0 && this.#heap[0].deadline <= due) this.#fire(this.#pop());
    if (this.#byId.size === 0) {
      this.#end();
      return;
    }
    this.#wait(alarm);
    this.#arm();
  }

  /** @param {Timer} timer */
  #fire(timer) {
    const { callback, args, context, interval } = timer;
    if (interval < 0) this.#byId.delete(timer.id);
    this.#running = true;
    try {
      callInContext(context, callback, undefined, args);
    } catch (error) {
      callInContext(context, reportException, undefined, [error]);
    } finally {
      this.#running = false;
    }
    if (interval < 0 || timer.cancelled) return;
    timer.deadline = op_now() + interval;
    this.#push(timer);
  }

  /** @param {Timer} timer */
  #push(timer) {
    const heap = this.#heap;
    let index = heap.length;
    heap[index] = timer;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent])) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = timer;
  }

  /** @returns {Timer} the first timer; the heap must not be empty */
  #pop() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap[heap.length - 1];
    heap.length -= 1;
    const { length } = heap;
    if (length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
