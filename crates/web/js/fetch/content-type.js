//# allFunctionsCalledOnLoad
// The Content-Types that bodies bring along by themselves.

/** Of a string. */
export const TEXT = "text/plain;charset=UTF-8";
/** Of `Response.json`. */
export const JSON_TYPE = "application/json";

/**
 * A Content-Type as ops take it: the common ones are numbers, so that no text crosses
 * (src/fetch/content_type.rs).
 * @param {string | null} type
 * @returns {string | number | null}
 */
export function contentTypeArgument(type) {
  if (type === TEXT) return 0;
  if (type === JSON_TYPE) return 1;
  return type;
}
