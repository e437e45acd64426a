// Byte streams over native sources, and the way past JavaScript.
//
// The body of a request or of a fetch's response is a ReadableStream whose bytes come from a socket. Until script
// touches it, it is nothing but a reference to that source: no controller, no queue, no promise. Whoever sends
// or collects a body asks for the source first (`takeNativeSource`) and, if the stream is still untouched,
// lets the bytes flow natively. The first reader, pipe, tee or cancel makes it an ordinary byte stream.

import { resolvedWith, then } from "./promises.js";
import { ByteControllerState } from "./readable/byte-controller.js";
import { acquireDefaultReader } from "./readable/readers.js";
import { READABLE, ReadableStreamState } from "./readable/state.js";
import { stateOf, wrap } from "./readable/stream.js";

/**
 * A source of bytes.
 * @typedef {object} NativeSource
 * @property {() => Promise<Uint8Array | null>} pull the next bytes, which must be non-empty and held by nobody
 *   else; null at the end. Not called again before it has settled.
 * @property {(reason: any) => Promise<any> | void} [cancel] nobody wants the rest
 * @property {() => Promise<Uint8Array>} [readAll] all bytes at once, instead of `pull`
 * @property {number} [id] the native resource, for those who take the source
 * @property {number | bigint} [length] how many bytes will come, where known
 */

/**
 * A byte stream over a native source.
 * @param {NativeSource} source
 * @returns {import("./readable/stream.js").ReadableStream}
 */
export function createNativeByteStream(source) {
  const state = new ReadableStreamState();
  state.native = source;
  state.expectedLength = source.length;
  state.materialize = materialize;
  return wrap(state);
}

/** @param {ReadableStreamState} stream */
function materialize(stream) {
  /** @type {NativeSource} */
  const source = stream.native;
  const onBytes = (/** @type {Uint8Array | null} */ bytes) => {
    if (stream.status !== READABLE) return;
    if (bytes !== null) {
      controller.enqueueOwned(bytes);
      return;
    }
    controller.close();
    if (controller.pullIntos.size > 0) controller.respond(0);
  };
  const controller = new ByteControllerState(
    stream,
    () => then(source.pull(), onBytes),
    (reason) => resolvedWith(source.cancel?.(reason)),
    0,
  );
  controller.started = true;
}

/**
 * The source under a stream that is untouched: unread, unlocked, undisturbed, not replaced. Else undefined.
 * @param {any} stream a ReadableStream
 * @returns {NativeSource | undefined}
 */
export function getNativeSource(stream) {
  const state = stateOf(stream);
  return state === undefined || state.reader !== undefined || state.disturbed ? undefined : state.native;
}

/**
 * The same, and the caller now owns the source: for script the stream is disturbed and stays locked.
 * @param {any} stream a ReadableStream
 * @returns {NativeSource | undefined}
 */
export function takeNativeSource(stream) {
  const source = getNativeSource(stream);
  if (source === undefined) return undefined;
  const state = /** @type {ReadableStreamState} */ (stateOf(stream));
  state.disturbed = true;
  state.native = undefined;
  state.materialize = undefined;
  new ByteControllerState(state, undefined, undefined, 0).started = true;
  acquireDefaultReader(state);
  return source;
}

/**
 * How many bytes a stream will give, where that is known before it flows (FixedLengthStream, a native source).
 * @param {any} stream a ReadableStream
 * @returns {number | bigint | undefined}
 */
export function expectedLengthOf(stream) {
  return stateOf(stream)?.expectedLength;
}
