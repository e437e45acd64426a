// Between Node's streams and the web's (https://nodejs.org/api/stream.html#streamreadablefromwebreadablestream-options).
// Both sides keep their backpressure: nothing is read that is not asked for, a write is done when the other side's is.

import Base from "readable-stream/lib/stream.js";
import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  WritableStream,
} from "selvedge:web/streams/index.js";
import { AbortError, invalidArgType } from "../errors.js";

const { Duplex, Readable, Writable, finished } = /** @type {any} */ (Base);
const Bytes = Uint8Array;

/** @param {any} error */
const isAbrupt = (error) => error?.code === "ERR_STREAM_PREMATURE_CLOSE";

/** @param {any} readable @param {any} [options] */
export function readableFromWeb(readable, options = {}) {
  if (!(readable instanceof ReadableStream)) throw invalidArgType("readableStream", "ReadableStream", readable);
  const reader = /** @type {any} */ (readable).getReader();
  let closed = false;
  const stream = new Readable({
    objectMode: options.objectMode ?? false,
    highWaterMark: options.highWaterMark,
    encoding: options.encoding,
    signal: options.signal,
    read() {
      reader.read().then(
        (/** @type {any} */ chunk) => {
          if (chunk.done) {
            closed = true;
            stream.push(null);
          } else {
            stream.push(chunk.value);
          }
        },
        (/** @type {any} */ error) => stream.destroy(error),
      );
    },
    destroy(/** @type {any} */ error, /** @type {(error: any) => void} */ callback) {
      const done = () => callback(error);
      if (closed) return done();
      closed = true;
      return reader.cancel(error ?? undefined).then(done, done);
    },
  });
  reader.closed.then(
    () => {
      closed = true;
    },
    (/** @type {any} */ error) => {
      closed = true;
      stream.destroy(error);
    },
  );
  return stream;
}

/** @param {any} stream @param {any} [options] */
export function readableToWeb(stream, options = {}) {
  if (typeof stream?._readableState !== "object") throw invalidArgType("streamReadable", "stream.Readable", stream);
  if (stream.destroyed || stream.readable === false) {
    const empty = new ReadableStream({ start: (/** @type {any} */ controller) => controller.close() });
    return empty;
  }
  const { objectMode } = stream._readableState;
  const highWaterMark = stream.readableHighWaterMark;
  const strategy =
    options.strategy ??
    (objectMode ? new CountQueuingStrategy({ highWaterMark }) : new ByteLengthQueuingStrategy({ highWaterMark }));
  /** @type {any} */ let controller;
  let ended = false;
  stream.pause();
  stream.on("data", (/** @type {any} */ chunk) => {
    if (ended) return;
    // Buffers are views of ours; the web's streams have plain Uint8Arrays.
    if (!objectMode && chunk instanceof Bytes) chunk = new Bytes(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    controller.enqueue(chunk);
    if (controller.desiredSize <= 0) stream.pause();
  });
  finished(stream, (/** @type {any} */ error) => {
    if (ended) return;
    ended = true;
    stream.on("error", () => {});
    if (error) controller.error(isAbrupt(error) ? new AbortError(undefined, { cause: error }) : error);
    else controller.close();
  });
  return new ReadableStream(
    {
      start(/** @type {any} */ given) {
        controller = given;
      },
      pull() {
        stream.resume();
      },
      cancel(/** @type {any} */ reason) {
        ended = true;
        stream.destroy(reason);
      },
    },
    strategy,
  );
}

/** @param {any} writable @param {any} [options] */
export function writableFromWeb(writable, options = {}) {
  if (!(writable instanceof WritableStream)) throw invalidArgType("writableStream", "WritableStream", writable);
  const writer = writable.getWriter();
  let closed = false;
  const stream = new Writable({
    decodeStrings: options.decodeStrings ?? true,
    highWaterMark: options.highWaterMark,
    objectMode: options.objectMode ?? false,
    signal: options.signal,
    write(/** @type {any} */ chunk, /** @type {string} */ encoding, /** @type {(error?: any) => void} */ callback) {
      writer.ready.then(() => writer.write(chunk)).then(() => callback(), callback);
    },
    destroy(/** @type {any} */ error, /** @type {(error: any) => void} */ callback) {
      const done = () => callback(error);
      if (closed) return done();
      closed = true;
      return (error ? writer.abort(error) : writer.close()).then(done, done);
    },
    final(/** @type {(error?: any) => void} */ callback) {
      if (closed) return callback();
      closed = true;
      return writer.close().then(() => callback(), callback);
    },
  });
  writer.closed.then(
    () => {
      closed = true;
    },
    (/** @type {any} */ error) => {
      closed = true;
      stream.destroy(error);
    },
  );
  return stream;
}

/** @param {any} stream */
export function writableToWeb(stream) {
  if (typeof stream?._writableState !== "object") throw invalidArgType("streamWritable", "stream.Writable", stream);
  const highWaterMark = stream.writableHighWaterMark;
  const strategy = stream.writableObjectMode
    ? new CountQueuingStrategy({ highWaterMark })
    : { highWaterMark, size: (/** @type {any} */ chunk) => chunk?.byteLength ?? chunk?.length ?? 1 };
  /** @type {any} */ let controller;
  /** @type {(() => void) | null} */ let drained = null;
  /** @type {{ resolve: (value?: any) => void, reject: (error: any) => void } | null} */ let closing = null;
  finished(stream, (/** @type {any} */ error) => {
    stream.on("error", () => {});
    drained?.();
    if (error) {
      const reason = isAbrupt(error) ? new AbortError(undefined, { cause: error }) : error;
      closing?.reject(reason);
      controller?.error(reason);
    } else if (closing !== null) {
      closing.resolve();
    } else {
      controller?.error(new AbortError());
    }
    controller = undefined;
  });
  stream.on("drain", () => {
    drained?.();
    drained = null;
  });
  return new WritableStream(
    {
      start(/** @type {any} */ given) {
        controller = given;
      },
      write(/** @type {any} */ chunk) {
        if (stream.write(chunk) && !stream.writableNeedDrain) return undefined;
        return new Promise((resolve) => {
          drained = () => resolve(undefined);
        });
      },
      abort(/** @type {any} */ reason) {
        stream.destroy(reason);
      },
      close() {
        return new Promise((resolve, reject) => {
          closing = { resolve, reject };
          stream.end();
        });
      },
    },
    /** @type {any} */ (strategy),
  );
}

/** @param {any} pair @param {any} [options] */
export function duplexFromWeb(pair, options = {}) {
  const readable = readableFromWeb(pair?.readable, options);
  const writable = writableFromWeb(pair?.writable, options);
  const duplex = new Duplex({
    allowHalfOpen: options.allowHalfOpen ?? true,
    objectMode: options.objectMode ?? false,
    encoding: options.encoding,
    decodeStrings: options.decodeStrings ?? true,
    highWaterMark: options.highWaterMark,
    signal: options.signal,
    read() {
      readable.resume();
    },
    write(/** @type {any} */ chunk, /** @type {any} */ encoding, /** @type {(error?: any) => void} */ callback) {
      writable.write(chunk, encoding, callback);
    },
    final(/** @type {(error?: any) => void} */ callback) {
      writable.end(callback);
    },
    destroy(/** @type {any} */ error, /** @type {(error: any) => void} */ callback) {
      readable.destroy(error);
      writable.destroy(error);
      callback(error);
    },
  });
  readable.pause();
  readable.on("data", (/** @type {any} */ chunk) => {
    if (!duplex.push(chunk)) readable.pause();
  });
  readable.on("end", () => duplex.push(null));
  readable.on("error", (/** @type {any} */ error) => duplex.destroy(error));
  writable.on("error", (/** @type {any} */ error) => duplex.destroy(error));
  return duplex;
}

/** @param {any} duplex */
export function duplexToWeb(duplex) {
  return { readable: readableToWeb(duplex), writable: writableToWeb(duplex) };
}
