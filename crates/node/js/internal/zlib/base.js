// The stream that all codecs of node:zlib are.

import { op_node_zlib_close, op_node_zlib_reset, op_node_zlib_write } from "selvedge:ops";
import { resourceOwner } from "selvedge:web/native-resource.js";
import { Buffer, kMaxLength } from "node:buffer";
import { Transform, finished } from "node:stream";
import { invalidArgType, nodeError, outOfRange } from "../errors.js";
import { call, coded } from "../native-error.js";
import { toBytes } from "../crypto/util.js";
import { codes, constants } from "./constants.js";

const codecs = resourceOwner(op_node_zlib_close);
const { Z_DEFAULT_CHUNK, Z_MIN_CHUNK, Z_NO_FLUSH, Z_FINISH, Z_FULL_FLUSH, Z_BLOCK } = /** @type {any} */ (constants);

/** How to flush, by a property of chunks that `flush()` puts among the data. */
const kFlush = Symbol("flush");

/**
 * A number among options.
 * @param {any} value
 * @param {string} name
 * @param {number} lower
 * @param {number} upper
 * @param {any} customary
 */
export function option(value, name, lower, upper, customary) {
  if (value === undefined || Number.isNaN(value)) return customary;
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!Number.isFinite(value)) throw outOfRange(name, "a finite number", value);
  if (value < lower || value > upper) {
    throw outOfRange(name, upper === Infinity ? `>= ${lower}` : `>= ${lower} and <= ${upper}`, value);
  }
  return value;
}

/** An error of a codec as Node has it. @param {any} error */
export function zlibError(error) {
  const result = /** @type {any} */ (coded(error));
  const number = /** @type {any} */ (codes)[result.code];
  if (number !== undefined) result.errno = number;
  return result;
}

/** The flushes in the order of their strength: a later chunk's does not weaken an earlier one's. */
const STRENGTHS = [Z_NO_FLUSH, Z_BLOCK, 1, 2, Z_FULL_FLUSH, Z_FINISH];

/** @type {(stream: ZlibBase, data: Uint8Array, flush: number) => any} */
export let processAtOnce;

/** A codec as a stream. */
export class ZlibBase extends /** @type {any} */ (Transform) {
  /** @type {number | null} */ #id;
  #ended = false;
  bytesWritten = 0;

  static {
    processAtOnce = (stream, data, flush) => stream.#processAtOnce(data, flush);
  }

  /**
   * @param {any} options
   * @param {number} id the native codec's
   * @param {{ flush: number, finishFlush: number, fullFlush: number, most: number }} flushes
   */
  constructor(options, id, { flush, finishFlush, fullFlush, most }) {
    const chunkSize = option(options?.chunkSize, "options.chunkSize", Z_MIN_CHUNK, Infinity, Z_DEFAULT_CHUNK);
    super({ autoDestroy: true, ...options });
    this.#id = id;
    codecs.own(this, id);
    this._chunkSize = chunkSize;
    this._defaultFlushFlag = option(options?.flush, "options.flush", 0, most, flush);
    this._finishFlushFlag = option(options?.finishFlush, "options.finishFlush", 0, most, finishFlush);
    this._defaultFullFlushFlag = fullFlush;
    this._info = options?.info;
    this._maxOutputLength = option(options?.maxOutputLength, "options.maxOutputLength", 1, kMaxLength, kMaxLength);
  }

  get _closed() {
    return this.#id === null;
  }

  get bytesRead() {
    return this.bytesWritten;
  }

  set bytesRead(value) {
    this.bytesWritten = value;
  }

  reset() {
    if (this.#id === null) throw nodeError(Error, "ERR_INTERNAL_ASSERTION", "zlib binding closed");
    this.#ended = false;
    call(op_node_zlib_reset, this.#id);
  }

  /** The native codec's number, for `params`. */
  get _codec() {
    return this.#id;
  }

  #release() {
    if (this.#id === null) return;
    codecs.disown(this);
    op_node_zlib_close(this.#id);
    this.#id = null;
  }

  /** @param {any} [kind] @param {any} [callback] */
  flush(kind = undefined, callback = undefined) {
    if (typeof kind === "function" || (kind === undefined && !callback)) {
      callback = kind;
      kind = this._defaultFullFlushFlag;
    }
    if (this.writableFinished) {
      if (callback) Promise.resolve().then(() => callback());
    } else if (this.writableEnded) {
      if (callback) this.once("end", callback);
    } else {
      const marker = Buffer.alloc(0);
      /** @type {any} */ (marker)[kFlush] = kind;
      this.write(marker, "", callback);
    }
  }

  /** @param {any} [callback] */
  close(callback = undefined) {
    if (callback) finished(this, callback);
    this.destroy();
  }

  /** @param {any} error @param {(error: any) => void} callback */
  _destroy(error, callback) {
    this.#release();
    callback(error);
  }

  /** @param {(error?: any) => void} callback */
  _final(callback) {
    callback();
  }

  /** @param {(error?: any) => void} callback */
  _flush(callback) {
    this._transform(Buffer.alloc(0), "", callback);
  }

  /** @param {any} chunk @param {string} _encoding @param {(error?: any) => void} callback */
  _transform(chunk, _encoding, callback) {
    let flush = this._defaultFlushFlag;
    if (typeof chunk[kFlush] === "number") flush = chunk[kFlush];
    else if (this.writableEnded && this.writableLength === chunk.byteLength) {
      flush = this._strongest(flush, this._finishFlushFlag);
    }
    try {
      this.#write(chunk, flush, (output) => this.push(output));
    } catch (error) {
      callback(zlibError(error));
      return;
    }
    callback();
  }

  /** @param {number} a @param {number} b */
  _strongest(a, b) {
    return STRENGTHS.indexOf(a) > STRENGTHS.indexOf(b) ? a : b;
  }

  /**
   * @param {Uint8Array} input
   * @param {number} flush
   * @param {(output: any) => void} give
   */
  #write(input, flush, give) {
    if (this.#id === null || this.#ended) return;
    this.bytesWritten += input.byteLength;
    for (let again = true; again && this.#id !== null;) {
      const [output, consumed, more, ended] = op_node_zlib_write(this.#id, input, flush, this._chunkSize);
      input = input.subarray(consumed);
      again = more;
      if (output.length > 0) give(Buffer.from(output.buffer, 0, output.length));
      if (ended) {
        this.#ended = true;
        this.bytesWritten -= input.byteLength;
        // Decompressors end where the data does, whatever follows.
        if (this._ends && !this.writableEnded) this.push(null);
        return;
      }
    }
  }

  /** Whether the end of the compressed data is the end of the stream. */
  get _ends() {
    return false;
  }

  /** @param {Uint8Array} data @param {number} flush */
  #processAtOnce(data, flush) {
    /** @type {any[]} */
    const parts = [];
    let length = 0;
    try {
      this.#write(data, flush, (output) => {
        length += output.length;
        if (length > this._maxOutputLength) throw tooLarge(this._maxOutputLength);
        parts.push(output);
      });
    } catch (error) {
      throw zlibError(error);
    } finally {
      this.#release();
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
  }
}

/** @param {number} most */
export const tooLarge = (most) =>
  nodeError(RangeError, "ERR_BUFFER_TOO_LARGE", `Cannot create a Buffer larger than ${most} bytes`);

/** @param {any} value @returns {Uint8Array} */
export function inputBytes(value) {
  return toBytes(value, "buffer", "utf8", ["string", "Buffer", "TypedArray", "DataView", "ArrayBuffer"]);
}
