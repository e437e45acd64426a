// What a request given to a cache comes to: its key, and those of its headers that count.

import { op_fetch_url } from "selvedge:ops";
import { flatHeaders } from "selvedge:web/fetch/body.js";
import { isRequest, requestCfIfMade, requestMethod, requestUrl } from "selvedge:web/fetch/index.js";
import { converters, typeMismatch, uncurryThis } from "selvedge:web/webidl.js";

const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);
const startsWith = uncurryThis(String.prototype.startsWith);

/** @type {Record<string, boolean>} the headers of a request that a cache looks at */
const looked = {
  __proto__: /** @type {any} */ (null),
  authorization: true,
  "if-modified-since": true,
  "if-none-match": true,
  "if-range": true,
  range: true,
};

/**
 * @typedef {object} CacheRequest
 * @property {string} method
 * @property {string} key the whole URL, or what `cf.cacheKey` says in its place
 * @property {string[]} headers a flat list of those that count
 */

/**
 * @param {any} input a Request, or a URL
 * @param {number} count how many arguments there were
 * @param {string} prefix
 * @returns {CacheRequest}
 */
export function cacheRequest(input, count, prefix) {
  if (count === 0) throw typeMismatch("Request or string", prefix, "parameter 1");
  if (isRequest(input)) {
    const key = checkedUrl(requestUrl(input));
    const cacheKey = requestCfIfMade(input)?.cacheKey;
    const isKey = typeof cacheKey === "string" && cacheKey !== "";
    return { method: requestMethod(input), key: isKey ? cacheKey : key, headers: lookedAt(flatHeaders(input)) };
  }
  const given = converters.USVString(input, prefix, "parameter 1");
  const url = op_fetch_url(given);
  if (url === null) throw new TypeError(`Invalid URL: ${given}`);
  return { method: "GET", key: checkedUrl(url), headers: [] };
}

/**
 * @param {string} url
 * @returns {string} without its fragment
 */
function checkedUrl(url) {
  if (!startsWith(url, "https:") && !startsWith(url, "http:")) {
    throw new TypeError(`Fetch API cannot load: ${url}`);
  }
  const end = indexOf(url, "#");
  return end === -1 ? url : slice(url, 0, end);
}

/**
 * @param {string[] | null} list
 * @returns {string[]}
 */
function lookedAt(list) {
  /** @type {string[]} */
  const found = [];
  if (list === null) return found;
  for (let index = 0; index < list.length; index += 2) {
    if (looked[list[index]] !== true) continue;
    found[found.length] = list[index];
    found[found.length] = list[index + 1];
  }
  return found;
}
