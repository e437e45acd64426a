// The synchronous functions of node:fs. The others are made from them: nothing here has to wait for anything.

import { op_crypto_random_fill, op_now } from "selvedge:ops";
import { Buffer } from "node:buffer";
import { invalidArgType, nodeError, outOfRange, validateInteger } from "../errors.js";
import { constants } from "./constants.js";
import { systemError } from "./errors.js";
import { BigIntStats, Dirent, Stats } from "./stats.js";
import {
  Directory,
  File,
  Link,
  OpenFile,
  descriptor,
  find,
  isDirectory,
  isFile,
  isLink,
  isReadOnly,
  tree,
  walk,
} from "./tree.js";
import { encoded, toData, toDescriptor, toFlags, toMode, toOptions, toPath, toPosition, toTime } from "./values.js";
import { isNil } from "../nil.js";

const {
  COPYFILE_EXCL,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  W_OK,
  X_OK,
} = /** @type {any} */ (constants);

/** The largest file, in bytes; the memory of an instance ends long before. */
const LARGEST = 2 ** 31 - 1;

/** Whether a number is that of a file, where a path may be given too. @param {any} value */
const isDescriptor = (value) => value >>> 0 === value;

/** @param {number} fd @param {string} syscall */
function opened(fd, syscall) {
  const file = tree().open.get(toDescriptor(fd));
  if (file === undefined) throw systemError("EBADF", syscall);
  return file;
}

/** Refuses to change what is in /bundle and /dev. @param {Directory} directory @param {string} syscall @param {string} path @param {string} [dest] */
function changeable(directory, syscall, path, dest = undefined) {
  if (!directory.writable) throw systemError("EPERM", syscall, path, dest);
}

/** @param {any} path @param {any} [flags] @param {any} [mode] @returns {number} */
export function openSync(path, flags = "r", mode = undefined) {
  const at = toPath(path);
  return descriptor(openFile(at, toFlags(flags), toMode(mode, "mode", 0o666)));
}

/** @param {string} path @param {number} flags @param {number} mode */
export function openFile(path, flags, mode) {
  const found = walk(path, "open", (flags & O_NOFOLLOW) === 0 && (flags & (O_CREAT | O_EXCL)) !== (O_CREAT | O_EXCL));
  let { node } = found;
  const writes = (flags & (O_WRONLY | O_RDWR)) !== 0;
  if (node === undefined) {
    if ((flags & O_CREAT) === 0) throw systemError("ENOENT", "open", path);
    if (path.endsWith("/")) throw systemError("EISDIR", "open", path);
    changeable(found.parent, "open", path);
    node = new File(undefined, mode & 0o777 & ~umask);
    found.parent.entries.set(found.name, node);
    found.parent.touch();
  } else {
    if ((flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL)) throw systemError("EEXIST", "open", path);
    if (isLink(node)) throw systemError("ELOOP", "open", path);
    if (isDirectory(node) && writes) throw systemError("EISDIR", "open", path);
    if (!isDirectory(node) && flags & O_DIRECTORY) throw systemError("ENOTDIR", "open", path);
    if (writes && isReadOnly(node)) throw systemError("EPERM", "open", path);
    if (writes && flags & O_TRUNC && isFile(node)) node.resize(0);
  }
  return new OpenFile(node, flags, path, found.parent.writable);
}

/** @param {any} fd */
export function closeSync(fd) {
  opened(fd, "close");
  tree().open.delete(fd);
}

/**
 * Reads into bytes, at a position or where the file is.
 * @param {OpenFile} file @param {Uint8Array} into @param {number | null} position
 */
export function readInto(file, into, position) {
  if ((file.flags & (O_WRONLY | O_RDWR)) === O_WRONLY) throw systemError("EBADF", "read");
  if (isDirectory(file.node)) throw systemError("EISDIR", "read");
  const count = file.node.read(into, position ?? file.position);
  if (position === null) file.position += count;
  if (file.own) file.node.atime = op_now();
  return count;
}

/** @param {OpenFile} file @param {Uint8Array} bytes @param {number | null} position */
export function writeFrom(file, bytes, position) {
  if ((file.flags & (O_WRONLY | O_RDWR)) === 0) throw systemError("EBADF", "write");
  const at = file.flags & O_APPEND ? file.node.size : (position ?? file.position);
  if (at + bytes.length > LARGEST) throw systemError("ENOSPC", "write");
  const count = file.node.write(bytes, at);
  if (position === null || file.flags & O_APPEND) file.position = at + count;
  return count;
}

/**
 * The part of a buffer that `read` and `write` are given.
 * @param {any} buffer @param {any} offset @param {any} length @param {any} position
 * @returns {[Uint8Array, number | null]}
 */
export function part(buffer, offset, length, position) {
  if (!ArrayBuffer.isView(buffer)) throw invalidArgType("buffer", ["Buffer", "TypedArray", "DataView"], buffer);
  if (offset !== null && typeof offset === "object") ({ offset = 0, length, position = null } = offset);
  offset ??= 0;
  validateInteger(offset, "offset", 0);
  length ??= buffer.byteLength - offset;
  validateInteger(length, "length");
  if (offset > buffer.byteLength) throw outOfRange("offset", `<= ${buffer.byteLength}`, offset);
  if (length < 0) throw outOfRange("length", ">= 0", length);
  if (length > buffer.byteLength - offset) throw outOfRange("length", `<= ${buffer.byteLength - offset}`, length);
  return [new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length), toPosition(position)];
}

/** @param {any} fd @param {any} buffer @param {any} [offset] @param {any} [length] @param {any} [position] @returns {number} */
export function readSync(fd, buffer, offset = 0, length = undefined, position = null) {
  toDescriptor(fd);
  const [into, at] = part(buffer, offset, length, position);
  return readInto(opened(fd, "read"), into, at);
}

/** @param {any} fd @param {any} buffer @param {any} [offset] @param {any} [length] @param {any} [position] @returns {number} */
export function writeSync(fd, buffer, offset = undefined, length = undefined, position = null) {
  toDescriptor(fd);
  if (typeof buffer === "string") return writeFrom(opened(fd, "write"), toData(buffer, length), toPosition(offset));
  const [bytes, at] = part(buffer, offset, length, position);
  return writeFrom(opened(fd, "write"), bytes, at);
}

/** @param {any} buffers @returns {any[]} */
function views(buffers) {
  if (!Array.isArray(buffers) || !buffers.every((view) => ArrayBuffer.isView(view))) {
    throw invalidArgType("buffers", "ArrayBufferView[]", buffers);
  }
  return buffers;
}

/** @param {any} fd @param {any} buffers @param {any} [position] @returns {number} */
export function readvSync(fd, buffers, position = null) {
  let at = toPosition(position);
  let total = 0;
  for (const view of views(buffers)) {
    const count = readSync(fd, view, 0, view.byteLength, at);
    total += count;
    if (at !== null) at += count;
    if (count < view.byteLength) break;
  }
  return total;
}

/** @param {any} fd @param {any} buffers @param {any} [position] @returns {number} */
export function writevSync(fd, buffers, position = null) {
  let at = toPosition(position);
  let total = 0;
  for (const view of views(buffers)) {
    const count = writeSync(fd, view, 0, view.byteLength, at);
    total += count;
    if (at !== null) at += count;
  }
  return total;
}

/** All of a file, or what is left of it. @param {OpenFile} file @returns {Buffer} */
export function readAll(file) {
  if (isDirectory(file.node)) throw systemError("EISDIR", "read");
  if ((file.flags & (O_WRONLY | O_RDWR)) === O_WRONLY) throw systemError("EBADF", "read");
  if (!isFile(file.node)) {
    // Devices have no end.
    if (file.node.name === "null") return Buffer.alloc(0);
    throw nodeError(RangeError, "ERR_FS_FILE_TOO_LARGE", `File size (${Infinity}) is greater than 2 GiB`);
  }
  const bytes = file.node.bytes.subarray(file.position);
  file.position = file.node.size;
  if (file.own) file.node.atime = op_now();
  const result = Buffer.alloc(bytes.length);
  result.set(bytes);
  return result;
}

/** @param {any} path @param {any} [options] @returns {any} */
export function readFileSync(path, options = undefined) {
  const { flag, encoding } = toOptions(options, { flag: "r" });
  const file = isDescriptor(path) ? opened(path, "read") : openFile(toPath(path), toFlags(flag), 0o666);
  const bytes = readAll(file);
  return isNil(encoding) || encoding === "buffer" ? bytes : bytes.toString(encoding);
}

/** @param {any} path @param {any} data @param {any} [options] */
export function writeFileSync(path, data, options = undefined) {
  const { flag, encoding, mode } = toOptions(options, { flag: "w", encoding: "utf8", mode: 0o666 });
  const bytes = toData(data, encoding);
  const file =
    typeof path === "number"
      ? opened(path, "write")
      : openFile(toPath(path), toFlags(flag), toMode(mode, "mode", 0o666));
  writeFrom(file, bytes, null);
}

/** @param {any} path @param {any} data @param {any} [options] */
export function appendFileSync(path, data, options = undefined) {
  writeFileSync(path, data, toOptions(options, { flag: "a", encoding: "utf8", mode: 0o666 }));
}

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

/** @param {any} node @param {number} size @param {string} syscall @param {string} [path] */
export function truncateNode(node, size, syscall, path = undefined) {
  if (isDirectory(node)) throw systemError("EISDIR", syscall, path);
  if (isReadOnly(node)) throw systemError("EPERM", syscall, path);
  if (!isFile(node)) throw systemError("EINVAL", syscall, path);
  if (size > LARGEST) throw systemError("ENOSPC", syscall, path);
  node.resize(size);
}

/** @param {any} path @param {any} [length] */
export function truncateSync(path, length = 0) {
  length ??= 0;
  validateInteger(length, "len");
  const at = toPath(path);
  const { node } = find(at, "open");
  truncateNode(node, Math.max(0, length), "open", at);
}

/** @param {any} fd @param {any} [length] */
export function ftruncateSync(fd, length = 0) {
  length ??= 0;
  validateInteger(length, "len");
  const file = opened(fd, "ftruncate");
  if ((file.flags & (O_WRONLY | O_RDWR)) === 0) throw systemError("EINVAL", "ftruncate");
  truncateNode(file.node, Math.max(0, length), "ftruncate");
}

/** What changes a node and not its bytes. @param {string} syscall @param {boolean} follow @param {(node: any, ...values: any[]) => void} change @param {(...values: any[]) => any[]} check */
function changes(syscall, follow, change, check) {
  const byPath = /** @param {any} path @param {any[]} values */ (path, ...values) => {
    const at = toPath(path);
    const checked = check(...values);
    const { node, parent } = find(at, syscall, follow);
    changeable(parent, syscall, at);
    change(node, ...checked);
    node.ctime = op_now();
  };
  const byDescriptor = /** @param {any} fd @param {any[]} values */ (fd, ...values) => {
    const file = opened(fd, `f${syscall}`);
    const checked = check(...values);
    if (!file.own) throw systemError("EPERM", `f${syscall}`);
    change(file.node, ...checked);
    file.node.ctime = op_now();
  };
  return /** @type {const} */ ([byPath, byDescriptor]);
}

const setMode = (/** @type {any} */ node, /** @type {number} */ mode) => {
  node.mode = (node.mode & ~0o7777) | (mode & 0o7777);
};
const setOwner = (/** @type {any} */ node, /** @type {number} */ uid, /** @type {number} */ gid) => {
  if (uid >= 0) node.uid = uid;
  if (gid >= 0) node.gid = gid;
};
const setTimes = (/** @type {any} */ node, /** @type {number} */ atime, /** @type {number} */ mtime) => {
  node.atime = atime;
  node.mtime = mtime;
};
const checkOwner = (/** @type {any} */ uid, /** @type {any} */ gid) => {
  validateInteger(uid, "uid", -1, 2 ** 32 - 1);
  validateInteger(gid, "gid", -1, 2 ** 32 - 1);
  return [uid, gid];
};
const checkTimes = (/** @type {any} */ atime, /** @type {any} */ mtime) => [
  toTime(atime, "time"),
  toTime(mtime, "time"),
];
const checkMode = (/** @type {any} */ mode) => [toMode(mode, "mode")];

export const [chmodSync, fchmodSync] = changes("chmod", true, setMode, checkMode);
export const [lchmodSync] = changes("lchmod", false, setMode, checkMode);
export const [chownSync, fchownSync] = changes("chown", true, setOwner, checkOwner);
export const [lchownSync] = changes("lchown", false, setOwner, checkOwner);
export const [utimesSync, futimesSync] = changes("utime", true, setTimes, checkTimes);
export const [lutimesSync] = changes("lutime", false, setTimes, checkTimes);

/** What is not given to files that are made. */
const umask = 0o022;

/** There is no disk to wait for. @param {any} fd */
export function fsyncSync(fd) {
  opened(fd, "fsync");
}

/** @param {any} fd */
export function fdatasyncSync(fd) {
  opened(fd, "fdatasync");
}

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
