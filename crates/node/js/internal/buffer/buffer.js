// Buffer (https://nodejs.org/api/buffer.html#class-buffer): a Uint8Array with Node's methods. What goes over many
// bytes is an op, so that a conversion is one crossing.

import {
  op_buffer_compare,
  op_buffer_decode,
  op_buffer_encode,
  op_buffer_utf8_length,
  op_buffer_write,
} from "selvedge:ops";
import { customInspect } from "selvedge:web/console/index.js";
import { invalidArgType, nodeError, outOfRange } from "../errors.js";
import { fill, search, swapAll, write } from "./bulk.js";
import { BASE64, BASE64URL, HEX, LATIN1, UTF16, UTF8, encodingOf } from "./encodings.js";
import { inspectBuffer } from "./inspect.js";
import { defineNumbers } from "./numbers.js";
import {
  checkSize,
  encodingNumber,
  isArrayBuffer,
  isUint8Array,
  kMaxLength,
  set,
  tagOf,
  validateCount,
  validateOffset,
} from "./values.js";

export { settings } from "./inspect.js";
export { isUint8Array, kMaxLength, kStringMaxLength } from "./values.js";

const { defineProperty, setPrototypeOf } = Object;
const { isView } = ArrayBuffer;
const Bytes = Uint8Array;

/** @param {any} bytes a Uint8Array that nobody else has @returns {any} */
function asBuffer(bytes) {
  setPrototypeOf(bytes, Buffer.prototype);
  return bytes;
}

/** @param {number} size */
const alloc = (size) => asBuffer(new Bytes(size));

/** @param {string} text @param {any} encoding */
function fromString(text, encoding) {
  if (typeof encoding !== "string") encoding = "";
  return asBuffer(op_buffer_encode(text, encodingNumber(encoding)));
}

/** @param {any} source @param {any} byteOffset @param {any} length */
function fromArrayBuffer(source, byteOffset, length) {
  byteOffset = byteOffset === undefined ? 0 : +byteOffset;
  if (Number.isNaN(byteOffset)) byteOffset = 0;
  const most = source.byteLength - byteOffset;
  if (most < 0) throw nodeError(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", '"offset" is outside of buffer bounds');
  if (length === undefined) {
    length = most;
  } else {
    length = +length;
    if (!(length > 0)) length = 0;
    else if (length > most) {
      throw nodeError(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", '"length" is outside of buffer bounds');
    }
  }
  return asBuffer(new Bytes(source, byteOffset, length));
}

/** @param {any} source */
function fromObject(source) {
  if (source.length !== undefined || isArrayBuffer(source.buffer)) {
    if (typeof source.length !== "number") return alloc(0);
    return fromArrayLike(source);
  }
  if (source.type === "Buffer" && Array.isArray(source.data)) return fromArrayLike(source.data);
  return undefined;
}

/** @param {ArrayLike<number>} source */
function fromArrayLike(source) {
  if (source.length <= 0) return alloc(0);
  if (source.length > kMaxLength) throw new RangeError("Invalid typed array length: " + source.length);
  const buffer = alloc(source.length >>> 0);
  set(buffer, source, 0);
  return buffer;
}

/** @this {any} @param {any} arg @param {any} encodingOrOffset @param {any} length */
function BufferConstructor(arg, encodingOrOffset, length) {
  if (typeof arg !== "number") return Buffer.from(arg, encodingOrOffset, length);
  if (typeof encodingOrOffset === "string") throw invalidArgType("string", "string", arg);
  return Buffer.alloc(arg);
}
defineProperty(BufferConstructor, "name", { value: "Buffer", configurable: true });

/** @type {any} */
export const Buffer = BufferConstructor;
setPrototypeOf(Buffer, Bytes);
defineProperty(Buffer, Symbol.species, {
  get() {
    return FastBuffer;
  },
  configurable: true,
});

/** What subarray(), map() and their kin construct. */
class FastBuffer extends Bytes {}
FastBuffer.prototype.constructor = Buffer;
defineProperty(FastBuffer, "name", { value: "Buffer" });
setPrototypeOf(FastBuffer, Buffer);
Buffer.prototype = FastBuffer.prototype;

/** @param {any} start @param {number} length */
function clampStart(start, length) {
  start = Math.trunc(+start) || 0;
  return start < 0 ? 0 : start > length ? length : start;
}

Object.assign(Buffer, {
  poolSize: 8192,
  /** @param {any} value @param {any} encodingOrOffset @param {any} length */
  from(value, encodingOrOffset, length) {
    if (typeof value === "string") return fromString(value, encodingOrOffset);
    if (typeof value === "object" && value !== null) {
      if (isArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
      const primitive = value.valueOf?.();
      if (primitive !== null && primitive !== undefined && primitive !== value) {
        if (typeof primitive === "string" || typeof primitive === "object") {
          return Buffer.from(primitive, encodingOrOffset, length);
        }
      }
      const buffer = fromObject(value);
      if (buffer !== undefined) return buffer;
      if (typeof value[Symbol.toPrimitive] === "function") {
        const text = value[Symbol.toPrimitive]("string");
        if (typeof text === "string") return fromString(text, encodingOrOffset);
      }
    }
    throw invalidArgType("first argument", ["string", "Buffer", "ArrayBuffer", "Array", "Array-like Object"], value);
  },
  /** @param {any} view @param {any} offset @param {any} length */
  copyBytesFrom(view, offset, length) {
    if (!isView(view) || tagOf(view) === undefined) throw invalidArgType("view", ["TypedArray"], view);
    const items = /** @type {any} */ (view);
    if (items.length === 0) return alloc(0);
    if (offset !== undefined) {
      validateCount(offset, "offset");
      if (offset >= items.length) return alloc(0);
    } else {
      offset = 0;
    }
    let end = items.length;
    if (length !== undefined) {
      validateCount(length, "length");
      end = offset + length;
    }
    const part = items.slice(offset, end);
    return fromArrayLike(new Bytes(part.buffer, part.byteOffset, part.byteLength));
  },
  /** @param {any[]} items */
  of(...items) {
    return fromArrayLike(items);
  },
  /** @param {any} size @param {any} fill @param {any} encoding */
  alloc(size, fill, encoding) {
    checkSize(size);
    const buffer = alloc(size);
    if (fill !== undefined && fill !== 0 && size > 0) return buffer.fill(fill, encoding);
    return buffer;
  },
  /** @param {any} size */
  allocUnsafe(size) {
    checkSize(size);
    return alloc(size);
  },
  /** @param {any} size */
  allocUnsafeSlow(size) {
    checkSize(size);
    return alloc(size);
  },
  /** @param {any} value */
  isBuffer(value) {
    return value instanceof Buffer;
  },
  /** @param {any} encoding */
  isEncoding(encoding) {
    return typeof encoding === "string" && encoding.length !== 0 && encodingOf(encoding) !== undefined;
  },
  /** @param {any} value @param {any} encoding */
  byteLength(value, encoding) {
    if (typeof value !== "string") {
      if (isView(value) || isArrayBuffer(value)) return /** @type {any} */ (value).byteLength;
      throw invalidArgType("string", ["string", "Buffer", "ArrayBuffer"], value);
    }
    switch (encodingOf(encoding)) {
      case UTF16:
        return value.length * 2;
      case HEX:
        return value.length >>> 1;
      case BASE64:
      case BASE64URL: {
        let length = value.length;
        if (value.endsWith("=")) length -= value.endsWith("==") ? 2 : 1;
        return (length * 3) >>> 2;
      }
      case UTF8:
      case undefined:
        return op_buffer_utf8_length(value);
      default:
        return value.length;
    }
  },
  /** @param {any} a @param {any} b */
  compare(a, b) {
    if (!isUint8Array(a)) throw invalidArgType("buf1", ["Buffer", "Uint8Array"], a);
    if (!isUint8Array(b)) throw invalidArgType("buf2", ["Buffer", "Uint8Array"], b);
    return op_buffer_compare(a, b);
  },
  /** @param {any} list @param {any} length */
  concat(list, length) {
    if (!Array.isArray(list)) throw invalidArgType("list", "Array", list);
    if (list.length === 0) return alloc(0);
    if (length === undefined) {
      length = 0;
      for (const item of list) if (item.length) length += item.length;
    } else {
      validateCount(length, "length");
    }
    const buffer = alloc(length);
    let place = 0;
    for (let index = 0; index < list.length; index++) {
      const item = list[index];
      if (!isUint8Array(item)) throw invalidArgType(`list[${index}]`, ["Buffer", "Uint8Array"], item);
      if (place + item.length > length) {
        set(buffer, item.subarray(0, length - place), place);
        return buffer;
      }
      set(buffer, item, place);
      place += item.length;
    }
    return buffer;
  },
});

const methods = {
  /** @this {any} @param {any} encoding @param {any} start @param {any} end */
  toString(encoding, start, end) {
    const { length } = this;
    if (arguments.length === 0) return op_buffer_decode(this, UTF8, 0, length);
    if (!(start > 0)) start = 0;
    else if (start >= length) return "";
    else start = Math.trunc(start) || 0;
    if (end === undefined || end > length) end = length;
    else end = Math.trunc(end) || 0;
    if (end <= start) return "";
    return op_buffer_decode(this, encodingNumber(encoding === null ? "null" : encoding), start, end);
  },
  /** @this {any} @param {any} other */
  equals(other) {
    if (!isUint8Array(other)) throw invalidArgType("otherBuffer", ["Buffer", "Uint8Array"], other);
    return this === other || (this.byteLength === other.byteLength && op_buffer_compare(this, other) === 0);
  },
  /** @this {any} @param {any} target @param {any} targetStart @param {any} targetEnd @param {any} start @param {any} end */
  compare(target, targetStart, targetEnd, start, end) {
    if (!isUint8Array(target)) throw invalidArgType("target", ["Buffer", "Uint8Array"], target);
    if (arguments.length === 1) return op_buffer_compare(this, target);
    if (targetStart === undefined) targetStart = 0;
    else validateOffset(targetStart, "targetStart", Number.MAX_SAFE_INTEGER);
    if (targetEnd === undefined) targetEnd = target.length;
    else validateOffset(targetEnd, "targetEnd", target.length);
    if (start === undefined) start = 0;
    else validateOffset(start, "sourceStart", Number.MAX_SAFE_INTEGER);
    if (end === undefined) end = this.length;
    else validateOffset(end, "sourceEnd", this.length);
    if (start >= end) return targetStart >= targetEnd ? 0 : -1;
    if (targetStart >= targetEnd) return 1;
    return op_buffer_compare(this.subarray(start, end), target.subarray(targetStart, targetEnd));
  },
  /** @this {any} @param {any} value @param {any} byteOffset @param {any} encoding */
  indexOf(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, true);
  },
  /** @this {any} @param {any} value @param {any} byteOffset @param {any} encoding */
  lastIndexOf(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, false);
  },
  /** @this {any} @param {any} value @param {any} byteOffset @param {any} encoding */
  includes(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, true) !== -1;
  },
  /** @this {any} @param {any} value @param {any} offset @param {any} end @param {any} encoding */
  fill(value, offset, end, encoding) {
    return fill(this, value, offset, end, encoding);
  },
  /** @this {any} @param {any} text @param {any} offset @param {any} length @param {any} encoding */
  write(text, offset, length, encoding) {
    return write(this, text, offset, length, encoding);
  },
  /** @this {any} @param {any} target @param {any} targetStart @param {any} start @param {any} end */
  copy(target, targetStart, start, end) {
    if (!isUint8Array(target)) throw invalidArgType("target", ["Buffer", "Uint8Array"], target);
    targetStart = targetStart === undefined ? 0 : Math.trunc(+targetStart) || 0;
    if (targetStart < 0) throw outOfRange("targetStart", ">= 0", targetStart);
    start = start === undefined ? 0 : Math.trunc(+start) || 0;
    if (start < 0 || start > this.length) throw outOfRange("sourceStart", `>= 0 && <= ${this.length}`, start);
    end = end === undefined ? this.length : Math.trunc(+end) || 0;
    if (end < 0) throw outOfRange("sourceEnd", ">= 0", end);
    if (targetStart >= target.length || start >= end) return 0;
    const count = Math.min(end - start, target.length - targetStart, this.length - start);
    set(target, new Bytes(this.buffer, this.byteOffset + start, count), targetStart);
    return count;
  },
  /** @this {any} @param {any} start @param {any} end */
  subarray(start, end) {
    const { length } = this;
    start = Math.trunc(+start) || 0;
    if (start < 0) start = Math.max(start + length, 0);
    start = clampStart(start, length);
    end = end === undefined ? length : Math.trunc(+end) || 0;
    if (end < 0) end = Math.max(end + length, 0);
    end = clampStart(end, length);
    return asBuffer(new Bytes(this.buffer, this.byteOffset + start, end > start ? end - start : 0));
  },
  /** @this {any} @param {any} start @param {any} end */
  slice(start, end) {
    return this.subarray(start, end);
  },
  /** @this {any} */
  toJSON() {
    return { type: "Buffer", data: Array.from(this) };
  },
  /** @this {any} @param {any} encoding @param {any} start @param {any} end */
  toLocaleString(encoding, start, end) {
    return this.toString(encoding, start, end);
  },
  /** @this {any} */
  swap16() {
    return swapAll(this, 2);
  },
  /** @this {any} */
  swap32() {
    return swapAll(this, 4);
  },
  /** @this {any} */
  swap64() {
    return swapAll(this, 8);
  },
};
for (const [name, value] of Object.entries(methods)) {
  defineProperty(Buffer.prototype, name, { value, writable: true, enumerable: true, configurable: true });
}
defineNumbers(Buffer.prototype);

// `latin1Slice` and its kin: undocumented, and used by packages.
for (const [name, number] of /** @type {[string, number][]} */ ([
  ["ascii", 3],
  ["base64", BASE64],
  ["base64url", BASE64URL],
  ["hex", HEX],
  ["latin1", LATIN1],
  ["ucs2", UTF16],
  ["utf8", UTF8],
])) {
  /** @this {any} @param {any} start @param {any} end */
  Buffer.prototype[`${name}Slice`] = function (start = 0, end = this.length) {
    return start >= end ? "" : op_buffer_decode(this, number, start, Math.min(end, this.length));
  };
  /** @this {any} @param {string} text @param {any} offset @param {any} length */
  Buffer.prototype[`${name}Write`] = function (text, offset = 0, length = this.length - offset) {
    return op_buffer_write(this, text, number, offset, length);
  };
}

for (const [name, key] of [
  ["parent", "buffer"],
  ["offset", "byteOffset"],
]) {
  defineProperty(Buffer.prototype, name, {
    /** @this {any} */
    get() {
      return this instanceof Buffer ? /** @type {any} */ (this)[key] : undefined;
    },
    enumerable: true,
    configurable: true,
  });
}

defineProperty(Buffer.prototype, customInspect, { value: inspectBuffer, writable: true, configurable: true });
Buffer.prototype.inspect = inspectBuffer;
