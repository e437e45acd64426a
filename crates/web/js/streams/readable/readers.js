// What every reader does (https://streams.spec.whatwg.org/#rs-reader-abstract-ops).

import { Deferred } from "../promises.js";
import { CLOSED, DefaultReaderState, ERRORED, READABLE, ensureController, errorRequests, isLocked } from "./state.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */
/** @typedef {import("./state.js").ByobReaderState} ByobReaderState */
/** @typedef {import("./state.js").ReadRequest} ReadRequest */

/** @returns {TypeError} what using a released reader gives */
export function releasedError() {
  return new TypeError("This ReadableStream reader has been released.");
}

/**
 * Locks a stream to a reader (SetUpReadableStreamDefaultReader, SetUpReadableStreamBYOBReader).
 * @template {DefaultReaderState | ByobReaderState} R
 * @param {R} reader
 * @param {ReadableStreamState} stream
 * @returns {R}
 */
export function setUpReader(reader, stream) {
  if (isLocked(stream)) throw new TypeError("This ReadableStream is currently locked to a reader.");
  ensureController(stream);
  reader.stream = stream;
  stream.reader = reader;
  if (stream.status === CLOSED) reader.closed = Deferred.resolved(undefined);
  else if (stream.status === ERRORED) reader.closed = Deferred.rejectedHandled(stream.storedError);
  return reader;
}

/**
 * AcquireReadableStreamDefaultReader
 * @param {ReadableStreamState} stream
 * @returns {DefaultReaderState}
 */
export function acquireDefaultReader(stream) {
  return setUpReader(new DefaultReaderState(), stream);
}

/**
 * Unlocks the stream; waiting reads fail (ReadableStreamDefaultReaderRelease, ReadableStreamBYOBReaderRelease).
 * @param {DefaultReaderState | ByobReaderState} reader with a stream
 */
export function releaseReader(reader) {
  const stream = /** @type {ReadableStreamState} */ (reader.stream);
  if (stream.status === READABLE) reader.closed.reject(releasedError());
  else reader.closed = Deferred.rejectedHandled(releasedError());
  reader.closed.markHandled();
  stream.controller.releaseSteps();
  stream.reader = undefined;
  reader.stream = undefined;
  errorRequests(reader, releasedError());
}

/**
 * ReadableStreamDefaultReaderRead
 * @param {DefaultReaderState} reader with a stream
 * @param {ReadRequest} request
 */
export function read(reader, request) {
  const stream = /** @type {ReadableStreamState} */ (reader.stream);
  stream.disturbed = true;
  if (stream.status === READABLE) stream.controller.pullSteps(request);
  else if (stream.status === CLOSED) request.closeSteps();
  else request.errorSteps(stream.storedError);
}
