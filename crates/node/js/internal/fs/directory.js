// Directories that are read entry by entry (https://nodejs.org/api/fs.html#class-fsdir).

import { nodeError } from "../errors.js";
import { systemError } from "./errors.js";
import { find, isDirectory } from "./tree.js";
import { toOptions, toPath } from "./values.js";
import { readdirSync } from "./paths.js";

/** @param {any} path @param {any} [options] */
export function opendirSync(path, options = undefined) {
  const at = toPath(path);
  toOptions(options, {});
  const { node } = find(at, "opendir");
  if (!isDirectory(node)) throw systemError("ENOTDIR", "opendir", at);
  return new Dir(at, options);
}

const closedDir = () => nodeError(Error, "ERR_DIR_CLOSED", "Directory handle was closed");

/** A directory that is read entry by entry. */
export class Dir {
  #path;
  /** @type {any[] | null} */ #entries;

  /** @param {string} path @param {any} options */
  constructor(path, options) {
    this.#path = path;
    this.#entries = readdirSync(path, { ...toOptions(options, {}), withFileTypes: true });
  }

  get path() {
    return this.#path;
  }

  readSync() {
    if (this.#entries === null) throw closedDir();
    return this.#entries.shift() ?? null;
  }

  closeSync() {
    if (this.#entries === null) throw closedDir();
    this.#entries = null;
  }

  /** @param {any} [callback] @returns {any} */
  read(callback = undefined) {
    return given(callback, () => this.readSync());
  }

  /** @param {any} [callback] @returns {any} */
  close(callback = undefined) {
    return given(callback, () => this.closeSync());
  }

  async *entries() {
    try {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    } finally {
      if (this.#entries !== null) this.closeSync();
    }
  }

  [Symbol.asyncIterator]() {
    return this.entries();
  }
}

/** A result by callback, or by promise without one. @param {any} callback @param {() => any} act @returns {any} */
function given(callback, act) {
  const pending = Promise.resolve().then(act);
  if (callback === undefined) return pending;
  pending.then((value) => callback(null, value), callback);
  return undefined;
}
