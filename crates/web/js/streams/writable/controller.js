// WritableStreamDefaultController (https://streams.spec.whatwg.org/#ws-default-controller-class).

import { AbortController, abortController } from "../../events/abort-controller.js";
import { defineInterface, illegalConstructor, internal } from "../../webidl.js";
import { newlyResolvedWith, resolvedWith, then } from "../promises.js";
import { SizedQueue } from "../queue.js";
import {
  ERRORING,
  WRITABLE,
  closeQueuedOrInFlight,
  dealWithRejection,
  failInFlightClose,
  failInFlightWrite,
  finishErroring,
  finishInFlightClose,
  finishInFlightWrite,
  markCloseInFlight,
  markFirstWriteInFlight,
  startErroring,
  updateBackpressure,
} from "./state.js";

/** @typedef {import("./state.js").WritableStreamState} WritableStreamState */

/** What stands in the queue for the close request. */
const closeSentinel = Symbol("close");

/**
 * What a writable stream is made of; an undefined algorithm does nothing. Every property must be there, so that
 * none is looked up on a patched Object.prototype.
 * @typedef {object} WritableAlgorithms
 * @property {Promise<any> | undefined} started nothing is written before it is fulfilled
 * @property {((chunk: any) => Promise<any>) | undefined} write
 * @property {(() => Promise<any>) | undefined} close
 * @property {((reason: any) => Promise<any>) | undefined} abort
 * @property {number | undefined} highWaterMark default 1
 * @property {((chunk: any) => any) | undefined} size default: each chunk counts as 1
 */

/** The slots of a controller. */
export class WritableControllerState {
  /** @type {WritableStreamState} */ stream;
  queue = new SizedQueue();
  started = false;
  /** @type {number} */ #highWaterMark;
  /** @type {((chunk: any) => any) | undefined} */ #size;
  /** @type {((chunk: any) => Promise<any>) | undefined} */ #write;
  /** @type {(() => Promise<any>) | undefined} */ #close;
  /** @type {((reason: any) => Promise<any>) | undefined} */ #abort;
  /** @type {AbortController | undefined} made when script asks for the signal */ #abortController = undefined;
  /** @type {{ reason: any } | undefined} */ #aborted = undefined;
  /** @type {WritableStreamDefaultController | undefined} */ #wrapper = undefined;
  /** @type {(() => void) | undefined} */ #onWritten = undefined;
  /** @type {((reason: any) => void) | undefined} */ #onWriteFailed = undefined;

  /**
   * @param {WritableStreamState} stream
   * @param {WritableAlgorithms} algorithms
   */
  constructor(stream, { write, close, abort, highWaterMark = 1, size }) {
    this.stream = stream;
    this.#write = write;
    this.#close = close;
    this.#abort = abort;
    this.#highWaterMark = highWaterMark;
    this.#size = size;
    stream.controller = this;
    updateBackpressure(stream, this.#backpressure);
  }

  get wrapper() {
    return (this.#wrapper ??= new WritableStreamDefaultController(internal, this));
  }

  get signal() {
    if (this.#abortController === undefined) {
      this.#abortController = new AbortController();
      if (this.#aborted !== undefined) abortController(this.#abortController, this.#aborted.reason);
    }
    return this.#abortController.signal;
  }

  get desiredSize() {
    return this.#highWaterMark - this.queue.total;
  }

  get #backpressure() {
    return this.desiredSize <= 0;
  }

  /**
   * SetUpWritableStreamDefaultController, after the slots
   * @param {any} startResult what start() returned
   */
  start(startResult) {
    then(
      newlyResolvedWith(startResult),
      () => {
        this.started = true;
        this.#advance();
      },
      (reason) => {
        this.started = true;
        dealWithRejection(this.stream, reason);
      },
    );
  }

  /** WritableStreamDefaultControllerClearAlgorithms */
  clearAlgorithms() {
    this.#write = undefined;
    this.#close = undefined;
    this.#abort = undefined;
    this.#size = undefined;
  }

  /** @param {any} reason */
  signalAbort(reason) {
    this.#aborted ??= { reason };
    if (this.#abortController !== undefined) abortController(this.#abortController, reason);
  }

  /**
   * [[AbortSteps]]
   * @param {any} reason
   * @returns {Promise<any>}
   */
  abortSteps(reason) {
    const result = this.#abort === undefined ? resolvedWith(undefined) : this.#abort(reason);
    this.clearAlgorithms();
    return result;
  }

  /** [[ErrorSteps]] */
  errorSteps() {
    this.queue.clear();
  }

  /** WritableStreamDefaultControllerClose */
  close() {
    this.queue.push(closeSentinel, 0);
    this.#advance();
  }

  /**
   * WritableStreamDefaultControllerError
   * @param {any} error
   */
  error(error) {
    this.clearAlgorithms();
    startErroring(this.stream, error);
  }

  /**
   * WritableStreamDefaultControllerErrorIfNeeded
   * @param {any} error
   */
  errorIfNeeded(error) {
    if (this.stream.status === WRITABLE) this.error(error);
  }

  /**
   * WritableStreamDefaultControllerGetChunkSize
   * @param {any} chunk
   * @returns {any}
   */
  chunkSize(chunk) {
    if (this.#size === undefined) return 1;
    try {
      return this.#size(chunk);
    } catch (error) {
      this.errorIfNeeded(error);
      return 1;
    }
  }

  /**
   * WritableStreamDefaultControllerWrite
   * @param {any} chunk
   * @param {any} size
   */
  write(chunk, size) {
    try {
      this.queue.push(chunk, size);
    } catch (error) {
      this.errorIfNeeded(error);
      return;
    }
    const { stream } = this;
    if (stream.status === WRITABLE && !closeQueuedOrInFlight(stream)) updateBackpressure(stream, this.#backpressure);
    this.#advance();
  }

  /** WritableStreamDefaultControllerAdvanceQueueIfNeeded */
  #advance() {
    const { stream } = this;
    if (!this.started || stream.inFlightWrite !== undefined) return;
    if (stream.status === ERRORING) {
      finishErroring(stream);
      return;
    }
    if (this.queue.size === 0) return;
    const chunk = this.queue.peek();
    if (chunk === closeSentinel) this.#processClose();
    else this.#processWrite(chunk);
  }

  /** WritableStreamDefaultControllerProcessClose */
  #processClose() {
    const { stream } = this;
    markCloseInFlight(stream);
    this.queue.shift();
    const closed = this.#close === undefined ? resolvedWith(undefined) : this.#close();
    this.clearAlgorithms();
    then(
      closed,
      () => finishInFlightClose(stream),
      (reason) => failInFlightClose(stream, reason),
    );
  }

  /**
   * WritableStreamDefaultControllerProcessWrite
   * @param {any} chunk
   */
  #processWrite(chunk) {
    const { stream } = this;
    markFirstWriteInFlight(stream);
    this.#onWritten ??= () => {
      finishInFlightWrite(stream);
      this.queue.shift();
      if (stream.status === WRITABLE && !closeQueuedOrInFlight(stream)) updateBackpressure(stream, this.#backpressure);
      this.#advance();
    };
    this.#onWriteFailed ??= (reason) => {
      if (stream.status === WRITABLE) this.clearAlgorithms();
      failInFlightWrite(stream, reason);
    };
    const written = this.#write === undefined ? resolvedWith(undefined) : this.#write(chunk);
    then(written, this.#onWritten, this.#onWriteFailed);
  }
}

/** What an underlying sink can do to its stream. */
export class WritableStreamDefaultController {
  /** @type {WritableControllerState} */ #state;

  /**
   * @param {symbol} key
   * @param {WritableControllerState} state
   */
  constructor(key, state) {
    if (key !== internal) throw illegalConstructor();
    this.#state = state;
  }

  get signal() {
    return this.#state.signal;
  }

  /** @param {any} [error] */
  error(error = undefined) {
    this.#state.errorIfNeeded(error);
  }
}

defineInterface(WritableStreamDefaultController, { tag: "WritableStreamDefaultController" });
