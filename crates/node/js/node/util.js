// node:util (https://nodejs.org/api/util.html). inspect() and format() are the console's.

import { parseArgs as parseArguments } from "@pkgjs/parseargs";
import types from "node:util/types";
import { console, customInspect } from "selvedge:web/console/index.js";
import { format as formatAll, inspect as inspectWith } from "selvedge:web/console/printing.js";
import { TextDecoder, TextEncoder } from "selvedge:web/encoding/index.js";
import { AbortController } from "selvedge:web/events/index.js";
import { Buffer } from "../internal/buffer/buffer.js";
import { invalidArgType, nodeError, validateNumber, validateObject, validateString } from "../internal/errors.js";
import { environment } from "../internal/environment.js";
import { errorNames } from "../internal/util/system-errors.js";
import { isDeepStrictEqual } from "../internal/util/comparisons.js";
import { MIMEParams, MIMEType } from "../internal/util/mime.js";
import { callbackify, deprecate, inherits, promisify } from "../internal/util/promises.js";
import { colors, styleText, styles } from "../internal/util/style.js";

export {
  MIMEParams,
  MIMEType,
  TextDecoder,
  TextEncoder,
  callbackify,
  deprecate,
  inherits,
  isDeepStrictEqual,
  promisify,
  styleText,
  types,
};

const { defineProperty } = Object;

/**
 * https://nodejs.org/api/util.html#utilparseargsconfig
 * @param {any} [config]
 */
export function parseArgs(config = {}) {
  try {
    return parseArguments({ args: [], ...config });
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    throw typeof code === "string" && code.startsWith("ERR_PARSE_ARGS") ? nodeError(TypeError, code, message) : error;
  }
}

/** @type {any} */
const defaultOptions = {
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
};
/** What a Worker changed of them. @type {any} */
const changed = {};

/**
 * @param {unknown} value
 * @param {any} [options] or whether hidden properties are shown, and then by position
 * @param {any} [depth]
 * @param {any} [color]
 * @returns {string}
 */
export function inspect(value, options = undefined, depth = undefined, color = undefined) {
  const given = { ...changed };
  if (typeof options === "boolean") given.showHidden = options;
  else if (typeof options === "object" && options !== null) Object.assign(given, options);
  if (depth !== undefined && arguments.length >= 3) given.depth = depth;
  if (color !== undefined && arguments.length >= 4) given.colors = color;
  return inspectWith(value, given);
}
inspect.custom = customInspect;
inspect.colors = colors;
inspect.styles = styles;
defineProperty(inspect, "defaultOptions", {
  get: () => ({ ...defaultOptions, ...changed }),
  /** @param {any} options */
  set(options) {
    validateObject(options, "options");
    Object.assign(changed, options);
  },
});

/** @param {any[]} args */
export const format = (...args) => formatAll(args);

/** @param {any} options @param {any[]} args */
export function formatWithOptions(options, ...args) {
  validateObject(options, "inspectOptions");
  return formatAll(args, options);
}

/** The sections that NODE_DEBUG names. @param {string} section */
function isDebugged(section) {
  const names = environment.bindings().NODE_DEBUG;
  if (typeof names !== "string" || names === "") return false;
  const pattern = names
    .replace(/[|\\{}()[\]^$+?.]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll(",", "$|^");
  return new RegExp(`^${pattern}$`, "i").test(section);
}

/** @param {string} section @param {(log: any) => void} [callback] */
export function debuglog(section, callback = undefined) {
  const enabled = isDebugged(section);
  /** @param {any[]} args */
  const log = (...args) => {
    callback?.(log);
    if (enabled) console.error("%s %d: %s", section.toUpperCase(), 1, formatAll(args));
  };
  defineProperty(log, "enabled", { get: () => enabled, configurable: true, enumerable: true });
  return log;
}
export { debuglog as debug };

/** @param {any[]} args */
export function log(...args) {
  console.log("%s", formatAll(args));
}

/** Those of a terminal: operating system commands, then all others. */
const CONTROL_SEQUENCE = new RegExp(
  "[\\u001B\\u009B][[\\]()#;?]*" +
    "(?:(?:(?:(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]*)*)?(?:\\u0007|\\u001B\\u005C|\\u009C))" +
    "|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))",
  "g",
);

/** @param {string} text */
export function stripVTControlCharacters(text) {
  validateString(text, "str");
  return text.replace(CONTROL_SEQUENCE, "");
}

/** @param {unknown} text */
export const toUSVString = (text) => `${text}`.toWellFormed();

/** @param {number} number */
export function getSystemErrorName(number) {
  validateNumber(number, "err");
  if (number >= 0 || !Number.isSafeInteger(number)) {
    throw nodeError(
      RangeError,
      "ERR_OUT_OF_RANGE",
      `The value of "err" is out of range. It must be a negative integer. Received ${number}`,
    );
  }
  return errorNames.get(number)?.[0] ?? `Unknown system error ${number}`;
}
export const getSystemErrorMap = () => new Map(errorNames);
/** @param {number} number */
export const getSystemErrorMessage = (number) => errorNames.get(number)?.[1] ?? `Unknown system error ${number}`;

/** @param {number} number @param {string} call @param {string} [original] */
export function _errnoException(number, call, original = undefined) {
  const code = getSystemErrorName(number);
  const message = original ? `${call} ${code} ${original}` : `${call} ${code}`;
  return Object.assign(new Error(message), { errno: number, code, syscall: call });
}

/** @param {number} number @param {string} call @param {string} address @param {number} [port] @param {string} [additional] */
export function _exceptionWithHostPort(number, call, address, port = undefined, additional = undefined) {
  const code = getSystemErrorName(number);
  const details = `${port && port > 0 ? ` ${address}:${port}` : address ? ` ${address}` : ""}${additional ? ` - Local (${additional})` : ""}`;
  const error = /** @type {any} */ (new Error(`${call} ${code}${details}`));
  Object.assign(error, { errno: number, code, syscall: call, address });
  if (port) error.port = port;
  return error;
}

/** @param {any} target @param {any} source */
export function _extend(target, source) {
  if (source === null || typeof source !== "object") return target;
  return Object.assign(target, source);
}

/** @param {any} signal @param {any} resource */
export function aborted(signal, resource) {
  if (signal === undefined || typeof signal !== "object")
    return Promise.reject(invalidArgType("signal", "AbortSignal", signal));
  if (resource === null || (typeof resource !== "object" && typeof resource !== "function")) {
    return Promise.reject(invalidArgType("resource", "Object", resource));
  }
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
}

export const transferableAbortController = () => new AbortController();
/** @param {any} signal */
export const transferableAbortSignal = (signal) => signal;

/** https://nodejs.org/api/util.html#utilparseenvcontent @param {string} content */
export function parseEnv(content) {
  validateString(content, "content");
  /** @type {Record<string, string>} */
  const result = {};
  const line = /^\s*(?:export\s+)?([\w.-]+)\s*=[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|[^#\r\n]*)?/gm;
  for (const [, name, raw = ""] of content.matchAll(line)) {
    const value = raw.trim();
    const quoted = /^(["'`])([\s\S]*)\1$/.exec(value);
    if (quoted === null) result[name] = value;
    else result[name] = quoted[1] === '"' ? quoted[2].replaceAll("\\n", "\n") : quoted[2];
  }
  return result;
}

/** @param {number} [count] */
export function getCallSites(count = 10) {
  const Errors = /** @type {any} */ (Error);
  const { prepareStackTrace, stackTraceLimit } = Errors;
  try {
    Errors.stackTraceLimit = count + 1;
    Errors.prepareStackTrace = (/** @type {Error} */ _, /** @type {any[]} */ sites) => sites;
    const sites = /** @type {any} */ (new Error().stack);
    return sites.slice(1).map((/** @type {any} */ site) => ({
      functionName: site.getFunctionName() ?? "",
      scriptId: "0",
      scriptName: site.getScriptNameOrSourceURL() ?? "",
      lineNumber: site.getLineNumber(),
      column: site.getColumnNumber(),
      columnNumber: site.getColumnNumber(),
    }));
  } finally {
    Errors.prepareStackTrace = prepareStackTrace;
    Errors.stackTraceLimit = stackTraceLimit;
  }
}
export { getCallSites as getCallSite };

export const { isArray } = Array;
/** @param {any} value */
export const isBoolean = (value) => typeof value === "boolean";
/** @param {any} value */
export const isBuffer = (value) => Buffer.isBuffer(value);
export const { isDate, isRegExp } = types;
/** @param {any} value */
export const isError = (value) => types.isNativeError(value) || value instanceof Error;
/** @param {any} value */
export const isFunction = (value) => typeof value === "function";
/** @param {any} value */
export const isNull = (value) => value === null;
/** @param {any} value */
export const isNullOrUndefined = (value) => value === null || value === undefined;
/** @param {any} value */
export const isNumber = (value) => typeof value === "number";
/** @param {any} value */
export const isObject = (value) => value !== null && typeof value === "object";
/** @param {any} value */
export const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");
/** @param {any} value */
export const isString = (value) => typeof value === "string";
/** @param {any} value */
export const isSymbol = (value) => typeof value === "symbol";
/** @param {any} value */
export const isUndefined = (value) => value === undefined;

export default {
  MIMEParams,
  MIMEType,
  TextDecoder,
  TextEncoder,
  _errnoException,
  _exceptionWithHostPort,
  _extend,
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getCallSite: getCallSites,
  getCallSites,
  getSystemErrorMap,
  getSystemErrorMessage,
  getSystemErrorName,
  inherits,
  inspect,
  isArray,
  isBoolean,
  isBuffer,
  isDate,
  isDeepStrictEqual,
  isError,
  isFunction,
  isNull,
  isNullOrUndefined,
  isNumber,
  isObject,
  isPrimitive,
  isRegExp,
  isString,
  isSymbol,
  isUndefined,
  log,
  parseArgs,
  parseEnv,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString,
  transferableAbortController,
  transferableAbortSignal,
  types,
};
