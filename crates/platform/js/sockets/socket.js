// Socket (https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/#socket).
//
// A Socket is there at once, before it is connected: its streams wait for the connection. Under it is a number, that of
// the native connection, and TLS that is started later gives a new Socket with a new number.

import {
  op_socket_close,
  op_socket_connect,
  op_socket_read,
  op_socket_shutdown,
  op_socket_start_tls,
  op_socket_write,
} from "selvedge:ops";
import {
  createNativeByteStream,
  createWritableStream,
  readableStreamCancel,
  writableStreamAbort,
  writableStreamClose,
  writableStreamFlush,
} from "selvedge:web/streams/index.js";
import { Deferred, markHandled, rejectedWith, resolvedWith, then } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";
import { arrayBufferKind, bytesOf } from "selvedge:web/webidl/buffers.js";
import { typedArrayLength } from "selvedge:web/webidl/intrinsics.js";

/** @typedef {import("./options.js").SocketOptions} SocketOptions */

const { isView } = ArrayBuffer;

/**
 * @param {any} chunk
 * @returns {Uint8Array}
 */
function chunkBytes(chunk) {
  if (isView(chunk) || arrayBufferKind(chunk) !== null) return bytesOf(chunk);
  throw new TypeError(
    typeof chunk === "string"
      ? "This WritableStream is being used as a byte stream, but received a string on its writable side. If you wish " +
          "to write a string, you'll probably want to explicitly UTF-8-encode it with TextEncoder."
      : "This WritableStream is being used as a byte stream, but received an object of " +
          "non-ArrayBuffer/ArrayBufferView type on its writable side.",
  );
}

/**
 * How many bytes a chunk counts for in the queue.
 * @param {any} chunk
 */
function chunkSize(chunk) {
  return isView(chunk) || arrayBufferKind(chunk) !== null ? typedArrayLength(bytesOf(chunk)) : 0;
}

/** What hosted says of a destination that cannot be reached, whatever the reason; the reason is the cause.
 * @param {unknown} cause
 * @param {number | null} port
 */
function connectionError(cause, port) {
  if (port === 25) return cause;
  const hint =
    port === 80 || port === 443
      ? ". It looks like you might be trying to connect to a HTTP-based service \u2014 consider using fetch instead"
      : "";
  return new Error(`proxy request failed, cannot connect to the specified address${hint}`, { cause });
}

/** The state behind a Socket. */
class SocketState {
  opened = new Deferred();
  closed = new Deferred();
  upgraded = false;
  readable;
  writable;
  /** @type {number | null} the native connection, once there is one */ #id = null;
  /** @type {Promise<unknown>} fulfilled when it is settled whether there is one */ #settled;
  #readEnded = false;
  #writeEnded = false;
  #closing = false;
  #options;

  /**
   * @param {Promise<number>} connecting
   * @param {SocketOptions} options
   * @param {string} host
   * @param {string} address as SocketInfo tells it
   */
  constructor(connecting, options, host, address) {
    this.#options = options;
    this.host = host;
    this.address = address;
    this.secureTransport = options.secureTransport;
    this.opened.markHandled();
    this.closed.markHandled();
    this.readable = createNativeByteStream({ pull: () => this.#pull(), cancel: () => this.#cancelled() });
    this.writable = createWritableStream({
      started: undefined,
      write: (chunk) => this.#write(chunk),
      close: () => this.#shutdown(),
      abort: () => this.#aborted(),
      highWaterMark: options.highWaterMark,
      size: options.highWaterMark === undefined ? undefined : chunkSize,
    });
    this.#settled = then(
      connecting,
      (id) => {
        this.#id = id;
        this.opened.resolve({ remoteAddress: address, localAddress: undefined });
      },
      (error) => this.#fail(error),
    );
  }

  /** @param {unknown} error why there is no connection */
  #fail(error) {
    this.closed.reject(error);
    this.opened.reject(error);
    markHandled(readableStreamCancel(this.readable, undefined));
    markHandled(writableStreamAbort(this.writable, error));
  }

  /**
   * @template T
   * @param {(id: number) => Promise<T>} op
   * @returns {Promise<T | undefined>} undefined where there is no connection
   */
  #with(op) {
    if (this.#id !== null) return op(this.#id);
    return then(this.#settled, () => (this.#id === null ? undefined : op(this.#id)));
  }

  /** @returns {Promise<Uint8Array | null>} */
  #pull() {
    return then(
      this.#with((id) => op_socket_read(id)),
      (bytes) => {
        if (bytes !== null && bytes !== undefined) return bytes;
        if (!this.upgraded) this.#endOfReading();
        return null;
      },
      (error) => {
        this.#break(error);
        throw error;
      },
    );
  }

  #endOfReading() {
    this.#readEnded = true;
    if (this.#writeEnded) {
      this.#release();
    } else if (!this.#options.allowHalfOpen) {
      then(
        writableStreamClose(this.writable),
        () => this.#release(),
        (error) => this.#break(error),
      );
    }
  }

  /** @param {any} chunk */
  #write(chunk) {
    if (chunk === undefined) return resolvedWith(undefined);
    /** @type {Uint8Array} */
    let bytes;
    try {
      bytes = chunkBytes(chunk);
    } catch (error) {
      return rejectedWith(error);
    }
    return this.#with((id) => op_socket_write(id, bytes));
  }

  #shutdown() {
    return then(
      this.#with((id) => op_socket_shutdown(id)),
      () => {
        this.#writeEnded = true;
        if (this.#readEnded) this.#release();
      },
    );
  }

  /** Nobody reads any more: the other side may go on for as long as it is written to. */
  #cancelled() {
    this.#readEnded = true;
    if (this.#writeEnded) this.#release();
  }

  #aborted() {
    this.#writeEnded = true;
    if (this.#readEnded || !this.#options.allowHalfOpen) this.#release();
    return resolvedWith(undefined);
  }

  /** @param {unknown} error the connection broke */
  #break(error) {
    this.closed.reject(error);
    markHandled(writableStreamAbort(this.writable, error));
    this.#release();
  }

  #release() {
    if (this.#id !== null) op_socket_close(this.#id);
    this.closed.resolve(undefined);
  }

  /** @returns {Promise<undefined>} */
  close() {
    if (this.#closing) return this.closed.promise;
    this.#closing = true;
    const finished = then(this.#settled, () =>
      then(
        writableStreamFlush(this.writable),
        () => this.#end(),
        () => this.#end(),
      ),
    );
    return then(finished, () => undefined);
  }

  /** @returns {Promise<void>} */
  #end() {
    const ended = () => {
      markHandled(readableStreamCancel(this.readable, undefined));
      markHandled(writableStreamAbort(this.writable, undefined));
      this.#release();
    };
    return this.#id === null ? resolvedWith(ended()) : then(op_socket_shutdown(this.#id), ended, ended);
  }

  /**
   * @param {string | undefined} expectedServerHostname
   * @returns {SocketState}
   */
  startTls(expectedServerHostname) {
    if (this.secureTransport === "on") throw new TypeError("Cannot startTls on a TLS socket.");
    if (this.secureTransport !== "starttls") {
      throw new TypeError("The `secureTransport` socket option must be set to 'starttls' for startTls to be used.");
    }
    if (this.upgraded) throw new TypeError("startTls can only be called once.");
    this.upgraded = true;
    const connecting = then(this.#settled, () =>
      then(writableStreamFlush(this.writable), () => {
        const id = this.#id;
        if (id === null) return then(this.opened.promise, undefined);
        this.#id = null;
        this.#settled = resolvedWith(undefined);
        const secured = op_socket_start_tls(id, expectedServerHostname ?? this.host);
        // The connection is another socket's now.
        markHandled(readableStreamCancel(this.readable, undefined));
        const detached = new TypeError("This WritableStream has been detached: its socket has been upgraded to TLS.");
        markHandled(writableStreamAbort(this.writable, detached));
        this.closed.resolve(undefined);
        return secured;
      }),
    );
    return new SocketState(connecting, { ...this.#options, secureTransport: "on" }, this.host, this.address);
  }
}

/** A TCP connection. */
export class Socket {
  /** @type {SocketState} */ #state;

  /**
   * @param {symbol} key
   * @param {SocketState} state
   */
  constructor(key, state) {
    if (key !== internal) throw illegalConstructor();
    this.#state = state;
  }

  get readable() {
    return this.#state.readable;
  }

  get writable() {
    return this.#state.writable;
  }

  /** @returns {Promise<undefined>} settled when the connection is over */
  get closed() {
    return this.#state.closed.promise;
  }

  /** @returns {Promise<{ remoteAddress?: string, localAddress?: string }>} */
  get opened() {
    return this.#state.opened.promise;
  }

  get upgraded() {
    return this.#state.upgraded;
  }

  get secureTransport() {
    return this.#state.secureTransport;
  }

  /** @returns {Promise<undefined>} */
  close() {
    return this.#state.close();
  }

  /**
   * Starts TLS. This socket is over then; the one that is returned goes on.
   * @param {any} [options]
   */
  startTls(options = undefined) {
    const name = options === undefined || options === null ? undefined : options.expectedServerHostname;
    return new Socket(internal, this.#state.startTls(name === undefined ? undefined : `${name}`));
  }
}

defineInterface(Socket, { tag: "Socket" });

/**
 * @param {import("./address.js").SocketAddress} address
 * @param {SocketOptions} options
 * @returns {Socket}
 */
export function openSocket(address, options) {
  const { host, port, text } = address;
  const failed = (/** @type {unknown} */ error) => {
    throw connectionError(error, port);
  };
  const connecting =
    port === null
      ? rejectedWith(new Error("the address has no port"))
      : op_socket_connect(host, port, options.secureTransport === "on");
  return new Socket(internal, new SocketState(then(connecting, undefined, failed), options, host, text));
}
