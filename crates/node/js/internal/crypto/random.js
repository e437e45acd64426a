// Randomness (https://nodejs.org/api/crypto.html#cryptorandombytessize-callback) and primes.

import {
  op_crypto_random_fill,
  op_node_prime_check,
  op_node_prime_check_async,
  op_node_prime_generate,
  op_node_prime_generate_async,
} from "selvedge:ops";
import { randomUUID as webRandomUUID } from "selvedge:web/crypto/random.js";
import { Buffer } from "node:buffer";
import {
  invalidArgType,
  nodeError,
  outOfRange,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateNumber,
  validateObject,
} from "../errors.js";
import { call, settle } from "../native-error.js";
import { isArrayBuffer, toBuffer, toBytes } from "./util.js";

const MOST = 2 ** 31 - 1;

/** @param {Function} callback @param {unknown[]} args */
const later = (callback, ...args) => void Promise.resolve().then(() => callback(...args));

/**
 * @param {number} size
 * @param {(error: Error | null, bytes: any) => void} [callback]
 */
export function randomBytes(size, callback = undefined) {
  validateNumber(size, "size", 0, MOST);
  if (callback !== undefined) validateFunction(callback, "callback");
  const bytes = Buffer.alloc(size);
  op_crypto_random_fill(bytes);
  if (callback === undefined) return bytes;
  later(callback, null, bytes);
  return undefined;
}

export { randomBytes as pseudoRandomBytes, randomBytes as rng, randomBytes as prng };

/**
 * The part of a buffer that is to be filled.
 * @param {any} buffer
 * @param {any} offset
 * @param {any} size
 */
function part(buffer, offset, size) {
  if (!ArrayBuffer.isView(buffer) && !isArrayBuffer(buffer)) {
    throw invalidArgType("buf", ["ArrayBuffer", "ArrayBufferView"], buffer);
  }
  const unit = /** @type {any} */ (buffer).BYTES_PER_ELEMENT ?? 1;
  validateNumber(offset, "offset");
  offset *= unit;
  if (Number.isNaN(offset) || offset > buffer.byteLength || offset < 0) {
    throw outOfRange("offset", `>= 0 && <= ${buffer.byteLength}`, offset);
  }
  if (size === undefined) size = buffer.byteLength - offset;
  else {
    validateNumber(size, "size");
    size *= unit;
    if (Number.isNaN(size) || size > MOST || size < 0) throw outOfRange("size", `>= 0 && <= ${MOST}`, size);
    if (size + offset > buffer.byteLength) throw outOfRange("size + offset", `<= ${buffer.byteLength}`, size + offset);
  }
  const start = ArrayBuffer.isView(buffer) ? buffer.byteOffset : 0;
  const whole = /** @type {ArrayBuffer} */ (ArrayBuffer.isView(buffer) ? buffer.buffer : buffer);
  return new Uint8Array(whole, start + offset, size);
}

/** @param {any} buffer @param {number} [offset] @param {number} [size] */
export function randomFillSync(buffer, offset = 0, size = undefined) {
  op_crypto_random_fill(part(buffer, offset, size));
  return buffer;
}

/** @param {any} buffer @param {any} offset @param {any} [size] @param {any} [callback] */
export function randomFill(buffer, offset, size = undefined, callback = undefined) {
  if (typeof offset === "function") [callback, offset, size] = [offset, 0, undefined];
  else if (typeof size === "function") [callback, size] = [size, undefined];
  validateFunction(callback, "callback");
  op_crypto_random_fill(part(buffer, offset, size));
  later(callback, null, buffer);
}

/** Six bytes: what a random integer is made from. */
const LARGEST = 0xffff_ffff_ffff;

/** @param {any} min @param {any} [max] @param {any} [callback] @returns {any} */
export function randomInt(min, max = undefined, callback = undefined) {
  const noMin = max === undefined || typeof max === "function";
  if (noMin) [callback, max, min] = [max, min, 0];
  if (callback !== undefined) validateFunction(callback, "callback");
  if (!Number.isSafeInteger(min)) throw invalidArgType("min", "a safe integer", min);
  if (!Number.isSafeInteger(max)) throw invalidArgType("max", "a safe integer", max);
  if (max <= min) throw outOfRange("max", `greater than the value of "min" (${min})`, max);
  const range = max - min;
  if (!(range <= LARGEST)) throw outOfRange(noMin ? "max" : "max - min", `<= ${LARGEST}`, range);
  // Numbers at the top would make some results likelier than others.
  const limit = LARGEST - (LARGEST % range);
  const bytes = new Uint8Array(6);
  let number;
  do {
    op_crypto_random_fill(bytes);
    number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  } while (number >= limit);
  const result = (number % range) + min;
  if (callback === undefined) return result;
  later(callback, undefined, result);
  return undefined;
}

/** @param {any} [options] */
export function randomUUID(options = undefined) {
  if (options !== undefined) validateObject(options, "options");
  if (options?.disableEntropyCache !== undefined) {
    validateBoolean(options.disableEntropyCache, "options.disableEntropyCache");
  }
  return webRandomUUID();
}

/**
 * A number's bytes, big-endian.
 * @param {any} value
 * @param {string} name
 */
function numberBytes(value, name) {
  if (typeof value === "bigint") {
    if (value < 0n) throw outOfRange(name, ">= 0", value);
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  }
  return toBytes(value, name, "utf8", ["ArrayBuffer", "TypedArray", "Buffer", "DataView", "bigint"]);
}

/** @param {any} candidate @param {any} options */
function checkable(candidate, options) {
  if (typeof candidate === "string")
    throw invalidArgType("candidate", ["ArrayBuffer", "TypedArray", "Buffer", "DataView", "bigint"], candidate);
  const bytes = numberBytes(candidate, "candidate");
  validateObject(options, "options");
  validateInteger(options.checks ?? 0, "options.checks", 0, MOST);
  return bytes;
}

/** @param {any} candidate @param {any} [options] @returns {boolean} */
export const checkPrimeSync = (candidate, options = {}) => call(op_node_prime_check, checkable(candidate, options));

/** @param {any} candidate @param {any} options @param {any} [callback] */
export function checkPrime(candidate, options, callback = undefined) {
  if (typeof options === "function") [callback, options] = [options, {}];
  validateFunction(callback, "callback");
  settle(op_node_prime_check_async(checkable(candidate, options ?? {})), callback);
}

/** @param {any} size @param {any} options */
function primePlan(size, options) {
  validateInteger(size, "size", 1, MOST);
  validateObject(options, "options");
  const { safe = false, bigint = false, add, rem } = options;
  validateBoolean(safe, "options.safe");
  validateBoolean(bigint, "options.bigint");
  const number = (/** @type {any} */ value, /** @type {string} */ name) =>
    value === undefined ? undefined : numberBytes(value, name);
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const finish = (bytes) => (bigint ? BigInt(`0x${toBuffer(bytes).toString("hex")}`) : bytes.buffer);
  return /** @type {const} */ ([[size, safe, number(add, "options.add"), number(rem, "options.rem")], finish]);
}

/** @param {any} size @param {any} [options] */
export function generatePrimeSync(size, options = {}) {
  const [plan, finish] = primePlan(size, options);
  return finish(call(op_node_prime_generate, .../** @type {[any, any, any, any]} */ (plan)));
}

/** @param {any} size @param {any} options @param {any} [callback] */
export function generatePrime(size, options, callback = undefined) {
  if (typeof options === "function") [callback, options] = [options, {}];
  validateFunction(callback, "callback");
  const [plan, finish] = primePlan(size, options ?? {});
  settle(op_node_prime_generate_async(.../** @type {[any, any, any, any]} */ (plan)).then(finish), callback);
}

/** @param {any} a @param {any} b @param {(a: any, b: any) => boolean} compare */
export function timingSafeEqualOf(a, b, compare) {
  for (const [name, value] of /** @type {[string, any][]} */ ([
    ["buf1", a],
    ["buf2", b],
  ])) {
    if (!ArrayBuffer.isView(value) && !isArrayBuffer(value)) {
      throw nodeError(
        TypeError,
        "ERR_INVALID_ARG_TYPE",
        `The "${name}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`,
      );
    }
  }
  if (a.byteLength !== b.byteLength) {
    throw nodeError(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
  }
  return compare(a, b);
}
