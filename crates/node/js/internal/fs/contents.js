// Open files, and what is in files.

import { constants } from "./constants.js";
import { op_now } from "selvedge:ops";
import { Buffer } from "node:buffer";
import { invalidArgType, nodeError, outOfRange, validateInteger } from "../errors.js";
import { systemError } from "./errors.js";
import { File, OpenFile, descriptor, isDirectory, isFile, isLink, isReadOnly, tree, walk } from "./tree.js";
import { toData, toDescriptor, toFlags, toMode, toOptions, toPath, toPosition } from "./values.js";
import { isNil } from "../nil.js";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDWR, O_TRUNC, O_WRONLY } = /** @type {any} */ (
  constants
);

/** What is not given to files that are made. */
export const umask = 0o022;

/** The largest file, in bytes; the memory of an instance ends long before. */
export const LARGEST = 2 ** 31 - 1;

/** Whether a number is that of a file, where a path may be given too. @param {any} value */
export const isDescriptor = (value) => value >>> 0 === value;

/** @param {number} fd @param {string} syscall */
export function opened(fd, syscall) {
  const file = tree().open.get(toDescriptor(fd));
  if (file === undefined) throw systemError("EBADF", syscall);
  return file;
}

/** Refuses to change what is in /bundle and /dev. @param {import("./tree.js").Directory} directory @param {string} syscall @param {string} path @param {string} [dest] */
export function changeable(directory, syscall, path, dest = undefined) {
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

/** All of a file, or what is left of it. @param {OpenFile} file @returns {any} */
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
