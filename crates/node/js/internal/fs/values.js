// The arguments of node:fs.

import { Buffer } from "node:buffer";
import { invalidArgType, invalidArgValue, nodeError, outOfRange, validateInteger } from "../errors.js";
import { constants } from "./constants.js";
import { isNil } from "../nil.js";

const C = /** @type {any} */ (constants);

/** @param {any} url */
function urlPath(url) {
  if (url.protocol !== "file:") {
    throw nodeError(TypeError, "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
  }
  if (url.hostname !== "") {
    throw nodeError(TypeError, "ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
  }
  if (/%2f/i.test(url.pathname)) {
    throw nodeError(TypeError, "ERR_INVALID_FILE_URL_PATH", "File URL path must not include encoded / characters");
  }
  return decodeURIComponent(url.pathname);
}

/** @param {any} value @param {string} [name] @returns {string} */
export function toPath(value, name = "path") {
  let path = value;
  if (typeof value === "object" && value !== null && value.href && value.protocol) path = urlPath(value);
  else if (ArrayBuffer.isView(value)) path = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  if (typeof path !== "string") throw invalidArgType(name, ["string", "Buffer", "URL"], value);
  if (path.includes("\0")) {
    throw invalidArgValue(name, value, "must be a string, Uint8Array, or URL without null bytes");
  }
  return path;
}

/** @param {any} fd @returns {number} */
export function toDescriptor(fd) {
  validateInteger(fd, "fd", 0, 2 ** 31 - 1);
  return fd;
}

const FLAGS = /** @type {Record<string, number>} */ ({
  r: C.O_RDONLY,
  rs: C.O_RDONLY | C.O_SYNC,
  sr: C.O_RDONLY | C.O_SYNC,
  "r+": C.O_RDWR,
  "rs+": C.O_RDWR | C.O_SYNC,
  "sr+": C.O_RDWR | C.O_SYNC,
  w: C.O_TRUNC | C.O_CREAT | C.O_WRONLY,
  wx: C.O_TRUNC | C.O_CREAT | C.O_WRONLY | C.O_EXCL,
  xw: C.O_TRUNC | C.O_CREAT | C.O_WRONLY | C.O_EXCL,
  "w+": C.O_TRUNC | C.O_CREAT | C.O_RDWR,
  "wx+": C.O_TRUNC | C.O_CREAT | C.O_RDWR | C.O_EXCL,
  "xw+": C.O_TRUNC | C.O_CREAT | C.O_RDWR | C.O_EXCL,
  a: C.O_APPEND | C.O_CREAT | C.O_WRONLY,
  ax: C.O_APPEND | C.O_CREAT | C.O_WRONLY | C.O_EXCL,
  xa: C.O_APPEND | C.O_CREAT | C.O_WRONLY | C.O_EXCL,
  as: C.O_APPEND | C.O_CREAT | C.O_WRONLY | C.O_SYNC,
  sa: C.O_APPEND | C.O_CREAT | C.O_WRONLY | C.O_SYNC,
  "a+": C.O_APPEND | C.O_CREAT | C.O_RDWR,
  "ax+": C.O_APPEND | C.O_CREAT | C.O_RDWR | C.O_EXCL,
  "xa+": C.O_APPEND | C.O_CREAT | C.O_RDWR | C.O_EXCL,
  "as+": C.O_APPEND | C.O_CREAT | C.O_RDWR | C.O_SYNC,
  "sa+": C.O_APPEND | C.O_CREAT | C.O_RDWR | C.O_SYNC,
});

/** @param {any} flags @returns {number} */
export function toFlags(flags) {
  if (typeof flags === "number") {
    validateInteger(flags, "flags", -(2 ** 31), 2 ** 31 - 1);
    return flags;
  }
  if (isNil(flags)) return C.O_RDONLY;
  const number = typeof flags === "string" && Object.hasOwn(FLAGS, flags) ? FLAGS[flags] : undefined;
  if (number === undefined) throw invalidArgValue("flags", flags);
  return number;
}

/** @param {any} mode @param {string} name @param {number} [customary] @returns {number} */
export function toMode(mode, name, customary = undefined) {
  if (isNil(mode) && customary !== undefined) return customary;
  if (typeof mode === "string") {
    if (!/^[0-7]+$/.test(mode)) {
      throw invalidArgValue(name, mode, "must be a 32-bit unsigned integer or an octal string");
    }
    mode = Number.parseInt(mode, 8);
  }
  validateInteger(mode, name, 0, 2 ** 32 - 1);
  return mode;
}

/** Options that may be an encoding. @param {any} options @param {any} customary @returns {any} */
export function toOptions(options, customary) {
  if (isNil(options) || typeof options === "function") return customary;
  if (typeof options === "string") options = { encoding: options };
  else if (typeof options !== "object") throw invalidArgType("options", ["string", "Object"], options);
  const { encoding } = options;
  if (!isNil(encoding) && encoding !== "buffer" && !Buffer.isEncoding(encoding)) {
    throw invalidArgValue("encoding", encoding, "is invalid encoding");
  }
  return { ...customary, ...options };
}

/** A name or path as it was asked for. @param {string} text @param {any} encoding */
export function encoded(text, encoding) {
  if (encoding === "buffer") return Buffer.from(text);
  return isNil(encoding) || encoding === "utf8" || encoding === "utf-8" ? text : Buffer.from(text).toString(encoding);
}

/** What is written. @param {any} data @param {any} encoding @param {string} [name] @returns {Uint8Array} */
export function toData(data, encoding, name = "data") {
  if (typeof data === "string") return Buffer.from(data, encoding ?? "utf8");
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgType(name, ["string", "Buffer", "TypedArray", "DataView"], data);
}

/** A time in milliseconds. @param {any} time @param {string} name @returns {number} */
export function toTime(time, name) {
  if (typeof time === "string" && Number.isFinite(Number(time)) && time !== "") return Number(time) * 1000;
  if (typeof time === "number" && Number.isFinite(time)) return time * 1000;
  if (Object.prototype.toString.call(time) === "[object Date]") return time.getTime();
  throw invalidArgType(name, ["Date", "Time in seconds"], time);
}

/** A position in a file; null for where it is. @param {any} position @returns {number | null} */
export function toPosition(position) {
  if (isNil(position)) return null;
  if (typeof position === "bigint") position = Number(position);
  if (typeof position !== "number") throw invalidArgType("position", ["bigint", "integer"], position);
  if (!Number.isInteger(position)) throw outOfRange("position", "an integer", position);
  return position < 0 ? null : position;
}
