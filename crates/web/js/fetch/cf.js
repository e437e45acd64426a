// The `cf` object of requests and responses.

const { parse, stringify } = JSON;

/**
 * A copy that shares nothing with the original, as Cloudflare makes one. What JSON cannot say is left out.
 * @param {any} cf
 * @returns {any}
 */
export function cloneCf(cf) {
  if (cf === undefined || cf === null) return undefined;
  if (typeof cf !== "object") throw new TypeError("The 'cf' field must be an object.");
  const text = stringify(cf);
  return text === undefined ? undefined : parse(text);
}
