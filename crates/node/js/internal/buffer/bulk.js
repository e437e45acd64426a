// The methods of Buffer that go over many bytes: search, swap, write, fill.

import { op_buffer_encode, op_buffer_index_of, op_buffer_write } from "selvedge:ops";
import { uncurryThis } from "selvedge:web/webidl.js";
import { invalidArgType, invalidArgValue, nodeError, validateNumber } from "../errors.js";
import { LATIN1, UTF16, UTF8, encodingOf } from "./encodings.js";
import { encodingNumber, isUint8Array, set, validateOffset } from "./values.js";

const Bytes = Uint8Array;
const fillBytes = uncurryThis(Bytes.prototype.fill);
const copyWithin = uncurryThis(Bytes.prototype.copyWithin);

/**
 * The place where a search begins, and whether it is any.
 * @param {any} buffer @param {any} value @param {any} byteOffset @param {any} encoding @param {boolean} forward
 */
export function search(buffer, value, byteOffset, encoding, forward) {
  if (typeof byteOffset === "string") {
    encoding = byteOffset;
    byteOffset = undefined;
  } else if (byteOffset > 0x7fffffff) {
    byteOffset = 0x7fffffff;
  } else if (byteOffset < -0x80000000) {
    byteOffset = -0x80000000;
  }
  byteOffset = +byteOffset;
  const { length } = buffer;
  if (Number.isNaN(byteOffset)) byteOffset = forward ? 0 : length;
  byteOffset = Math.trunc(byteOffset);
  let needle;
  let step = 1;
  if (typeof value === "number") {
    needle = new Bytes([value & 255]);
  } else if (typeof value === "string") {
    const number = encodingNumber(encoding);
    if (number === UTF16) step = 2;
    needle = op_buffer_encode(value, number);
  } else if (isUint8Array(value)) {
    if (encodingOf(encoding) === UTF16) step = 2;
    needle = value;
  } else {
    throw invalidArgType("value", ["number", "string", "Buffer", "Uint8Array"], value);
  }
  if (byteOffset < 0) byteOffset += length;
  if (byteOffset < 0) {
    if (!forward) return -1;
    byteOffset = 0;
  }
  if (needle.length === 0) return Math.min(byteOffset, length);
  if (forward && byteOffset >= length) return -1;
  return op_buffer_index_of(buffer, needle, byteOffset, forward, step);
}

/** @param {any} buffer @param {number} a @param {number} b */
function swap(buffer, a, b) {
  const kept = buffer[a];
  buffer[a] = buffer[b];
  buffer[b] = kept;
}

/** @param {any} buffer @param {number} size */
export function swapAll(buffer, size) {
  if (buffer.length % size !== 0) {
    throw nodeError(RangeError, "ERR_INVALID_BUFFER_SIZE", `Buffer size must be a multiple of ${size * 8}-bits`);
  }
  for (let start = 0; start < buffer.length; start += size) {
    for (let index = 0; index < size / 2; index++) swap(buffer, start + index, start + size - 1 - index);
  }
  return buffer;
}

/** @param {any} buffer @param {string} text @param {any} offset @param {any} length @param {any} encoding */
export function write(buffer, text, offset, length, encoding) {
  if (typeof text !== "string") throw nodeError(TypeError, "ERR_INVALID_ARG_TYPE", "argument must be a string");
  if (offset === undefined) return op_buffer_write(buffer, text, UTF8, 0, buffer.length);
  if (length === undefined && typeof offset === "string") {
    encoding = offset;
    length = buffer.length;
    offset = 0;
  } else {
    validateOffset(offset, "offset", buffer.length);
    const remaining = buffer.length - offset;
    if (length === undefined) {
      length = remaining;
    } else if (typeof length === "string") {
      encoding = length;
      length = remaining;
    } else {
      validateOffset(length, "length", buffer.length);
      if (length > remaining) length = remaining;
    }
  }
  return op_buffer_write(buffer, text, encodingNumber(encoding), offset, length);
}

/** @param {any} buffer @param {any} value @param {any} offset @param {any} end @param {any} encoding */
export function fill(buffer, value, offset, end, encoding) {
  if (typeof value === "string") {
    if (offset === undefined || typeof offset === "string") {
      encoding = offset;
      offset = undefined;
    } else if (typeof end === "string") {
      encoding = end;
      end = undefined;
    }
    const number = encodingNumber(encoding);
    if (value.length === 0) value = 0;
    else if (value.length === 1 && (number === LATIN1 || (number === UTF8 && value.charCodeAt(0) < 128))) {
      value = value.charCodeAt(0);
    } else {
      const bytes = op_buffer_encode(value, number);
      if (bytes.length === 0) throw invalidArgValue("value", value);
      value = bytes;
    }
  } else if (typeof value === "boolean") {
    value = +value;
  } else if (isUint8Array(value) && value.length === 0) {
    throw invalidArgValue("value", value);
  }
  if (offset === undefined) {
    offset = 0;
    end = buffer.length;
  } else {
    validateNumber(offset, "offset", 0);
    if (end === undefined) end = buffer.length;
    else validateNumber(end, "end", 0, buffer.length);
    if (offset >= end) return buffer;
  }
  if (typeof value === "object" && isUint8Array(value)) {
    let place = offset;
    set(buffer, value.subarray(0, Math.min(value.length, end - offset)), place);
    // What is there doubles until it is long enough.
    let done = Math.min(value.length, end - offset);
    while (done < end - offset) {
      const more = Math.min(done, end - offset - done);
      place = offset + done;
      copyWithin(buffer, place, offset, offset + more);
      done += more;
    }
    return buffer;
  }
  fillBytes(buffer, (+value || 0) & 255, offset, end);
  return buffer;
}
