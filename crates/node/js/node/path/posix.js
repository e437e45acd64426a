// node:path/posix (https://nodejs.org/api/path.html#pathposix).

import { posix as path } from "node:path";

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
