// The queue of a byte stream: bytes in the pieces they came in, taken out in whatever pieces are asked for.

import { viewBuffer, viewByteLength, viewByteOffset } from "../../webidl/buffers.js";
import { typedArraySet } from "../../webidl/intrinsics.js";
import { Queue } from "../queue.js";

const { min } = Math;
const BytesArray = Uint8Array;

/** [[queue]] and [[queueTotalSize]] of a ReadableByteStreamController. */
export class ByteQueue {
  /** @type {Queue<{ buffer: ArrayBuffer, byteOffset: number, byteLength: number }>} */ #entries = new Queue();
  #total = 0;

  /** @returns {number} in bytes */
  get total() {
    return this.#total;
  }

  /** @param {Uint8Array} bytes which nobody else holds */
  push(bytes) {
    const byteLength = viewByteLength(bytes);
    const buffer = /** @type {ArrayBuffer} */ (viewBuffer(bytes));
    this.#entries.push({ buffer, byteOffset: viewByteOffset(bytes), byteLength });
    this.#total += byteLength;
  }

  /** @returns {Uint8Array} the oldest piece; the queue must not be empty */
  shift() {
    const entry = this.#entries.shift();
    this.#total -= entry.byteLength;
    return new BytesArray(entry.buffer, entry.byteOffset, entry.byteLength);
  }

  clear() {
    this.#entries.clear();
    this.#total = 0;
  }

  /**
   * ReadableByteStreamControllerFillPullIntoDescriptorFromQueue
   * @param {import("./pull-into.js").PullInto} pullInto
   * @returns {boolean} whether it has as much as its reader waits for
   */
  fill(pullInto) {
    const available = min(this.#total, pullInto.byteLength - pullInto.bytesFilled);
    const filledAfter = pullInto.bytesFilled + available;
    const alignedAfter = filledAfter - (filledAfter % pullInto.elementSize);
    const ready = alignedAfter >= pullInto.minimumFill;
    let remaining = ready ? alignedAfter - pullInto.bytesFilled : available;
    while (remaining > 0) {
      const head = this.#entries.peek();
      const count = min(remaining, head.byteLength);
      typedArraySet(
        new BytesArray(pullInto.buffer, pullInto.byteOffset + pullInto.bytesFilled, count),
        new BytesArray(head.buffer, head.byteOffset, count),
      );
      if (head.byteLength === count) {
        this.#entries.shift();
      } else {
        head.byteOffset += count;
        head.byteLength -= count;
      }
      this.#total -= count;
      pullInto.bytesFilled += count;
      remaining -= count;
    }
    return ready;
  }
}
