// node:assert (https://nodejs.org/api/assert.html).

import { inspect } from "selvedge:web/console/printing.js";
import { AssertionError } from "../internal/assert/error.js";
import { invalidArgType, invalidArgValue, nodeError, validateFunction } from "../internal/errors.js";
import { isDeepEqual, isDeepStrictEqual } from "../internal/util/comparisons.js";
import { isPartialDeepStrictEqual } from "../internal/util/partial.js";

export { AssertionError };

const NONE = Symbol("nothing was thrown");
const { is } = Object;

/** @param {any} details @returns {never} */
function innerFail(details) {
  if (details.message instanceof Error) throw details.message;
  throw new AssertionError(details);
}

/** @param {number} given @param {string[]} names */
function requireArguments(given, ...names) {
  if (given >= names.length) return;
  const list = names.map((name) => `"${name}"`);
  const text = list.length > 1 ? `${list.slice(0, -1).join(", ")} and ${list.at(-1)} arguments` : `${list[0]} argument`;
  throw nodeError(TypeError, "ERR_MISSING_ARGS", `The ${text} must be specified`);
}

/** @param {any} fn @param {number} given @param {any} [value] @param {any} [message] */
function innerOk(fn, given, value = undefined, message = undefined) {
  if (value) return;
  let generated = false;
  if (given === 0) {
    generated = true;
    message = "No value argument passed to `assert.ok()`";
  } else if (message === undefined || message === null) {
    generated = true;
    // Node reads the source here, which a Worker does not have.
    message = "The expression evaluated to a falsy value:\n\n  " + `assert(${inspect(value)})\n`;
  } else if (message instanceof Error) {
    throw message;
  }
  const error = new AssertionError({ actual: value, expected: true, message, operator: "==", stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
}

/** @param {any[]} args */
export function ok(...args) {
  innerOk(ok, args.length, args[0], args[1]);
}
/** @type {any} */
const assert = ok;

/** @param {any} [message] */
export function fail(message = undefined) {
  if (message instanceof Error) throw message;
  const error = new AssertionError({
    message: message === undefined ? "Failed" : message,
    operator: "fail",
    stackStartFn: fail,
  });
  error.generatedMessage = message === undefined;
  throw error;
}

/**
 * @param {string} operator
 * @param {(actual: any, expected: any) => boolean} holds
 */
function comparison(operator, holds) {
  /** @param {any} actual @param {any} expected @param {any} message */
  const check = function (actual, expected, message) {
    requireArguments(arguments.length, "actual", "expected");
    if (!holds(actual, expected)) innerFail({ actual, expected, message, operator, stackStartFn: check });
  };
  return check;
}

/* eslint-disable eqeqeq */
export const equal = comparison("==", (a, b) => a == b || (a !== a && b !== b));
export const notEqual = comparison("!=", (a, b) => a != b && !(a !== a && b !== b));
/* eslint-enable eqeqeq */
export const deepEqual = comparison("deepEqual", isDeepEqual);
export const notDeepEqual = comparison("notDeepEqual", (a, b) => !isDeepEqual(a, b));
export const deepStrictEqual = comparison("deepStrictEqual", isDeepStrictEqual);
export const notDeepStrictEqual = comparison("notDeepStrictEqual", (a, b) => !isDeepStrictEqual(a, b));
export const strictEqual = comparison("strictEqual", is);
export const notStrictEqual = comparison("notStrictEqual", (a, b) => !is(a, b));
export const partialDeepStrictEqual = comparison("partialDeepStrictEqual", isPartialDeepStrictEqual);
for (const [name, value] of Object.entries({
  equal,
  notEqual,
  deepEqual,
  notDeepEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
  notStrictEqual,
  partialDeepStrictEqual,
})) {
  Object.defineProperty(value, "name", { value: name, configurable: true });
}

/** What an error is compared with, key by key. */
class Comparison {
  /** @param {any} source @param {string[]} keys @param {any} [actual] */
  constructor(source, keys, actual = undefined) {
    for (const key of keys) {
      if (!(key in source)) continue;
      const isMatch = actual !== undefined && typeof actual[key] === "string" && source[key] instanceof RegExp;
      /** @type {any} */ (this)[key] = isMatch && source[key].exec(actual[key]) !== null ? actual[key] : source[key];
    }
  }
}

/** @param {any} actual @param {any} expected @param {any} message @param {any} fn */
function expectedException(actual, expected, message, fn) {
  let generated = false;
  let failure = false;
  if (typeof expected !== "function") {
    if (expected instanceof RegExp) {
      const text = String(actual);
      if (expected.exec(text) !== null) return;
      if (!message) {
        generated = true;
        message = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(text)}\n`;
      }
      failure = true;
    } else if (typeof actual !== "object" || actual === null) {
      const error = new AssertionError({ actual, expected, message, operator: "deepStrictEqual", stackStartFn: fn });
      error.operator = fn.name;
      throw error;
    } else {
      const keys = Object.keys(expected);
      if (expected instanceof Error) keys.push("name", "message");
      else if (keys.length === 0) {
        throw invalidArgValue("error", expected, "may not be an empty object");
      }
      for (const key of keys) {
        const isMatch =
          typeof actual[key] === "string" &&
          expected[key] instanceof RegExp &&
          expected[key].exec(actual[key]) !== null;
        if (isMatch) continue;
        if (key in actual && isDeepStrictEqual(actual[key], expected[key])) continue;
        if (message) innerFail({ actual, expected, message, operator: fn.name, stackStartFn: fn });
        const a = new Comparison(actual, keys);
        const b = new Comparison(expected, keys, actual);
        const error = new AssertionError({ actual: a, expected: b, operator: "deepStrictEqual", stackStartFn: fn });
        error.actual = actual;
        error.expected = expected;
        error.operator = fn.name;
        throw error;
      }
      return;
    }
  } else if (expected.prototype !== undefined && actual instanceof expected) {
    return;
  } else if (Object.prototype.isPrototypeOf.call(Error, expected)) {
    if (!message) {
      generated = true;
      message = `The error is expected to be an instance of "${expected.name}". Received `;
      if (actual instanceof Error) message += `"${actual.name}"`;
      else message += `"${inspect(actual, { depth: -1 })}"`;
      if (actual instanceof Error) message += `\n\nError message:\n\n${actual.message}`;
    }
    failure = true;
  } else {
    const result = Reflect.apply(expected, {}, [actual]);
    if (result !== true) {
      if (!message) {
        generated = true;
        const name = expected.name ? `"${expected.name}" ` : "";
        message = `The ${name}validation function is expected to return "true". Received ${inspect(result)}`;
        if (actual instanceof Error) message += `\n\nCaught error:\n\n${actual}`;
      }
      failure = true;
    }
  }
  if (!failure) return;
  if (message instanceof Error) throw message;
  const error = new AssertionError({ actual, expected, message, operator: fn.name, stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
}

/** @param {any} fn */
function thrownBy(fn) {
  validateFunction(fn, "fn");
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NONE;
}

/** @param {any} value */
const isPromise = (value) =>
  value !== null && typeof value === "object" && typeof value.then === "function" && typeof value.catch === "function";

/** @param {any} promiseFn */
async function rejectedBy(promiseFn) {
  let promise;
  if (typeof promiseFn === "function") {
    promise = promiseFn();
    if (!isPromise(promise)) {
      const got =
        promise === null || typeof promise !== "object"
          ? `type ${typeof promise} (${inspect(promise)})`
          : `an instance of ${promise.constructor?.name}`;
      throw nodeError(
        TypeError,
        "ERR_INVALID_RETURN_VALUE",
        `Expected instance of Promise to be returned from the "promiseFn" function but got ${got}.`,
      );
    }
  } else if (isPromise(promiseFn)) {
    promise = promiseFn;
  } else {
    throw invalidArgType("promiseFn", ["Function", "Promise"], promiseFn);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NONE;
}

/** @param {any} fn @param {any} actual @param {any} error @param {any} message */
function expectsError(fn, actual, error, message) {
  if (typeof error === "string") {
    message = error;
    error = undefined;
    const text = typeof actual === "object" && actual !== null ? actual.message : actual;
    if (text === message && actual !== NONE) {
      const what = typeof actual === "object" ? `The error message "${text}"` : `The error "${text}"`;
      throw nodeError(
        TypeError,
        "ERR_AMBIGUOUS_ARGUMENT",
        `The "error/message" argument is ambiguous. ${what} is identical to the message.`,
      );
    }
  } else if (error !== undefined && error !== null && typeof error !== "object" && typeof error !== "function") {
    throw invalidArgType("error", ["Function", "Error", "RegExp", "Object"], error);
  }
  if (actual === NONE) {
    let details = error?.name ? ` (${error.name})` : "";
    details += message ? `: ${message}` : ".";
    const type = fn.name === "rejects" ? "rejection" : "exception";
    innerFail({
      actual: undefined,
      expected: error,
      operator: fn.name,
      message: `Missing expected ${type}${details}`,
      stackStartFn: fn,
    });
  }
  if (error) expectedException(actual, error, message, fn);
}

/** @param {any} fn @param {any} actual @param {any} error @param {any} message */
function expectsNoError(fn, actual, error, message) {
  if (actual === NONE) return;
  if (typeof error === "string") {
    message = error;
    error = undefined;
  }
  if (!error || hasMatch(actual, error)) {
    const details = message ? `: ${message}` : ".";
    const type = fn.name === "doesNotReject" ? "rejection" : "exception";
    innerFail({
      actual,
      expected: error,
      operator: fn.name,
      message: `Got unwanted ${type}${details}\nActual message: "${actual?.message}"`,
      stackStartFn: fn,
    });
  }
  throw actual;
}

/** @param {any} actual @param {any} expected */
function hasMatch(actual, expected) {
  if (typeof expected !== "function") {
    if (expected instanceof RegExp) return expected.exec(String(actual)) !== null;
    throw invalidArgType("expected", ["Function", "RegExp"], expected);
  }
  if (expected.prototype !== undefined && actual instanceof expected) return true;
  if (Object.prototype.isPrototypeOf.call(Error, expected)) return false;
  return Reflect.apply(expected, {}, [actual]) === true;
}

/** @param {any} fn @param {any} [error] @param {any} [message] */
export function throws(fn, error = undefined, message = undefined) {
  expectsError(throws, thrownBy(fn), error, message);
}

/** @param {any} promiseFn @param {any} [error] @param {any} [message] */
export async function rejects(promiseFn, error = undefined, message = undefined) {
  expectsError(rejects, await rejectedBy(promiseFn), error, message);
}

/** @param {any} fn @param {any} [error] @param {any} [message] */
export function doesNotThrow(fn, error = undefined, message = undefined) {
  expectsNoError(doesNotThrow, thrownBy(fn), error, message);
}

/** @param {any} fn @param {any} [error] @param {any} [message] */
export async function doesNotReject(fn, error = undefined, message = undefined) {
  expectsNoError(doesNotReject, await rejectedBy(fn), error, message);
}

/** @param {any} value */
export function ifError(value) {
  if (value === null || value === undefined) return;
  let message = "ifError got unwanted exception: ";
  if (typeof value === "object" && typeof value.message === "string") {
    message += value.message.length === 0 && value.constructor ? value.constructor.name : value.message;
  } else {
    message += inspect(value);
  }
  throw new AssertionError({ actual: value, expected: null, operator: "ifError", message, stackStartFn: ifError });
}

/** @param {any} string @param {any} regexp @param {any} message @param {any} fn @param {boolean} wanted */
function matches(string, regexp, message, fn, wanted) {
  if (!(regexp instanceof RegExp)) throw invalidArgType("regexp", "RegExp", regexp);
  if (typeof string === "string" && (regexp.exec(string) !== null) === wanted) return;
  if (message instanceof Error) throw message;
  const generated = !message;
  message ||=
    typeof string !== "string"
      ? `The "string" argument must be of type string. Received type ${typeof string} (${inspect(string)})`
      : `${wanted ? "The input did not match the regular expression " : "The input was expected to not match the regular expression "}` +
        `${inspect(regexp)}. Input:\n\n${inspect(string)}\n`;
  const error = new AssertionError({ actual: string, expected: regexp, message, operator: fn.name, stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
}

/** @param {any} string @param {any} regexp @param {any} [message] */
export function match(string, regexp, message = undefined) {
  matches(string, regexp, message, match, true);
}

/** @param {any} string @param {any} regexp @param {any} [message] */
export function doesNotMatch(string, regexp, message = undefined) {
  matches(string, regexp, message, doesNotMatch, false);
}

const members = {
  AssertionError,
  deepEqual,
  deepStrictEqual,
  doesNotMatch,
  doesNotReject,
  doesNotThrow,
  equal,
  fail,
  ifError,
  match,
  notDeepEqual,
  notDeepStrictEqual,
  notEqual,
  notStrictEqual,
  ok,
  partialDeepStrictEqual,
  rejects,
  strictEqual,
  throws,
};

/** @param {any[]} args */
function strictFunction(...args) {
  innerOk(strictFunction, args.length, args[0], args[1]);
}
Object.defineProperty(strictFunction, "name", { value: "strict", configurable: true });
/** @type {any} */
export const strict = Object.assign(strictFunction, members, {
  equal: strictEqual,
  deepEqual: deepStrictEqual,
  notEqual: notStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
strict.strict = strict;
Object.assign(assert, members, { strict });

export default assert;
