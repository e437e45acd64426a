// Errors of ops. An op's error carries Node's code before a bar in its message (src/coded.rs).

/**
 * An op's error as Node has it.
 * @param {any} error
 */
export function coded(error) {
  const [, code, message] = /^([A-Z0-9_]*)\|([^]*)$/.exec(error?.message) ?? [];
  if (message === undefined) return error;
  const ErrorClass = error instanceof TypeError ? TypeError : error instanceof RangeError ? RangeError : Error;
  const result = /** @type {any} */ (new ErrorClass(message));
  if (code) result.code = code;
  return result;
}

/**
 * Calls an op.
 * @template {(...args: any[]) => any} F
 * @param {F} op
 * @param {Parameters<F>} args
 * @returns {ReturnType<F>}
 */
export function call(op, ...args) {
  try {
    return op(...args);
  } catch (error) {
    throw coded(error);
  }
}

/**
 * Gives what a promise settles to to a callback.
 * @template T
 * @param {Promise<T>} promise
 * @param {(error: any, value?: T) => void} callback
 */
export function settle(promise, callback) {
  promise.then(
    (value) => callback(null, value),
    (error) => callback(coded(error)),
  );
}
