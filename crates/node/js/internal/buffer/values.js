// What the parts of Buffer have in common: what kinds of values are, and the checks of arguments.

import { uncurryThis } from "selvedge:web/webidl.js";
import { invalidArgType, outOfRange, unknownEncoding, validateNumber } from "../errors.js";
import { UTF8, encodingOf } from "./encodings.js";

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { isInteger } = Number;
const Bytes = Uint8Array;
const typedArray = getPrototypeOf(Bytes.prototype);
export const tagOf = uncurryThis(/** @type {any} */ (getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)).get);
export const set = uncurryThis(Bytes.prototype.set);
const byteLengthOf = uncurryThis(
  /** @type {any} */ (getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")).get,
);

/** Hosted's. */
export const kMaxLength = 2 ** 31 - 1;
export const kStringMaxLength = 536870888;

/** @param {any} value */
export const isUint8Array = (value) => tagOf(value) === "Uint8Array";

/** @param {any} value */
export function isArrayBuffer(value) {
  try {
    byteLengthOf(value);
    return true;
  } catch {
    return false;
  }
}

/** @param {any} size */
export function checkSize(size) {
  validateNumber(size, "size", 0, kMaxLength);
}

/** @param {any} encoding @param {number} [fallback] */
export function encodingNumber(encoding, fallback = UTF8) {
  if (encoding === undefined || encoding === null || encoding === "") return fallback;
  const number = encodingOf(encoding);
  if (number === undefined) throw unknownEncoding(encoding);
  return number;
}

/** @param {any} value @param {string} name */
export function validateCount(value, name) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < 0) throw outOfRange(name, `>= 0 && <= ${Number.MAX_SAFE_INTEGER}`, value);
}

/** @param {any} value @param {string} name @param {number} max */
export function validateOffset(value, name, max) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < 0 || value > max) throw outOfRange(name, `>= 0 && <= ${max}`, value);
}
