// What a WritableStream is inside (https://streams.spec.whatwg.org/#ws-all-abstract-ops). The public classes are
// thin faces of states, as in ../readable/state.js.

import { Deferred, rejectedWith, resolvedWith, then } from "../promises.js";
import { Queue } from "../queue.js";

export const WRITABLE = 0;
export const ERRORING = 1;
export const ERRORED = 2;
export const CLOSED = 3;

/**
 * What the controller does for the stream.
 * @typedef {object} WritableController
 * @property {boolean} started
 * @property {(reason: any) => Promise<any>} abortSteps
 * @property {() => void} errorSteps
 * @property {(reason: any) => void} signalAbort
 * @property {() => void} close
 */

/** The slots of a writer. */
export class WriterState {
  /** @type {WritableStreamState | undefined} */ stream;
  ready = new Deferred();
  closed = new Deferred();

  /**
   * SetUpWritableStreamDefaultWriter
   * @param {WritableStreamState} stream
   */
  constructor(stream) {
    if (isLocked(stream)) throw new TypeError("This WritableStream is currently locked to a writer.");
    this.stream = stream;
    stream.writer = this;
    if (stream.status === WRITABLE) {
      if (closeQueuedOrInFlight(stream) || !stream.backpressure) this.ready.resolve(undefined);
    } else if (stream.status === ERRORING) {
      this.ready = Deferred.rejectedHandled(stream.storedError);
    } else if (stream.status === CLOSED) {
      this.ready.resolve(undefined);
      this.closed.resolve(undefined);
    } else {
      this.ready = Deferred.rejectedHandled(stream.storedError);
      this.closed = Deferred.rejectedHandled(stream.storedError);
    }
  }
}

/** The slots of a WritableStream. */
export class WritableStreamState {
  status = WRITABLE;
  backpressure = false;
  /** @type {any} */ storedError = undefined;
  /** @type {WriterState | undefined} */ writer = undefined;
  /** @type {any} the controller's state */ controller = undefined;
  /** @type {Queue<Deferred>} */ writeRequests = new Queue();
  /** @type {Deferred | undefined} */ inFlightWrite = undefined;
  /** @type {Deferred | undefined} */ closeRequest = undefined;
  /** @type {Deferred | undefined} */ inFlightClose = undefined;
  /** @type {{ deferred: Deferred, reason: any, wasAlreadyErroring: boolean } | undefined} */ pendingAbort = undefined;
  /**
   * @type {(() => import("../readable/state.js").ReadableStreamState | undefined) | undefined} of the writable side of
   * an identity transform: the readable side, if nothing has passed and nobody has looked
   */
  identityReadable = undefined;
  /** @type {import("./stream.js").WritableStream | undefined} */ wrapper = undefined;
}

/** @param {WritableStreamState} stream */
export function isLocked(stream) {
  return stream.writer !== undefined;
}

/**
 * WritableStreamCloseQueuedOrInFlight
 * @param {WritableStreamState} stream
 */
export function closeQueuedOrInFlight(stream) {
  return stream.closeRequest !== undefined || stream.inFlightClose !== undefined;
}

/**
 * WritableStreamAbort
 * @param {WritableStreamState} stream
 * @param {any} reason
 * @returns {Promise<any>}
 */
export function abort(stream, reason) {
  if (stream.status === CLOSED || stream.status === ERRORED) return resolvedWith(undefined);
  stream.controller.signalAbort(reason);
  const status = /** @type {number} */ (stream.status);
  if (status === CLOSED || status === ERRORED) return resolvedWith(undefined);
  if (stream.pendingAbort !== undefined) return stream.pendingAbort.deferred.promise;
  const wasAlreadyErroring = status === ERRORING;
  const deferred = new Deferred();
  stream.pendingAbort = { deferred, reason: wasAlreadyErroring ? undefined : reason, wasAlreadyErroring };
  if (!wasAlreadyErroring) startErroring(stream, reason);
  return deferred.promise;
}

/**
 * WritableStreamClose
 * @param {WritableStreamState} stream
 * @returns {Promise<any>}
 */
export function close(stream) {
  if (stream.status === CLOSED || stream.status === ERRORED) {
    return rejectedWith(
      new TypeError(`Cannot close a stream that is ${stream.status === CLOSED ? "closed" : "errored"}.`),
    );
  }
  const deferred = new Deferred();
  stream.closeRequest = deferred;
  if (stream.writer !== undefined && stream.backpressure && stream.status === WRITABLE) {
    stream.writer.ready.resolve(undefined);
  }
  stream.controller.close();
  return deferred.promise;
}

/**
 * WritableStreamDealWithRejection
 * @param {WritableStreamState} stream
 * @param {any} error
 */
export function dealWithRejection(stream, error) {
  if (stream.status === WRITABLE) startErroring(stream, error);
  else finishErroring(stream);
}

/**
 * WritableStreamStartErroring
 * @param {WritableStreamState} stream
 * @param {any} reason
 */
export function startErroring(stream, reason) {
  stream.status = ERRORING;
  stream.storedError = reason;
  if (stream.writer !== undefined) rejectReady(stream.writer, reason);
  const inFlight = stream.inFlightWrite !== undefined || stream.inFlightClose !== undefined;
  if (!inFlight && stream.controller.started) finishErroring(stream);
}

/**
 * WritableStreamFinishErroring
 * @param {WritableStreamState} stream
 */
export function finishErroring(stream) {
  stream.status = ERRORED;
  stream.controller.errorSteps();
  const { storedError, writeRequests } = stream;
  stream.writeRequests = new Queue();
  while (writeRequests.size > 0) writeRequests.shift().reject(storedError);
  const abortRequest = stream.pendingAbort;
  if (abortRequest === undefined) {
    rejectCloseAndClosed(stream);
    return;
  }
  stream.pendingAbort = undefined;
  if (abortRequest.wasAlreadyErroring) {
    abortRequest.deferred.reject(storedError);
    rejectCloseAndClosed(stream);
    return;
  }
  then(
    stream.controller.abortSteps(abortRequest.reason),
    () => {
      abortRequest.deferred.resolve(undefined);
      rejectCloseAndClosed(stream);
    },
    (reason) => {
      abortRequest.deferred.reject(reason);
      rejectCloseAndClosed(stream);
    },
  );
}

/**
 * WritableStreamRejectCloseAndClosedPromiseIfNeeded
 * @param {WritableStreamState} stream
 */
function rejectCloseAndClosed(stream) {
  stream.closeRequest?.reject(stream.storedError);
  stream.closeRequest = undefined;
  if (stream.writer === undefined) return;
  stream.writer.closed.reject(stream.storedError);
  stream.writer.closed.markHandled();
}

/**
 * WritableStreamMarkFirstWriteRequestInFlight
 * @param {WritableStreamState} stream
 */
export function markFirstWriteInFlight(stream) {
  stream.inFlightWrite = stream.writeRequests.shift();
}

/**
 * WritableStreamFinishInFlightWrite
 * @param {WritableStreamState} stream
 */
export function finishInFlightWrite(stream) {
  /** @type {Deferred} */ (stream.inFlightWrite).resolve(undefined);
  stream.inFlightWrite = undefined;
}

/**
 * WritableStreamFinishInFlightWriteWithError
 * @param {WritableStreamState} stream
 * @param {any} error
 */
export function failInFlightWrite(stream, error) {
  /** @type {Deferred} */ (stream.inFlightWrite).reject(error);
  stream.inFlightWrite = undefined;
  dealWithRejection(stream, error);
}

/**
 * WritableStreamMarkCloseRequestInFlight
 * @param {WritableStreamState} stream
 */
export function markCloseInFlight(stream) {
  stream.inFlightClose = stream.closeRequest;
  stream.closeRequest = undefined;
}

/**
 * WritableStreamFinishInFlightClose
 * @param {WritableStreamState} stream
 */
export function finishInFlightClose(stream) {
  /** @type {Deferred} */ (stream.inFlightClose).resolve(undefined);
  stream.inFlightClose = undefined;
  if (stream.status === ERRORING) {
    stream.storedError = undefined;
    stream.pendingAbort?.deferred.resolve(undefined);
    stream.pendingAbort = undefined;
  }
  stream.status = CLOSED;
  stream.writer?.closed.resolve(undefined);
}

/**
 * WritableStreamFinishInFlightCloseWithError
 * @param {WritableStreamState} stream
 * @param {any} error
 */
export function failInFlightClose(stream, error) {
  /** @type {Deferred} */ (stream.inFlightClose).reject(error);
  stream.inFlightClose = undefined;
  stream.pendingAbort?.deferred.reject(error);
  stream.pendingAbort = undefined;
  dealWithRejection(stream, error);
}

/**
 * WritableStreamUpdateBackpressure
 * @param {WritableStreamState} stream
 * @param {boolean} backpressure
 */
export function updateBackpressure(stream, backpressure) {
  const { writer } = stream;
  if (writer !== undefined && backpressure !== stream.backpressure) {
    if (backpressure) writer.ready = new Deferred();
    else writer.ready.resolve(undefined);
  }
  stream.backpressure = backpressure;
}

/**
 * WritableStreamDefaultWriterEnsureReadyPromiseRejected
 * @param {WriterState} writer
 * @param {any} error
 */
export function rejectReady(writer, error) {
  if (writer.ready.isPending) {
    writer.ready.reject(error);
    writer.ready.markHandled();
  } else {
    writer.ready = Deferred.rejectedHandled(error);
  }
}
