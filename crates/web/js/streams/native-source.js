// Byte streams over native sources, and the way past JavaScript.
//
// The body of a request or of a fetch's response is a ReadableStream whose bytes come from a socket. Until script
// touches it, it is nothing but a reference to that source: no controller, no queue, no promise. Whoever sends
// or collects a body asks for the source first (`takeNativeSource`) and, if the stream is still untouched,
// lets the bytes flow natively. A tee of it is two such streams, and a pipe into an identity transform makes one of the
// transform's readable side. The first reader, any other pipe or a cancel makes it an ordinary byte stream.

import { resolvedWith, then } from "./promises.js";
import { ByteControllerState } from "./readable/byte-controller.js";
import { acquireDefaultReader, releaseReader } from "./readable/readers.js";
import { READABLE, ReadableStreamState, close as closeReadable, error as errorReadable } from "./readable/state.js";
import { stateOf, wrap } from "./readable/stream.js";
import { CLOSED, ERRORED, WriterState, rejectReady } from "./writable/state.js";
import { releaseWriter } from "./writable/writer.js";

/**
 * A source of bytes.
 * @typedef {object} NativeSource
 * @property {() => Promise<Uint8Array | null>} pull the next bytes, which must be non-empty and held by nobody
 *   else; null at the end. Not called again before it has settled.
 * @property {(reason: any) => Promise<any> | void} [cancel] nobody wants the rest
 * @property {() => Promise<Uint8Array>} [readAll] all bytes at once, instead of `pull`
 * @property {number} [id] the native resource, for those who take the source
 * @property {number | bigint} [length] how many bytes will come, where known
 * @property {() => [NativeSource, NativeSource]} [tee] two sources of the same bytes instead of this one
 * @property {(length: number | bigint | undefined) => Joined} [join] a source instead of this one that tells its end;
 *   with a length, it fails if it has not as many bytes
 * @property {() => void} [begin] the bytes will flow now: called once, before the first `pull` or when it is taken
 */

/**
 * @typedef {object} Joined
 * @property {NativeSource} source
 * @property {Promise<void>} done settles when the source has ended; rejects with the reason if it was cancelled
 * @property {() => boolean} isCancelled
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
  source.begin?.();
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
  source.begin?.();
  seize(/** @type {ReadableStreamState} */ (stateOf(stream)));
  return source;
}

/**
 * Takes the source from under an untouched stream.
 * @param {ReadableStreamState} stream disturbed and locked from now on
 * @returns {import("./readable/state.js").DefaultReaderState} what locks it
 */
function seize(stream) {
  stream.disturbed = true;
  stream.native = undefined;
  stream.materialize = undefined;
  new ByteControllerState(stream, undefined, undefined, 0).started = true;
  return /** @type {any} */ (acquireDefaultReader(stream));
}

/**
 * @param {ReadableStreamState} stream
 * @returns {NativeSource | undefined} its source, if it is untouched
 */
const untouchedSource = (stream) => (stream.reader !== undefined || stream.disturbed ? undefined : stream.native);

/**
 * @param {ReadableStreamState} stream
 * @param {NativeSource} source
 */
function setSource(stream, source) {
  stream.native = source;
  stream.materialize = materialize;
}

/**
 * Tees an untouched stream without reading it.
 * @param {ReadableStreamState} stream
 * @returns {[ReadableStreamState, ReadableStreamState] | undefined} undefined: it must be teed chunk by chunk
 */
export function teeNatively(stream) {
  const source = untouchedSource(stream);
  if (source?.tee === undefined) return undefined;
  let sources;
  try {
    sources = source.tee();
  } catch {
    // Another request's: its branches fail when they are read.
    return undefined;
  }
  seize(stream);
  const first = new ReadableStreamState();
  setSource(first, sources[0]);
  const second = new ReadableStreamState();
  setSource(second, sources[1]);
  first.expectedLength = second.expectedLength = stream.expectedLength;
  return [first, second];
}

/**
 * Pipes an untouched stream into an untouched identity transform without reading it: the transform's readable side
 * becomes a stream over the same native source.
 * @param {ReadableStreamState} stream unlocked
 * @param {import("./writable/state.js").WritableStreamState} destination unlocked
 * @param {import("./readable/pipe.js").PipeOptions} options
 * @returns {Promise<undefined> | undefined} undefined: it must be piped chunk by chunk
 */
export function pipeNatively(stream, destination, options) {
  const source = untouchedSource(stream);
  if (source?.join === undefined || destination.identityReadable === undefined) return undefined;
  const { preventAbort, preventCancel, preventClose, signal } = options;
  if (preventAbort || preventCancel || preventClose || signal !== undefined) return undefined;
  const readable = destination.identityReadable();
  if (readable === undefined) return undefined;
  let joined;
  try {
    joined = source.join(readable.expectedLength);
  } catch {
    return undefined;
  }
  const { done, isCancelled } = joined;
  const reader = seize(stream);
  const writer = new WriterState(destination);
  setSource(readable, joined.source);
  return then(
    done,
    () => {
      closeReadable(stream);
      releaseReader(reader);
      destination.status = CLOSED;
      writer.closed.resolve(undefined);
      releaseWriter(writer);
    },
    (reason) => {
      if (isCancelled()) closeReadable(stream);
      else errorReadable(stream, reason);
      releaseReader(reader);
      destination.status = ERRORED;
      destination.storedError = reason;
      rejectReady(writer, reason);
      writer.closed.reject(reason);
      writer.closed.markHandled();
      releaseWriter(writer);
      throw reason;
    },
  );
}

/**
 * How many bytes a stream will give, where that is known before it flows (FixedLengthStream, a native source).
 * @param {any} stream a ReadableStream
 * @returns {number | bigint | undefined}
 */
export function expectedLengthOf(stream) {
  return stateOf(stream)?.expectedLength;
}
