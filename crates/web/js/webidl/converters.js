// The basic types (https://webidl.spec.whatwg.org/#js-type-mapping).

import { arrayBufferKind, viewBuffer } from "./buffers.js";
import { conversionError, typeMismatch } from "./errors.js";
import { charCodeAt, toWellFormed } from "./intrinsics.js";

const { isFinite, isInteger, MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number;
const { floor, fround, trunc } = Math;
const { asIntN, asUintN } = BigInt;
const ToBigInt = BigInt;
const ToNumber = Number;
const ToString = String;

/**
 * @template T
 * @typedef {(value: any, prefix?: string, context?: string, options?: any) => T} Converter
 */

/**
 * ToNumber, with our error texts.
 * @param {any} value
 * @param {string} [prefix]
 * @param {string} [context]
 * @returns {number}
 */
function toNumber(value, prefix, context) {
  if (typeof value === "number") return value;
  if (typeof value === "bigint")
    throw conversionError("is a BigInt and cannot be converted to a number.", prefix, context);
  if (typeof value === "symbol")
    throw conversionError("is a symbol, which cannot be converted to a number.", prefix, context);
  return +value;
}

/**
 * ToString, with our error text.
 * @param {any} value
 * @param {string} [prefix]
 * @param {string} [context]
 * @returns {string}
 */
function toString(value, prefix, context) {
  if (typeof value === "string") return value;
  if (typeof value === "symbol")
    throw conversionError("is a symbol, which cannot be converted to a string.", prefix, context);
  return ToString(value);
}

/**
 * An integer type (https://webidl.spec.whatwg.org/#abstract-opdef-converttoint).
 * @param {number} bits
 * @param {boolean} signed
 * @returns {Converter<number>} options: `enforceRange` (throw outside), `clamp` (nearest inside); else wraps
 */
function integer(bits, signed) {
  const upper = bits === 64 ? MAX_SAFE_INTEGER : signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const lower = !signed ? 0 : bits === 64 ? MIN_SAFE_INTEGER : -(2 ** (bits - 1));
  const modulo = 2 ** bits;

  return (value, prefix, context, options) => {
    let number = toNumber(value, prefix, context);
    if (options?.enforceRange) {
      if (!isFinite(number)) throw conversionError("is not a finite number.", prefix, context);
      number = trunc(number);
      if (number < lower || number > upper) {
        throw conversionError(`is outside the accepted range of ${lower} to ${upper}, inclusive.`, prefix, context);
      }
      return number + 0;
    }
    if (options?.clamp) {
      if (number !== number) return 0;
      const clamped = number < lower ? lower : number > upper ? upper : number;
      const below = floor(clamped);
      const remainder = clamped - below;
      const up = remainder > 0.5 || (remainder === 0.5 && below % 2 !== 0);
      return (up ? below + 1 : below) + 0;
    }
    if (isInteger(number) && number >= lower && number <= upper) return number + 0;
    if (!isFinite(number)) return 0;
    number = trunc(number);
    if (bits === 64) return ToNumber((signed ? asIntN : asUintN)(64, ToBigInt(number)));
    const wrapped = ((number % modulo) + modulo) % modulo;
    return signed && wrapped > upper ? wrapped - modulo : wrapped;
  };
}

/**
 * @param {Converter<number>} convert
 * @returns {Converter<number>} the same, refusing NaN and the infinities
 */
function finite(convert) {
  return (value, prefix, context) => {
    const number = convert(value, prefix, context);
    if (!isFinite(number)) throw conversionError("is not a finite floating-point value.", prefix, context);
    return number;
  };
}

/** @type {Converter<number>} */
const unrestrictedFloat = (value, prefix, context) => fround(toNumber(value, prefix, context));

/**
 * The basic types' converters, named as in WebIDL with the spaces closed up (`unsigned long` is
 * `unsignedLong`).
 */
export const converters = {
  /** @type {Converter<any>} */
  any: (value) => value,

  /** @type {Converter<boolean>} */
  boolean: (value) => !!value,

  byte: integer(8, true),
  octet: integer(8, false),
  short: integer(16, true),
  unsignedShort: integer(16, false),
  long: integer(32, true),
  unsignedLong: integer(32, false),
  longLong: integer(64, true),
  unsignedLongLong: integer(64, false),

  /** @type {Converter<number>} */
  unrestrictedDouble: toNumber,
  double: finite(toNumber),
  unrestrictedFloat,
  float: finite(unrestrictedFloat),

  /** @type {Converter<string>} options: `legacyNullToEmptyString` */
  DOMString(value, prefix, context, options) {
    if (value === null && options?.legacyNullToEmptyString) return "";
    return toString(value, prefix, context);
  },

  /** @type {Converter<string>} a string without lone surrogates (each becomes U+FFFD) */
  USVString(value, prefix, context) {
    return toWellFormed(toString(value, prefix, context));
  },

  /** @type {Converter<string>} a string of characters up to U+00FF */
  ByteString(value, prefix, context) {
    const string = toString(value, prefix, context);
    for (let index = 0; index < string.length; index++) {
      const code = charCodeAt(string, index);
      if (code > 255) {
        throw conversionError(
          `contains a character that is not a byte: the one at index ${index} has the value ${code}, greater than 255.`,
          prefix,
          context,
        );
      }
    }
    return string;
  },

  /** @type {Converter<object>} */
  object(value, prefix, context) {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") {
      throw conversionError("is not an object.", prefix, context);
    }
    return value;
  },

  /** @type {Converter<Function>} */
  Function(value, prefix, context) {
    if (typeof value !== "function") throw typeMismatch("Function", prefix, context);
    return value;
  },

  /** @type {Converter<ArrayBuffer>} options: `allowShared`, `allowResizable` */
  ArrayBuffer(value, prefix, context, options) {
    return checkBuffer(value, value, "ArrayBuffer", prefix, context, options);
  },

  /** @type {Converter<ArrayBufferView>} options: `allowShared`, `allowResizable` */
  ArrayBufferView(value, prefix, context, options) {
    return checkBuffer(value, viewBuffer(value), "ArrayBufferView", prefix, context, options);
  },

  /** @type {Converter<ArrayBuffer | ArrayBufferView>} options: `allowShared`, `allowResizable` */
  BufferSource(value, prefix, context, options) {
    const type = "ArrayBuffer or ArrayBufferView";
    return checkBuffer(value, viewBuffer(value) ?? value, type, prefix, context, options);
  },
};

/**
 * Passes a buffer or view whose buffer is of an allowed kind.
 * @template T
 * @param {T} value
 * @param {unknown} buffer the value's buffer
 * @param {string} type
 * @param {string | undefined} prefix
 * @param {string | undefined} context
 * @param {{ allowShared?: boolean, allowResizable?: boolean } | undefined} options
 * @returns {T}
 */
function checkBuffer(value, buffer, type, prefix, context, options) {
  const kind = arrayBufferKind(buffer);
  if (kind === null) throw typeMismatch(type, prefix, context);
  if (kind.shared && !options?.allowShared) {
    throw conversionError("is backed by a SharedArrayBuffer, which is not allowed.", prefix, context);
  }
  if (kind.resizable && !options?.allowResizable) {
    throw conversionError("is backed by a resizable buffer, which is not allowed.", prefix, context);
  }
  return value;
}
