// Node's errors, as far as only sockets and HTTP need them (https://nodejs.org/api/errors.html#nodejs-error-codes).

import { invalidArgType, invalidArgValue, nodeError, outOfRange } from "../errors.js";

export { invalidArgType, invalidArgValue, nodeError, outOfRange };

const { assign } = Object;

/** @param {string} name of what hosted does not implement either */
export const optionNotImplemented = (name) =>
  nodeError(Error, "ERR_OPTION_NOT_IMPLEMENTED", `The ${name} option is not implemented`);

/** @param {string} name */
export const methodNotImplemented = (name) =>
  nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", `The ${name} method is not implemented`);

/**
 * A connection that could not be made or broke, with the `code` that drivers look at.
 * @param {any} error what the platform's socket failed with
 * @param {{ host?: string, port?: number }} to
 * @param {string} syscall
 */
export function socketError(error, { host, port }, syscall) {
  if (error === null || typeof error !== "object" || error.code !== undefined) return error;
  const text = `${error.cause?.message ?? error.message}`;
  const code = text.includes("Connection refused")
    ? "ECONNREFUSED"
    : text.includes("has no address")
      ? "ENOTFOUND"
      : text.includes("no connection within")
        ? "ETIMEDOUT"
        : text.includes("private address")
          ? "EACCES"
          : text.includes("handshake failed")
            ? "ERR_TLS_HANDSHAKE"
            : "ECONNRESET";
  return assign(error, { code, syscall, address: host, port });
}
