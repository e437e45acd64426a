// What is under a body's stream: native sources as `streams` wants them.

import { op_body_cancel, op_body_read, op_body_read_all, op_body_read_text, op_encoding_encode } from "selvedge:ops";
import { abortReason, addAbortAlgorithm, isAborted, removeAbortAlgorithm } from "../events/index.js";
import { rejectedWith, then } from "../streams/promises.js";
import { typedArrayLength } from "../webidl/intrinsics.js";

/** @typedef {import("../events/index.js").AbortSignal} AbortSignal */

const BytesArray = Uint8Array;
const PromiseConstructor = Promise;

/** A body on the native side. */
export class NativeBody {
  /** @type {AbortSignal | null} */ #signal;
  /** @type {(() => void) | null} */ #onAbort = null;

  /**
   * @param {number} id
   * @param {AbortSignal | null} signal whose abort breaks the body off, with its reason
   */
  constructor(id, signal) {
    this.id = id;
    this.#signal = signal;
    if (signal === null) return;
    this.#onAbort = () => op_body_cancel(id);
    addAbortAlgorithm(signal, this.#onAbort);
  }

  /** The body is over: a signal that lives on forgets it. */
  #release() {
    if (this.#onAbort === null) return;
    removeAbortAlgorithm(/** @type {AbortSignal} */ (this.#signal), this.#onAbort);
    this.#onAbort = null;
  }

  /**
   * Calls an op. One that fails because the signal was aborted fails with the signal's reason.
   * @template T
   * @param {(id: number) => Promise<T>} op
   * @param {boolean} isLast nothing is read after it
   * @returns {Promise<T>}
   */
  #call(op, isLast) {
    /** @type {Promise<T>} */
    let promise;
    try {
      promise = op(this.id);
    } catch (error) {
      // Thrown, not rejected, where the body belongs to another request.
      promise = rejectedWith(error);
    }
    const signal = this.#signal;
    if (signal === null) return promise;
    return then(
      promise,
      (result) => {
        if (isLast || result === null) this.#release();
        return result;
      },
      (error) => {
        this.#release();
        throw isAborted(signal) ? abortReason(signal) : error;
      },
    );
  }

  /** @returns {Promise<Uint8Array | null>} */
  pull() {
    return this.#call(op_body_read, false);
  }

  /** @returns {Promise<Uint8Array>} */
  readAll() {
    return this.#call(op_body_read_all, true);
  }

  /** @returns {Promise<string>} */
  readText() {
    return this.#call(op_body_read_text, true);
  }

  cancel() {
    this.#release();
    op_body_cancel(this.id);
  }
}

/** A string or bytes, when someone wants them as a stream. */
export class MemoryBody {
  #taken = false;

  /** @param {string | Uint8Array} content bytes are not written to, nor given away */
  constructor(content) {
    this.content = content;
    this.length = typeof content === "string" ? undefined : typedArrayLength(content);
  }

  /** @returns {Promise<Uint8Array | null>} */
  pull() {
    return new PromiseConstructor((resolve) => {
      const bytes = this.#taken ? null : ownBytes(this.content);
      this.#taken = true;
      resolve(bytes !== null && typedArrayLength(bytes) > 0 ? bytes : null);
    });
  }

  /** @returns {Promise<Uint8Array>} */
  readAll() {
    return new PromiseConstructor((resolve) => resolve(ownBytes(this.content)));
  }
}

/**
 * Bytes to give away.
 * @param {string | Uint8Array} content
 * @returns {Uint8Array}
 */
export function ownBytes(content) {
  return typeof content === "string" ? op_encoding_encode(content) : new BytesArray(content);
}
