// WritableStreamDefaultWriter (https://streams.spec.whatwg.org/#default-writer-class).

import { defineInterface, interfaceOf, requireArguments } from "../../webidl.js";
import { Deferred, rejectedWith, resolvedWith } from "../promises.js";
import { CLOSED, ERRORED, ERRORING, WriterState, abort, close, closeQueuedOrInFlight, rejectReady } from "./state.js";
import { stateOf } from "./stream.js";

/** @typedef {import("./state.js").WritableStreamState} WritableStreamState */

/** @returns {TypeError} what using a released writer gives */
function releasedError() {
  return new TypeError("This WritableStream writer has been released.");
}

/**
 * WritableStreamDefaultWriterWrite. The result's promise is only made if asked for.
 * @param {WriterState} writer
 * @param {any} chunk
 * @returns {Deferred}
 */
export function write(writer, chunk) {
  const stream = /** @type {WritableStreamState} */ (writer.stream);
  const size = stream.controller.chunkSize(chunk);
  if (stream !== writer.stream) return rejectedDeferred(releasedError());
  if (stream.status === ERRORED) return rejectedDeferred(stream.storedError);
  if (stream.status === CLOSED || closeQueuedOrInFlight(stream)) {
    return rejectedDeferred(new TypeError("Cannot write to a WritableStream that is closing or closed."));
  }
  if (stream.status === ERRORING) return rejectedDeferred(stream.storedError);
  const deferred = new Deferred();
  stream.writeRequests.push(deferred);
  stream.controller.write(chunk, size);
  return deferred;
}

/** @param {any} reason */
function rejectedDeferred(reason) {
  const deferred = new Deferred();
  deferred.reject(reason);
  return deferred;
}

/**
 * WritableStreamDefaultWriterGetDesiredSize
 * @param {WriterState} writer with a stream
 * @returns {number | null}
 */
export function desiredSize(writer) {
  const stream = /** @type {WritableStreamState} */ (writer.stream);
  if (stream.status === ERRORED || stream.status === ERRORING) return null;
  return stream.status === CLOSED ? 0 : stream.controller.desiredSize;
}

/**
 * WritableStreamDefaultWriterCloseWithErrorPropagation
 * @param {WriterState} writer with a stream
 * @returns {Promise<any>}
 */
export function closeWithErrorPropagation(writer) {
  const stream = /** @type {WritableStreamState} */ (writer.stream);
  if (stream.status === CLOSED || closeQueuedOrInFlight(stream)) return resolvedWith(undefined);
  if (stream.status === ERRORED) return rejectedWith(stream.storedError);
  return close(stream);
}

/**
 * WritableStreamDefaultWriterRelease
 * @param {WriterState} writer with a stream
 */
export function releaseWriter(writer) {
  const stream = /** @type {WritableStreamState} */ (writer.stream);
  const error = releasedError();
  rejectReady(writer, error);
  if (writer.closed.isPending) {
    writer.closed.reject(error);
    writer.closed.markHandled();
  } else {
    writer.closed = Deferred.rejectedHandled(error);
  }
  stream.writer = undefined;
  writer.stream = undefined;
}

const convertStream = interfaceOf("WritableStream", (value) => stateOf(value) !== undefined);

/** Writes to a stream chunk by chunk. */
export class WritableStreamDefaultWriter {
  /** @type {WriterState} */ #state;

  /** @param {any} value */
  static #is(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  /** @param {any} stream a WritableStream */
  constructor(stream) {
    const prefix = "Failed to construct 'WritableStreamDefaultWriter'";
    requireArguments(arguments.length, 1, prefix);
    this.#state = new WriterState(/** @type {any} */ (stateOf(convertStream(stream, prefix, "parameter 1"))));
  }

  get closed() {
    if (!WritableStreamDefaultWriter.#is(this)) return rejectedWith(wrongReceiver("closed"));
    return this.#state.closed.promise;
  }

  get desiredSize() {
    if (this.#state.stream === undefined) throw releasedError();
    return desiredSize(this.#state);
  }

  get ready() {
    if (!WritableStreamDefaultWriter.#is(this)) return rejectedWith(wrongReceiver("ready"));
    return this.#state.ready.promise;
  }

  /** @param {any} [reason] */
  abort(reason = undefined) {
    if (!WritableStreamDefaultWriter.#is(this)) return rejectedWith(wrongReceiver("abort"));
    const { stream } = this.#state;
    return stream === undefined ? rejectedWith(releasedError()) : abort(stream, reason);
  }

  close() {
    if (!WritableStreamDefaultWriter.#is(this)) return rejectedWith(wrongReceiver("close"));
    const { stream } = this.#state;
    if (stream === undefined) return rejectedWith(releasedError());
    if (closeQueuedOrInFlight(stream)) {
      return rejectedWith(
        new TypeError("Failed to execute 'close' on 'WritableStreamDefaultWriter': the stream is already closing."),
      );
    }
    return close(stream);
  }

  releaseLock() {
    if (this.#state.stream !== undefined) releaseWriter(this.#state);
  }

  /** @param {any} [chunk] */
  write(chunk = undefined) {
    if (!WritableStreamDefaultWriter.#is(this)) return rejectedWith(wrongReceiver("write"));
    if (this.#state.stream === undefined) return rejectedWith(releasedError());
    return write(this.#state, chunk).promise;
  }
}

/** @param {string} member */
function wrongReceiver(member) {
  return new TypeError(`Failed to use '${member}' of 'WritableStreamDefaultWriter': Illegal invocation.`);
}

defineInterface(WritableStreamDefaultWriter, { tag: "WritableStreamDefaultWriter", length: 1 });
