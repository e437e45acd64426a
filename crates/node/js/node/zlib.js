// node:zlib (https://nodejs.org/api/zlib.html).

import { op_node_brotli_new, op_node_zlib_crc32, op_node_zlib_new, op_node_zlib_params } from "selvedge:ops";
import { Buffer } from "node:buffer";
import { callable } from "../internal/crypto/hash.js";
import { toBytes } from "../internal/crypto/util.js";
import { invalidArgType, nodeError, validateFunction, validateInteger } from "../internal/errors.js";
import { call, settle } from "../internal/native-error.js";
import { ZlibBase, inputBytes, option, processAtOnce, tooLarge } from "../internal/zlib/base.js";
import { codes, constants } from "../internal/zlib/constants.js";
import { isNil } from "../internal/nil.js";

const {
  BROTLI_DECODE,
  BROTLI_ENCODE,
  BROTLI_OPERATION_FINISH,
  BROTLI_OPERATION_FLUSH,
  BROTLI_OPERATION_PROCESS,
  DEFLATE,
  DEFLATERAW,
  GUNZIP,
  GZIP,
  INFLATE,
  INFLATERAW,
  UNZIP,
  Z_BLOCK,
  Z_DEFAULT_COMPRESSION,
  Z_DEFAULT_STRATEGY,
  Z_FINISH,
  Z_FIXED,
  Z_FULL_FLUSH,
  Z_NO_FLUSH,
} = /** @type {any} */ (constants);

const DICTIONARIES = ["Buffer", "TypedArray", "DataView", "ArrayBuffer"];

/** @param {any} value */
const wrongDictionary = (value) => invalidArgType("options.dictionary", DICTIONARIES, value);

/** zlib's own formats. */
class Zlib extends ZlibBase {
  /** @type {number} */ #mode;

  /** @param {any} options @param {number} mode */
  constructor(options, mode) {
    if (options !== undefined && options !== null && typeof options !== "object") {
      throw invalidArgType("options", "Object", options);
    }
    let windowBits;
    // 0 takes the window from the compressed data.
    if ((isNil(options?.windowBits) || options.windowBits === 0) && [INFLATE, GUNZIP, UNZIP].includes(mode)) {
      windowBits = 0;
    } else {
      windowBits = option(options?.windowBits, "options.windowBits", mode === GZIP ? 9 : 8, 15, 15);
    }
    const level = option(options?.level, "options.level", -1, 9, Z_DEFAULT_COMPRESSION);
    const memLevel = option(options?.memLevel, "options.memLevel", 1, 9, 8);
    const strategy = option(options?.strategy, "options.strategy", Z_DEFAULT_STRATEGY, Z_FIXED, Z_DEFAULT_STRATEGY);
    let { dictionary } = options ?? {};
    if (dictionary !== undefined) {
      if (typeof dictionary === "string") throw wrongDictionary(dictionary);
      dictionary = toBytes(dictionary, "options.dictionary", "utf8", DICTIONARIES);
    }
    const id = call(op_node_zlib_new, mode, level, windowBits, memLevel, strategy, dictionary ?? null);
    super(options, id, { flush: Z_NO_FLUSH, finishFlush: Z_FINISH, fullFlush: Z_FULL_FLUSH, most: Z_BLOCK });
    this.#mode = mode;
    this._level = level;
    this._strategy = strategy;
  }

  get _ends() {
    return [INFLATE, GUNZIP, INFLATERAW, UNZIP].includes(this.#mode);
  }

  /** @param {any} level @param {any} strategy @param {any} callback */
  params(level, strategy, callback) {
    const checked = option(level, "level", -1, 9, undefined);
    option(strategy, "strategy", Z_DEFAULT_STRATEGY, Z_FIXED, undefined);
    if (checked === undefined) throw invalidArgType("level", "number", level);
    const apply = () => {
      if (this._codec !== null) call(op_node_zlib_params, this._codec, checked);
      this._level = checked;
      this._strategy = strategy;
      callback?.();
    };
    if (this._level === checked && this._strategy === strategy) Promise.resolve().then(() => callback?.());
    else this.flush(constants.Z_SYNC_FLUSH, apply);
  }
}

/** Brotli. */
class Brotli extends ZlibBase {
  #unpacks;

  /** @param {any} options @param {number} mode */
  constructor(options, mode) {
    if (options !== undefined && options !== null && typeof options !== "object") {
      throw invalidArgType("options", "Object", options);
    }
    /** @type {number[]} */
    const parameters = [];
    for (const [key, value] of Object.entries(options?.params ?? {})) {
      const number = Number(key);
      if (!Number.isInteger(number) || number < 0 || number > 9) {
        throw nodeError(RangeError, "ERR_BROTLI_INVALID_PARAM", `${key} is not a valid Brotli parameter`);
      }
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw invalidArgType("options.params[key]", "number", value);
      }
      if (mode === BROTLI_ENCODE) parameters.push(number, Number(value) >>> 0);
    }
    const id = call(op_node_brotli_new, mode === BROTLI_DECODE, parameters);
    super(options, id, {
      flush: BROTLI_OPERATION_PROCESS,
      finishFlush: BROTLI_OPERATION_FINISH,
      fullFlush: BROTLI_OPERATION_FLUSH,
      most: 3,
    });
    this.#unpacks = mode === BROTLI_DECODE;
  }

  get _ends() {
    return this.#unpacks;
  }

  /** @param {number} a @param {number} b */
  _strongest(a, b) {
    return Math.max(a, b);
  }
}

/** @param {string} name @param {typeof Zlib | typeof Brotli} Base @param {number} mode */
const codec = (name, Base, mode) =>
  callable(
    class extends Base {
      /** @param {any} [options] */
      constructor(options = undefined) {
        super(options, mode);
      }
    },
    name,
  );

const Deflate = codec("Deflate", Zlib, DEFLATE);
const Inflate = codec("Inflate", Zlib, INFLATE);
const Gzip = codec("Gzip", Zlib, GZIP);
const Gunzip = codec("Gunzip", Zlib, GUNZIP);
const DeflateRaw = codec("DeflateRaw", Zlib, DEFLATERAW);
const InflateRaw = codec("InflateRaw", Zlib, INFLATERAW);
const Unzip = codec("Unzip", Zlib, UNZIP);
const BrotliCompress = codec("BrotliCompress", Brotli, BROTLI_ENCODE);
const BrotliDecompress = codec("BrotliDecompress", Brotli, BROTLI_DECODE);

/** @param {any} Class */
const creator =
  (Class) =>
  /** @param {any} [options] */ (options = undefined) =>
    new Class(options);

const createDeflate = creator(Deflate);
const createInflate = creator(Inflate);
const createGzip = creator(Gzip);
const createGunzip = creator(Gunzip);
const createDeflateRaw = creator(DeflateRaw);
const createInflateRaw = creator(InflateRaw);
const createUnzip = creator(Unzip);
const createBrotliCompress = creator(BrotliCompress);
const createBrotliDecompress = creator(BrotliDecompress);

/** @param {any} engine @param {any} buffer */
const informed = (engine, buffer) => (engine._info ? { buffer, engine } : buffer);

/** @param {any} Class */
const sync =
  (Class) =>
  /** @param {any} buffer @param {any} [options] @returns {any} */
  (buffer, options = undefined) => {
    const bytes = inputBytes(buffer);
    const engine = new Class(options);
    return informed(engine, processAtOnce(engine, bytes, engine._finishFlushFlag));
  };

const deflateSync = sync(Deflate);
const inflateSync = sync(Inflate);
const gzipSync = sync(Gzip);
const gunzipSync = sync(Gunzip);
const deflateRawSync = sync(DeflateRaw);
const inflateRawSync = sync(InflateRaw);
const unzipSync = sync(Unzip);
const brotliCompressSync = sync(BrotliCompress);
const brotliDecompressSync = sync(BrotliDecompress);

/** How much is worked on in one go; other events of the instance have their turn in between. */
const PIECE = 256 * 1024;

/** @param {any} Class */
const convenience =
  (Class) =>
  /** @param {any} buffer @param {any} options @param {any} [callback] */
  (buffer, options, callback = undefined) => {
    if (typeof options === "function") [callback, options] = [options, undefined];
    validateFunction(callback, "callback");
    const bytes = inputBytes(buffer);
    const engine = new Class(options);
    /** @type {any[]} */
    const parts = [];
    let length = 0;
    const pending = new Promise((resolve, reject) => {
      engine.on("error", reject);
      engine.on("data", (/** @type {Uint8Array} */ part) => {
        length += part.length;
        if (length > engine._maxOutputLength) engine.destroy(tooLarge(engine._maxOutputLength));
        else parts.push(part);
      });
      engine.on("end", () => resolve(informed(engine, concat(parts, length))));
      for (let at = 0; at + PIECE < bytes.length; at += PIECE) engine.write(bytes.subarray(at, at + PIECE));
      engine.end(bytes.subarray(Math.floor(Math.max(0, bytes.length - 1) / PIECE) * PIECE));
    });
    settle(pending, callback);
  };

/** @param {any[]} parts @param {number} length */
const concat = (parts, length) => (parts.length === 1 ? parts[0] : Buffer.concat(parts, length));

const deflate = convenience(Deflate);
const inflate = convenience(Inflate);
const gzip = convenience(Gzip);
const gunzip = convenience(Gunzip);
const deflateRaw = convenience(DeflateRaw);
const inflateRaw = convenience(InflateRaw);
const unzip = convenience(Unzip);
const brotliCompress = convenience(BrotliCompress);
const brotliDecompress = convenience(BrotliDecompress);

/** The CRC-32 of data. @param {any} data @param {any} [value] of what was before it @returns {number} */
function crc32(data, value = 0) {
  if (typeof data !== "string" && !ArrayBuffer.isView(data)) {
    throw invalidArgType("data", ["Buffer", "TypedArray", "DataView", "string"], data);
  }
  validateInteger(value, "value", 0, 2 ** 32 - 1);
  return op_node_zlib_crc32(toBytes(data, "data"), value);
}

export {
  BrotliCompress,
  BrotliDecompress,
  Deflate,
  DeflateRaw,
  Gunzip,
  Gzip,
  Inflate,
  InflateRaw,
  Unzip,
  brotliCompress,
  brotliCompressSync,
  brotliDecompress,
  brotliDecompressSync,
  codes,
  constants,
  crc32,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createDeflateRaw,
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
  createUnzip,
  deflate,
  deflateRaw,
  deflateRawSync,
  deflateSync,
  gunzip,
  gunzipSync,
  gzip,
  gzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  unzip,
  unzipSync,
};

// The constants are properties too, as they were before `constants`.
export default {
  BrotliCompress,
  BrotliDecompress,
  Deflate,
  DeflateRaw,
  Gunzip,
  Gzip,
  Inflate,
  InflateRaw,
  Unzip,
  brotliCompress,
  brotliCompressSync,
  brotliDecompress,
  brotliDecompressSync,
  codes,
  constants,
  crc32,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createDeflateRaw,
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
  createUnzip,
  deflate,
  deflateRaw,
  deflateRawSync,
  deflateSync,
  gunzip,
  gunzipSync,
  gzip,
  gzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  unzip,
  unzipSync,
  ...constants,
};
