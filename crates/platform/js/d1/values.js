// From a Worker's values to those of parameters
// (https://developers.cloudflare.com/d1/worker-api/#type-conversion).

import {
  arrayBufferByteLength,
  typedArrayLength,
  typedArraySet,
  typedArrayTag,
} from "selvedge:web/webidl/intrinsics.js";
import { failure } from "./errors.js";

const { isArray } = Array;
const { isView } = ArrayBuffer;
const Uint8ArrayConstructor = Uint8Array;
const NativeTypeError = TypeError;

/** @typedef {null | number | string | Uint8Array} Value */

/**
 * @param {any} value
 * @returns {Value}
 */
export function toValue(value) {
  const type = typeof value;
  if (type === "number" || type === "string") return value;
  if (type === "boolean") return value ? 1 : 0;
  if (type === "object") {
    if (value === null) return null;
    const bytes = toBytes(value);
    if (bytes !== undefined) return bytes;
  }
  throw failure("D1_TYPE_ERROR", `Type '${type}' not supported for value '${value}'`);
}

/**
 * Copies bytes; nothing of what is none.
 * @param {any} value
 * @returns {Uint8Array | undefined}
 */
function toBytes(value) {
  if (isArray(value)) return fromArray(value);
  if (isView(value)) return fromView(value);
  let length;
  try {
    length = arrayBufferByteLength(value);
  } catch {
    return undefined;
  }
  const bytes = new Uint8ArrayConstructor(length);
  typedArraySet(bytes, new Uint8ArrayConstructor(value));
  return bytes;
}

/**
 * @param {any[]} array
 * @returns {Uint8Array | undefined}
 */
function fromArray(array) {
  const length = array.length;
  const bytes = new Uint8ArrayConstructor(length);
  for (let i = 0; i < length; i++) {
    const byte = array[i];
    if (typeof byte !== "number" || !(byte >= 0 && byte < 256)) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/**
 * One byte for each element, whatever its size: what hosted makes of it. A DataView has none.
 * @param {any} view
 * @returns {Uint8Array}
 */
function fromView(view) {
  const tag = typedArrayTag(view);
  if (tag === undefined) return new Uint8ArrayConstructor(0);
  if (tag === "BigInt64Array" || tag === "BigUint64Array") {
    throw new NativeTypeError("Do not know how to serialize a BigInt");
  }
  const bytes = new Uint8ArrayConstructor(typedArrayLength(view));
  typedArraySet(bytes, view);
  return bytes;
}
