// ReadableStreamDefaultController (https://streams.spec.whatwg.org/#rs-default-controller-class).

import { defineInterface, illegalConstructor, internal } from "../../webidl.js";
import { newlyResolvedWith, resolvedWith, then } from "../promises.js";
import { SizedQueue } from "../queue.js";
import {
  CLOSED,
  READABLE,
  close as closeStream,
  error as errorStream,
  fulfillReadRequest,
  readRequestCount,
} from "./state.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */
/** @typedef {import("./state.js").ReadRequest} ReadRequest */

/** The slots of a default controller. */
export class DefaultControllerState {
  /** @type {ReadableStreamState} */ stream;
  queue = new SizedQueue();
  started = false;
  closeRequested = false;
  pulling = false;
  pullAgain = false;
  /** @type {number} */ highWaterMark;
  /** @type {((chunk: any) => any) | undefined} undefined: each chunk counts as 1 */ sizeAlgorithm;
  /** @type {(() => Promise<any>) | undefined} undefined: nothing to pull */ pullAlgorithm;
  /** @type {((reason: any) => Promise<any>) | undefined} */ cancelAlgorithm;
  /** @type {ReadableStreamDefaultController | undefined} */ #wrapper = undefined;
  /** @type {(() => void) | undefined} */ #onPulled = undefined;
  /** @type {((reason: any) => void) | undefined} */ #onPullFailed = undefined;

  /**
   * @param {ReadableStreamState} stream
   * @param {(() => Promise<any>) | undefined} pullAlgorithm
   * @param {((reason: any) => Promise<any>) | undefined} cancelAlgorithm
   * @param {number} highWaterMark
   * @param {((chunk: any) => any) | undefined} sizeAlgorithm
   */
  constructor(stream, pullAlgorithm, cancelAlgorithm, highWaterMark, sizeAlgorithm) {
    this.stream = stream;
    this.pullAlgorithm = pullAlgorithm;
    this.cancelAlgorithm = cancelAlgorithm;
    this.highWaterMark = highWaterMark;
    this.sizeAlgorithm = sizeAlgorithm;
    stream.controller = this;
  }

  get wrapper() {
    return (this.#wrapper ??= new ReadableStreamDefaultController(internal, this));
  }

  /** @returns {number | null} null once errored */
  get desiredSize() {
    const { status } = this.stream;
    if (status === READABLE) return this.highWaterMark - this.queue.total;
    return status === CLOSED ? 0 : null;
  }

  get canCloseOrEnqueue() {
    return !this.closeRequested && this.stream.status === READABLE;
  }

  /** ReadableStreamDefaultControllerShouldCallPull */
  get shouldPull() {
    if (!this.canCloseOrEnqueue || !this.started) return false;
    return readRequestCount(this.stream) > 0 || this.highWaterMark - this.queue.total > 0;
  }

  /**
   * SetUpReadableStreamDefaultController, after the slots
   * @param {any} startResult what start() returned
   */
  start(startResult) {
    then(
      newlyResolvedWith(startResult),
      () => {
        this.started = true;
        this.pullIfNeeded();
      },
      (reason) => this.error(reason),
    );
  }

  /** ReadableStreamDefaultControllerCallPullIfNeeded */
  pullIfNeeded() {
    if (!this.shouldPull) return;
    if (this.pullAlgorithm === undefined) return;
    if (this.pulling) {
      this.pullAgain = true;
      return;
    }
    this.pulling = true;
    this.#onPulled ??= () => {
      this.pulling = false;
      if (!this.pullAgain) return;
      this.pullAgain = false;
      this.pullIfNeeded();
    };
    this.#onPullFailed ??= (reason) => this.error(reason);
    then(this.pullAlgorithm(), this.#onPulled, this.#onPullFailed);
  }

  clearAlgorithms() {
    this.pullAlgorithm = undefined;
    this.cancelAlgorithm = undefined;
    this.sizeAlgorithm = undefined;
  }

  /** ReadableStreamDefaultControllerClose */
  close() {
    if (!this.canCloseOrEnqueue) return;
    this.closeRequested = true;
    if (this.queue.size > 0) return;
    this.clearAlgorithms();
    closeStream(this.stream);
  }

  /**
   * ReadableStreamDefaultControllerEnqueue
   * @param {any} chunk
   */
  enqueue(chunk) {
    if (!this.canCloseOrEnqueue) return;
    if (readRequestCount(this.stream) > 0) {
      fulfillReadRequest(this.stream, chunk);
    } else {
      try {
        this.queue.push(chunk, this.sizeAlgorithm === undefined ? 1 : this.sizeAlgorithm(chunk));
      } catch (error) {
        this.error(error);
        throw error;
      }
    }
    this.pullIfNeeded();
  }

  /**
   * ReadableStreamDefaultControllerError
   * @param {any} reason
   */
  error(reason) {
    if (this.stream.status !== READABLE) return;
    this.queue.clear();
    this.clearAlgorithms();
    errorStream(this.stream, reason);
  }

  /**
   * [[CancelSteps]]
   * @param {any} reason
   * @returns {Promise<any>}
   */
  cancelSteps(reason) {
    this.queue.clear();
    const result = this.cancelAlgorithm === undefined ? resolvedWith(undefined) : this.cancelAlgorithm(reason);
    this.clearAlgorithms();
    return result;
  }

  /**
   * [[PullSteps]]
   * @param {ReadRequest} request
   */
  pullSteps(request) {
    if (this.queue.size > 0) {
      const chunk = this.queue.shift();
      if (this.closeRequested && this.queue.size === 0) {
        this.clearAlgorithms();
        closeStream(this.stream);
      } else {
        this.pullIfNeeded();
      }
      request.chunkSteps(chunk);
    } else {
      /** @type {any} */ (this.stream.reader).requests.push(request);
      this.pullIfNeeded();
    }
  }

  /** [[ReleaseSteps]] */
  releaseSteps() {}
}

/** What an underlying source fills its stream through. */
export class ReadableStreamDefaultController {
  /** @type {DefaultControllerState} */ #state;

  /**
   * @param {symbol} key
   * @param {DefaultControllerState} state
   */
  constructor(key, state) {
    if (key !== internal) throw illegalConstructor();
    this.#state = state;
  }

  get desiredSize() {
    return this.#state.desiredSize;
  }

  close() {
    const state = this.#state;
    if (!state.canCloseOrEnqueue) {
      throw new TypeError(
        "Failed to execute 'close' on 'ReadableStreamDefaultController': the stream is not in a state that permits close.",
      );
    }
    state.close();
  }

  /** @param {any} [chunk] */
  enqueue(chunk = undefined) {
    const state = this.#state;
    if (!state.canCloseOrEnqueue) {
      throw new TypeError(
        "Failed to execute 'enqueue' on 'ReadableStreamDefaultController': the stream is not in a state that permits enqueue.",
      );
    }
    state.enqueue(chunk);
  }

  /** @param {any} [error] */
  error(error = undefined) {
    this.#state.error(error);
  }
}

defineInterface(ReadableStreamDefaultController, { tag: "ReadableStreamDefaultController" });
