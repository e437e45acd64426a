// What is told of files beside their bytes, and how long they are.

import { constants } from "./constants.js";
import { op_now } from "selvedge:ops";
import { validateInteger } from "../errors.js";
import { systemError } from "./errors.js";
import { find, isDirectory, isFile, isReadOnly } from "./tree.js";
import { toMode, toPath, toTime } from "./values.js";
import { LARGEST, changeable, opened } from "./contents.js";

const { O_RDWR, O_WRONLY } = /** @type {any} */ (constants);

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

/** There is no disk to wait for. @param {any} fd */
export function fsyncSync(fd) {
  opened(fd, "fsync");
}

/** @param {any} fd */
export function fdatasyncSync(fd) {
  opened(fd, "fdatasync");
}
