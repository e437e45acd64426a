// A first-in first-out queue on a ring buffer: no shifting, no node per element.

/** @type {never[]} what all empty queues share: most queues never hold anything */
const noSlots = [];

/**
 * @template T
 */
export class Queue {
  /** @type {Array<T | undefined>} length is 0 or a power of two */
  #slots = noSlots;
  #head = 0;
  #size = 0;

  get size() {
    return this.#size;
  }

  /** @param {T} item */
  push(item) {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size += 1;
  }

  /** @returns {T} the oldest; the queue must not be empty */
  shift() {
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size -= 1;
    return /** @type {T} */ (item);
  }

  /** @returns {T} the oldest, left in place; the queue must not be empty */
  peek() {
    return /** @type {T} */ (this.#slots[this.#head]);
  }

  clear() {
    this.#slots = noSlots;
    this.#head = 0;
    this.#size = 0;
  }

  #grow() {
    const old = this.#slots;
    const { length } = old;
    if (length === 0) {
      this.#slots = [undefined, undefined, undefined, undefined];
      return;
    }
    /** @type {Array<T | undefined>} */
    const slots = [];
    for (let index = 0; index < length; index++) slots[index] = old[(this.#head + index) & (length - 1)];
    for (let index = length; index < length * 2; index++) slots[index] = undefined;
    this.#slots = slots;
    this.#head = 0;
  }
}

/**
 * Queue-with-sizes (https://streams.spec.whatwg.org/#queue-with-sizes): values, their sizes, and the total.
 */
export class SizedQueue {
  /** @type {Queue<any>} values and sizes by turns */ #queue = new Queue();
  #total = 0;

  get size() {
    return this.#queue.size / 2;
  }

  get total() {
    return this.#total;
  }

  /**
   * @param {any} value
   * @param {any} size what the strategy's size() answered
   */
  push(value, size) {
    if (typeof size !== "number" || !(size >= 0) || size === Infinity) {
      throw new RangeError(
        "The return value of a queuing strategy's size function must be a finite, non-NaN, non-negative number.",
      );
    }
    this.#queue.push(value);
    this.#queue.push(size);
    this.#total += size;
  }

  /** @returns {any} */
  shift() {
    const value = this.#queue.shift();
    this.#total -= this.#queue.shift();
    if (this.#total < 0) this.#total = 0;
    return value;
  }

  /** @returns {any} */
  peek() {
    return this.#queue.peek();
  }

  clear() {
    this.#queue.clear();
    this.#total = 0;
  }
}
