// What a ReadableStream is inside (https://streams.spec.whatwg.org/#rs-all-abstract-ops).
//
// The public classes are thin: each holds one private reference to a state object like this one, and all
// algorithms work on states. Guest code never sees a state, so nothing it does to a wrapper or a prototype
// reaches an invariant; and code of ours that reads a stream (a pipe, a body collector) makes no wrapper.

import { Deferred, noop, rejectedWith, resolvedWith, then } from "../promises.js";
import { Queue } from "../queue.js";

export const READABLE = 0;
export const CLOSED = 1;
export const ERRORED = 2;

/**
 * A reader's request for one chunk.
 * @typedef {{ chunkSteps(chunk: any): void, closeSteps(): void, errorSteps(error: any): void }} ReadRequest
 */

/**
 * A BYOB reader's request for one filled view; `closeSteps` is given undefined if the stream was cancelled.
 * @typedef {{ chunkSteps(view: any): void, closeSteps(view: any): void, errorSteps(error: any): void }} ReadIntoRequest
 */

/**
 * What both controllers do for the stream.
 * @typedef {object} ReadableController
 * @property {(reason: any) => Promise<any>} cancelSteps
 * @property {(request: ReadRequest) => void} pullSteps
 * @property {() => void} releaseSteps
 */

/** The slots of a default reader. */
export class DefaultReaderState {
  /** @type {ReadableStreamState | undefined} */ stream = undefined;
  closed = new Deferred();
  /** @type {Queue<ReadRequest>} */ requests = new Queue();
}

/** The slots of a BYOB reader. */
export class ByobReaderState {
  /** @type {ReadableStreamState | undefined} */ stream = undefined;
  closed = new Deferred();
  /** @type {Queue<ReadIntoRequest>} */ requests = new Queue();
}

/** The slots of a ReadableStream. */
export class ReadableStreamState {
  status = READABLE;
  disturbed = false;
  /** @type {any} */ storedError = undefined;
  /** @type {DefaultReaderState | ByobReaderState | undefined} */ reader = undefined;
  /** @type {any} the controller's state; undefined while a native source is untouched */
  controller = undefined;
  /** @type {any} the native source under an untouched stream */
  native = undefined;
  /** @type {((stream: ReadableStreamState) => void) | undefined} sets up the controller at first use */
  materialize = undefined;
  /** @type {number | bigint | undefined} how many bytes will flow, where that is known beforehand */
  expectedLength = undefined;
  /** @type {import("./stream.js").ReadableStream | undefined} */ wrapper = undefined;
}

/** @param {ReadableStreamState} stream */
export function isLocked(stream) {
  return stream.reader !== undefined;
}

/**
 * Gives a lazily made stream its controller.
 * @param {ReadableStreamState} stream
 */
export function ensureController(stream) {
  const materialize = stream.materialize;
  if (materialize === undefined) return;
  stream.materialize = undefined;
  materialize(stream);
  stream.native = undefined;
}

/**
 * ReadableStreamCancel
 * @param {ReadableStreamState} stream
 * @param {any} reason
 * @returns {Promise<undefined>}
 */
export function cancel(stream, reason) {
  ensureController(stream);
  stream.disturbed = true;
  if (stream.status === CLOSED) return resolvedWith(undefined);
  if (stream.status === ERRORED) return rejectedWith(stream.storedError);
  close(stream);
  const reader = stream.reader;
  if (reader instanceof ByobReaderState) {
    const requests = reader.requests;
    reader.requests = new Queue();
    while (requests.size > 0) requests.shift().closeSteps(undefined);
  }
  return then(stream.controller.cancelSteps(reason), noop);
}

/**
 * ReadableStreamClose
 * @param {ReadableStreamState} stream
 */
export function close(stream) {
  stream.status = CLOSED;
  const reader = stream.reader;
  if (reader === undefined) return;
  reader.closed.resolve(undefined);
  if (reader instanceof DefaultReaderState && reader.requests.size > 0) {
    const requests = reader.requests;
    reader.requests = new Queue();
    while (requests.size > 0) requests.shift().closeSteps();
  }
}

/**
 * ReadableStreamError
 * @param {ReadableStreamState} stream
 * @param {any} error
 */
export function error(stream, error) {
  stream.status = ERRORED;
  stream.storedError = error;
  const reader = stream.reader;
  if (reader === undefined) return;
  reader.closed.reject(error);
  reader.closed.markHandled();
  errorRequests(reader, error);
}

/**
 * ReadableStreamDefaultReaderErrorReadRequests, ReadableStreamBYOBReaderErrorReadIntoRequests
 * @param {DefaultReaderState | ByobReaderState} reader
 * @param {any} error
 */
export function errorRequests(reader, error) {
  if (reader.requests.size === 0) return;
  const requests = reader.requests;
  reader.requests = new Queue();
  while (requests.size > 0) requests.shift().errorSteps(error);
}

/**
 * How many reads wait: ReadableStreamGetNumReadRequests, 0 when the reader is not a default reader.
 * @param {ReadableStreamState} stream
 */
export function readRequestCount(stream) {
  const reader = stream.reader;
  return reader instanceof DefaultReaderState ? reader.requests.size : 0;
}

/**
 * How many BYOB reads wait: ReadableStreamGetNumReadIntoRequests, 0 when the reader is no BYOB reader.
 * @param {ReadableStreamState} stream
 */
export function readIntoRequestCount(stream) {
  const reader = stream.reader;
  return reader instanceof ByobReaderState ? reader.requests.size : 0;
}

/**
 * ReadableStreamFulfillReadRequest with done = false
 * @param {ReadableStreamState} stream locked to a default reader with a read waiting
 * @param {any} chunk
 */
export function fulfillReadRequest(stream, chunk) {
  /** @type {ReadRequest} */ (/** @type {any} */ (stream.reader).requests.shift()).chunkSteps(chunk);
}
