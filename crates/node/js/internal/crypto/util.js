// What the parts of node:crypto share: bytes in and out.

import { Buffer } from "node:buffer";
import { invalidArgType } from "../errors.js";

const { isView } = ArrayBuffer;

/** @param {any} value @returns {value is ArrayBuffer} */
export const isArrayBuffer = (value) => Object.prototype.toString.call(value) === "[object ArrayBuffer]";

/**
 * The bytes of a string or a buffer.
 * @param {any} value
 * @param {string} name the argument's, for the error
 * @param {any} [encoding] a string's
 * @param {string[]} [expected] what is expected, for the error
 * @returns {Uint8Array}
 */
export function toBytes(value, name, encoding = "utf8", expected = undefined) {
  if (typeof value === "string") return Buffer.from(value, encoding === "buffer" ? "utf8" : encoding);
  if (isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isArrayBuffer(value)) return new Uint8Array(value);
  throw invalidArgType(name, expected ?? ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"], value);
}

/**
 * A Buffer over bytes that nobody else has.
 * @param {Uint8Array} bytes
 */
export const toBuffer = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Bytes as a caller asked for them.
 * @param {Uint8Array} bytes
 * @param {any} [encoding]
 * @returns {any} a string or a Buffer
 */
export function output(bytes, encoding = undefined) {
  const buffer = toBuffer(bytes);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
}
