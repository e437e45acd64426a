// ReadableByteStreamController's slots and algorithms (https://streams.spec.whatwg.org/#rbs-controller-abstract-ops).

import { internal } from "../../webidl.js";
import { bufferByteLength, viewBuffer, viewByteLength, viewByteOffset } from "../../webidl/buffers.js";
import { arrayBufferDetached, arrayBufferSlice, arrayBufferTransfer } from "../../webidl/intrinsics.js";
import { newlyResolvedWith, resolvedWith, then } from "../promises.js";
import { Queue } from "../queue.js";
import { ByteQueue } from "./byte-queue.js";
import { ReadableByteStreamController, ReadableStreamBYOBRequest, invalidate } from "./byob-request.js";
import { PullInto } from "./pull-into.js";
import {
  ByobReaderState,
  CLOSED,
  DefaultReaderState,
  READABLE,
  close as closeStream,
  error as errorStream,
  fulfillReadRequest,
  readIntoRequestCount,
  readRequestCount,
} from "./state.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */

const BytesArray = Uint8Array;
const Buffer = ArrayBuffer;

/** The slots of a byte controller. */
export class ByteControllerState {
  /** @type {ReadableStreamState} */ stream;
  queue = new ByteQueue();
  started = false;
  closeRequested = false;
  pulling = false;
  pullAgain = false;
  /** @type {Queue<PullInto>} */ pullIntos = new Queue();
  /** @type {ReadableStreamBYOBRequest | null} */ byobRequestWrapper = null;
  /** @type {number} */ highWaterMark;
  /** @type {number | undefined} */ autoAllocateChunkSize;
  /** @type {(() => Promise<any>) | undefined} undefined: nothing to pull */ pullAlgorithm;
  /** @type {((reason: any) => Promise<any>) | undefined} */ cancelAlgorithm;
  /** @type {ReadableByteStreamController | undefined} */ #wrapper = undefined;
  /** @type {(() => void) | undefined} */ #onPulled = undefined;
  /** @type {((reason: any) => void) | undefined} */ #onPullFailed = undefined;

  /**
   * @param {ReadableStreamState} stream
   * @param {(() => Promise<any>) | undefined} pullAlgorithm
   * @param {((reason: any) => Promise<any>) | undefined} cancelAlgorithm
   * @param {number} highWaterMark
   * @param {number} [autoAllocateChunkSize]
   */
  constructor(stream, pullAlgorithm, cancelAlgorithm, highWaterMark, autoAllocateChunkSize) {
    this.stream = stream;
    this.pullAlgorithm = pullAlgorithm;
    this.cancelAlgorithm = cancelAlgorithm;
    this.highWaterMark = highWaterMark;
    this.autoAllocateChunkSize = autoAllocateChunkSize;
    stream.controller = this;
  }

  get wrapper() {
    return (this.#wrapper ??= new ReadableByteStreamController(internal, this));
  }

  /** @returns {number | null} null once errored */
  get desiredSize() {
    const { status } = this.stream;
    if (status === READABLE) return this.highWaterMark - this.queue.total;
    return status === CLOSED ? 0 : null;
  }

  /** ReadableByteStreamControllerGetBYOBRequest */
  get byobRequest() {
    if (this.byobRequestWrapper === null && this.pullIntos.size > 0) {
      const first = this.pullIntos.peek();
      const view = new BytesArray(
        first.buffer,
        first.byteOffset + first.bytesFilled,
        first.byteLength - first.bytesFilled,
      );
      this.byobRequestWrapper = new ReadableStreamBYOBRequest(internal, this, view);
    }
    return this.byobRequestWrapper;
  }

  /**
   * SetUpReadableByteStreamController, after the slots
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

  /** ReadableByteStreamControllerShouldCallPull */
  get #shouldPull() {
    const { stream } = this;
    if (stream.status !== READABLE || this.closeRequested || !this.started) return false;
    if (readRequestCount(stream) > 0 || readIntoRequestCount(stream) > 0) return true;
    return this.highWaterMark - this.queue.total > 0;
  }

  /** ReadableByteStreamControllerCallPullIfNeeded */
  pullIfNeeded() {
    if (!this.#shouldPull || this.pullAlgorithm === undefined) return;
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

  #clearAlgorithms() {
    this.pullAlgorithm = undefined;
    this.cancelAlgorithm = undefined;
  }

  #invalidateByobRequest() {
    if (this.byobRequestWrapper === null) return;
    invalidate(this.byobRequestWrapper);
    this.byobRequestWrapper = null;
  }

  #clearPullIntos() {
    this.#invalidateByobRequest();
    this.pullIntos.clear();
  }

  /** ReadableByteStreamControllerClose */
  close() {
    if (this.closeRequested || this.stream.status !== READABLE) return;
    if (this.queue.total > 0) {
      this.closeRequested = true;
      return;
    }
    if (this.pullIntos.size > 0) {
      const first = this.pullIntos.peek();
      if (first.bytesFilled % first.elementSize !== 0) {
        const error = new TypeError("The stream was closed with an element partly filled.");
        this.error(error);
        throw error;
      }
    }
    this.#clearAlgorithms();
    closeStream(this.stream);
  }

  /**
   * ReadableByteStreamControllerError
   * @param {any} reason
   */
  error(reason) {
    if (this.stream.status !== READABLE) return;
    this.#clearPullIntos();
    this.queue.clear();
    this.#clearAlgorithms();
    errorStream(this.stream, reason);
  }

  /**
   * ReadableByteStreamControllerEnqueue: takes the chunk's buffer.
   * @param {ArrayBufferView} chunk
   */
  enqueue(chunk) {
    if (this.closeRequested || this.stream.status !== READABLE) return;
    const buffer = /** @type {ArrayBuffer} */ (viewBuffer(chunk));
    const byteOffset = viewByteOffset(chunk);
    const byteLength = viewByteLength(chunk);
    if (arrayBufferDetached(buffer)) throw new TypeError("The chunk's buffer has been detached.");
    this.enqueueOwned(new BytesArray(arrayBufferTransfer(buffer), byteOffset, byteLength));
  }

  /**
   * The rest of ReadableByteStreamControllerEnqueue, for bytes that nobody else holds.
   * @param {Uint8Array} bytes
   */
  enqueueOwned(bytes) {
    if (this.closeRequested || this.stream.status !== READABLE) return;
    const { stream } = this;
    if (this.pullIntos.size > 0) {
      const first = this.pullIntos.peek();
      if (arrayBufferDetached(first.buffer)) throw new TypeError("The BYOB request's buffer has been detached.");
      this.#invalidateByobRequest();
      first.buffer = arrayBufferTransfer(first.buffer);
      if (first.readerType === "none") this.#enqueueDetached(first);
    }
    if (stream.reader instanceof DefaultReaderState) {
      this.#serveReadRequests();
      if (readRequestCount(stream) === 0) {
        this.queue.push(bytes);
      } else {
        if (this.pullIntos.size > 0) this.pullIntos.shift();
        fulfillReadRequest(stream, bytes);
      }
    } else {
      this.queue.push(bytes);
      if (stream.reader instanceof ByobReaderState) this.#commitAll(this.#fillPullIntos());
    }
    this.pullIfNeeded();
  }

  /**
   * ReadableByteStreamControllerEnqueueClonedChunkToQueue
   * @param {ArrayBuffer} buffer
   * @param {number} byteOffset
   * @param {number} byteLength
   */
  #enqueueCopy(buffer, byteOffset, byteLength) {
    try {
      this.queue.push(new BytesArray(arrayBufferSlice(buffer, byteOffset, byteOffset + byteLength)));
    } catch (error) {
      this.error(error);
      throw error;
    }
  }

  /**
   * ReadableByteStreamControllerEnqueueDetachedPullIntoToQueue
   * @param {PullInto} first
   */
  #enqueueDetached(first) {
    if (first.bytesFilled > 0) this.#enqueueCopy(first.buffer, first.byteOffset, first.bytesFilled);
    this.pullIntos.shift();
  }

  /** ReadableByteStreamControllerProcessReadRequestsUsingQueue */
  #serveReadRequests() {
    const { requests } = /** @type {DefaultReaderState} */ (this.stream.reader);
    while (requests.size > 0 && this.queue.total > 0) this.#serveFromQueue(requests.shift());
  }

  /**
   * ReadableByteStreamControllerFillReadRequestFromQueue
   * @param {import("./state.js").ReadRequest} request
   */
  #serveFromQueue(request) {
    const bytes = this.queue.shift();
    this.#handleQueueDrain();
    request.chunkSteps(bytes);
  }

  #handleQueueDrain() {
    if (this.queue.total === 0 && this.closeRequested) {
      this.#clearAlgorithms();
      closeStream(this.stream);
    } else {
      this.pullIfNeeded();
    }
  }

  /**
   * ReadableByteStreamControllerProcessPullIntoDescriptorsUsingQueue
   * @returns {PullInto[]} the filled ones, taken off the list
   */
  #fillPullIntos() {
    /** @type {PullInto[]} */
    const filled = [];
    while (this.pullIntos.size > 0 && this.queue.total > 0) {
      if (!this.queue.fill(this.pullIntos.peek())) break;
      filled[filled.length] = this.pullIntos.shift();
    }
    return filled;
  }

  /**
   * ReadableByteStreamControllerCommitPullIntoDescriptor
   * @param {PullInto} pullInto
   */
  #commit(pullInto) {
    const { reader, status } = this.stream;
    const view = pullInto.toView();
    const request = /** @type {any} */ (reader).requests.shift();
    if (status !== CLOSED) request.chunkSteps(view);
    else if (pullInto.readerType === "default") request.closeSteps();
    else request.closeSteps(view);
  }

  /** @param {PullInto[]} filled */
  #commitAll(filled) {
    for (let index = 0; index < filled.length; index++) this.#commit(filled[index]);
  }

  /**
   * ReadableByteStreamControllerPullInto
   * @param {ArrayBufferView} view
   * @param {number} minElements
   * @param {import("./state.js").ReadIntoRequest} request
   */
  pullInto(view, minElements, request) {
    /** @type {PullInto} */
    let pullInto;
    try {
      pullInto = PullInto.forView(view, minElements);
    } catch (error) {
      request.errorSteps(error);
      return;
    }
    const { requests } = /** @type {ByobReaderState} */ (this.stream.reader);
    if (this.pullIntos.size > 0) {
      this.pullIntos.push(pullInto);
      requests.push(request);
      return;
    }
    if (this.stream.status === CLOSED) {
      request.closeSteps(pullInto.toEmptyView());
      return;
    }
    if (this.queue.total > 0) {
      if (this.queue.fill(pullInto)) {
        const filled = pullInto.toView();
        this.#handleQueueDrain();
        request.chunkSteps(filled);
        return;
      }
      if (this.closeRequested) {
        const error = new TypeError("The stream ended with less than one element left to read.");
        this.error(error);
        request.errorSteps(error);
        return;
      }
    }
    this.pullIntos.push(pullInto);
    requests.push(request);
    this.pullIfNeeded();
  }

  /**
   * ReadableByteStreamControllerRespond
   * @param {number} bytesWritten
   */
  respond(bytesWritten) {
    const first = this.pullIntos.peek();
    if (this.stream.status === CLOSED) {
      if (bytesWritten !== 0) throw new TypeError("bytesWritten must be 0 on a closed stream.");
    } else {
      if (bytesWritten === 0) throw new TypeError("bytesWritten must be greater than 0 on a readable stream.");
      if (first.bytesFilled + bytesWritten > first.byteLength) throw new RangeError("bytesWritten is out of range.");
    }
    first.buffer = arrayBufferTransfer(first.buffer);
    this.#respond(bytesWritten);
  }

  /**
   * ReadableByteStreamControllerRespondWithNewView
   * @param {ArrayBufferView} view
   */
  respondWithNewView(view) {
    const first = this.pullIntos.peek();
    const byteLength = viewByteLength(view);
    const buffer = /** @type {ArrayBuffer} */ (viewBuffer(view));
    if (this.stream.status === CLOSED) {
      if (byteLength !== 0) throw new TypeError("The view must be empty on a closed stream.");
    } else if (byteLength === 0) {
      throw new TypeError("The view must not be empty on a readable stream.");
    }
    if (first.byteOffset + first.bytesFilled !== viewByteOffset(view)) {
      throw new RangeError("The view does not begin where the request's view does.");
    }
    if (first.bufferByteLength !== bufferByteLength(buffer)) {
      throw new RangeError("The view's buffer differs in length from the request's.");
    }
    if (first.bytesFilled + byteLength > first.byteLength)
      throw new RangeError("The view is longer than the request's.");
    first.buffer = arrayBufferTransfer(buffer);
    this.#respond(byteLength);
  }

  /**
   * ReadableByteStreamControllerRespondInternal
   * @param {number} bytesWritten
   */
  #respond(bytesWritten) {
    const first = this.pullIntos.peek();
    this.#invalidateByobRequest();
    if (this.stream.status === CLOSED) this.#respondWhenClosed(first);
    else this.#respondWhenReadable(bytesWritten, first);
    this.pullIfNeeded();
  }

  /** @param {PullInto} first */
  #respondWhenClosed(first) {
    if (first.readerType === "none") this.pullIntos.shift();
    const count = readIntoRequestCount(this.stream);
    /** @type {PullInto[]} */
    const filled = [];
    while (filled.length < count) filled[filled.length] = this.pullIntos.shift();
    this.#commitAll(filled);
  }

  /**
   * @param {number} bytesWritten
   * @param {PullInto} first
   */
  #respondWhenReadable(bytesWritten, first) {
    first.bytesFilled += bytesWritten;
    if (first.readerType === "none") {
      this.#enqueueDetached(first);
      this.#commitAll(this.#fillPullIntos());
      return;
    }
    if (first.bytesFilled < first.minimumFill) return;
    this.pullIntos.shift();
    const remainder = first.bytesFilled % first.elementSize;
    if (remainder > 0) {
      const end = first.byteOffset + first.bytesFilled;
      this.#enqueueCopy(first.buffer, end - remainder, remainder);
      first.bytesFilled -= remainder;
    }
    const filled = this.#fillPullIntos();
    this.#commit(first);
    this.#commitAll(filled);
  }

  /**
   * [[CancelSteps]]
   * @param {any} reason
   * @returns {Promise<any>}
   */
  cancelSteps(reason) {
    this.#clearPullIntos();
    this.queue.clear();
    const result = this.cancelAlgorithm === undefined ? resolvedWith(undefined) : this.cancelAlgorithm(reason);
    this.#clearAlgorithms();
    return result;
  }

  /**
   * [[PullSteps]]
   * @param {import("./state.js").ReadRequest} request
   */
  pullSteps(request) {
    if (this.queue.total > 0) {
      this.#serveFromQueue(request);
      return;
    }
    if (this.autoAllocateChunkSize !== undefined) {
      try {
        this.pullIntos.push(PullInto.forDefaultRead(new Buffer(this.autoAllocateChunkSize)));
      } catch (error) {
        request.errorSteps(error);
        return;
      }
    }
    /** @type {DefaultReaderState} */ (this.stream.reader).requests.push(request);
    this.pullIfNeeded();
  }

  /** [[ReleaseSteps]] */
  releaseSteps() {
    if (this.pullIntos.size === 0) return;
    const first = this.pullIntos.peek();
    first.readerType = "none";
    this.pullIntos.clear();
    this.pullIntos.push(first);
  }
}
