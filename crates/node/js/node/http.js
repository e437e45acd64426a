// node:http (https://nodejs.org/api/http.html): requests by fetch(), servers as handlers of a Worker's fetch event.

import { Agent, globalAgent } from "../internal/http/agent.js";
import { ClientRequest as Request } from "../internal/http/client.js";
import { METHODS, STATUS_CODES, maxHeaderSize } from "../internal/http/constants.js";
import { IncomingMessage } from "../internal/http/incoming.js";
import { OutgoingMessage } from "../internal/http/outgoing.js";
import { ServerResponse } from "../internal/http/response.js";
import { Server } from "../internal/http/server.js";
import { validateHeaderName, validateHeaderValue } from "../internal/http/validate.js";

export {
  Agent,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  globalAgent,
  maxHeaderSize,
  validateHeaderName,
  validateHeaderValue,
};

export class ClientRequest extends Request {
  /** @param {any[]} args */
  constructor(...args) {
    super(args, globalAgent);
  }
}

/** @param {any[]} args */
export const request = (...args) => new ClientRequest(...args);

/** @param {any[]} args */
export function get(...args) {
  const made = request(...args);
  made.end();
  return made;
}

/** @param {any[]} args */
export const createServer = (...args) => new Server(...args);

export const _connectionListener = () => {};
export const setMaxIdleHTTPParsers = () => {};

export default {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  _connectionListener,
  createServer,
  get,
  globalAgent,
  maxHeaderSize,
  request,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
};
