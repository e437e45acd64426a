// connect(options[, callback]), connect(port[, host][, callback]): one form of all.

import { invalidArgType, invalidArgValue, nodeError, optionNotImplemented } from "./errors.js";

/** @typedef {{ host: string, port: number, timeout?: number, noDelay?: boolean, keepAlive?: boolean }} ConnectOptions */

/**
 * @param {any[]} args
 * @returns {[options: any, callback: Function | null]}
 */
export function normalizeArguments(args) {
  const list = Array.isArray(args[0]) && args.length === 1 ? args[0] : args;
  const last = list[list.length - 1];
  const callback = typeof last === "function" ? last : null;
  const [first, second] = list;
  /** @type {any} */
  let options = {};
  if (typeof first === "object" && first !== null) options = first;
  else if (typeof first === "string" && !isPort(first)) options = { path: first };
  else if (list.length > 0 && first !== callback) {
    options = { port: first };
    if (typeof second === "string") options.host = second;
  }
  return [options, callback];
}

/** @param {string} text */
const isPort = (text) => text.trim() !== "" && Number(text) >= 0 && Number.isInteger(Number(text));

/**
 * @param {any} options
 * @returns {ConnectOptions}
 */
export function checkOptions(options) {
  const { host = "localhost", path, port, onread } = options;
  // Unix sockets lead to the machine itself: there are none, as on Cloudflare.
  if (path !== undefined && path !== null) throw invalidArgValue("path", path, "is not supported");
  if (onread !== undefined && onread !== null) throw optionNotImplemented("options.onread");
  if (port === undefined) {
    throw nodeError(TypeError, "ERR_MISSING_ARGS", 'The "options" or "port" or "path" argument must be specified');
  }
  if (typeof port !== "number" && typeof port !== "string") {
    throw invalidArgType("options.port", ["number", "string"], port);
  }
  const number = typeof port === "string" && !isPort(port) ? NaN : Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    const shown = typeof port === "string" ? `type string ('${port}')` : `type number (${port})`;
    throw nodeError(RangeError, "ERR_SOCKET_BAD_PORT", `Port should be >= 0 and < 65536. Received ${shown}.`);
  }
  if (host !== null && typeof host !== "string") throw invalidArgType("options.host", "string", host);
  return { ...options, host: host || "localhost", port: number };
}
