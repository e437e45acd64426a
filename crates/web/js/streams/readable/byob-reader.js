// ReadableStreamBYOBReader (https://streams.spec.whatwg.org/#byob-reader-class): the caller brings the buffer.

import {
  converters,
  defineInterface,
  dictionary,
  interfaceOf,
  internal,
  requireArguments,
  withOptions,
} from "../../webidl.js";
import { bufferByteLength, viewBuffer, viewByteLength } from "../../webidl/buffers.js";
import { arrayBufferDetached, typedArrayLength, typedArrayTag } from "../../webidl/intrinsics.js";
import { Deferred, rejectedWith } from "../promises.js";
import { ByteControllerState } from "./byte-controller.js";
import { releaseReader, releasedError, setUpReader } from "./readers.js";
import { ByobReaderState, ERRORED, cancel, ensureController } from "./state.js";
import { stateOf } from "./stream.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */

const convertStream = interfaceOf("ReadableStream", (value) => stateOf(value) !== undefined);
const convertReadOptions = dictionary("ReadableStreamBYOBReaderReadOptions", [
  { key: "min", converter: withOptions(converters.unsignedLongLong, { enforceRange: true }), defaultValue: 1 },
]);

/**
 * AcquireReadableStreamBYOBReader
 * @param {ReadableStreamState} stream
 * @returns {ByobReaderState}
 */
export function acquireByobReader(stream) {
  ensureController(stream);
  if (!(stream.controller instanceof ByteControllerState)) {
    throw new TypeError("This ReadableStream does not support BYOB reads: it is not a byte stream.");
  }
  return setUpReader(new ByobReaderState(), stream);
}

/**
 * ReadableStreamBYOBReaderRead
 * @param {ByobReaderState} reader with a stream
 * @param {ArrayBufferView} view
 * @param {number} min the least number of elements to wait for
 * @param {import("./state.js").ReadIntoRequest} request
 */
export function readInto(reader, view, min, request) {
  const stream = /** @type {ReadableStreamState} */ (reader.stream);
  stream.disturbed = true;
  if (stream.status === ERRORED) request.errorSteps(stream.storedError);
  else stream.controller.pullInto(view, min, request);
}

/** A BYOB read by script: its promise is for `{ value, done }`. */
class PromiseReadIntoRequest {
  #deferred = new Deferred();

  get promise() {
    return this.#deferred.promise;
  }

  /** @param {any} view */
  chunkSteps(view) {
    this.#deferred.resolve({ value: view, done: false });
  }

  /** @param {any} view */
  closeSteps(view) {
    this.#deferred.resolve({ value: view, done: true });
  }

  /** @param {any} error */
  errorSteps(error) {
    this.#deferred.reject(error);
  }
}

/**
 * Throws unless a view can be read into.
 * @param {any} view
 * @param {number} min
 */
function checkView(view, min) {
  const buffer = /** @type {ArrayBuffer} */ (viewBuffer(view));
  if (viewByteLength(view) === 0) throw new TypeError("The view to read into must have a non-zero byteLength.");
  if (bufferByteLength(buffer) === 0)
    throw new TypeError("The view to read into must have a buffer with a non-zero byteLength.");
  if (arrayBufferDetached(buffer)) throw new TypeError("The buffer of the view to read into has been detached.");
  if (min === 0) throw new TypeError("The option 'min' must be greater than 0.");
  const length = typedArrayTag(view) === undefined ? viewByteLength(view) : typedArrayLength(view);
  if (min > length) throw new RangeError("The option 'min' must not be greater than the view's length.");
}

/** Reads a byte stream into buffers that the caller provides. */
export class ReadableStreamBYOBReader {
  /** @type {ByobReaderState} */ #state;

  /** @param {any} value */
  static #is(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  /** @param {any} stream a ReadableStream of bytes */
  constructor(stream, state = undefined) {
    if (stream === internal) {
      this.#state = /** @type {any} */ (state);
      return;
    }
    const prefix = "Failed to construct 'ReadableStreamBYOBReader'";
    requireArguments(arguments.length, 1, prefix);
    this.#state = acquireByobReader(/** @type {any} */ (stateOf(convertStream(stream, prefix, "parameter 1"))));
  }

  get closed() {
    if (!ReadableStreamBYOBReader.#is(this)) return rejectedWith(wrongReceiver("closed"));
    return this.#state.closed.promise;
  }

  /** @param {any} [reason] */
  cancel(reason = undefined) {
    if (!ReadableStreamBYOBReader.#is(this)) return rejectedWith(wrongReceiver("cancel"));
    const { stream } = this.#state;
    return stream === undefined ? rejectedWith(releasedError()) : cancel(stream, reason);
  }

  /**
   * @param {ArrayBufferView} view its buffer is taken; the result's view is on the same memory
   * @param {{ min?: number }} [options]
   */
  read(view, options = undefined) {
    try {
      const state = this.#state;
      const prefix = "Failed to execute 'read' on 'ReadableStreamBYOBReader'";
      requireArguments(arguments.length, 1, prefix);
      converters.ArrayBufferView(view, prefix, "parameter 1");
      const { min } = convertReadOptions(options, prefix, "parameter 2");
      checkView(view, min);
      if (state.stream === undefined) throw releasedError();
      const request = new PromiseReadIntoRequest();
      readInto(state, view, min, request);
      return request.promise;
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * Hosted's older form of `read(view, { min })`, which workers written for it still call.
   * @param {number} minElements
   * @param {ArrayBufferView} view
   */
  readAtLeast(minElements, view) {
    return this.read(view, { min: minElements });
  }

  releaseLock() {
    if (this.#state.stream !== undefined) releaseReader(this.#state);
  }
}

/** @param {string} member */
function wrongReceiver(member) {
  return new TypeError(`Failed to use '${member}' of 'ReadableStreamBYOBReader': Illegal invocation.`);
}

defineInterface(ReadableStreamBYOBReader, { tag: "ReadableStreamBYOBReader", length: 1 });
