// IdentityTransformStream and FixedLengthStream
// (https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/): bytes handed from the writer
// to the reader with nothing between them. Unlike a TransformStream it takes only bytes, its readable side is
// a byte stream, and a write is done only when its bytes have been asked for.

import { converters, defineInterface, dictionary, requireArguments } from "../../webidl.js";
import { arrayBufferKind, bytesOf, viewByteLength } from "../../webidl/buffers.js";
import { arrayBufferByteLength } from "../../webidl/intrinsics.js";
import { Deferred, rejectedWith, resolvedWith } from "../promises.js";
import { createReadableBytes } from "../readable/create.js";
import { READABLE } from "../readable/state.js";
import { untouchedReadable } from "./untouched.js";
import { wrap as wrapReadable } from "../readable/stream.js";
import { createWritable, wrap as wrapWritable } from "../writable/stream.js";

const { isView } = ArrayBuffer;
const { isSafeInteger } = Number;
const ToNumber = Number;
const BytesArray = Uint8Array;

const convertOptions = dictionary("IdentityTransformStreamQueuingStrategy", [
  { key: "highWaterMark", converter: converters.unrestrictedDouble },
]);

/**
 * A copy of the bytes of a chunk.
 * @param {any} chunk
 * @returns {Uint8Array}
 */
function copyOf(chunk) {
  if (typeof chunk === "string") {
    throw new TypeError(
      "This TransformStream is being used as a byte stream, but received a string on its writable side. " +
        "If you wish to write a string, you'll probably want to explicitly UTF-8-encode it with TextEncoder.",
    );
  }
  if (!isView(chunk) && arrayBufferKind(chunk) === null) {
    throw new TypeError(
      "This TransformStream is being used as a byte stream, but received an object of " +
        "non-ArrayBuffer/ArrayBufferView type on its writable side.",
    );
  }
  return new BytesArray(bytesOf(chunk));
}

/** @param {any} chunk */
function chunkLength(chunk) {
  if (isView(chunk)) return viewByteLength(chunk);
  return arrayBufferKind(chunk) === null ? 0 : arrayBufferByteLength(chunk);
}

/** The two sides, and the write or the read that waits for its counterpart. */
class Channel {
  /** @type {number | undefined} bytes that have yet to come */ #left;
  /** @type {{ bytes: Uint8Array, written: Deferred } | undefined} */ #write = undefined;
  /** @type {Deferred | undefined} */ #read = undefined;
  #used = false;

  /**
   * @param {number | undefined} expectedLength
   * @param {any} options
   * @param {string} prefix
   */
  constructor(expectedLength, options, prefix) {
    const { highWaterMark } = convertOptions(options, prefix, "options");
    this.#left = expectedLength;
    this.readable = createReadableBytes({
      started: undefined,
      pull: () => this.#pull(),
      cancel: (reason) => this.#cancel(reason),
      highWaterMark: 0,
      size: undefined,
    });
    this.readable.expectedLength = expectedLength;
    this.writable = createWritable({
      started: undefined,
      write: (chunk) => this.#transfer(chunk),
      close: () => this.#close(),
      abort: (reason) => this.#abort(reason),
      highWaterMark,
      size: highWaterMark === undefined ? undefined : chunkLength,
    });
    this.writable.identityReadable = () => (this.#used ? undefined : untouchedReadable(this.readable, this.writable));
  }

  /** @param {any} chunk */
  #transfer(chunk) {
    this.#used = true;
    /** @type {Uint8Array} */
    let bytes;
    try {
      bytes = copyOf(chunk);
      const length = viewByteLength(bytes);
      if (this.#left !== undefined) {
        if (length > this.#left) throw new TypeError("Attempt to write too many bytes through a FixedLengthStream.");
        this.#left -= length;
      }
      if (length === 0) return resolvedWith(undefined);
    } catch (error) {
      this.readable.controller.error(error);
      return rejectedWith(error);
    }
    if (this.#read !== undefined) {
      this.#deliver(bytes);
      return resolvedWith(undefined);
    }
    const written = new Deferred();
    this.#write = { bytes, written };
    return written.promise;
  }

  /** @param {Uint8Array} bytes */
  #deliver(bytes) {
    const read = this.#read;
    this.#read = undefined;
    this.readable.controller.enqueueOwned(bytes);
    read?.resolve(undefined);
  }

  #pull() {
    const waiting = this.#write;
    if (waiting !== undefined) {
      this.#write = undefined;
      this.#deliver(waiting.bytes);
      waiting.written.resolve(undefined);
      return resolvedWith(undefined);
    }
    this.#read = new Deferred();
    return this.#read.promise;
  }

  #close() {
    if (this.#left !== undefined && this.#left > 0) {
      const error = new TypeError("FixedLengthStream did not see all expected bytes before close().");
      this.readable.controller.error(error);
      return rejectedWith(error);
    }
    const { controller, status } = this.readable;
    if (status === READABLE) {
      controller.close();
      if (controller.pullIntos.size > 0) controller.respond(0);
    }
    this.#read?.resolve(undefined);
    return resolvedWith(undefined);
  }

  /** @param {any} reason */
  #abort(reason) {
    this.readable.controller.error(reason);
    this.#write?.written.reject(reason);
    this.#write = undefined;
    return resolvedWith(undefined);
  }

  /** @param {any} reason */
  #cancel(reason) {
    this.writable.controller.errorIfNeeded(reason);
    this.#write?.written.reject(reason);
    this.#write = undefined;
    return resolvedWith(undefined);
  }
}

/** How FixedLengthStream tells its base class the length; no script can make one. */
class FixedLength {
  /**
   * @param {number} length
   * @param {any} options
   */
  constructor(length, options) {
    this.length = length;
    this.options = options;
  }
}

/** Passes bytes through unchanged. */
export class IdentityTransformStream {
  /** @type {Channel} */ #channel;

  /** @param {{ highWaterMark?: number }} [options] bytes that writes may run ahead of reads */
  constructor(options = undefined) {
    const fixed = options instanceof FixedLength;
    const length = fixed ? options.length : undefined;
    this.#channel = new Channel(
      length,
      fixed ? options.options : options,
      "Failed to construct 'IdentityTransformStream'",
    );
  }

  get readable() {
    return wrapReadable(this.#channel.readable);
  }

  get writable() {
    return wrapWritable(this.#channel.writable);
  }
}

/** Passes exactly so many bytes through: a body of it is sent with a Content-Length. */
export class FixedLengthStream extends IdentityTransformStream {
  /**
   * @param {number | bigint} expectedLength
   * @param {{ highWaterMark?: number }} [options]
   */
  constructor(expectedLength, options = undefined) {
    const prefix = "Failed to construct 'FixedLengthStream'";
    requireArguments(arguments.length, 1, prefix);
    const length = typeof expectedLength === "bigint" ? ToNumber(expectedLength) : expectedLength;
    if (!isSafeInteger(length) || length < 0) {
      throw new TypeError("FixedLengthStream requires an integer expected length less than 2^53.");
    }
    super(/** @type {any} */ (new FixedLength(length, options)));
  }
}

defineInterface(IdentityTransformStream, { tag: "IdentityTransformStream" });
defineInterface(FixedLengthStream, { tag: "FixedLengthStream", length: 1 });
