// The text of a console call: "%s is %d", 1, { a: 1 } (https://console.spec.whatwg.org/#formatter), with Node's
// reading of the specifiers.

import { op_inspect_proxy } from "selvedge:ops";
import { uncurryThis } from "../webidl.js";
import { PROXY, kindOf } from "./inspect/kinds.js";
import { isBuiltInName } from "./inspect/names.js";
import { formatNumber } from "./inspect/strings.js";
import { inspect } from "./inspect/value.js";

/** @typedef {import("./inspect/context.js").InspectOptions} InspectOptions */

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { parseFloat, parseInt } = Number;
const { stringify } = JSON;
const hasOwn = uncurryThis(Object.prototype.hasOwnProperty);

/**
 * Whether an object's conversion to a string is the language's own, which says less than inspect() does.
 * @param {any} value
 */
function hasBuiltInToString(value) {
  while (kindOf(value) === PROXY) {
    const proxy = op_inspect_proxy(value);
    if (proxy === null) return true;
    value = proxy[0];
  }
  const hasToString = typeof value.toString === "function";
  const hasToPrimitive = typeof value[Symbol.toPrimitive] === "function";
  if (!hasToString && !hasToPrimitive) return true;
  let owner = value;
  while (
    owner !== null &&
    !(hasToString && hasOwn(owner, "toString")) &&
    !(hasToPrimitive && hasOwn(owner, Symbol.toPrimitive))
  ) {
    owner = getPrototypeOf(owner);
  }
  if (owner === null || owner === value) return false;
  const constructor = getOwnPropertyDescriptor(owner, "constructor")?.value;
  return typeof constructor === "function" && isBuiltInName(constructor.name);
}

/**
 * @param {any} value
 * @param {InspectOptions} options
 */
function asString(value, options) {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || !hasBuiltInToString(value)) return String(value);
  return inspect(value, { ...options, depth: 0, colors: false });
}

/** @param {any} value */
function asJson(value) {
  try {
    return `${stringify(value)}`;
  } catch (error) {
    const isCircular = error instanceof TypeError && error.message.startsWith("Converting circular structure to JSON");
    if (isCircular) return "[Circular]";
    throw error;
  }
}

/**
 * @param {any} value
 * @param {(value: any) => number} convert
 */
function asNumber(value, convert) {
  if (typeof value === "bigint") return `${value}n`;
  return formatNumber(typeof value === "symbol" ? NaN : convert(value));
}

/**
 * What a specifier makes of a value; undefined if it is none.
 * @param {string} specifier
 * @param {any} value
 * @param {InspectOptions} options
 * @returns {string | undefined}
 */
function substitute(specifier, value, options) {
  switch (specifier) {
    case "s":
      return asString(value, options);
    case "d":
      return asNumber(value, Number);
    case "i":
      return asNumber(value, parseInt);
    case "f":
      return formatNumber(typeof value === "symbol" ? NaN : parseFloat(value));
    case "j":
      return asJson(value);
    case "o":
      return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case "O":
      return inspect(value, options);
    case "c":
      // Styles mean nothing in a log.
      return "";
    default:
      return undefined;
  }
}

/**
 * Formats the arguments of a console call.
 * @param {readonly any[]} args
 * @param {InspectOptions} [options]
 * @returns {string}
 */
export function format(args, options = {}) {
  let next = 0;
  let text = "";
  const first = args[0];
  if (typeof first === "string") {
    if (args.length === 1) return first;
    next = 1;
    let from = 0;
    for (let index = 0; index < first.length - 1; index++) {
      if (first[index] !== "%") continue;
      const specifier = first[index + 1];
      let replacement;
      if (specifier === "%") {
        replacement = "%";
      } else if (next < args.length) {
        replacement = substitute(specifier, args[next], options);
        if (replacement !== undefined) next++;
      }
      if (replacement !== undefined) {
        text += first.slice(from, index) + replacement;
        from = index + 2;
      }
      index++;
    }
    text += first.slice(from);
  }
  for (let index = next; index < args.length; index++) {
    const value = args[index];
    if (index > 0) text += " ";
    text += typeof value === "string" ? value : inspect(value, options);
  }
  return text;
}
