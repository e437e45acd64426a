// http.ServerResponse (https://nodejs.org/api/http.html#class-httpserverresponse): what becomes a Response.
//
// What ends before its headers have left becomes a Response of bytes, which knows its length. Else the Response is there
// with the headers, and its body is a stream that goes as fast as the client reads.

import { Buffer } from "node:buffer";
import { Response } from "selvedge:web/fetch/index.js";
import {
  createReadableByteStream,
  readableStreamClose,
  readableStreamEnqueue,
  readableStreamError,
} from "selvedge:web/streams/index.js";
import { Deferred, resolvedWith } from "selvedge:web/streams/promises.js";
import { nodeError } from "../net/errors.js";
import { STATUS_CODES } from "./constants.js";
import { OutgoingMessage } from "./outgoing.js";

/** @param {number} status */
const isBodiless = (status) => status === 204 || status === 205 || status === 304;

export class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  /** @type {string | undefined} */ statusMessage = undefined;
  strictContentLength = false;
  /** @type {any[] | null} what is collected until the headers leave */ #collected = [];
  /** @type {any} the body once they have left */ #stream = null;
  /** @type {Deferred | null} fulfilled when the stream is asked for more */ #wanted = null;
  #asked = false;
  #response = new Deferred();

  /**
   * @param {any} [request]
   * @param {any} [options]
   */
  constructor(request = undefined, options = undefined) {
    super(options);
    this.req = request;
    this.socket = request?.socket ?? null;
    this.#response.markHandled();
  }

  /** @returns {Promise<any>} the Response, when its headers leave */
  get response() {
    return this.#response.promise;
  }

  /**
   * writeHead(statusCode[, statusMessage][, headers])
   * @param {number} status
   * @param {any} [reason]
   * @param {any} [headers]
   */
  writeHead(status, reason = undefined, headers = undefined) {
    if (this.headersSent) {
      throw nodeError(Error, "ERR_HTTP_HEADERS_SENT", "Cannot write headers after they are sent to the client");
    }
    const code = status | 0;
    if (code < 100 || code > 999) {
      throw nodeError(RangeError, "ERR_HTTP_INVALID_STATUS_CODE", `Invalid status code: ${status}`);
    }
    if (typeof reason === "string") this.statusMessage = reason;
    else headers = reason;
    this.statusMessage ??= STATUS_CODES[code] ?? "unknown";
    this.statusCode = code;
    if (Array.isArray(headers)) {
      const flat = headers.flat();
      for (let index = 0; index + 1 < flat.length; index += 2) this.removeHeader(flat[index]);
      for (let index = 0; index + 1 < flat.length; index += 2) this.appendHeader(flat[index], flat[index + 1]);
    } else if (headers) {
      for (const name of Object.keys(headers)) this.setHeader(name, headers[name]);
    }
    this._header = `HTTP/1.1 ${code} ${this.statusMessage}\r\n`;
    return this;
  }

  _implicitHeader() {
    this.writeHead(this.statusCode);
  }

  flushHeaders() {
    super.flushHeaders();
    this.#begin();
  }

  /**
   * @param {any} chunk
   * @param {string} _encoding
   * @param {(error?: any) => void} callback
   */
  _write(chunk, _encoding, callback) {
    if (!this.headersSent) this._implicitHeader();
    if (this.finished && this.#collected !== null) {
      this.#collected.push(chunk);
      callback();
      return;
    }
    this.#begin();
    this.#put(chunk, callback);
  }

  /** The headers leave; the body follows as a stream. */
  #begin() {
    if (this.#collected === null) return;
    this.#collected = null;
    if (this.#hasNoBody()) {
      this.#answer(null);
      return;
    }
    this.#stream = createReadableByteStream({
      pull: () => {
        this.#asked = true;
        this.#wanted?.resolve(undefined);
        this.#wanted = null;
        return resolvedWith(undefined);
      },
      cancel: () => {
        this.#stream = null;
        this.destroy();
        return resolvedWith(undefined);
      },
    });
    this.#answer(this.#stream);
  }

  #hasNoBody() {
    return isBodiless(this.statusCode) || this.req?.method === "HEAD";
  }

  /**
   * @param {any} chunk
   * @param {(error?: any) => void} callback
   */
  #put(chunk, callback) {
    if (this.#stream === null || chunk.byteLength === 0) {
      callback();
      return;
    }
    // The stream takes the buffer for itself, which the caller may be using.
    readableStreamEnqueue(this.#stream, new Uint8Array(chunk));
    if (this.#asked) {
      this.#asked = false;
      callback();
      return;
    }
    this.#wanted = new Deferred();
    this.#wanted.promise.then(() => callback());
  }

  /** @param {(error?: any) => void} callback */
  _final(callback) {
    if (!this.headersSent) this._implicitHeader();
    if (this.#collected !== null) {
      const bytes = Buffer.concat(this.#collected);
      this.#collected = null;
      this.#answer(this.#hasNoBody() ? null : bytes);
    } else if (this.#stream !== null) {
      readableStreamClose(this.#stream);
    }
    callback();
  }

  /** @param {any} body */
  #answer(body) {
    try {
      const { statusCode: status, statusMessage: statusText } = this;
      const headers = this.headerPairs().filter(([name]) => !/^(transfer-encoding|connection|keep-alive)$/i.test(name));
      // What the handler says of its coding, it has done itself.
      this.#response.resolve(new Response(body, { status, statusText, headers, encodeBody: "manual" }));
    } catch (error) {
      this.#response.reject(error);
      this.destroy(error);
    }
  }

  /**
   * @param {any} error
   * @param {(error?: any) => void} callback
   */
  _destroy(error, callback) {
    const cause = error ?? nodeError(Error, "ECONNRESET", "The response was destroyed before its end");
    this.#response.reject(cause);
    if (this.#stream !== null && !this.writableFinished) readableStreamError(this.#stream, cause);
    this.#wanted?.resolve(undefined);
    callback(error);
  }

  // What has no meaning on a connection that is not ours.

  assignSocket() {}

  detachSocket() {}

  /** @param {() => void} [callback] */
  writeContinue(callback = undefined) {
    callback?.();
  }

  writeProcessing() {}

  /**
   * @param {any} _hints
   * @param {() => void} [callback]
   */
  writeEarlyHints(_hints, callback = undefined) {
    callback?.();
  }
}
