// http.IncomingMessage (https://nodejs.org/api/http.html#class-httpincomingmessage): a Readable over the body of a
// Request or a Response.

import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { headersToFlatList } from "selvedge:web/fetch/index.js";
import { readableStreamReader } from "selvedge:web/streams/index.js";
import { markHandled, queueTask, then } from "selvedge:web/streams/promises.js";
import { Socket } from "../net/socket.js";
import { nodeError } from "../net/errors.js";

/** Of these the first one counts (https://nodejs.org/api/http.html#messageheaders). */
const FIRST = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent",
]);

/**
 * Headers as an object, in Node's way of joining what comes twice.
 * @param {string[]} flat
 * @returns {Record<string, any>}
 */
function joined(flat) {
  /** @type {Record<string, any>} */
  const headers = {};
  for (let index = 0; index < flat.length; index += 2) {
    const [name, value] = [flat[index].toLowerCase(), flat[index + 1]];
    if (name === "set-cookie") (headers[name] ??= []).push(value);
    else if (!Object.hasOwn(headers, name)) headers[name] = value;
    else if (!FIRST.has(name)) headers[name] += `${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}

/** @param {string[]} flat */
function distinct(flat) {
  /** @type {Record<string, string[]>} */
  const headers = {};
  for (let index = 0; index < flat.length; index += 2)
    (headers[flat[index].toLowerCase()] ??= []).push(flat[index + 1]);
  return headers;
}

export class IncomingMessage extends Readable {
  aborted = false;
  complete = false;
  httpVersion = "1.1";
  httpVersionMajor = 1;
  httpVersionMinor = 1;
  /** @type {string | undefined} */ method = undefined;
  url = "";
  /** @type {number | null} */ statusCode = null;
  /** @type {string | null} */ statusMessage = null;
  /** @type {string[]} */ rawHeaders = [];
  /** @type {string[]} */ rawTrailers = [];
  trailers = {};
  trailersDistinct = {};
  /** @type {any} */ socket;
  /** @type {any} */ #reader = null;
  /** @type {Record<string, any> | null} */ #headers = null;
  /** @type {Record<string, string[]> | null} */ #distinct = null;

  /** @param {any} [socket] */
  constructor(socket = undefined) {
    super({ autoDestroy: true });
    this.socket = socket ?? new Socket();
  }

  get connection() {
    return this.socket;
  }

  get headers() {
    return (this.#headers ??= joined(this.rawHeaders));
  }

  set headers(value) {
    this.#headers = value;
  }

  get headersDistinct() {
    return (this.#distinct ??= distinct(this.rawHeaders));
  }

  /**
   * Takes headers and body of a Request or a Response over.
   * @param {any} message
   */
  adopt(message) {
    this.rawHeaders = [...headersToFlatList(message.headers)];
    if (message.body !== null) this.#reader = readableStreamReader(message.body);
    return this;
  }

  _read() {
    if (this.#reader === null) {
      this.complete = true;
      this.push(null);
      return;
    }
    then(
      this.#reader.read(),
      (step) => {
        if (this.destroyed) return;
        if (step === undefined) {
          this.complete = true;
          this.push(null);
        } else {
          const { buffer, byteLength, byteOffset } = step.chunk;
          this.push(Buffer.from(buffer, byteOffset, byteLength));
        }
      },
      (error) => this.destroy(error),
    );
  }

  /**
   * @param {any} error
   * @param {(error?: any) => void} callback
   */
  _destroy(error, callback) {
    if (!this.complete) {
      this.aborted = true;
      if (this.#reader !== null) markHandled(this.#reader.cancel(error));
      this.emit("aborted");
      // A response that nobody listens to any more ends without a word.
      if (!error && this.listenerCount("error") > 0) error = nodeError(Error, "ECONNRESET", "aborted");
    }
    queueTask(() => callback(error));
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback = undefined) {
    if (callback !== undefined) this.on("timeout", callback);
    this.socket.setTimeout(milliseconds);
    return this;
  }
}
