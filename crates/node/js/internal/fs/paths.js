// What is done with paths: directories, links, descriptions, copies.

import { constants } from "./constants.js";
import { op_crypto_random_fill } from "selvedge:ops";
import { invalidArgType, nodeError, validateInteger } from "../errors.js";
import { systemError } from "./errors.js";
import { BigIntStats, Dirent, Stats } from "./stats.js";
import { Directory, Link, OpenFile, find, isDirectory, isFile, isLink, isReadOnly, walk } from "./tree.js";
import { encoded, toMode, toOptions, toPath } from "./values.js";
import { changeable, openFile, opened, readAll, umask, writeFrom } from "./contents.js";

const { COPYFILE_EXCL, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, W_OK, X_OK } = /** @type {any} */ (constants);

/** @param {any} path @param {any} [mode] */
export function accessSync(path, mode = 0) {
  validateInteger(mode, "mode", 0, 7);
  const at = toPath(path);
  const { node, parent } = find(at, "access");
  const writable = isDirectory(node) ? node.writable : !isReadOnly(node) && (parent.writable || !isFile(node));
  if ((mode & W_OK && !writable) || (mode & X_OK && !(node.mode & 0o111))) throw systemError("EACCES", "access", at);
}

/** @param {any} path @returns {boolean} */
export function existsSync(path) {
  try {
    return walk(toPath(path), "access").node !== undefined;
  } catch {
    return false;
  }
}

/** @param {any} node @param {any} options */
export const statsOf = (node, options) => (options?.bigint ? new BigIntStats(node) : new Stats(node));

/** @param {string} syscall @param {boolean} follow */
const statWith =
  (syscall, follow) =>
  /** @param {any} path @param {any} [options] @returns {any} */
  (path, options = undefined) => {
    const at = toPath(path);
    try {
      return statsOf(find(at, syscall, follow).node, options);
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      if (options?.throwIfNoEntry === false && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
      throw error;
    }
  };

export const statSync = statWith("stat", true);
export const lstatSync = statWith("lstat", false);

/** @param {any} fd @param {any} [options] @returns {any} */
export const fstatSync = (fd, options = undefined) => statsOf(opened(fd, "fstat").node, options);

/** @param {any} path @param {any} [options] */
export function statfsSync(path, options = undefined) {
  find(toPath(path), "statfs");
  const values = { type: 0, bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  if (!options?.bigint) return values;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, BigInt(value)]));
}

/** @param {any} path @param {any} [options] @returns {any} */
export function mkdirSync(path, options = undefined) {
  const at = toPath(path);
  const { recursive = false, mode } = typeof options === "object" && options !== null ? options : { mode: options };
  if (typeof recursive !== "boolean") throw invalidArgType("options.recursive", "boolean", recursive);
  const bits = toMode(mode, "mode", 0o777) & ~umask;
  const plain = at.length > 1 ? at.replace(/\/+$/, "") || "/" : at;
  if (!recursive) {
    const { parent, name, node } = walk(plain, "mkdir", false);
    if (node !== undefined) throw systemError("EEXIST", "mkdir", at);
    changeable(parent, "mkdir", at);
    parent.entries.set(name, new Directory(true, bits & 0o777));
    parent.touch();
    return undefined;
  }
  let first;
  const parts = plain.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const prefix = parts.slice(0, count).join("/") || "/";
    const { parent, name, node } = walk(prefix, "mkdir");
    if (isDirectory(node)) continue;
    if (node !== undefined) throw systemError(count === parts.length ? "EEXIST" : "ENOTDIR", "mkdir", at);
    changeable(parent, "mkdir", at);
    parent.entries.set(name, new Directory(true, bits & 0o777));
    parent.touch();
    first ??= prefix;
  }
  return first;
}

/** @param {any} prefix @param {any} [options] @returns {any} */
export function mkdtempSync(prefix, options = undefined) {
  const { encoding } = toOptions(options, {});
  const base = toPath(prefix, "prefix");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const bytes = new Uint8Array(6);
  op_crypto_random_fill(bytes);
  const path = base + Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    throw systemError(/** @type {any} */ (error).code, "mkdtemp", `${base}XXXXXX`);
  }
  return encoded(path, encoding);
}

/** @param {any} path @param {any} [options] @returns {any[]} */
export function readdirSync(path, options = undefined) {
  const { encoding, withFileTypes, recursive } = toOptions(options, {});
  const at = toPath(path);
  const top = find(at, "scandir").node;
  if (!isDirectory(top)) throw systemError("ENOTDIR", "scandir", at);
  /** @type {any[]} */
  const result = [];
  /** @param {Directory} directory @param {string} prefix */
  const list = (directory, prefix) => {
    const folder = prefix === "" ? at : `${at.replace(/\/$/, "")}/${prefix.slice(0, -1)}`;
    /** @type {[Directory, string][]} */
    const inner = [];
    for (const name of [...directory.entries.keys()].sort()) {
      const node = directory.entries.get(name);
      result.push(withFileTypes ? new Dirent(encoded(name, encoding), folder, node) : encoded(prefix + name, encoding));
      if (!recursive) continue;
      // Links are followed where kinds are not asked for, as in Node.
      const next = isLink(node) && !withFileTypes ? linked(`${folder}/${name}`) : node;
      if (isDirectory(next)) inner.push([next, `${prefix}${name}/`]);
    }
    for (const [node, next] of inner) list(node, next);
  };
  list(top, "");
  return result;
}

/** What a link leads to; undefined when that is nothing. @param {string} path */
function linked(path) {
  try {
    return walk(path, "scandir").node;
  } catch {
    return undefined;
  }
}

/** @param {any} path */
export function unlinkSync(path) {
  const at = toPath(path);
  const { parent, name, node } = find(at, "unlink", false);
  if (isDirectory(node)) throw systemError("EISDIR", "unlink", at);
  changeable(parent, "unlink", at);
  parent.entries.delete(name);
  parent.touch();
  node.nlink--;
}

/** @param {any} path @param {any} [options] */
export function rmdirSync(path, options = undefined) {
  const at = toPath(path);
  if (options?.recursive) {
    rmSync(at, { recursive: true, force: false });
    return;
  }
  const { parent, name, node, names } = find(at, "rmdir", false);
  if (!isDirectory(node)) throw systemError("ENOTDIR", "rmdir", at);
  if (names.length < 2) throw systemError("EPERM", "rmdir", at);
  changeable(parent, "rmdir", at);
  if (node.entries.size > 0) throw systemError("ENOTEMPTY", "rmdir", at);
  parent.entries.delete(name);
  parent.touch();
}

/** @param {any} path @param {any} [options] */
export function rmSync(path, options = undefined) {
  const at = toPath(path);
  const { force = false, recursive = false } = options ?? {};
  const { parent, name, node, names } = walk(at.replace(/(?<=.)\/+$/, ""), "lstat", false);
  if (node === undefined) {
    if (force) return;
    throw systemError("ENOENT", "lstat", at);
  }
  if (isDirectory(node) && !recursive) {
    const error = nodeError(Error, "ERR_FS_EISDIR", `Path is a directory: rm returned EISDIR (is a directory) ${at}`);
    throw Object.assign(error, { name: "SystemError", errno: 21, syscall: "rm", path: at });
  }
  if (names.length < 2) throw systemError("EPERM", "rm", at);
  changeable(parent, "rm", at);
  parent.entries.delete(name);
  parent.touch();
}

/** @param {any} from @param {any} to */
export function renameSync(from, to) {
  const [source, target] = [toPath(from, "oldPath"), toPath(to, "newPath")];
  /** @param {string} path */
  const look = (path) => {
    try {
      return walk(path.replace(/(?<=.)\/+$/, ""), "rename", false);
    } catch (error) {
      throw systemError(/** @type {any} */ (error).code, "rename", source, target);
    }
  };
  const [a, b] = [look(source), look(target)];
  if (a.node === undefined) throw systemError("ENOENT", "rename", source, target);
  if (a.names.length < 2 || b.names.length < 2) throw systemError("EPERM", "rename", source, target);
  changeable(a.parent, "rename", source, target);
  changeable(b.parent, "rename", source, target);
  if (a.node === b.node) return;
  if (isDirectory(b.node) && !isDirectory(a.node)) throw systemError("EISDIR", "rename", source, target);
  if (isDirectory(a.node)) {
    if (b.node !== undefined && !isDirectory(b.node)) throw systemError("ENOTDIR", "rename", source, target);
    if (isDirectory(b.node) && b.node.entries.size > 0) throw systemError("ENOTEMPTY", "rename", source, target);
    // Not into itself.
    if (`/${b.names.join("/")}/`.startsWith(`/${a.names.join("/")}/`))
      throw systemError("EINVAL", "rename", source, target);
  }
  a.parent.entries.delete(a.name);
  b.parent.entries.set(b.name, a.node);
  a.parent.touch();
  b.parent.touch();
}

/** @param {any} from @param {any} to @param {any} [mode] */
export function copyFileSync(from, to, mode = 0) {
  const [source, target] = [toPath(from, "src"), toPath(to, "dest")];
  validateInteger(mode, "mode", 0, 7);
  const { node } = walk(source, "copyfile");
  if (node === undefined) throw systemError("ENOENT", "copyfile", source, target);
  if (isDirectory(node)) throw systemError("EISDIR", "copyfile", source, target);
  const bytes = readAll(new OpenFile(node, O_RDONLY, source, false));
  try {
    const flags = O_WRONLY | O_CREAT | O_TRUNC | (mode & COPYFILE_EXCL ? O_EXCL : 0);
    writeFrom(openFile(target, flags, node.mode & 0o222 ? node.mode & 0o777 : 0o644), bytes, null);
  } catch (error) {
    throw systemError(/** @type {any} */ (error).code, "copyfile", source, target);
  }
}

/** @param {any} from @param {any} to @param {any} [options] */
export function cpSync(from, to, options = undefined) {
  const [source, target] = [toPath(from, "src"), toPath(to, "dest")];
  const { recursive = false, force = true, errorOnExist = false, dereference = false, filter } = options ?? {};
  if (filter && !filter(source, target)) return;
  const { node } = find(source, "cp", dereference);
  const there = walk(target, "cp", false).node;
  if (isDirectory(node)) {
    if (!recursive) {
      const words = `Path is a directory: cp returned EISDIR (${source} is a directory (not copied)) ${source}`;
      const error = nodeError(Error, "ERR_FS_EISDIR", words);
      throw Object.assign(error, { name: "SystemError", errno: 21, syscall: "cp", path: source });
    }
    if (there !== undefined && !isDirectory(there)) {
      throw nodeError(
        Error,
        "ERR_FS_CP_DIR_TO_NON_DIR",
        `Cannot overwrite non-directory with directory: cp returned EISDIR (cannot overwrite non-directory ${target} with directory ${source}) ${target}`,
      );
    }
    const normal = (/** @type {string} */ path) => `${path.replace(/\/+$/, "")}/`;
    if (normal(target).startsWith(normal(source))) {
      throw nodeError(
        Error,
        "ERR_FS_CP_EINVAL",
        `Invalid src or dest: cp returned EINVAL (cannot copy ${source} to a subdirectory of self ${target}) ${target}`,
      );
    }
    mkdirSync(target, { recursive: true });
    for (const name of [...node.entries.keys()]) cpSync(`${source}/${name}`, `${target}/${name}`, options);
    return;
  }
  if (there !== undefined && !force) {
    if (errorOnExist)
      throw nodeError(
        Error,
        "ERR_FS_CP_EEXIST",
        `Target already exists: cp returned EEXIST (${target} already exists) ${target}`,
      );
    return;
  }
  const folder = target.slice(0, target.lastIndexOf("/"));
  if (folder !== "") mkdirSync(folder, { recursive: true });
  if (isLink(node)) {
    if (there !== undefined) unlinkSync(target);
    symlinkSync(node.target, target);
  } else copyFileSync(source, target);
}

/** @param {any} target @param {any} path @param {any} [_type] */
export function symlinkSync(target, path, _type = undefined) {
  const [to, at] = [toPath(target, "target"), toPath(path)];
  const { parent, name, node } = walk(at, "symlink", false);
  if (node !== undefined) throw systemError("EEXIST", "symlink", to, at);
  changeable(parent, "symlink", to, at);
  if (to === "") throw systemError("ENOENT", "symlink", to, at);
  parent.entries.set(name, new Link(to));
  parent.touch();
}

/** @param {any} existing @param {any} path */
export function linkSync(existing, path) {
  const [from, at] = [toPath(existing, "existingPath"), toPath(path, "newPath")];
  const source = walk(from, "link", false);
  if (source.node === undefined) throw systemError("ENOENT", "link", from, at);
  if (isDirectory(source.node) || !source.parent.writable) throw systemError("EPERM", "link", from, at);
  const { parent, name, node } = walk(at, "link", false);
  if (node !== undefined) throw systemError("EEXIST", "link", from, at);
  changeable(parent, "link", from, at);
  parent.entries.set(name, source.node);
  source.node.nlink++;
  parent.touch();
}

/** @param {any} path @param {any} [options] @returns {any} */
export function readlinkSync(path, options = undefined) {
  const { encoding } = toOptions(options, {});
  const at = toPath(path);
  const { node } = find(at, "readlink", false);
  if (!isLink(node)) throw systemError("EINVAL", "readlink", at);
  return encoded(node.target, encoding);
}

/** @param {any} path @param {any} [options] @returns {any} */
export function realpathSync(path, options = undefined) {
  const { encoding } = toOptions(options, {});
  const { names } = find(toPath(path), "lstat");
  return encoded(`/${names.join("/")}`, encoding);
}
realpathSync.native = realpathSync;
