//# allFunctionsCalledOnLoad
// Request methods (https://fetch.spec.whatwg.org/#methods).

import { converters, uncurryThis } from "../webidl.js";

const toUpperCase = uncurryThis(String.prototype.toUpperCase);
const has = uncurryThis(Set.prototype.has);

/** What Cloudflare's HTTP implementation knows. */
const known = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "PURGE",
  "TRACE",
  "CONNECT",
  "COPY",
  "LOCK",
  "MKCOL",
  "MOVE",
  "PROPFIND",
  "PROPPATCH",
  "SEARCH",
  "UNLOCK",
  "ACL",
  "REPORT",
  "MKACTIVITY",
  "CHECKOUT",
  "MERGE",
  "MSEARCH",
  "NOTIFY",
  "SUBSCRIBE",
  "UNSUBSCRIBE",
  "QUERY",
  "BAN",
]);

/**
 * A method as it is sent: in capitals whatever case it was given in, as on Cloudflare.
 * @param {any} method
 * @returns {string}
 */
export function normalizeMethod(method) {
  if (method === "GET" || method === "POST") return method;
  const given = converters.DOMString(method, "Request", "The method");
  const upper = toUpperCase(given);
  if (!has(known, upper)) throw new TypeError(`Invalid HTTP method string: ${given}`);
  return upper;
}
