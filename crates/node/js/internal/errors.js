// Node's errors: a class of the language's, a code, and Node's words (https://nodejs.org/api/errors.html#nodejs-error-codes).

import { inspect } from "selvedge:web/console/printing.js";

const { defineProperty } = Object;
const { captureStackTrace } = Error;

/**
 * Makes an error with a code, as Node's own are: its stack begins with `TypeError [CODE]: `.
 * @param {ErrorConstructor | TypeErrorConstructor | RangeErrorConstructor | SyntaxErrorConstructor} Base
 * @param {string} code
 * @param {string} message
 * @returns {any}
 */
export function nodeError(Base, code, message) {
  const error = /** @type {any} */ (new Base(message));
  const { name } = error;
  error.name = `${name} [${code}]`;
  captureStackTrace(error, nodeError);
  void error.stack;
  delete error.name;
  error.code = code;
  defineProperty(error, "toString", {
    value() {
      return `${this.name} [${code}]: ${this.message}`;
    },
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return error;
}

/** @param {number} value */
function withSeparators(value) {
  const text = `${value}`;
  const start = text[0] === "-" ? 1 : 0;
  let result = "";
  let end = text.length;
  for (; end >= start + 4; end -= 3) result = `_${text.slice(end - 3, end)}${result}`;
  return `${text.slice(0, end)}${result}`;
}

/**
 * What an argument was, as Node's errors say it.
 * @param {any} value
 */
export function received(value) {
  if (value === null || value === undefined) return ` Received ${value}`;
  if (typeof value === "function") return ` Received function ${value.name}`;
  if (typeof value === "object") {
    if (value.constructor?.name) return ` Received an instance of ${value.constructor.name}`;
    return ` Received ${inspect(value, { depth: -1 })}`;
  }
  let shown = inspect(value, { colors: false });
  if (shown.length > 28) shown = `${shown.slice(0, 25)}...`;
  return ` Received type ${typeof value} (${shown})`;
}

const PRIMITIVES = ["string", "function", "number", "object", "Function", "Object", "boolean", "bigint", "symbol"];
const isClassName = (/** @type {string} */ name) => /^([A-Z][a-z0-9]*)+$/.test(name);

/**
 * @param {string[]} words
 * @param {string} last the word before the last one
 */
function list(words, last) {
  if (words.length > 2) return `${words.slice(0, -1).join(", ")}, ${last} ${words.at(-1)}`;
  return words.join(` ${last} `);
}

/**
 * @param {string} name
 * @param {string | string[]} expected types and classes
 * @param {unknown} actual
 */
export function invalidArgType(name, expected, actual) {
  const all = Array.isArray(expected) ? expected : [expected];
  const kind = name.includes(".") ? "property" : "argument";
  let message = name.endsWith(" argument") ? `The ${name} must be ` : `The "${name}" ${kind} must be `;
  const types = all.filter((type) => PRIMITIVES.includes(type)).map((type) => type.toLowerCase());
  const classes = all.filter((type) => !PRIMITIVES.includes(type) && isClassName(type));
  const other = all.filter((type) => !PRIMITIVES.includes(type) && !isClassName(type));
  // With a class among them, "object" is a class's word.
  if (classes.length > 0 && types.includes("object")) {
    types.splice(types.indexOf("object"), 1);
    classes.push("Object");
  }
  if (types.length > 0) {
    message += `${types.length > 1 ? "one of type" : "of type"} ${list(types, "or")}`;
    if (classes.length > 0 || other.length > 0) message += " or ";
  }
  if (classes.length > 0) {
    message += `an instance of ${list(classes, "or")}`;
    if (other.length > 0) message += " or ";
  }
  if (other.length > 0) {
    if (other.length > 1) message += `one of ${list(other, "or")}`;
    else message += `${other[0].toLowerCase() !== other[0] ? "an " : ""}${other[0]}`;
  }
  return nodeError(TypeError, "ERR_INVALID_ARG_TYPE", `${message}.${received(actual)}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} [reason]
 */
export function invalidArgValue(name, value, reason = "is invalid", Base = TypeError) {
  let shown = inspect(value);
  if (shown.length > 128) shown = `${shown.slice(0, 128)}...`;
  const kind = name.includes(".") ? "property" : "argument";
  return nodeError(Base, "ERR_INVALID_ARG_VALUE", `The ${kind} '${name}' ${reason}. Received ${shown}`);
}

/**
 * @param {string} name
 * @param {string} range
 * @param {unknown} value
 */
export function outOfRange(name, range, value) {
  let shown;
  if (Number.isInteger(value) && Math.abs(/** @type {number} */ (value)) > 2 ** 32) {
    shown = withSeparators(/** @type {number} */ (value));
  } else if (typeof value === "bigint") {
    const isLarge = value > 2n ** 32n || value < -(2n ** 32n);
    shown = `${isLarge ? withSeparators(/** @type {any} */ (`${value}`)) : value}n`;
  } else {
    shown = inspect(value);
  }
  return nodeError(
    RangeError,
    "ERR_OUT_OF_RANGE",
    `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`,
  );
}

/** @param {unknown} encoding */
export const unknownEncoding = (encoding) =>
  nodeError(TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);

/** @param {string} name */
export const notImplemented = (name) =>
  nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", `The ${name} method is not implemented`);

/**
 * @param {unknown} value
 * @param {string} name
 */
export function validateFunction(value, name) {
  if (typeof value !== "function") throw invalidArgType(name, "Function", value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
export function validateString(value, name) {
  if (typeof value !== "string") throw invalidArgType(name, "string", value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
export function validateBoolean(value, name) {
  if (typeof value !== "boolean") throw invalidArgType(name, "boolean", value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
export function validateObject(value, name) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw invalidArgType(name, "Object", value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} [min]
 * @param {number} [max]
 */
export function validateNumber(value, name, min = undefined, max = undefined) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  const isOut = (min !== undefined && value < min) || (max !== undefined && value > max);
  if (isOut || ((min !== undefined || max !== undefined) && Number.isNaN(value))) {
    const lower = min === undefined ? "" : `>= ${min}`;
    const and = min === undefined || max === undefined ? "" : " && ";
    throw outOfRange(name, `${lower}${and}${max === undefined ? "" : `<= ${max}`}`, value);
  }
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} [min]
 * @param {number} [max]
 */
export function validateInteger(value, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!Number.isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/**
 * @param {any} signal
 * @param {string} name
 */
export function validateAbortSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== "object" || !("aborted" in signal))) {
    throw invalidArgType(name, "AbortSignal", signal);
  }
}

/** What an operation that a signal ended rejects with. */
export class AbortError extends Error {
  code = "ABORT_ERR";

  /** @param {string} [message] @param {ErrorOptions} [options] */
  constructor(message = "The operation was aborted", options = undefined) {
    super(message, options);
    this.name = "AbortError";
  }
}
