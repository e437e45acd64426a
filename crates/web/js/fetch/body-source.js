// What is under a body's stream: native sources as `streams` wants them.

import {
  op_body_cancel,
  op_body_join,
  op_body_joined,
  op_body_read,
  op_body_read_all,
  op_body_read_text,
  op_body_tee,
  op_encoding_encode,
} from "selvedge:ops";
import { abortReason, addAbortAlgorithm, isAborted, removeAbortAlgorithm } from "../events/index.js";
import { Deferred, rejectedWith, then } from "../streams/promises.js";
import { typedArrayLength } from "../webidl/intrinsics.js";

/** @typedef {import("../events/index.js").AbortSignal} AbortSignal */

const BytesArray = Uint8Array;
const PromiseConstructor = Promise;
const ToNumber = Number;

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

  /** @returns {[NativeBody, NativeBody]} */
  tee() {
    const ids = op_body_tee(this.id);
    this.#release();
    return [new NativeBody(ids[0], this.#signal), new NativeBody(ids[1], this.#signal)];
  }

  /**
   * @param {number | bigint | undefined} length
   * @returns {import("../streams/native-source.js").Joined}
   */
  join(length) {
    const ids = op_body_join(this.id, length === undefined ? null : ToNumber(length));
    this.#release();
    return new JoinedBody(ids[0], ids[1], this.#signal).joined;
  }
}

/**
 * The end of a pipe through which a native body flows. Only when it does so is its end awaited: what waits for a pipe
 * that nobody reads waits for nothing, and it must be seen that it does.
 */
class JoinedBody extends NativeBody {
  /** @type {number | undefined} until it is awaited */ #endingId;
  #done = new Deferred();
  #cancelled = false;

  /**
   * @param {number} id
   * @param {number} endingId
   * @param {AbortSignal | null} signal
   */
  constructor(id, endingId, signal) {
    super(id, signal);
    this.#endingId = endingId;
  }

  get joined() {
    return { source: this, done: this.#done.promise, isCancelled: () => this.#cancelled };
  }

  begin() {
    const endingId = this.#endingId;
    if (endingId === undefined) return;
    this.#endingId = undefined;
    then(
      op_body_joined(endingId),
      () => this.#done.resolve(undefined),
      (error) => this.#done.reject(error),
    );
  }

  /** @param {any} [reason] */
  cancel(reason = undefined) {
    this.#cancelled = true;
    this.#done.reject(reason);
    super.cancel();
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

  /** @returns {[MemoryBody, MemoryBody]} */
  tee() {
    return [new MemoryBody(this.content), new MemoryBody(this.content)];
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
