// What a Worker passes to a namespace, converted as hosted converts it.

import { op_body_cancel } from "selvedge:ops";
import { Response, openWriter, pumpStreamToWriter, responseForSending } from "selvedge:web/fetch/index.js";
import { isReadableStream, isReadableStreamLocked } from "selvedge:web/streams/index.js";
import { then } from "selvedge:web/streams/promises.js";
import { arrayBufferKind, bytesOf } from "selvedge:web/webidl/buffers.js";

const { isView } = ArrayBuffer;
const { trunc } = Math;
const ResponseConstructor = Response;

/** In what `responseForSending` gives: a stream of JavaScript's. */
const STREAM = 4;

/**
 * @param {any} value
 * @returns {string}
 */
export function toText(value) {
  return typeof value === "string" ? value : `${value}`;
}

/**
 * A 32-bit integer; what is no number counts as 0.
 * @param {any} value
 * @returns {number}
 */
function toInt(value) {
  const number = +value;
  if (number !== number) return 0;
  if (number >= 2147483648 || number <= -2147483649) {
    throw new TypeError("Value out of range. Must be between -2147483648 and 2147483647 (inclusive).");
  }
  return trunc(number) + 0;
}

/**
 * @param {any} value
 * @returns {number | null} null where it was left out
 */
function toOptionalInt(value) {
  return value === undefined ? null : toInt(value);
}

/**
 * @param {string} method
 * @param {number} parameter
 * @param {string} type
 * @returns {TypeError}
 */
export function mismatch(method, parameter, type) {
  return new TypeError(
    `Failed to execute '${method}' on 'KvNamespace': parameter ${parameter} is not of type '${type}'.`,
  );
}

/**
 * @param {any} options
 * @returns {boolean} whether they are an object to read members from
 */
function isObject(options) {
  return (typeof options === "object" && options !== null) || typeof options === "function";
}

/**
 * @param {any} options
 * @param {string} method
 * @param {number} parameter
 * @param {string} type
 * @returns {boolean} whether there are any
 */
function hasOptions(options, method, parameter, type) {
  if (options === undefined || options === null) return false;
  if (!isObject(options)) throw mismatch(method, parameter, type);
  return true;
}

/** The options of a read. Written to and read at once: no object is made. */
export const reading = {
  type: "text",
  /** @type {number | null} */ cacheTtl: null,
};

/**
 * Leaves its findings in `reading`.
 * @param {any} options a type, or `{ type, cacheTtl }`
 */
export function convertReadOptions(options) {
  reading.type = "text";
  reading.cacheTtl = null;
  if (options === undefined || options === null) return;
  if (!isObject(options)) {
    reading.type = toText(options);
    return;
  }
  const { cacheTtl, type } = options;
  const ttl = toOptionalInt(cacheTtl);
  if (type !== undefined) reading.type = toText(type);
  reading.cacheTtl = ttl;
}

/**
 * @param {any[]} names an array
 * @returns {string[]}
 */
export function convertKeys(names) {
  /** @type {string[]} */
  const keys = [];
  const { length } = names;
  for (let index = 0; index < length; index++) keys[index] = toText(names[index]);
  return keys;
}

/**
 * @param {any} options
 * @returns {{ limit: number | null, prefix: string, cursor: string | null }}
 */
export function convertListOptions(options) {
  if (!hasOptions(options, "list", 1, "ListOptions")) return { limit: null, prefix: "", cursor: null };
  const { cursor, limit, prefix } = options;
  return {
    limit: toOptionalInt(limit),
    prefix: prefix === undefined || prefix === null ? "" : toText(prefix),
    cursor: cursor === undefined || cursor === null ? null : toText(cursor),
  };
}

/**
 * @param {any} options
 * @returns {{ expiration: number | null, expirationTtl: number | null, metadata: any }}
 */
export function convertPutOptions(options) {
  if (!hasOptions(options, "put", 3, "PutOptions")) return { expiration: null, expirationTtl: null, metadata: null };
  const { expiration, expirationTtl, metadata } = options;
  return {
    expiration: toOptionalInt(expiration),
    expirationTtl: toOptionalInt(expirationTtl),
    metadata: metadata === undefined ? null : metadata,
  };
}

/** A value as an op takes it, and the failure of the stream that it may come from. */
export class PutValue {
  /** @type {string | Uint8Array | number | null} */ argument = null;
  failed = false;
  /** @type {any} */ reason = undefined;
  /** @type {number | null} */ #bodyId = null;

  /** @param {any} value a stream of JavaScript's is read from here on */
  constructor(value) {
    if (!isObject(value)) this.argument = toText(value);
    else if (isReadableStream(value)) this.#take(value);
    else if (isView(value) || arrayBufferKind(value) !== null) this.argument = bytesOf(value);
    else {
      throw new TypeError(
        "KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.",
      );
    }
  }

  /** @param {any} stream */
  #take(stream) {
    if (isReadableStreamLocked(stream)) throw new TypeError("The ReadableStream has been locked to a reader.");
    // A response knows the simplest form that a stream is still in: that of a request's body needs no JavaScript.
    const { kind, payload } = responseForSending(new ResponseConstructor(stream));
    if (kind !== STREAM) {
      this.argument = payload;
      return;
    }
    const ids = openWriter(payload);
    this.argument = this.#bodyId = ids[1];
    then(pumpStreamToWriter(payload, ids[0]), undefined, (reason) => {
      this.failed = true;
      this.reason = reason;
    });
  }

  /** Nobody will read the stream: it is cancelled. */
  abandon() {
    if (this.#bodyId !== null) op_body_cancel(this.#bodyId);
  }
}
