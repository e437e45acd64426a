// Errors as hosted makes them: a prefix that says what failed, and the bare reason as the cause.

const NativeError = Error;

/**
 * @param {string} prefix
 * @param {string} message
 * @param {string} [cause] the reason, where the message says more
 * @returns {Error}
 */
export function failure(prefix, message, cause = message) {
  return new NativeError(`${prefix}: ${message}`, { cause: new NativeError(cause) });
}
