// The functions of node:fs/promises, and FileHandle (https://nodejs.org/api/fs.html#class-filehandle).

import { ReadableStream } from "selvedge:web/streams/index.js";
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { AbortError, invalidArgType, nodeError } from "../errors.js";
import * as sync from "./sync.js";
import { systemError } from "./errors.js";
import { createReadStream, createWriteStream } from "./streams.js";
import { toData, toOptions } from "./values.js";
import { isNil } from "../nil.js";

/** An open file. */
export class FileHandle extends /** @type {any} */ (EventEmitter) {
  /** @type {number} */ #fd;

  /** @param {number} fd */
  constructor(fd) {
    super();
    this.#fd = fd;
  }

  get fd() {
    return this.#fd;
  }

  async close() {
    if (this.#fd === -1) return;
    const fd = this.#fd;
    this.#fd = -1;
    sync.closeSync(fd);
    this.emit("close");
  }

  /** @param {string} syscall */
  #opened(syscall) {
    if (this.#fd === -1) throw Object.assign(new Error("file closed"), { code: "EBADF", syscall });
    return this.#fd;
  }

  /** @param {any} [buffer] @param {any} [offset] @param {any} [length] @param {any} [position] */
  async read(buffer = undefined, offset = undefined, length = undefined, position = undefined) {
    const fd = this.#opened("read");
    if (!ArrayBuffer.isView(buffer)) ({ buffer, offset, length, position } = { ...buffer });
    buffer ??= Buffer.alloc(16384);
    const bytesRead = sync.readSync(fd, buffer, offset ?? 0, length, position ?? null);
    return { __proto__: null, bytesRead, buffer };
  }

  /** @param {any} buffers @param {any} [position] */
  async readv(buffers, position = null) {
    return { __proto__: null, bytesRead: sync.readvSync(this.#opened("read"), buffers, position), buffers };
  }

  /** @param {any} [options] */
  async readFile(options = undefined) {
    return sync.readFileSync(this.#opened("read"), options);
  }

  /** @param {any} [options] */
  readLines(options = undefined) {
    return lines(this, options);
  }

  readableWebStream() {
    const fd = this.#opened("read");
    return new ReadableStream({
      type: "bytes",
      pull(/** @type {any} */ controller) {
        const view = controller.byobRequest?.view ?? Buffer.alloc(16384);
        const count = sync.readSync(fd, view);
        if (count === 0) {
          controller.close();
          controller.byobRequest?.respond(0);
        } else if (controller.byobRequest) controller.byobRequest.respond(count);
        else controller.enqueue(new Uint8Array(view.buffer, view.byteOffset, count));
      },
    });
  }

  /** @param {any} buffer @param {any} [offset] @param {any} [length] @param {any} [position] */
  async write(buffer, offset = undefined, length = undefined, position = undefined) {
    const bytesWritten = sync.writeSync(this.#opened("write"), buffer, offset, length, position ?? null);
    return { __proto__: null, bytesWritten, buffer };
  }

  /** @param {any} buffers @param {any} [position] */
  async writev(buffers, position = null) {
    return { __proto__: null, bytesWritten: sync.writevSync(this.#opened("write"), buffers, position), buffers };
  }

  /** @param {any} data @param {any} [options] */
  async writeFile(data, options = undefined) {
    await write(this.#opened("write"), data, options, "w");
  }

  /** @param {any} data @param {any} [options] */
  async appendFile(data, options = undefined) {
    await write(this.#opened("write"), data, options, "a");
  }

  /** @param {any} [options] */
  async stat(options = undefined) {
    return sync.fstatSync(this.#opened("fstat"), options);
  }

  /** @param {any} [length] */
  async truncate(length = 0) {
    sync.ftruncateSync(this.#opened("ftruncate"), length);
  }

  /** @param {any} mode */
  async chmod(mode) {
    sync.fchmodSync(this.#opened("fchmod"), mode);
  }

  /** @param {any} uid @param {any} gid */
  async chown(uid, gid) {
    sync.fchownSync(this.#opened("fchown"), uid, gid);
  }

  /** @param {any} atime @param {any} mtime */
  async utimes(atime, mtime) {
    sync.futimesSync(this.#opened("futime"), atime, mtime);
  }

  async sync() {
    sync.fsyncSync(this.#opened("fsync"));
  }

  async datasync() {
    sync.fdatasyncSync(this.#opened("fdatasync"));
  }

  /** @param {any} [options] */
  createReadStream(options = undefined) {
    return createReadStream("", { ...toOptions(options, {}), fd: this });
  }

  /** @param {any} [options] */
  createWriteStream(options = undefined) {
    return createWriteStream("", { ...toOptions(options, {}), fd: this });
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

/** @param {FileHandle} handle @param {any} options */
async function* lines(handle, options) {
  const text = await handle.readFile({ encoding: options?.encoding ?? "utf8" });
  const all = text.split(/\r\n|\n|\r/);
  if (all.at(-1) === "") all.pop();
  yield* all;
}

/** @param {any} signal */
function checkSignal(signal) {
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
}

/** Writes data that may come in pieces. @param {any} path @param {any} data @param {any} options @param {string} flag */
async function write(path, data, options, flag) {
  const settings = toOptions(options, { flag, encoding: "utf8", mode: 0o666 });
  checkSignal(settings.signal);
  if (typeof data === "string" || ArrayBuffer.isView(data)) {
    sync.writeFileSync(path, data, settings);
    return;
  }
  const iterates = !isNil(data) && (data[Symbol.asyncIterator] ?? data[Symbol.iterator]);
  if (!iterates) throw invalidArgType("data", ["string", "Buffer", "TypedArray", "DataView"], data);
  const isOpen = typeof path === "number";
  const fd = isOpen ? path : sync.openSync(path, settings.flag, settings.mode);
  try {
    for await (const chunk of data) {
      checkSignal(settings.signal);
      sync.writeSync(fd, toData(chunk, settings.encoding));
    }
  } finally {
    if (!isOpen) sync.closeSync(fd);
  }
}

/** @param {any} path */
const target = (path) => {
  if (!(path instanceof FileHandle)) return path;
  if (path.fd === -1) throw systemError("EBADF", "read");
  return path.fd;
};

/** @param {any} path @param {any} [options] */
export async function readFile(path, options = undefined) {
  checkSignal(toOptions(options, {}).signal);
  return sync.readFileSync(target(path), options);
}

/** @param {any} path @param {any} data @param {any} [options] */
export const writeFile = async (path, data, options = undefined) => write(target(path), data, options, "w");

/** @param {any} path @param {any} data @param {any} [options] */
export const appendFile = async (path, data, options = undefined) => write(target(path), data, options, "a");

/** @param {any} path @param {any} [flags] @param {any} [mode] */
export const open = async (path, flags = "r", mode = undefined) => new FileHandle(sync.openSync(path, flags, mode));

/** @template {(...args: any[]) => any} F @param {F} run @returns {(...args: Parameters<F>) => Promise<ReturnType<F>>} */
const promised =
  (run) =>
  async (...args) =>
    run(...args);

export const access = promised(sync.accessSync);
export const chmod = promised(sync.chmodSync);
export const chown = promised(sync.chownSync);
export const copyFile = promised(sync.copyFileSync);
export const lchmod = promised(sync.lchmodSync);
export const lchown = promised(sync.lchownSync);
export const link = promised(sync.linkSync);
export const lstat = promised(sync.lstatSync);
export const lutimes = promised(sync.lutimesSync);
export const mkdir = promised(sync.mkdirSync);
export const mkdtemp = promised(sync.mkdtempSync);
export const opendir = promised(sync.opendirSync);
export const readdir = promised(sync.readdirSync);
export const readlink = promised(sync.readlinkSync);
export const realpath = promised(sync.realpathSync);
export const rename = promised(sync.renameSync);
export const rm = promised(sync.rmSync);
export const rmdir = promised(sync.rmdirSync);
export const stat = promised(sync.statSync);
export const statfs = promised(sync.statfsSync);
export const symlink = promised(sync.symlinkSync);
export const truncate = promised(sync.truncateSync);
export const unlink = promised(sync.unlinkSync);
export const utimes = promised(sync.utimesSync);

/** @param {any} from @param {any} to @param {any} [options] */
export async function cp(from, to, options = undefined) {
  const { filter } = options ?? {};
  if (!filter) return sync.cpSync(from, to, options);
  // A filter may give promises: they are awaited before anything is copied.
  const verdicts = new Map();
  /** @param {string} source @param {string} dest @returns {Promise<void>} */
  const ask = async (source, dest) => {
    const verdict = !!(await filter(source, dest));
    verdicts.set(source, verdict);
    if (!verdict || !sync.statSync(source).isDirectory()) return;
    for (const name of sync.readdirSync(source)) await ask(`${source}/${name}`, `${dest}/${name}`);
  };
  await ask(`${from}`, `${to}`);
  return sync.cpSync(from, to, { ...options, filter: (/** @type {string} */ source) => verdicts.get(source) ?? false });
}

/** Nothing tells of changes. */
export function watch() {
  throw nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The fs.promises.watch method is not implemented");
}
