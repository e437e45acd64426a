// What of the Service Workers standard a cache of the edge does not have.

/**
 * @param {string} method
 * @param {string} type
 * @returns {Error} as hosted words it
 */
export function notImplemented(method, type) {
  return new Error(`Failed to execute '${method}' on '${type}': the method is not implemented.`);
}
