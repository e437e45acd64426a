// http.ClientRequest (https://nodejs.org/api/http.html#class-httpclientrequest), over fetch().
//
// The body is collected and sent when it has ended: only then does Node's caller say that it has. What fetch() does by
// itself and Node does not (following redirects, decoding bodies) is turned off.

import { Buffer } from "node:buffer";
import { AbortController } from "selvedge:web/events/index.js";
import { fetch } from "selvedge:web/fetch/index.js";
import { queueTask, then } from "selvedge:web/streams/promises.js";
import { clearTimeout, setTimeout } from "selvedge:web/timers/index.js";
import { nodeError, socketError } from "../net/errors.js";
import { Socket } from "../net/socket.js";
import { IncomingMessage } from "./incoming.js";
import { OutgoingMessage } from "./outgoing.js";
import { clientOptions } from "./request-options.js";

export class ClientRequest extends OutgoingMessage {
  aborted = false;
  reusedSocket = false;
  maxHeadersCount = null;
  /** @type {any} */ res = null;
  timeout = 0;
  /** @type {any} */ #timer = undefined;
  /** @type {any[]} */ #chunks = [];
  #controller = new AbortController();
  #url;

  /**
   * @param {any[]} args
   * @param {any} defaultAgent
   */
  constructor(args, defaultAgent) {
    const [options, callback] = clientOptions(args, defaultAgent);
    // It lives on until its answer has been read.
    super({ signal: options.signal, autoDestroy: false });
    const { agent, headers, host, method, path, protocol, timeout, url } = options;
    this.agent = agent;
    this.host = host;
    this.method = method;
    this.path = path;
    this.protocol = protocol;
    this.#url = url;
    this.socket = new Socket();
    for (const [name, value] of headers) this.appendHeader(name, value);
    if (callback !== undefined) this.once("response", callback);
    if (timeout > 0) this.setTimeout(timeout);
    queueTask(() => {
      if (!this.destroyed) this.emit("socket", this.socket);
    });
  }

  /**
   * @param {any} chunk
   * @param {string} _encoding
   * @param {(error?: any) => void} callback
   */
  _write(chunk, _encoding, callback) {
    this.#chunks.push(chunk);
    this.#refreshTimer();
    callback();
  }

  /** @param {(error?: any) => void} callback */
  _final(callback) {
    this._implicitHeader();
    this.#send();
    callback();
  }

  #send() {
    const bodiless = this.method === "GET" || this.method === "HEAD";
    const pairs = this.headerPairs();
    // Without a wish of the caller's nothing is compressed: nobody here would undo it.
    if (!this.hasHeader("accept-encoding")) pairs.push(["accept-encoding", "identity"]);
    const body =
      bodiless || (this.#chunks.length === 0 && !this.hasHeader("content-length")) ? null : Buffer.concat(this.#chunks);
    this.#chunks = [];
    const init = {
      method: this.method,
      headers: pairs,
      body,
      redirect: "manual",
      encodeResponseBody: "manual",
      signal: this.#controller.signal,
    };
    then(
      fetch(this.#url, init),
      (response) => this.#respond(response),
      (error) => {
        if (this.destroyed) return;
        this.destroy(socketError(error, { host: this.host }, "connect"));
      },
    );
  }

  /** @param {any} response */
  #respond(response) {
    if (this.destroyed) return;
    this.#refreshTimer();
    const message = new IncomingMessage(this.socket).adopt(response);
    message.statusCode = response.status;
    message.statusMessage = response.statusText;
    /** @type {any} */ (message).req = this;
    this.res = message;
    message.once("end", () => {
      clearTimeout(this.#timer);
      this.timeout = 0;
    });
    message.once("close", () => this.destroy());
    if (!this.emit("response", message)) message.resume();
  }

  /**
   * @param {any} error
   * @param {(error?: any) => void} callback
   */
  _destroy(error, callback) {
    clearTimeout(this.#timer);
    this.timeout = 0;
    const { res } = this;
    if (res === null) {
      this.#controller.abort();
      error ??= nodeError(Error, "ECONNRESET", "socket hang up");
    } else if (!res.complete && !res.destroyed) {
      res.destroy(error);
      error = null;
    }
    queueTask(() => callback(error));
  }

  abort() {
    if (this.aborted) return;
    this.aborted = true;
    queueTask(() => this.emit("abort"));
    this.destroy();
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback = undefined) {
    this.timeout = milliseconds;
    if (callback !== undefined) this.once("timeout", callback);
    this.#refreshTimer();
    return this;
  }

  #refreshTimer() {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!(this.timeout > 0) || this.destroyed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.emit("timeout");
    }, this.timeout);
  }

  clearTimeout() {
    this.setTimeout(0);
  }

  setNoDelay() {}

  setSocketKeepAlive() {}

  onSocket() {}
}
