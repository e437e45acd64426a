// ReadableByteStreamController and ReadableStreamBYOBRequest, the faces that an underlying byte source sees
// (https://streams.spec.whatwg.org/#rbs-controller-class).

import { converters, defineInterface, illegalConstructor, internal, requireArguments } from "../../webidl.js";
import { bufferByteLength, viewBuffer, viewByteLength } from "../../webidl/buffers.js";
import { arrayBufferDetached } from "../../webidl/intrinsics.js";
import { READABLE } from "./state.js";

/** @typedef {import("./byte-controller.js").ByteControllerState} ByteControllerState */

/** @type {(request: ReadableStreamBYOBRequest) => void} */
let invalidateRequest;

/** A view that a reader waits to have filled. */
export class ReadableStreamBYOBRequest {
  /** @type {ByteControllerState | undefined} */ #controller;
  /** @type {Uint8Array | null} */ #view;

  static {
    invalidateRequest = (request) => {
      request.#controller = undefined;
      request.#view = null;
    };
  }

  /**
   * @param {symbol} key
   * @param {ByteControllerState} controller
   * @param {Uint8Array} view
   */
  constructor(key, controller, view) {
    if (key !== internal) throw illegalConstructor();
    this.#controller = controller;
    this.#view = view;
  }

  /** @returns {Uint8Array | null} null once answered */
  get view() {
    return this.#view;
  }

  /**
   * Hosted's extension: the least number of bytes that its reader still waits for.
   * @returns {number | null}
   */
  get atLeast() {
    const controller = this.#controller;
    if (controller === undefined) return null;
    const first = controller.pullIntos.peek();
    return first.minimumFill - first.bytesFilled;
  }

  /** @param {number} bytesWritten */
  respond(bytesWritten) {
    const controller = this.#controller;
    const prefix = "Failed to execute 'respond' on 'ReadableStreamBYOBRequest'";
    requireArguments(arguments.length, 1, prefix);
    const count = converters.unsignedLongLong(bytesWritten, prefix, "parameter 1", { enforceRange: true });
    if (controller === undefined) throw new TypeError(`${prefix}: this BYOB request has been invalidated.`);
    if (arrayBufferDetached(/** @type {ArrayBuffer} */ (viewBuffer(this.#view)))) {
      throw new TypeError(`${prefix}: the request's buffer has been detached.`);
    }
    controller.respond(count);
  }

  /** @param {ArrayBufferView} view */
  respondWithNewView(view) {
    const controller = this.#controller;
    const prefix = "Failed to execute 'respondWithNewView' on 'ReadableStreamBYOBRequest'";
    requireArguments(arguments.length, 1, prefix);
    converters.ArrayBufferView(view, prefix, "parameter 1");
    if (controller === undefined) throw new TypeError(`${prefix}: this BYOB request has been invalidated.`);
    if (arrayBufferDetached(/** @type {ArrayBuffer} */ (viewBuffer(view)))) {
      throw new TypeError(`${prefix}: the view's buffer has been detached.`);
    }
    controller.respondWithNewView(view);
  }
}

/**
 * ReadableByteStreamControllerInvalidateBYOBRequest, the request's part
 * @param {ReadableStreamBYOBRequest} request
 */
export function invalidate(request) {
  invalidateRequest(request);
}

/** What an underlying byte source fills its stream through. */
export class ReadableByteStreamController {
  /** @type {ByteControllerState} */ #state;

  /**
   * @param {symbol} key
   * @param {ByteControllerState} state
   */
  constructor(key, state) {
    if (key !== internal) throw illegalConstructor();
    this.#state = state;
  }

  get byobRequest() {
    return this.#state.byobRequest;
  }

  get desiredSize() {
    return this.#state.desiredSize;
  }

  close() {
    const state = this.#state;
    checkOpen(state, "Failed to execute 'close' on 'ReadableByteStreamController'");
    state.close();
  }

  /** @param {ArrayBufferView} chunk */
  enqueue(chunk) {
    const state = this.#state;
    const prefix = "Failed to execute 'enqueue' on 'ReadableByteStreamController'";
    requireArguments(arguments.length, 1, prefix);
    converters.ArrayBufferView(chunk, prefix, "parameter 1");
    if (viewByteLength(chunk) === 0) throw new TypeError(`${prefix}: the chunk must have a non-zero byteLength.`);
    if (bufferByteLength(viewBuffer(chunk)) === 0) {
      throw new TypeError(`${prefix}: the chunk's buffer must have a non-zero byteLength.`);
    }
    checkOpen(state, prefix);
    state.enqueue(chunk);
  }

  /** @param {any} [error] */
  error(error = undefined) {
    this.#state.error(error);
  }
}

/**
 * @param {ByteControllerState} state
 * @param {string} prefix
 */
function checkOpen(state, prefix) {
  if (state.closeRequested) throw new TypeError(`${prefix}: the stream has already been asked to close.`);
  if (state.stream.status !== READABLE) throw new TypeError(`${prefix}: the stream is not readable.`);
}

defineInterface(ReadableStreamBYOBRequest, { tag: "ReadableStreamBYOBRequest" });
defineInterface(ReadableByteStreamController, { tag: "ReadableByteStreamController" });
