// net.Socket (https://nodejs.org/api/net.html#class-netsocket): a Duplex over a socket of `cloudflare:sockets`.
//
// The connection is opened so that TLS may be started on it later: Node decides that after the fact, by handing the
// socket to tls.connect(). Reading follows the Duplex's demand, chunk by chunk, so backpressure goes down to TCP.

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { connect } from "selvedge:platform/sockets/index.js";
import { readableStreamReader, writableStreamWriter } from "selvedge:web/streams/index.js";
import { markHandled, queueTask, then } from "selvedge:web/streams/promises.js";
import { clearTimeout, setTimeout } from "selvedge:web/timers/index.js";
import { checkOptions, normalizeArguments } from "./connect-arguments.js";
import { invalidArgType, nodeError, optionNotImplemented, outOfRange, socketError } from "./errors.js";
import { isIP } from "./ip.js";

/** Gives the connection away, for TLS: the socket does not use it any more. */
export const kTakeConnection = Symbol("takeConnection");
/** Takes a connection over that is, or will be, open. */
export const kUseConnection = Symbol("useConnection");
/** What a connection that has been opened leads to. */
export const kConnected = Symbol("connected");
/** Lets reads and writes through. */
export const kUsable = Symbol("usable");

/** Timers in the runtime have 31 bits. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export class Socket extends Duplex {
  connecting = false;
  bytesRead = 0;
  #bytesWritten = 0;
  timeout = 0;
  /** @type {any} */ #timer = undefined;
  /** @type {any} the platform's socket */ #connection = null;
  /** @type {any} */ #reader = null;
  /** @type {any} */ #writer = null;
  #reading = false;
  #handedOver = false;
  #usable = false;
  /** @type {(() => void)[]} what waits until bytes can flow */ #waiting = [];
  /** @type {{ host?: string, port?: number }} */ #to = {};

  /** @param {any} [options] */
  constructor(options = undefined) {
    if (typeof options === "number") throw optionNotImplemented("options.fd");
    const { allowHalfOpen, fd, handle, highWaterMark, onread, signal } = options ?? {};
    if (fd !== undefined && fd !== null) throw optionNotImplemented("options.fd");
    if (handle !== undefined && handle !== null) throw optionNotImplemented("options.handle");
    if (onread !== undefined && onread !== null) throw optionNotImplemented("options.onread");
    super({ allowHalfOpen: !!allowHalfOpen, autoDestroy: true, emitClose: false, highWaterMark, signal });
  }

  /** @param {any[]} args */
  connect(...args) {
    const [given, callback] = normalizeArguments(args);
    const options = checkOptions(given);
    if (callback !== null) this.once("connect", callback);
    if (this.connecting || this.#connection !== null) {
      if (!this.destroyed) throw nodeError(Error, "ERR_SOCKET_CONNECTING", "Socket is already connecting");
    }
    if (this.destroyed) this.#reset();
    this.#to = options;
    this.connecting = true;
    if (options.timeout !== undefined) this.setTimeout(options.timeout);
    this.#refreshTimer();
    try {
      const address = { hostname: isIP(options.host) === 6 ? `[${options.host}]` : options.host, port: options.port };
      const connection = connect(address, { allowHalfOpen: true, secureTransport: "starttls" });
      this[kUseConnection](connection, (/** @type {any} */ info) => this[kConnected](info));
    } catch (error) {
      queueTask(() => this.destroy(error));
    }
    return this;
  }

  /** A socket that was closed may be connected once more. */
  #reset() {
    this._undestroy();
    this.#connection = this.#reader = this.#writer = null;
    this.#usable = this.#reading = this.#handedOver = false;
    this.bytesRead = this.#bytesWritten = 0;
  }

  /**
   * @param {any} connection
   * @param {(info: any) => void} onOpened
   */
  [kUseConnection](connection, onOpened) {
    this.#connection = connection;
    this.#reader = readableStreamReader(connection.readable);
    this.#writer = writableStreamWriter(connection.writable);
    markHandled(this.#writer.closed);
    markHandled(this.#writer.ready);
    then(
      connection.opened,
      (info) => {
        if (!this.destroyed && this.#connection === connection) onOpened(info);
      },
      (error) => {
        if (this.#connection === connection) this.destroy(socketError(error, this.#to, "connect"));
      },
    );
  }

  /** @param {any} _info */
  [kConnected](_info) {
    this.connecting = false;
    this.emit("connect");
    this.emit("ready");
    this[kUsable]();
  }

  [kUsable]() {
    this.#usable = true;
    for (const waiting of this.#waiting.splice(0)) waiting();
    if (!this.destroyed) this.read(0);
  }

  /** @param {() => void} action */
  #whenUsable(action) {
    if (this.#usable) action();
    else this.#waiting.push(action);
  }

  [kTakeConnection]() {
    const connection = this.#connection;
    if (connection === null || this.#handedOver || this.destroyed) {
      throw nodeError(Error, "ERR_SOCKET_CLOSED", "Socket is closed");
    }
    this.#handedOver = true;
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    return connection;
  }

  _read() {
    if (this.#reading || this.#handedOver) return;
    this.#reading = true;
    this.#whenUsable(() => this.#readOnce());
  }

  #readOnce() {
    if (this.#handedOver || this.destroyed) return;
    then(
      this.#reader.read(),
      (step) => {
        this.#reading = false;
        if (this.#handedOver || this.destroyed) return;
        this.#refreshTimer();
        if (step === undefined) {
          this.push(null);
          // The end is noticed only by one who reads; nobody may.
          this.read(0);
          return;
        }
        const { buffer, byteLength, byteOffset } = step.chunk;
        this.bytesRead += byteLength;
        this.push(Buffer.from(buffer, byteOffset, byteLength));
      },
      (error) => {
        this.#reading = false;
        if (!this.#handedOver) this.destroy(socketError(error, this.#to, "read"));
      },
    );
  }

  /**
   * @param {any} chunk
   * @param {string} _encoding
   * @param {(error?: any) => void} callback
   */
  _write(chunk, _encoding, callback) {
    this.#bytesWritten += chunk.byteLength;
    this.#whenUsable(() => {
      if (this.#handedOver) {
        callback(nodeError(Error, "EPIPE", "This socket has been ended: TLS has been started on it"));
        return;
      }
      this.#refreshTimer();
      then(
        this.#writer.write(chunk),
        () => {
          this.#refreshTimer();
          callback();
        },
        (error) => callback(socketError(error, this.#to, "write")),
      );
    });
  }

  /** @param {(error?: any) => void} callback */
  _final(callback) {
    if (this.#connection === null && !this.connecting) {
      callback();
      return;
    }
    this.#whenUsable(() => {
      if (this.#handedOver) callback();
      else
        then(
          this.#writer.close(),
          () => callback(),
          (error) => callback(socketError(error, this.#to, "shutdown")),
        );
    });
  }

  /**
   * @param {any} error
   * @param {(error?: any) => void} callback
   */
  _destroy(error, callback) {
    this.connecting = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    if (this.#connection !== null && !this.#handedOver) markHandled(this.#connection.close());
    callback(error);
    queueTask(() => this.emit("close", error !== null && error !== undefined));
  }

  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", this.destroy);
  }

  resetAndDestroy() {
    return this.destroy();
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback = undefined) {
    if (typeof milliseconds !== "number") throw invalidArgType("msecs", "number", milliseconds);
    if (!(milliseconds >= 0) || milliseconds === Infinity) {
      throw outOfRange("msecs", "a non-negative finite number", milliseconds);
    }
    this.timeout = Math.min(milliseconds, LONGEST_TIMEOUT);
    if (callback !== undefined) {
      if (typeof callback !== "function") throw invalidArgType("callback", "function", callback);
      if (this.timeout === 0) this.removeListener("timeout", callback);
      else this.once("timeout", callback);
    }
    this.#refreshTimer();
    return this;
  }

  #refreshTimer() {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.timeout === 0 || this.destroyed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.emit("timeout");
    }, this.timeout);
  }

  get bytesWritten() {
    return this.#bytesWritten + (this.writableLength ?? 0);
  }

  get bufferSize() {
    return this.writableLength;
  }

  get pending() {
    return this.#connection === null || this.connecting;
  }

  get readyState() {
    if (this.connecting) return "opening";
    if (this.readable && this.writable) return "open";
    if (this.readable) return "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }

  get remoteAddress() {
    return this.pending ? undefined : this.#to.host;
  }

  get remotePort() {
    return this.pending ? undefined : this.#to.port;
  }

  get remoteFamily() {
    if (this.pending) return undefined;
    return isIP(this.#to.host) === 6 ? "IPv6" : "IPv4";
  }

  get localAddress() {
    return this.pending ? undefined : "0.0.0.0";
  }

  get localPort() {
    return this.pending ? undefined : 0;
  }

  get localFamily() {
    return this.remoteFamily;
  }

  get autoSelectFamilyAttemptedAddresses() {
    return this.pending ? [] : [`${this.#to.host}:${this.#to.port}`];
  }

  address() {
    return this.pending ? {} : { address: this.localAddress, port: this.localPort, family: this.localFamily };
  }

  // Of no meaning without a socket of the system's: accepted, as hosted does.

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }
}
