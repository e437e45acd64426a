// The texts of conversion failures, as browsers and Node word them.

/**
 * "Failed to execute 'append' on 'Headers': parameter 1 is a symbol, ..."
 * @param {string} message what is wrong, following the subject: "is not an object."
 * @param {string} [prefix] the operation: "Failed to execute 'append' on 'Headers'"
 * @param {string} [context] the subject: "parameter 1", "member 'signal' of RequestInit"
 */
export function conversionError(message, prefix, context) {
  return new TypeError(`${prefix ? `${prefix}: ` : ""}${context || "Value"} ${message}`);
}

/**
 * "Failed to execute 'pipeTo' on 'ReadableStream': parameter 1 is not of type 'WritableStream'."
 * @param {string} type
 * @param {string} [prefix]
 * @param {string} [context]
 */
export function typeMismatch(type, prefix, context) {
  return conversionError(`is not of type '${type}'.`, prefix, context);
}

/**
 * Throws unless enough arguments were passed.
 * @param {number} count `arguments.length`
 * @param {number} needed
 * @param {string} prefix "Failed to execute 'append' on 'Headers'"
 */
export function requireArguments(count, needed, prefix) {
  if (count >= needed) return;
  throw new TypeError(`${prefix}: ${needed} argument${needed === 1 ? "" : "s"} required, but only ${count} present.`);
}
