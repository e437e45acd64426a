// Node's errors, as far as sockets and HTTP need them (https://nodejs.org/api/errors.html#nodejs-error-codes).

const { assign } = Object;

/**
 * @param {ErrorConstructor | TypeErrorConstructor | RangeErrorConstructor} Base
 * @param {string} code
 * @param {string} message
 * @returns {any}
 */
export function nodeError(Base, code, message) {
  return assign(new Base(message), { code });
}

/** @param {string} name of what hosted does not implement either */
export const optionNotImplemented = (name) =>
  nodeError(Error, "ERR_OPTION_NOT_IMPLEMENTED", `The ${name} option is not implemented`);

/** @param {string} name */
export const methodNotImplemented = (name) =>
  nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", `The ${name} method is not implemented`);

/** @param {unknown} value */
function describe(value) {
  if (value === null || value === undefined) return ` Received ${value}`;
  if (typeof value === "function") return ` Received function ${value.name}`;
  if (typeof value === "object") return ` Received an instance of ${value.constructor?.name ?? "Object"}`;
  const shown = typeof value === "string" ? `'${value}'` : String(value);
  return ` Received type ${typeof value} (${shown})`;
}

/**
 * @param {string} name
 * @param {string} expected "string", "an instance of URL"
 * @param {unknown} value
 */
export function invalidArgumentType(name, expected, value) {
  const kind = expected.startsWith("an ") || expected.startsWith("one ") ? expected : `of type ${expected}`;
  const what = name.includes(".") ? "property" : "argument";
  return nodeError(TypeError, "ERR_INVALID_ARG_TYPE", `The "${name}" ${what} must be ${kind}.${describe(value)}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} reason
 */
export function invalidArgumentValue(name, value, reason) {
  const what = name.includes(".") ? "property" : "argument";
  const shown = typeof value === "string" ? `'${value}'` : String(value);
  return nodeError(TypeError, "ERR_INVALID_ARG_VALUE", `The ${what} '${name}' ${reason}. Received ${shown}`);
}

/**
 * @param {string} name
 * @param {string} range
 * @param {unknown} value
 */
export function outOfRange(name, range, value) {
  return nodeError(
    RangeError,
    "ERR_OUT_OF_RANGE",
    `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`,
  );
}

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
