// What a TransformStream is inside (https://streams.spec.whatwg.org/#ts-abstract-ops).

import { Deferred, resolvedWith, then } from "../promises.js";
import { createReadable } from "../readable/create.js";
import { ERRORED as R_ERRORED } from "../readable/state.js";
import { ERRORED as W_ERRORED, ERRORING } from "../writable/state.js";
import { createWritable } from "../writable/stream.js";
import { TransformStreamDefaultController } from "./controller.js";
import { internal } from "../../webidl.js";
import { untouchedReadable } from "./untouched.js";

/**
 * What a transform stream is made of; an undefined `transform` passes chunks on, the others do nothing. Every
 * property must be there, so that none is looked up on a patched Object.prototype.
 * @typedef {object} TransformAlgorithms
 * @property {Promise<any> | undefined} started nothing flows before it is fulfilled
 * @property {((chunk: any) => Promise<any>) | undefined} transform
 * @property {(() => Promise<any>) | undefined} flush
 * @property {((reason: any) => Promise<any>) | undefined} cancel
 * @property {number | undefined} writableHighWaterMark default 1
 * @property {((chunk: any) => any) | undefined} writableSize
 * @property {number | undefined} readableHighWaterMark default 0
 * @property {((chunk: any) => any) | undefined} readableSize
 */

/** The slots of a TransformStream and of its controller. */
export class TransformStreamState {
  /** @type {import("../readable/state.js").ReadableStreamState} */ readable;
  /** @type {import("../writable/state.js").WritableStreamState} */ writable;
  #used = false;
  #backpressure = true;
  #backpressureChange = new Deferred();
  /** @type {Deferred | undefined} */ #finish = undefined;
  /** @type {((chunk: any) => Promise<any>) | undefined} */ #transform;
  /** @type {(() => Promise<any>) | undefined} */ #flush;
  /** @type {((reason: any) => Promise<any>) | undefined} */ #cancel;
  /** @type {TransformStreamDefaultController | undefined} */ #wrapper = undefined;
  #onTransformFailed = (/** @type {any} */ reason) => {
    this.error(reason);
    throw reason;
  };

  /** @param {TransformAlgorithms} algorithms */
  constructor({
    started,
    transform,
    flush,
    cancel,
    writableHighWaterMark,
    writableSize,
    readableHighWaterMark = 0,
    readableSize,
  }) {
    this.#transform = transform ?? ((chunk) => this.#pass(chunk));
    this.#flush = flush;
    this.#cancel = cancel;
    this.writable = createWritable({
      started,
      write: (chunk) => this.#write(chunk),
      abort: (reason) => this.#abort(reason),
      close: () => this.#close(),
      highWaterMark: writableHighWaterMark,
      size: writableSize,
    });
    this.readable = createReadable({
      started,
      pull: () => this.#pull(),
      cancel: (reason) => this.#cancelReadable(reason),
      highWaterMark: readableHighWaterMark,
      size: readableSize,
    });
    // Nothing between the two sides: what docs of old used as an IdentityTransformStream.
    const isIdentity = transform === undefined && flush === undefined && cancel === undefined;
    if (isIdentity && writableSize === undefined && readableSize === undefined && readableHighWaterMark === 0) {
      this.writable.identityReadable = () =>
        this.#used || this.#wrapper !== undefined ? undefined : untouchedReadable(this.readable, this.writable);
    }
  }

  get controller() {
    return (this.#wrapper ??= new TransformStreamDefaultController(internal, this));
  }

  /** @param {boolean} backpressure TransformStreamSetBackpressure */
  #setBackpressure(backpressure) {
    this.#backpressureChange.resolve(undefined);
    this.#backpressureChange = new Deferred();
    this.#backpressure = backpressure;
  }

  #clearAlgorithms() {
    this.#transform = undefined;
    this.#flush = undefined;
    this.#cancel = undefined;
  }

  #unblockWrite() {
    if (this.#backpressure) this.#setBackpressure(false);
  }

  /** @param {any} error TransformStreamErrorWritableAndUnblockWrite */
  #errorWritable(error) {
    this.#clearAlgorithms();
    this.writable.controller.errorIfNeeded(error);
    this.#unblockWrite();
  }

  /** @param {any} error TransformStreamError */
  error(error) {
    this.readable.controller.error(error);
    this.#errorWritable(error);
  }

  /** @param {any} chunk TransformStreamDefaultControllerEnqueue */
  enqueue(chunk) {
    const { controller } = this.readable;
    if (!controller.canCloseOrEnqueue) throw new TypeError("The readable side is not in a state that permits enqueue.");
    try {
      controller.enqueue(chunk);
    } catch (error) {
      this.#errorWritable(error);
      throw this.readable.storedError;
    }
    const backpressure = !controller.shouldPull;
    if (backpressure !== this.#backpressure) this.#setBackpressure(true);
  }

  /** TransformStreamDefaultControllerTerminate */
  terminate() {
    this.readable.controller.close();
    this.#errorWritable(new TypeError("The TransformStream was terminated."));
  }

  /**
   * @param {any} chunk
   * @returns {Promise<any>}
   */
  async #pass(chunk) {
    this.enqueue(chunk);
  }

  /** @param {any} chunk TransformStreamDefaultControllerPerformTransform */
  #perform(chunk) {
    const transform = /** @type {(chunk: any) => Promise<any>} */ (this.#transform);
    return then(transform(chunk), undefined, this.#onTransformFailed);
  }

  /**
   * TransformStreamDefaultSinkWriteAlgorithm
   * @param {any} chunk
   * @returns {Promise<any>}
   */
  #write(chunk) {
    this.#used = true;
    if (!this.#backpressure) return this.#perform(chunk);
    return then(this.#backpressureChange.promise, () => {
      if (this.writable.status === ERRORING) throw this.writable.storedError;
      return this.#perform(chunk);
    });
  }

  /** @param {any} reason TransformStreamDefaultSinkAbortAlgorithm */
  #abort(reason) {
    if (this.#finish !== undefined) return this.#finish.promise;
    const { readable } = this;
    const finish = (this.#finish = new Deferred());
    then(
      this.#runCancel(reason),
      () => {
        if (readable.status === R_ERRORED) {
          finish.reject(readable.storedError);
        } else {
          readable.controller.error(reason);
          finish.resolve(undefined);
        }
      },
      (error) => {
        readable.controller.error(error);
        finish.reject(error);
      },
    );
    return finish.promise;
  }

  /** TransformStreamDefaultSinkCloseAlgorithm */
  #close() {
    if (this.#finish !== undefined) return this.#finish.promise;
    const { readable } = this;
    const finish = (this.#finish = new Deferred());
    const flushed = this.#flush === undefined ? resolvedWith(undefined) : this.#flush();
    this.#clearAlgorithms();
    then(
      flushed,
      () => {
        if (readable.status === R_ERRORED) {
          finish.reject(readable.storedError);
        } else {
          readable.controller.close();
          finish.resolve(undefined);
        }
      },
      (error) => {
        readable.controller.error(error);
        finish.reject(error);
      },
    );
    return finish.promise;
  }

  /** TransformStreamDefaultSourcePullAlgorithm */
  #pull() {
    this.#setBackpressure(false);
    return this.#backpressureChange.promise;
  }

  /** @param {any} reason TransformStreamDefaultSourceCancelAlgorithm */
  #cancelReadable(reason) {
    if (this.#finish !== undefined) return this.#finish.promise;
    const { writable } = this;
    const finish = (this.#finish = new Deferred());
    then(
      this.#runCancel(reason),
      () => {
        if (writable.status === W_ERRORED) {
          finish.reject(writable.storedError);
        } else {
          writable.controller.errorIfNeeded(reason);
          this.#unblockWrite();
          finish.resolve(undefined);
        }
      },
      (error) => {
        writable.controller.errorIfNeeded(error);
        this.#unblockWrite();
        finish.reject(error);
      },
    );
    return finish.promise;
  }

  /**
   * @param {any} reason
   * @returns {Promise<any>}
   */
  #runCancel(reason) {
    const result = this.#cancel === undefined ? resolvedWith(undefined) : this.#cancel(reason);
    this.#clearAlgorithms();
    return result;
  }
}
