// Blob (https://w3c.github.io/FileAPI/#blob-section).
//
// The bytes are one array that nobody else holds and nothing writes to, so slices share it.

import { op_encoding_decode_utf8, op_encoding_encode } from "selvedge:ops";
import { defineInspect } from "../console/inspectable.js";
import { createNativeByteStream } from "../streams/index.js";
import {
  converters,
  defineInterface,
  dictionary,
  enumeration,
  sequenceOf,
  uncurryThis,
  withOptions,
} from "../webidl.js";
import { arrayBufferKind, bytesOf } from "../webidl/buffers.js";
import {
  charCodeAt,
  typedArrayBuffer,
  typedArrayLength,
  typedArraySet,
  typedArraySubarray,
} from "../webidl/intrinsics.js";

const { isView } = ArrayBuffer;
const BytesArray = Uint8Array;
const PromiseConstructor = Promise;
const toLowerCase = uncurryThis(String.prototype.toLowerCase);
const clamped = withOptions(converters.longLong, { clamp: true });

/** The most that a Blob may hold, in bytes: an isolate's memory. */
const SIZE_LIMIT = 128 * 1024 * 1024;

/** @type {(blob: Blob) => Uint8Array} */
let readBytes;
/** @type {(blob: Blob) => string} */
let readType;
/** @type {(value: any) => value is Blob} */
let isInstance;

/**
 * @template T
 * @param {() => T} make
 * @returns {Promise<T>}
 */
const attempt = (make) => new PromiseConstructor((resolve) => resolve(make()));

/**
 * `(BufferSource or Blob or USVString)`
 * @param {any} part
 * @param {string} [prefix]
 * @param {string} [context]
 */
function convertPart(part, prefix, context) {
  if (isInstance(part) || isView(part) || arrayBufferKind(part) !== null) return part;
  return converters.USVString(part, prefix, context);
}

/** @type {(parts: any, prefix: string, context: string) => any[]} */
export const convertParts = sequenceOf(convertPart);

/** The members of a BlobPropertyBag. */
export const BAG = [
  { key: "endings", converter: enumeration("EndingType", ["transparent", "native"]), defaultValue: "transparent" },
  { key: "type", converter: converters.DOMString, defaultValue: "" },
];
const convertBag = dictionary("BlobPropertyBag", BAG);

/**
 * "convert line endings to native": those of POSIX.
 * @param {string} text
 */
function nativeEndings(text) {
  let converted = "";
  for (let index = 0; index < text.length; index++) {
    const isReturn = charCodeAt(text, index) === 13;
    if (isReturn && charCodeAt(text, index + 1) === 10) continue;
    converted += isReturn ? "\n" : text[index];
  }
  return converted;
}

/**
 * A part of a Blob, as bytes that may still be someone's else.
 * @param {any} part
 * @param {string} endings
 * @returns {Uint8Array}
 */
function partBytes(part, endings) {
  if (typeof part === "string") return op_encoding_encode(endings === "native" ? nativeEndings(part) : part);
  return isInstance(part) ? readBytes(part) : bytesOf(part);
}

/**
 * @param {any[]} list of parts that have been converted
 * @param {string} endings
 * @returns {Uint8Array}
 */
export function concatenateParts(list, endings) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  let size = 0;
  for (let index = 0; index < list.length; index++) {
    const piece = partBytes(list[index], endings);
    size += typedArrayLength(piece);
    if (size > SIZE_LIMIT) throw new RangeError(`Blob size ${size} exceeds limit ${SIZE_LIMIT}`);
    pieces[index] = piece;
  }
  return joinBytes(pieces, size);
}

/**
 * @param {readonly Uint8Array[]} pieces
 * @param {number} size their length together
 * @returns {Uint8Array} a new array
 */
export function joinBytes(pieces, size) {
  const all = new BytesArray(size);
  let offset = 0;
  for (let index = 0; index < pieces.length; index++) {
    typedArraySet(all, pieces[index], offset);
    offset += typedArrayLength(pieces[index]);
  }
  return all;
}

/**
 * A content type as a Blob has it: lower-case, or nothing if it has a character outside printable ASCII.
 * @param {any} type
 * @param {string} prefix
 * @returns {string}
 */
export function normalizeType(type, prefix) {
  const string = converters.DOMString(type, prefix, "type");
  for (let index = 0; index < string.length; index++) {
    const code = charCodeAt(string, index);
    if (code < 0x20 || code > 0x7e) return "";
  }
  return toLowerCase(string);
}

/**
 * A position in a Blob: negative ones count from its end.
 * @param {any} value
 * @param {number} size
 * @param {number} missing
 */
function position(value, size, missing) {
  if (value === undefined) return missing;
  const number = clamped(value, "Failed to execute 'slice' on 'Blob'", "the position");
  if (number < 0) return number + size < 0 ? 0 : number + size;
  return number > size ? size : number;
}

/** What our own code passes to the constructor instead of parts. */
export class ReadyParts {
  /**
   * @param {Uint8Array} bytes that nobody else will write to
   * @param {string} type
   */
  constructor(bytes, type) {
    this.bytes = bytes;
    this.type = type;
  }
}

/** Immutable bytes with a content type. */
export class Blob {
  /** @type {Uint8Array} */ #bytes;
  #type = "";

  static {
    readBytes = (blob) => blob.#bytes;
    readType = (blob) => blob.#type;
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #bytes in value
    );
  }

  /**
   * @param {any} [parts]
   * @param {{ type?: string, endings?: "transparent" | "native" }} [options]
   */
  constructor(parts = undefined, options = undefined) {
    const prefix = "Failed to construct 'Blob'";
    if (parts instanceof ReadyParts) {
      this.#bytes = parts.bytes;
      this.#type = parts.type;
      return;
    }
    const list = parts === undefined ? undefined : convertParts(parts, prefix, "parameter 1");
    const { endings, type } = convertBag(options, prefix, "parameter 2");
    this.#bytes = list === undefined ? new BytesArray(0) : concatenateParts(list, endings);
    this.#type = normalizeType(type, prefix);
  }

  get size() {
    return typedArrayLength(this.#bytes);
  }

  get type() {
    return this.#type;
  }

  /**
   * @param {number} [start]
   * @param {number} [end]
   * @param {string} [type]
   */
  slice(start = undefined, end = undefined, type = undefined) {
    const size = typedArrayLength(this.#bytes);
    const from = position(start, size, 0);
    const to = position(end, size, size);
    const bytes = typedArraySubarray(this.#bytes, from, to < from ? from : to);
    const name = type === undefined ? "" : normalizeType(type, "Failed to execute 'slice' on 'Blob'");
    return createBlob(bytes, name);
  }

  /** @returns {Promise<string>} */
  text() {
    return attempt(() => op_encoding_decode_utf8(this.#bytes, false, false));
  }

  /** @returns {Promise<ArrayBuffer>} */
  arrayBuffer() {
    return attempt(() => typedArrayBuffer(new BytesArray(this.#bytes)));
  }

  /** @returns {Promise<Uint8Array>} */
  bytes() {
    return attempt(() => new BytesArray(this.#bytes));
  }

  stream() {
    /** @type {Uint8Array | null} */
    let rest = this.#bytes;
    const take = () => {
      const bytes = rest === null || typedArrayLength(rest) === 0 ? null : new BytesArray(rest);
      rest = null;
      return bytes;
    };
    return createNativeByteStream({
      pull: () => attempt(take),
      readAll: () => attempt(() => take() ?? new BytesArray(0)),
      length: typedArrayLength(rest),
    });
  }
}

defineInterface(Blob, { tag: "Blob" });
defineInspect(Blob, (blob) => `Blob { size: ${typedArrayLength(readBytes(blob))}, type: '${readType(blob)}' }`);

/**
 * A Blob of bytes that nobody else will write to.
 * @param {Uint8Array} bytes
 * @param {string} type
 * @returns {Blob}
 */
export function createBlob(bytes, type) {
  return new Blob(new ReadyParts(bytes, type));
}

/**
 * @param {any} value
 * @returns {value is Blob}
 */
export function isBlob(value) {
  return isInstance(value);
}

/**
 * The bytes themselves: not to be written to, nor given to guest code.
 * @param {Blob} blob
 * @returns {Uint8Array}
 */
export function blobBytes(blob) {
  return readBytes(blob);
}

/**
 * @param {Blob} blob
 * @returns {string}
 */
export function blobType(blob) {
  return readType(blob);
}
