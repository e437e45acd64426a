// node:tls (https://nodejs.org/api/tls.html): connections to elsewhere.

import { normalizeArguments } from "../internal/net/connect-arguments.js";
import { methodNotImplemented } from "../internal/net/errors.js";
import { checkServerIdentity } from "../internal/tls/identity.js";
import { SecureContext, TLSSocket, checkTlsOptions } from "../internal/tls/socket.js";

export { SecureContext, TLSSocket, checkServerIdentity };

export const CLIENT_RENEG_LIMIT = 3;
export const CLIENT_RENEG_WINDOW = 600;
export const DEFAULT_CIPHERS =
  "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:" +
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:" +
  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305";
export const DEFAULT_ECDH_CURVE = "auto";
export const DEFAULT_MIN_VERSION = "TLSv1.2";
export const DEFAULT_MAX_VERSION = "TLSv1.3";
/** @type {string[]} the roots are the server's own, which a Worker does not see */
export const rootCertificates = [];

/**
 * connect(options[, callback]), connect(port[, host][, options][, callback])
 * @param {any[]} args
 */
export function connect(...args) {
  const [positional, callback] = normalizeArguments(args);
  const further = args.find((argument, index) => index > 0 && typeof argument === "object" && argument !== null);
  const options = { host: undefined, ...positional, ...further };
  checkTlsOptions(options);
  const socket = new TLSSocket(options.socket, options);
  if (callback !== null) socket.once("secureConnect", callback);
  if (options.socket === undefined || options.socket === null) {
    socket.connect({ ...options, host: options.host ?? "localhost" });
  } else if (options.timeout !== undefined) {
    socket.setTimeout(options.timeout);
  }
  return socket;
}

/** @param {any} [options] */
export const createSecureContext = (options = {}) => new SecureContext(options);

/** Those that TLS is spoken with here. */
export const getCiphers = () => DEFAULT_CIPHERS.toLowerCase().split(":");

/** Hosted has none either. */
export class Server {
  constructor() {
    throw methodNotImplemented("tls.Server");
  }
}

export function createServer() {
  throw methodNotImplemented("tls.createServer");
}

export default {
  CLIENT_RENEG_LIMIT,
  CLIENT_RENEG_WINDOW,
  DEFAULT_CIPHERS,
  DEFAULT_ECDH_CURVE,
  DEFAULT_MAX_VERSION,
  DEFAULT_MIN_VERSION,
  SecureContext,
  Server,
  TLSSocket,
  checkServerIdentity,
  connect,
  createSecureContext,
  createServer,
  getCiphers,
  rootCertificates,
};
