// Errors: their stack, with the class and its name told apart, and without the frames they share with their
// cause.

import { uncurryThis } from "../../webidl.js";
import { ERROR, kindOf } from "./kinds.js";
import { prefixOf } from "./names.js";

/** @typedef {import("./context.js").Context} Context */

const { isArray } = Array;
const { getOwnPropertyDescriptor } = Object;
const errorToString = uncurryThis(Error.prototype.toString);
const hasInstance = /** @type {(constructor: Function, value: unknown) => boolean} */ (
  uncurryThis(/** @type {any} */ (Function.prototype[Symbol.hasInstance]))
);
const ErrorConstructor = Error;

/**
 * Whether a value is an error: made by one of the language's constructors, or an heir of `Error`.
 * @param {any} value
 * @param {number} kind
 */
export function isErrorLike(value, kind) {
  return kind === ERROR || hasInstance(ErrorConstructor, value);
}

/** @param {any} error */
function stackOf(error) {
  return error.stack ? String(error.stack) : errorToString(error);
}

/**
 * The longest run of at least four lines of `a` that is in `b` too.
 * @param {string[]} a
 * @param {string[]} b
 */
function commonRun(a, b) {
  for (let offset = 0; offset < a.length - 3; offset++) {
    const at = b.indexOf(a[offset]);
    if (at === -1) continue;
    const most = Math.min(a.length - offset, b.length - at);
    let length = 1;
    while (length < most && a[offset + length] === b[at + length]) length++;
    if (length > 3) return { length, offset };
  }
  return { length: 0, offset: 0 };
}

/**
 * @param {Context} ctx
 * @param {any} error
 * @param {string} frames
 */
function framesOf(ctx, error, frames) {
  const lines = frames.split("\n");
  let cause;
  try {
    cause = error.cause;
  } catch {
    // A getter that throws is no cause.
  }
  if (cause !== null && cause !== undefined && isErrorLike(cause, kindOf(cause))) {
    const causeStack = stackOf(cause);
    const start = causeStack.indexOf("\n    at");
    if (start !== -1) {
      const { length, offset } = commonRun(lines, causeStack.slice(start + 1).split("\n"));
      if (length > 0) {
        const skipped = length - 2;
        lines.splice(
          offset + 1,
          skipped,
          ctx.stylize(`    ... ${skipped} lines matching cause stack trace ...`, "undefined"),
        );
      }
    }
  }
  return lines;
}

/**
 * Puts the class before the name where they differ: "MyError [TypeError]: text".
 * @param {string} stack
 * @param {string | null} constructor
 * @param {string} name
 * @param {string} tag
 */
function improve(stack, constructor, name, tag) {
  let length = name.length;
  const regular =
    name.endsWith("Error") &&
    stack.startsWith(name) &&
    (stack.length === length || stack[length] === ":" || stack[length] === "\n");
  if (constructor !== null && !regular) return stack;

  let fallback = "Error";
  if (constructor === null) {
    const start = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)/.exec(stack) ?? /^([a-z_A-Z0-9-]*Error)$/.exec(stack);
    fallback = start?.[1] ?? "";
    length = fallback.length;
    fallback ||= "Error";
  }
  const prefix = prefixOf(constructor, tag, fallback).slice(0, -1);
  if (name === prefix) return stack;
  if (!prefix.includes(name)) return `${prefix} [${name}]${stack.slice(length)}`;
  return length === 0 ? `${prefix}: ${stack}` : `${prefix}${stack.slice(length)}`;
}

/**
 * An error's own accessors are not called here; those of its class (DOMException's) are.
 * @param {any} error
 * @param {PropertyKey} key
 */
const ownValue = (error, key) => getOwnPropertyDescriptor(error, key)?.value;

/**
 * The text of an error. `keys`, the properties printed beside it, loses those that the stack shows already and
 * gains `cause` and `errors`.
 * @param {Context} ctx
 * @param {any} error
 * @param {string | null} constructor
 * @param {string} tag
 * @param {PropertyKey[]} keys
 */
export function formatError(ctx, error, constructor, tag, keys) {
  const name = error.name === null || error.name === undefined ? "Error" : String(error.name);
  let stack = stackOf(error);
  if (!ctx.showHidden) {
    for (const key of ["name", "message", "stack"]) {
      const index = keys.indexOf(key);
      if (index !== -1 && stack.includes(String(ownValue(error, key)))) keys.splice(index, 1);
    }
  }
  if ("cause" in error && !keys.includes("cause")) keys.push("cause");
  if (isArray(ownValue(error, "errors")) && !keys.includes("errors")) keys.push("errors");

  stack = improve(stack, constructor, name, tag);
  const message = error.message;
  let after = typeof message === "string" && message !== "" ? stack.indexOf(message) : -1;
  if (after !== -1) after += message.length;
  const start = stack.indexOf("\n    at", after);
  if (start === -1) {
    stack = `[${stack}]`;
  } else {
    stack = `${stack.slice(0, start)}\n${framesOf(ctx, error, stack.slice(start + 1)).join("\n")}`;
  }
  return ctx.indentation === 0 ? stack : stack.replaceAll("\n", `\n${" ".repeat(ctx.indentation)}`);
}
