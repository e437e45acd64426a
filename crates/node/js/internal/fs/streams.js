// Files as streams (https://nodejs.org/api/fs.html#class-fsreadstream).

import { Buffer } from "node:buffer";
import { Readable, Writable } from "node:stream";
import { callable } from "../crypto/hash.js";
import { invalidArgType, outOfRange } from "../errors.js";
import * as sync from "./sync.js";
import { toData, toFlags, toMode, toOptions, toPath } from "./values.js";
import { isNil } from "../nil.js";

/** @param {any} value @param {string} name */
function position(value, name) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!Number.isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < 0) throw outOfRange(name, `>= 0 && <= ${Number.MAX_SAFE_INTEGER}`, value);
  return value;
}

/** What both kinds have in common. @param {any} stream @param {any} path @param {any} settings @param {string} flags */
function prepare(stream, path, settings, flags) {
  const { fd, autoClose = true, start, end } = settings;
  stream.fd = null;
  if (isNil(fd)) {
    stream.path = toPath(path);
    stream.flags = toFlags(settings.flags ?? flags);
    stream.mode = toMode(settings.mode, "mode", 0o666);
  } else {
    stream.fd = typeof fd === "object" ? fd.fd : fd;
    stream._handle = typeof fd === "object" ? fd : undefined;
  }
  stream.autoClose = autoClose;
  stream.start = start === undefined ? undefined : position(start, "start");
  if (end !== undefined && end !== Infinity) {
    position(end, "end");
    if (start !== undefined && start > end) throw outOfRange("start", `<= "end" (here: ${end})`, start);
  }
  stream.pos = stream.start;
}

/** @param {any} stream @param {(error?: any) => void} callback */
function open(stream, callback) {
  if (stream.fd !== null) {
    callback();
    return;
  }
  try {
    stream.fd = sync.openSync(stream.path, stream.flags, stream.mode);
  } catch (error) {
    callback(error);
    return;
  }
  callback();
  stream.emit("open", stream.fd);
  stream.emit("ready");
}

/** @param {any} stream @param {any} error @param {(error?: any) => void} callback */
function destroy(stream, error, callback) {
  const { fd } = stream;
  if (fd !== null && (stream.autoClose || error)) {
    stream.fd = null;
    try {
      if (stream._handle) {
        stream._handle.close().then(() => callback(error), callback);
        return;
      }
      sync.closeSync(fd);
    } catch (failure) {
      callback(error ?? failure);
      return;
    }
  }
  callback(error);
}

class ReadStreamClass extends /** @type {any} */ (Readable) {
  /** @param {any} path @param {any} [options] */
  constructor(path, options = undefined) {
    const settings = toOptions(options, {});
    super({ highWaterMark: 64 * 1024, emitClose: true, ...settings, autoDestroy: settings.autoClose ?? true });
    /** @type {any} */
    const self = this;
    prepare(self, path, settings, "r");
    this.end = settings.end ?? Infinity;
    this.bytesRead = 0;
  }

  /** @param {(error?: any) => void} callback */
  _construct(callback) {
    open(this, callback);
  }

  /** @param {number} size */
  _read(size) {
    const self = /** @type {any} */ (this);
    const left = self.pos === undefined ? this.end - this.bytesRead + 1 : this.end - self.pos + 1;
    const count = Math.min(size, left);
    if (count <= 0) {
      this.push(null);
      return;
    }
    const buffer = Buffer.alloc(count);
    let read;
    try {
      read = sync.readSync(self.fd, buffer, 0, count, self.pos ?? null);
    } catch (error) {
      this.destroy(/** @type {any} */ (error));
      return;
    }
    if (self.pos !== undefined) self.pos += read;
    this.bytesRead += read;
    this.push(read === 0 ? null : buffer.subarray(0, read));
  }

  get pending() {
    return /** @type {any} */ (this).fd === null;
  }

  /** @param {any} [callback] */
  close(callback = undefined) {
    if (callback) this.once("close", callback);
    this.destroy();
  }

  /** @param {any} error @param {(error?: any) => void} callback */
  _destroy(error, callback) {
    destroy(this, error, callback);
  }
}

class WriteStreamClass extends /** @type {any} */ (Writable) {
  /** @param {any} path @param {any} [options] */
  constructor(path, options = undefined) {
    const settings = toOptions(options, {});
    super({ decodeStrings: false, emitClose: true, ...settings, autoDestroy: settings.autoClose ?? true });
    prepare(this, path, settings, "w");
    this.bytesWritten = 0;
    if (settings.encoding) this.setDefaultEncoding(settings.encoding);
  }

  /** @param {(error?: any) => void} callback */
  _construct(callback) {
    open(this, callback);
  }

  /** @param {any} chunk @param {any} encoding @param {(error?: any) => void} callback */
  _write(chunk, encoding, callback) {
    const self = /** @type {any} */ (this);
    try {
      const bytes = toData(chunk, encoding === "buffer" ? undefined : encoding);
      const count = sync.writeSync(self.fd, bytes, 0, bytes.length, self.pos ?? null);
      this.bytesWritten += count;
      if (self.pos !== undefined) self.pos += count;
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  get pending() {
    return /** @type {any} */ (this).fd === null;
  }

  /** @param {any} [callback] */
  close(callback = undefined) {
    if (callback) this.once("close", callback);
    this.end();
  }

  /** @param {any} error @param {(error?: any) => void} callback */
  _destroy(error, callback) {
    destroy(this, error, callback);
  }
}

export const ReadStream = callable(ReadStreamClass, "ReadStream");
export const WriteStream = callable(WriteStreamClass, "WriteStream");

/** @param {any} path @param {any} [options] */
export const createReadStream = (path, options = undefined) => new ReadStreamClass(path, options);

/** @param {any} path @param {any} [options] */
export const createWriteStream = (path, options = undefined) => new WriteStreamClass(path, options);
