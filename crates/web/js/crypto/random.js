// Randomness for script: getRandomValues and randomUUID.

import { op_crypto_random_fill } from "selvedge:ops";
import { DOMException } from "../dom-exception.js";
import { viewByteLength } from "../webidl/buffers.js";
import { append, typedArrayTag } from "../webidl/intrinsics.js";

/** @type {Record<string, boolean>} */
const integerArrays = {
  __proto__: /** @type {any} */ (null),
  Int8Array: true,
  Uint8Array: true,
  Uint8ClampedArray: true,
  Int16Array: true,
  Uint16Array: true,
  Int32Array: true,
  Uint32Array: true,
  BigInt64Array: true,
  BigUint64Array: true,
};

/**
 * Fills a view.
 * @template {ArrayBufferView} T
 * @param {T} view
 * @returns {T}
 */
export function fillRandom(view) {
  const tag = typedArrayTag(view);
  if (tag === undefined || !integerArrays[tag]) {
    throw new DOMException(
      "ArrayBufferView argument to getRandomValues() must be an integer-typed view.",
      "TypeMismatchError",
    );
  }
  const length = viewByteLength(view);
  if (length > 65536) {
    throw new DOMException(
      `getRandomValues() only accepts buffers of size <= 64K but provided ${length} bytes.`,
      "QuotaExceededError",
    );
  }
  op_crypto_random_fill(view);
  return view;
}

const BytesArray = Uint8Array;
const DIGITS = "0123456789abcdef";

/** @type {string[]} each byte in two digits */
const hex = [];

/**
 * Random bytes for many UUIDs at once.
 * @type {Uint8Array}
 */
let pool;
let position = 0;

/** Makes what UUIDs are made of: only Workers that want some have it. */
function begin() {
  for (let byte = 0; byte < 256; byte++) append(hex, DIGITS[byte >> 4] + DIGITS[byte & 15]);
  pool = new BytesArray(128 * 16);
}

/** @returns {string} a version 4 UUID (RFC 9562) */
export function randomUUID() {
  if (position === 0) {
    if (pool === undefined) begin();
    op_crypto_random_fill(pool);
  }
  const at = position;
  position = (at + 16) % (128 * 16);
  return (
    hex[pool[at]] +
    hex[pool[at + 1]] +
    hex[pool[at + 2]] +
    hex[pool[at + 3]] +
    "-" +
    hex[pool[at + 4]] +
    hex[pool[at + 5]] +
    "-" +
    hex[(pool[at + 6] & 0x0f) | 0x40] +
    hex[pool[at + 7]] +
    "-" +
    hex[(pool[at + 8] & 0x3f) | 0x80] +
    hex[pool[at + 9]] +
    "-" +
    hex[pool[at + 10]] +
    hex[pool[at + 11]] +
    hex[pool[at + 12]] +
    hex[pool[at + 13]] +
    hex[pool[at + 14]] +
    hex[pool[at + 15]]
  );
}
