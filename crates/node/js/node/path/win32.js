// node:path/win32 (https://nodejs.org/api/path.html#pathwin32).

import { win32 as path } from "node:path";

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
  win32,
  posix,
  _makeLong,
} = path;
export default path;
