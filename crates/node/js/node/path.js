// node:path (https://nodejs.org/api/path.html). A Worker's paths are POSIX's.

import * as posixModule from "path-unified/posix";
import * as win32Module from "path-unified/win32";

/** @param {any} module @param {string} sep @param {string} delimiter */
function build(module, sep, delimiter) {
  const { basename, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve } = module;
  /** @param {any} path */
  const toNamespacedPath = (path) => {
    const result = module.toNamespacedPath(path);
    // Of Windows even what needs no prefix is resolved.
    const isPlain = result === path && sep === "\\" && typeof path === "string" && path.length > 0;
    return isPlain && resolve(path).length > 2 ? resolve(path) : result;
  };
  return {
    resolve,
    normalize,
    isAbsolute,
    join,
    relative,
    toNamespacedPath,
    dirname,
    basename,
    extname,
    format,
    parse,
    sep,
    delimiter,
    win32: /** @type {any} */ (null),
    posix: /** @type {any} */ (null),
    _makeLong: toNamespacedPath,
  };
}

export const posix = build(posixModule, "/", ":");
export const win32 = build(win32Module, "\\", ";");
posix.win32 = win32.win32 = win32;
posix.posix = win32.posix = posix;

export const {
  resolve,
  normalize,
  isAbsolute,
  join,
  relative,
  toNamespacedPath,
  dirname,
  basename,
  extname,
  format,
  parse,
  sep,
  delimiter,
  _makeLong,
} = posix;
export default posix;
