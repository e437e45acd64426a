// node:net (https://nodejs.org/api/net.html): connections to elsewhere. Nothing listens in a Worker.

import { BlockList, SocketAddress } from "../internal/net/block-list.js";
import { normalizeArguments } from "../internal/net/connect-arguments.js";
import { invalidArgType, methodNotImplemented, outOfRange } from "../internal/net/errors.js";
import { isIP, isIPv4, isIPv6 } from "../internal/net/ip.js";
import { Socket } from "../internal/net/socket.js";

export { BlockList, Socket, SocketAddress, isIP, isIPv4, isIPv6 };
export { Socket as Stream };

let autoSelectFamily = false;
let autoSelectFamilyAttemptTimeout = 250;

/** @param {any[]} args */
export function connect(...args) {
  const [options] = normalizeArguments(args);
  return new Socket(options).connect(...args);
}

export { connect as createConnection };

/** Hosted has none either. */
export class Server {
  constructor() {
    throw methodNotImplemented("net.Server");
  }
}

export function createServer() {
  throw methodNotImplemented("net.createServer");
}

export const getDefaultAutoSelectFamily = () => autoSelectFamily;

/** @param {any} value */
export function setDefaultAutoSelectFamily(value) {
  if (typeof value !== "boolean") throw invalidArgType("value", "boolean", value);
  autoSelectFamily = value;
}

export const getDefaultAutoSelectFamilyAttemptTimeout = () => autoSelectFamilyAttemptTimeout;

/** @param {any} value */
export function setDefaultAutoSelectFamilyAttemptTimeout(value) {
  if (typeof value !== "number") throw invalidArgType("value", "number", value);
  if (!Number.isInteger(value) || value < 1) throw outOfRange("value", ">= 1", value);
  autoSelectFamilyAttemptTimeout = value < 10 ? 10 : value;
}

export default {
  BlockList,
  Server,
  Socket,
  SocketAddress,
  Stream: Socket,
  connect,
  createConnection: connect,
  createServer,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
};
