// Reading and writing numbers: readInt8 to writeDoubleBE (https://nodejs.org/api/buffer.html#bufreadbigint64beoffset).

import { uncurryThis } from "selvedge:web/webidl.js";
import { invalidArgType, nodeError, outOfRange } from "../errors.js";

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply } = Reflect;
const { isInteger } = Number;
const View = DataView;

const typedArray = getPrototypeOf(Uint8Array.prototype);
/** @param {string} name */
const getter = (name) => uncurryThis(/** @type {any} */ (getOwnPropertyDescriptor(typedArray, name)).get);
const bufferOf = getter("buffer");
const byteOffsetOf = getter("byteOffset");
const lengthOf = getter("length");

/** @param {any} buffer */
const viewOf = (buffer) => new View(bufferOf(buffer), byteOffsetOf(buffer), lengthOf(buffer));

/**
 * @param {any} offset
 * @param {number} length of the buffer
 * @param {number} size of the number
 */
function checkOffset(offset, length, size) {
  if (typeof offset !== "number") throw invalidArgType("offset", "number", offset);
  if (isInteger(offset) && offset >= 0 && offset + size <= length) return;
  if (!isInteger(offset)) throw outOfRange("offset", "an integer", offset);
  if (length - size < 0) {
    throw nodeError(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", "Attempt to access memory outside buffer bounds");
  }
  throw outOfRange("offset", `>= 0 and <= ${length - size}`, offset);
}

/**
 * @param {number | bigint} value
 * @param {number | bigint} min
 * @param {number | bigint} max
 * @param {number} size
 * @param {boolean} isSigned
 */
function checkValue(value, min, max, size, isSigned) {
  if (value >= min && value <= max) return;
  const n = typeof min === "bigint" ? "n" : "";
  let range = `>= ${min}${n} and <= ${max}${n}`;
  if (size > 4) {
    const bits = size * 8;
    range = isSigned
      ? `>= -(2${n} ** ${bits - 1}${n}) and < 2${n} ** ${bits - 1}${n}`
      : `>= 0${n} and < 2${n} ** ${bits}${n}`;
  }
  throw outOfRange("value", range, value);
}

/** @param {Function} method @param {string} name @param {string[]} names @param {object} prototype */
function define(method, name, names, prototype) {
  defineProperty(method, "name", { value: name, configurable: true });
  for (const key of names) {
    defineProperty(prototype, key, { value: method, writable: true, enumerable: true, configurable: true });
  }
}

/** `readUInt8` is `readUint8` too. @param {string} name */
const spellings = (name) => (name.includes("UInt") ? [name, name.replace("UInt", "Uint")] : [name]);

/**
 * @param {object} prototype
 * @param {string} name of the type
 * @param {string} accessor of DataView
 * @param {number} size
 * @param {[number | bigint, number | bigint] | undefined} bounds
 */
function defineFixed(prototype, name, accessor, size, bounds) {
  const get = /** @type {any} */ (View.prototype)[`get${accessor}`];
  const set = /** @type {any} */ (View.prototype)[`set${accessor}`];
  const isSigned = bounds !== undefined && bounds[0] < 0;
  for (const end of size === 1 ? [""] : ["LE", "BE"]) {
    const little = end === "LE";
    /** @this {any} @param {number} offset */
    const read = function (offset = 0) {
      checkOffset(offset, this.length, size);
      return apply(get, viewOf(this), [offset, little]);
    };
    /** @this {any} @param {any} value @param {number} offset */
    const write = function (value, offset = 0) {
      if (bounds !== undefined) {
        // Throws what mixing it with one throws, if it is no bigint.
        if (typeof bounds[0] === "bigint") void (value & 0n);
        else value = +value;
        checkValue(value, bounds[0], bounds[1], size, isSigned);
      }
      checkOffset(offset, this.length, size);
      apply(set, viewOf(this), [offset, value, little]);
      return offset + size;
    };
    define(read, `read${name}${end}`, spellings(`read${name}${end}`), prototype);
    define(write, `write${name}${end}`, spellings(`write${name}${end}`), prototype);
  }
}

/** @param {any} byteLength */
function checkByteLength(byteLength) {
  if (byteLength === undefined) throw invalidArgType("byteLength", "number", byteLength);
  if (typeof byteLength !== "number") throw invalidArgType("byteLength", "number", byteLength);
  if (!isInteger(byteLength)) throw outOfRange("byteLength", "an integer", byteLength);
  if (byteLength < 1 || byteLength > 6) throw outOfRange("byteLength", ">= 1 and <= 6", byteLength);
}

/**
 * `readUIntLE(offset, byteLength)` and its kin.
 * @param {object} prototype
 * @param {boolean} isSigned
 * @param {boolean} little
 */
function defineVariable(prototype, isSigned, little) {
  const name = `${isSigned ? "Int" : "UInt"}${little ? "LE" : "BE"}`;
  /** @this {any} @param {number} offset @param {number} byteLength */
  const read = function (offset, byteLength) {
    if (offset === undefined) throw invalidArgType("offset", "number", offset);
    checkByteLength(byteLength);
    checkOffset(offset, this.length, byteLength);
    let value = 0;
    for (let index = 0; index < byteLength; index++) {
      value = value * 256 + this[little ? offset + byteLength - 1 - index : offset + index];
    }
    const limit = 2 ** (8 * byteLength - 1);
    return isSigned && value >= limit ? value - 2 * limit : value;
  };
  /** @this {any} @param {number} value @param {number} offset @param {number} byteLength */
  const write = function (value, offset, byteLength) {
    checkByteLength(byteLength);
    value = +value;
    const limit = 2 ** (8 * byteLength - (isSigned ? 1 : 0));
    checkValue(value, isSigned ? -limit : 0, limit - 1, byteLength, isSigned);
    checkOffset(offset, this.length, byteLength);
    let rest = value < 0 ? value + 2 * limit : value;
    for (let index = 0; index < byteLength; index++) {
      this[little ? offset + index : offset + byteLength - 1 - index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return offset + byteLength;
  };
  define(read, `read${name}`, spellings(`read${name}`), prototype);
  define(write, `write${name}`, spellings(`write${name}`), prototype);
}

/** @param {object} prototype of Buffer */
export function defineNumbers(prototype) {
  for (const size of [1, 2, 4]) {
    const bits = size * 8;
    defineFixed(prototype, `UInt${bits}`, `Uint${bits}`, size, [0, 2 ** bits - 1]);
    defineFixed(prototype, `Int${bits}`, `Int${bits}`, size, [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]);
  }
  defineFixed(prototype, "BigUInt64", "BigUint64", 8, [0n, 2n ** 64n - 1n]);
  defineFixed(prototype, "BigInt64", "BigInt64", 8, [-(2n ** 63n), 2n ** 63n - 1n]);
  defineFixed(prototype, "Float", "Float32", 4, undefined);
  defineFixed(prototype, "Double", "Float64", 8, undefined);
  for (const isSigned of [false, true]) for (const little of [true, false]) defineVariable(prototype, isSigned, little);
}
