// http.Server (https://nodejs.org/api/http.html#class-httpserver): not a listener, but a handler that a Worker's fetch
// event is given to, by the port that it pretends to listen on
// (https://developers.cloudflare.com/workers/runtime-apis/nodejs/http/#server-side-methods).

import { EventEmitter } from "node:events";
import { URL } from "selvedge:web/url/index.js";
import { queueTask } from "selvedge:web/streams/promises.js";
import { invalidArgType, invalidArgValue, nodeError } from "../net/errors.js";
import { Socket } from "../net/socket.js";
import { IncomingMessage } from "./incoming.js";
import { ServerResponse } from "./response.js";

/** @type {Map<number, Server>} */
const listening = new Map();

/** The next port for one who asks for any. */
let anyPort = 1;

export class Server extends EventEmitter {
  timeout = 0;
  headersTimeout = 60_000;
  keepAliveTimeout = 5_000;
  requestTimeout = 300_000;
  maxHeadersCount = null;
  maxRequestsPerSocket = 0;
  /** @type {number | null} */ #port = null;
  #IncomingMessage;
  #ServerResponse;

  /**
   * @param {any} [options]
   * @param {any} [listener]
   */
  constructor(options = undefined, listener = undefined) {
    super();
    if (typeof options === "function") [listener, options] = [options, {}];
    else if (options !== undefined && options !== null && typeof options !== "object") {
      throw invalidArgType("options", "object", options);
    }
    this.#IncomingMessage = options?.IncomingMessage ?? IncomingMessage;
    this.#ServerResponse = options?.ServerResponse ?? ServerResponse;
    if (listener !== undefined) this.on("request", listener);
  }

  get listening() {
    return this.#port !== null;
  }

  /**
   * listen([port[, host[, backlog]]][, callback]), listen(options[, callback])
   * @param {any[]} args
   */
  listen(...args) {
    if (this.#port !== null) {
      throw nodeError(
        Error,
        "ERR_SERVER_ALREADY_LISTEN",
        "Listen method has been called more than once without closing.",
      );
    }
    const callback = args.findLast((argument) => typeof argument === "function");
    const [first] = args;
    const asked = Number(typeof first === "object" && first !== null ? (first.port ?? 0) : (first ?? 0));
    const port = Number.isNaN(asked) ? 0 : asked;
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw nodeError(
        RangeError,
        "ERR_SOCKET_BAD_PORT",
        `options.port should be >= 0 and < 65536. Received type number (${asked}).`,
      );
    }
    while (port === 0 && listening.has(anyPort)) anyPort++;
    const own = port === 0 ? anyPort : port;
    if (listening.has(own)) {
      throw nodeError(Error, "EADDRINUSE", `listen EADDRINUSE: address already in use :::${own}`);
    }
    listening.set(own, this);
    this.#port = own;
    if (callback !== undefined) this.once("listening", callback);
    queueTask(() => this.emit("listening"));
    return this;
  }

  /** @param {(error?: any) => void} [callback] */
  close(callback = undefined) {
    const was = this.#port;
    if (was !== null) listening.delete(was);
    this.#port = null;
    const error = was === null ? nodeError(Error, "ERR_SERVER_NOT_RUNNING", "Server is not running.") : undefined;
    if (callback !== undefined) queueTask(() => callback(error));
    if (was !== null) queueTask(() => this.emit("close"));
    return this;
  }

  address() {
    return this.#port === null ? null : { port: this.#port, family: "IPv6", address: "::" };
  }

  /**
   * Answers a Request.
   * @param {any} request
   * @returns {Promise<any>} a Response
   */
  async handle(request) {
    const { hostname, pathname, port, protocol, search } = new URL(request.url);
    const socket = new Socket();
    const peer = request.headers.get("cf-connecting-ip") ?? undefined;
    Object.defineProperties(socket, {
      encrypted: { value: protocol === "https:", configurable: true },
      remoteAddress: { value: peer, configurable: true },
      remoteFamily: { value: peer?.includes(":") ? "IPv6" : "IPv4", configurable: true },
    });
    const incoming = new this.#IncomingMessage(socket);
    incoming.adopt(request);
    incoming.method = request.method;
    incoming.url = `${pathname}${search}`;
    if (incoming.headers.host === undefined)
      incoming.rawHeaders.push("host", port === "" ? hostname : `${hostname}:${port}`);
    const outgoing = new this.#ServerResponse(incoming);
    if (!this.emit("request", incoming, outgoing)) {
      outgoing.writeHead(404);
      outgoing.end();
    }
    return outgoing.response;
  }

  // What has no meaning on connections that are not ours.

  closeAllConnections() {}

  closeIdleConnections() {}

  /** @param {(error: any, count: number) => void} callback */
  getConnections(callback) {
    queueTask(() => callback(null, 0));
    return this;
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback = undefined) {
    this.timeout = milliseconds;
    if (callback !== undefined) this.on("timeout", callback);
    return this;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }
}

/**
 * The server that a port, `{ port }` or a Server means.
 * @param {any} description
 * @returns {Server}
 */
export function serverOf(description) {
  if (description instanceof Server) {
    if (!description.listening) description.listen(0);
    return description;
  }
  const port = typeof description === "object" && description !== null ? description.port : description;
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw nodeError(
      TypeError,
      "ERR_INVALID_ARG_VALUE",
      "Failed to determine port for server: pass a port, { port }, or a server that listens",
    );
  }
  const server = listening.get(port);
  if (server === undefined) {
    throw invalidArgValue(
      "port",
      port,
      `is not the port of a server: http.createServer(...).listen(${port}) has not been called`,
    );
  }
  return server;
}
