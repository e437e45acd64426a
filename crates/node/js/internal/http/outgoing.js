// http.OutgoingMessage (https://nodejs.org/api/http.html#class-httpoutgoingmessage): a Writable with headers.

import { Writable } from "node:stream";
import { invalidArgType, nodeError } from "../net/errors.js";
import { validateHeaderName, validateHeaderValue } from "./validate.js";

export class OutgoingMessage extends Writable {
  /** @type {string | null} a text once the headers are on their way; libraries look at it */ _header = null;
  finished = false;
  sendDate = false;
  chunkedEncoding = false;
  shouldKeepAlive = true;
  useChunkedEncodingByDefault = true;
  /** @type {any} */ req = undefined;
  /** @type {any} */ socket = null;
  /** @type {Map<string, { name: string, value: any }>} by name in lower case */ #headers = new Map();

  /** @param {any} [options] */
  constructor(options = undefined) {
    super({
      autoDestroy: options?.autoDestroy ?? true,
      highWaterMark: options?.highWaterMark,
      signal: options?.signal,
    });
  }

  get headersSent() {
    return this._header !== null;
  }

  get connection() {
    return this.socket;
  }

  /** @param {string} action */
  #checkUnsent(action) {
    if (this.headersSent) {
      throw nodeError(Error, "ERR_HTTP_HEADERS_SENT", `Cannot ${action} headers after they are sent to the client`);
    }
  }

  /**
   * @param {string} name
   * @param {any} value a text, a number, or a list of texts
   */
  setHeader(name, value) {
    this.#checkUnsent("set");
    validateHeaderName(name);
    if (Array.isArray(value)) for (const each of value) validateHeaderValue(name, each);
    else validateHeaderValue(name, value);
    this.#headers.set(name.toLowerCase(), { name, value });
    return this;
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  appendHeader(name, value) {
    const before = this.getHeader(name);
    return this.setHeader(name, before === undefined ? value : [before, value].flat());
  }

  /** @param {any} headers a Headers or a Map */
  setHeaders(headers) {
    this.#checkUnsent("set");
    if (typeof headers?.forEach !== "function" || Array.isArray(headers)) {
      throw invalidArgType("headers", ["Headers", "Map"], headers);
    }
    /** @type {string[]} */
    const cookies = [];
    for (const [name, value] of headers) {
      if (`${name}`.toLowerCase() === "set-cookie") cookies.push(...[value].flat());
      else this.setHeader(name, value);
    }
    if (cookies.length > 0) this.setHeader("set-cookie", cookies);
    return this;
  }

  /** @param {string} name */
  getHeader(name) {
    if (typeof name !== "string") throw invalidArgType("name", "string", name);
    return this.#headers.get(name.toLowerCase())?.value;
  }

  getHeaders() {
    /** @type {Record<string, any>} */
    const headers = Object.create(null);
    for (const [name, { value }] of this.#headers) headers[name] = value;
    return headers;
  }

  getHeaderNames() {
    return [...this.#headers.keys()];
  }

  getRawHeaderNames() {
    return [...this.#headers.values()].map(({ name }) => name);
  }

  /** @param {string} name */
  hasHeader(name) {
    if (typeof name !== "string") throw invalidArgType("name", "string", name);
    return this.#headers.has(name.toLowerCase());
  }

  /** @param {string} name */
  removeHeader(name) {
    if (typeof name !== "string") throw invalidArgType("name", "string", name);
    this.#checkUnsent("remove");
    this.#headers.delete(name.toLowerCase());
  }

  /** The headers as pairs, one for each value. */
  headerPairs() {
    /** @type {[string, string][]} */
    const pairs = [];
    for (const { name, value } of this.#headers.values()) {
      for (const each of [value].flat()) pairs.push([name, `${each}`]);
    }
    return pairs;
  }

  /** Trailers have no place in the Fetch API. */
  addTrailers() {}

  flushHeaders() {
    if (!this.headersSent) this._implicitHeader();
  }

  _implicitHeader() {
    this._header = "";
  }

  /**
   * @param {any} [chunk]
   * @param {any} [encoding]
   * @param {any} [callback]
   */
  end(chunk = undefined, encoding = undefined, callback = undefined) {
    this.finished = true;
    return super.end(chunk, encoding, callback);
  }

  get writableCorked() {
    return super.writableCorked;
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback = undefined) {
    if (callback !== undefined) this.on("timeout", callback);
    this.socket?.setTimeout(milliseconds);
    return this;
  }
}
