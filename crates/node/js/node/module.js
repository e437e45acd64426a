// node:module (https://nodejs.org/api/module.html): what there is to require.

import { op_node_names, op_node_require } from "selvedge:ops";
import { fileURLToPath } from "node:url";
import { URL } from "selvedge:web/url/index.js";
import { invalidArgValue, notImplemented, validateString } from "../internal/errors.js";

const names = op_node_names();
const known = new Set(names);

export const builtinModules = names.filter((name) => !name.startsWith("internal/"));

/** @param {string} name */
export const isBuiltin = (name) => known.has(`${name}`.replace(/^node:/, ""));

/** @param {string | URL} filename */
export function createRequire(filename) {
  let path;
  if (filename instanceof URL || (typeof filename === "string" && filename.startsWith("file:"))) {
    path = fileURLToPath(/** @type {any} */ (filename));
  } else if (typeof filename === "string" && filename.startsWith("/")) {
    path = filename;
  } else {
    throw invalidArgValue("filename", filename, "must be a file URL object, file URL string, or absolute path string");
  }
  const referrer = path.slice(1);
  /** @param {string} id */
  const require = (id) => {
    validateString(id, "id");
    if (id === "") throw invalidArgValue("id", id, "must be a non-empty string");
    return op_node_require(id, referrer);
  };
  require.cache = {};
  require.extensions = {};
  /** @param {string} id */
  require.resolve = (id) => id;
  return Object.assign(require, { main: undefined });
}

/** @param {string} name */
const missing = (name) => () => {
  throw notImplemented(`module.${name}`);
};
export const register = missing("register");
export const registerHooks = missing("registerHooks");
export const runMain = missing("runMain");
export const stripTypeScriptTypes = missing("stripTypeScriptTypes");
export const findPackageJSON = missing("findPackageJSON");
export const enableCompileCache = () => ({ status: 3 });
export const flushCompileCache = () => {};
export const getCompileCacheDir = () => undefined;
export const syncBuiltinESMExports = () => {};
export const findSourceMap = () => undefined;
export const constants = { compileCacheStatus: { FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } };
/** @type {string[]} */
export const globalPaths = [];
export const _cache = {};
export const _extensions = {};

/** What `module` is in a CommonJS module. */
export class Module {
  exports = {};
  /** @type {any[]} */ children = [];
  loaded = false;

  /** @param {string} [id] */
  constructor(id = "") {
    this.id = id;
    this.filename = id;
  }
}

/** @type {any} */
const all = Object.assign(Module, {
  Module,
  _cache,
  _extensions,
  builtinModules,
  constants,
  createRequire,
  enableCompileCache,
  findPackageJSON,
  findSourceMap,
  flushCompileCache,
  getCompileCacheDir,
  globalPaths,
  isBuiltin,
  register,
  registerHooks,
  runMain,
  stripTypeScriptTypes,
  syncBuiltinESMExports,
});
export default all;
