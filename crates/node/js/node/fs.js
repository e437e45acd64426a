// node:fs (https://nodejs.org/api/fs.html): the forms with callbacks, and the list of all.

import { Blob } from "selvedge:web/blob/index.js";
import { Buffer } from "node:buffer";
import { constants } from "../internal/fs/constants.js";
import promises from "node:fs/promises";
import { ReadStream, WriteStream, createReadStream, createWriteStream } from "../internal/fs/streams.js";
import { Dirent, Stats } from "../internal/fs/stats.js";
import { Dir } from "../internal/fs/sync.js";
import * as sync from "../internal/fs/sync.js";
import { notImplemented, validateFunction } from "../internal/errors.js";
import { promisified } from "../internal/promisify.js";
import { toDescriptor, toPath } from "../internal/fs/values.js";

const {
  accessSync,
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  lchmodSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  opendirSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  readvSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
  writevSync,
} = sync;
const { F_OK, R_OK, W_OK, X_OK } = /** @type {any} */ (constants);

/** Calls back with what is there already, after the caller is done. @param {any} callback @param {() => any[]} act */
function later(callback, act) {
  Promise.resolve()
    .then(act)
    .then(
      (values) => callback(null, ...values),
      (error) => callback(error),
    );
}

/**
 * The form with a callback. What is wrong with the arguments is thrown, what is wrong with the files is given to it.
 * @param {(...args: any[]) => any} run
 * @param {boolean} [empty] whether the callback gets an error only
 */
const calling =
  (run, empty = false) =>
  /** @param {any[]} args */
  (...args) => {
    const callback = args.findLast((arg) => typeof arg === "function") ?? (args.length > 1 ? args.at(-1) : undefined);
    validateFunction(callback, "cb");
    args = args.slice(0, args.lastIndexOf(callback));
    /** @type {any[]} */
    let values = [];
    /** @type {any} */
    let failure;
    try {
      const value = run(...args);
      if (!empty) values = [value];
    } catch (error) {
      if (/** @type {any} */ (error)?.syscall === undefined && /^ERR_(?!FS_)/.test(/** @type {any} */ (error)?.code))
        throw error;
      failure = error;
    }
    later(callback, () => {
      if (failure !== undefined) throw failure;
      return values;
    });
  };

const access = calling(accessSync, true);
const appendFile = calling(appendFileSync, true);
const chmod = calling(chmodSync, true);
const chown = calling(chownSync, true);
const close = calling(closeSync, true);
const copyFile = calling(copyFileSync, true);
const cp = calling(cpSync, true);
const fchmod = calling(fchmodSync, true);
const fchown = calling(fchownSync, true);
const fdatasync = calling(fdatasyncSync, true);
const fstat = calling(fstatSync);
const fsync = calling(fsyncSync, true);
const ftruncate = calling(ftruncateSync, true);
const futimes = calling(futimesSync, true);
const lchmod = calling(lchmodSync, true);
const lchown = calling(lchownSync, true);
const link = calling(linkSync, true);
const lstat = calling(lstatSync);
const lutimes = calling(lutimesSync, true);
const mkdir = calling(mkdirSync);
const mkdtemp = calling(mkdtempSync);
const open = calling(openSync);
const opendir = calling(opendirSync);
const readdir = calling(readdirSync);
const readFile = calling(readFileSync);
const readlink = calling(readlinkSync);
const realpath = calling(realpathSync);
const rename = calling(renameSync, true);
const rm = calling(rmSync, true);
const rmdir = calling(rmdirSync, true);
const stat = calling(statSync);
const statfs = calling(statfsSync);
const symlink = calling(symlinkSync, true);
const truncate = calling(truncateSync, true);
const unlink = calling(unlinkSync, true);
const utimes = calling(utimesSync, true);
const writeFile = calling(writeFileSync, true);
/** @type {any} */ (realpath).native = realpath;

/** @param {any} path @param {any} callback */
function exists(path, callback) {
  validateFunction(callback, "cb");
  const found = existsSync(path);
  Promise.resolve().then(() => callback(found));
}

/**
 * @param {(...args: any[]) => number} run
 * @param {boolean} list whether it is of many buffers
 */
const moving =
  (run, list) =>
  /** @param {any} fd @param {any} buffer @param {any[]} rest */
  (fd, buffer, ...rest) => {
    const callback = rest.pop() ?? buffer;
    validateFunction(callback, "cb");
    toDescriptor(fd);
    // `read(fd, callback)` and `read(fd, { buffer, ... }, callback)`
    if (!list && run === readSync && !ArrayBuffer.isView(buffer)) {
      const {
        buffer: given = Buffer.alloc(16384),
        offset,
        length,
        position,
      } = { ...(buffer === callback ? {} : buffer) };
      [buffer, rest] = [given, [offset, length, position]];
    }
    let count = 0;
    /** @type {any} */
    let failure;
    try {
      count = run(fd, buffer, ...rest);
    } catch (error) {
      if (/** @type {any} */ (error)?.syscall === undefined) throw error;
      failure = error;
    }
    later(callback, () => {
      if (failure !== undefined) throw failure;
      return [count, buffer];
    });
  };

const read = moving(readSync, false);
const readv = moving(readvSync, true);
const write = moving(writeSync, false);
const writev = moving(writevSync, true);

promisified(exists, async (path) => existsSync(path));
promisified(read, async (fd, buffer, ...rest) => ({ bytesRead: readSync(fd, buffer, ...rest), buffer }));
promisified(readv, async (fd, buffers, position) => ({ bytesRead: readvSync(fd, buffers, position), buffers }));
promisified(write, async (fd, buffer, ...rest) => ({ bytesWritten: writeSync(fd, buffer, ...rest), buffer }));
promisified(writev, async (fd, buffers, position) => ({ bytesWritten: writevSync(fd, buffers, position), buffers }));

/** @param {any} path @param {any} [options] */
async function openAsBlob(path, options = undefined) {
  return new Blob([readFileSync(toPath(path))], { type: options?.type });
}

/** Nothing tells of changes. */
function watch() {
  throw notImplemented("fs.watch");
}

function watchFile() {
  throw notImplemented("fs.watchFile");
}

function unwatchFile() {
  throw notImplemented("fs.unwatchFile");
}

export { ReadStream as FileReadStream, WriteStream as FileWriteStream };
export {
  Dir,
  Dirent,
  F_OK,
  R_OK,
  ReadStream,
  Stats,
  W_OK,
  WriteStream,
  X_OK,
  access,
  accessSync,
  appendFile,
  appendFileSync,
  chmod,
  chmodSync,
  chown,
  chownSync,
  close,
  closeSync,
  constants,
  copyFile,
  copyFileSync,
  cp,
  cpSync,
  createReadStream,
  createWriteStream,
  exists,
  existsSync,
  fchmod,
  fchmodSync,
  fchown,
  fchownSync,
  fdatasync,
  fdatasyncSync,
  fstat,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncate,
  ftruncateSync,
  futimes,
  futimesSync,
  lchmod,
  lchmodSync,
  lchown,
  lchownSync,
  link,
  linkSync,
  lstat,
  lstatSync,
  lutimes,
  lutimesSync,
  mkdir,
  mkdirSync,
  mkdtemp,
  mkdtempSync,
  open,
  openAsBlob,
  openSync,
  opendir,
  opendirSync,
  promises,
  read,
  readFile,
  readFileSync,
  readSync,
  readdir,
  readdirSync,
  readlink,
  readlinkSync,
  readv,
  readvSync,
  realpath,
  realpathSync,
  rename,
  renameSync,
  rm,
  rmSync,
  rmdir,
  rmdirSync,
  stat,
  statSync,
  statfs,
  statfsSync,
  symlink,
  symlinkSync,
  truncate,
  truncateSync,
  unlink,
  unlinkSync,
  unwatchFile,
  utimes,
  utimesSync,
  watch,
  watchFile,
  write,
  writeFile,
  writeFileSync,
  writeSync,
  writev,
  writevSync,
};

export default {
  Dir,
  Dirent,
  F_OK,
  R_OK,
  ReadStream,
  Stats,
  W_OK,
  WriteStream,
  X_OK,
  access,
  accessSync,
  appendFile,
  appendFileSync,
  chmod,
  chmodSync,
  chown,
  chownSync,
  close,
  closeSync,
  constants,
  copyFile,
  copyFileSync,
  cp,
  cpSync,
  createReadStream,
  createWriteStream,
  exists,
  existsSync,
  fchmod,
  fchmodSync,
  fchown,
  fchownSync,
  fdatasync,
  fdatasyncSync,
  fstat,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncate,
  ftruncateSync,
  futimes,
  futimesSync,
  lchmod,
  lchmodSync,
  lchown,
  lchownSync,
  link,
  linkSync,
  lstat,
  lstatSync,
  lutimes,
  lutimesSync,
  mkdir,
  mkdirSync,
  mkdtemp,
  mkdtempSync,
  open,
  openAsBlob,
  openSync,
  opendir,
  opendirSync,
  promises,
  read,
  readFile,
  readFileSync,
  readSync,
  readdir,
  readdirSync,
  readlink,
  readlinkSync,
  readv,
  readvSync,
  realpath,
  realpathSync,
  rename,
  renameSync,
  rm,
  rmSync,
  rmdir,
  rmdirSync,
  stat,
  statSync,
  statfs,
  statfsSync,
  symlink,
  symlinkSync,
  truncate,
  truncateSync,
  unlink,
  unlinkSync,
  unwatchFile,
  utimes,
  utimesSync,
  watch,
  watchFile,
  write,
  writeFile,
  writeFileSync,
  writeSync,
  writev,
  writevSync,
  FileReadStream: ReadStream,
  FileWriteStream: WriteStream,
};
