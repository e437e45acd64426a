// Streams for the rest of the platform: what other standards' texts do with "create", "enqueue", "pipe", "tee"
// (https://streams.spec.whatwg.org/#other-specs), on public objects and with no prototype looked up.

import { Deferred, resolvedWith } from "./promises.js";
import { createReadable, createReadableBytes } from "./readable/create.js";
import { pipeTo } from "./readable/pipe.js";
import { acquireDefaultReader, read, releaseReader } from "./readable/readers.js";
import { ERRORED, READABLE, cancel, isLocked } from "./readable/state.js";
import { stateOf as readableStateOf, tee, wrap as wrapReadable } from "./readable/stream.js";
import { TransformStreamState } from "./transform/state.js";
import {
  WRITABLE,
  WriterState,
  abort,
  close as closeWritable,
  closeQueuedOrInFlight,
  isLocked as isWritableLocked,
} from "./writable/state.js";
import { createWritable, stateOf as writableStateOf, wrap as wrapWritable } from "./writable/stream.js";
import { closeWithErrorPropagation, releaseWriter, write } from "./writable/writer.js";

/** @typedef {import("./readable/stream.js").ReadableStream} ReadableStream */
/** @typedef {import("./writable/stream.js").WritableStream} WritableStream */

/**
 * The options' own properties alone, each option read from it being one that the caller gave.
 * @template T
 * @param {T} options
 * @returns {any}
 */
const own = (options) => ({ __proto__: null, ...options });

/** @param {any} stream */
const readable = (stream) => /** @type {import("./readable/state.js").ReadableStreamState} */ (readableStateOf(stream));
/** @param {any} stream */
const writable = (stream) => /** @type {import("./writable/state.js").WritableStreamState} */ (writableStateOf(stream));

/**
 * A stream of any chunks, filled by readableStreamEnqueue(); `pull` asks for one chunk.
 * @param {Partial<import("./readable/create.js").ReadableAlgorithms>} algorithms
 * @returns {ReadableStream}
 */
export function createReadableStream(algorithms) {
  return wrapReadable(createReadable(own(algorithms)));
}

/**
 * A byte stream, filled by readableStreamEnqueue(). For bytes from a native source see createNativeByteStream().
 * @param {Partial<import("./readable/create.js").ReadableAlgorithms>} algorithms
 * @returns {ReadableStream}
 */
export function createReadableByteStream(algorithms) {
  return wrapReadable(createReadableBytes(own(algorithms)));
}

/**
 * @param {Partial<import("./writable/controller.js").WritableAlgorithms>} algorithms
 * @returns {WritableStream}
 */
export function createWritableStream(algorithms) {
  return wrapWritable(createWritable(own(algorithms)));
}

/**
 * The two sides of a transform, and how it puts out chunks.
 * @param {Partial<import("./transform/state.js").TransformAlgorithms>} algorithms
 * @returns {{ readable: ReadableStream, writable: WritableStream, enqueue(chunk: any): void, error(reason: any): void, terminate(): void }}
 */
export function createTransformStream(algorithms) {
  const state = new TransformStreamState(own(algorithms));
  return {
    readable: wrapReadable(state.readable),
    writable: wrapWritable(state.writable),
    enqueue: (chunk) => state.enqueue(chunk),
    error: (reason) => state.error(reason),
    terminate: () => state.terminate(),
  };
}

/**
 * @param {any} value
 * @returns {value is ReadableStream}
 */
export function isReadableStream(value) {
  return readableStateOf(value) !== undefined;
}

/**
 * @param {any} value
 * @returns {value is WritableStream}
 */
export function isWritableStream(value) {
  return writableStateOf(value) !== undefined;
}

/** @param {ReadableStream} stream */
export function isReadableStreamLocked(stream) {
  return isLocked(readable(stream));
}

/**
 * Whether the stream has ever been read from or cancelled.
 * @param {ReadableStream} stream
 */
export function isReadableStreamDisturbed(stream) {
  return readable(stream).disturbed;
}

/** @param {ReadableStream} stream */
export function isReadableStreamErrored(stream) {
  return readable(stream).status === ERRORED;
}

/** @param {WritableStream} stream */
export function isWritableStreamLocked(stream) {
  return isWritableLocked(writable(stream));
}

/**
 * Puts a chunk into a stream made by createReadable...(); of a byte stream's chunk the buffer is taken. Ignored
 * once the stream is closed or errored.
 * @param {ReadableStream} stream
 * @param {any} chunk
 */
export function readableStreamEnqueue(stream, chunk) {
  readable(stream).controller.enqueue(chunk);
}

/**
 * Ends a stream made by createReadable...(); what is queued is still read.
 * @param {ReadableStream} stream
 */
export function readableStreamClose(stream) {
  const { controller, status } = readable(stream);
  if (status !== READABLE) return;
  controller.close();
  if (controller.pullIntos?.size > 0 && readable(stream).status !== READABLE) controller.respond(0);
}

/**
 * @param {ReadableStream} stream
 * @param {any} error
 */
export function readableStreamError(stream, error) {
  readable(stream).controller.error(error);
}

/**
 * How much the stream still wants queued; null once errored.
 * @param {ReadableStream} stream
 * @returns {number | null}
 */
export function readableStreamDesiredSize(stream) {
  return readable(stream).controller.desiredSize;
}

/**
 * Cancels a stream, even a locked one.
 * @param {ReadableStream} stream
 * @param {any} reason
 * @returns {Promise<undefined>}
 */
export function readableStreamCancel(stream, reason) {
  return cancel(readable(stream), reason);
}

/**
 * @param {ReadableStream} stream unlocked, else this throws
 * @param {(chunk: any) => any} [cloneChunk] makes the second branch's chunks (byte streams always copy)
 * @returns {[ReadableStream, ReadableStream]}
 */
export function readableStreamTee(stream, cloneChunk) {
  const [first, second] = tee(readable(stream), cloneChunk);
  return [wrapReadable(first), wrapReadable(second)];
}

/**
 * @param {ReadableStream} source unlocked, else this throws
 * @param {WritableStream} destination unlocked, else this throws
 * @param {import("./readable/pipe.js").PipeOptions} [options]
 * @returns {Promise<undefined>}
 */
export function readableStreamPipeTo(source, destination, options = {}) {
  return pipeTo(readable(source), writable(destination), own(options));
}

/**
 * Locks a stream and reads it: `read()` resolves with `{ chunk }`, or `undefined` at the end.
 * @param {ReadableStream} stream unlocked, else this throws
 */
export function readableStreamReader(stream) {
  const reader = acquireDefaultReader(readable(stream));
  return {
    /** @returns {Promise<any>} */
    read() {
      const deferred = new Deferred();
      read(reader, {
        // In a box, so that a chunk with a `then` is not taken for a promise.
        chunkSteps: (chunk) => deferred.resolve({ __proto__: null, chunk }),
        closeSteps: () => deferred.resolve(undefined),
        errorSteps: (error) => deferred.reject(error),
      });
      return deferred.promise;
    },
    /** @param {any} reason */
    cancel: (reason) => cancel(readable(stream), reason),
    releaseLock: () => releaseReader(reader),
  };
}

/**
 * Locks a stream and writes to it.
 * @param {WritableStream} stream unlocked, else this throws
 */
export function writableStreamWriter(stream) {
  const writer = new WriterState(writable(stream));
  return {
    /** @returns {Promise<undefined>} fulfilled when the stream wants more */
    get ready() {
      return writer.ready.promise;
    },
    /** @returns {Promise<undefined>} */
    get closed() {
      return writer.closed.promise;
    },
    /**
     * @param {any} chunk
     * @returns {Promise<undefined>}
     */
    write: (chunk) => write(writer, chunk).promise,
    close: () => closeWithErrorPropagation(writer),
    /** @param {any} reason */
    abort: (reason) => abort(writable(stream), reason),
    releaseLock: () => releaseWriter(writer),
  };
}

/**
 * Aborts a stream, even a locked one.
 * @param {WritableStream} stream
 * @param {any} reason
 * @returns {Promise<undefined>}
 */
export function writableStreamAbort(stream, reason) {
  return abort(writable(stream), reason);
}

/**
 * Closes a stream once what is queued has been written, even a locked one. Fulfilled at once for one that is closed, or
 * about to be.
 * @param {WritableStream} stream
 * @returns {Promise<undefined>}
 */
export function writableStreamClose(stream) {
  const state = writable(stream);
  return state.status !== WRITABLE || closeQueuedOrInFlight(state) ? resolvedWith(undefined) : closeWritable(state);
}

/**
 * Waits until what is queued has been written, even in a locked stream. The sink sees the end of the queue as a chunk
 * that is `undefined`.
 * @param {WritableStream} stream
 * @returns {Promise<undefined>}
 */
export function writableStreamFlush(stream) {
  const state = writable(stream);
  if (state.status !== WRITABLE || closeQueuedOrInFlight(state)) return resolvedWith(undefined);
  const deferred = new Deferred();
  state.writeRequests.push(deferred);
  state.controller.write(undefined, 0);
  return deferred.promise;
}
