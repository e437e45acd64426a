// node:url (https://nodejs.org/api/url.html): the legacy parser is Node's own by way of unenv, the rest is the web's.

import {
  Url,
  domainToASCII,
  domainToUnicode,
  format as formatUrl,
  parse as parseUrl,
  pathToFileURL,
  resolve,
  resolveObject,
  urlToHttpOptions,
} from "unenv/node/url";
import { URL, URLSearchParams } from "selvedge:web/url/index.js";
import { invalidArgType, nodeError, validateString } from "../internal/errors.js";

const { create, defineProperty } = Object;
defineProperty(Url, "name", { value: "Url", configurable: true });

/** The order in which Node has them. */
const ORDER = [
  "protocol",
  "slashes",
  "auth",
  "host",
  "port",
  "hostname",
  "hash",
  "search",
  "query",
  "pathname",
  "path",
  "href",
];

/**
 * @param {any} url
 * @param {boolean} [parseQueryString]
 * @param {boolean} [slashesDenoteHost]
 */
export function parse(url, parseQueryString = false, slashesDenoteHost = false) {
  if (url instanceof Url) return url;
  validateString(url, "url");
  /** @type {any} */
  const parsed = parseUrl(url, parseQueryString, slashesDenoteHost);
  /** @type {any} */
  const ordered = create(Url.prototype);
  for (const key of ORDER) ordered[key] = parsed[key];
  return ordered;
}

/** @param {any} url @param {any} [options] */
export function format(url, options = undefined) {
  const text = formatUrl(url, options);
  if (!(url instanceof URL) || !options?.unicode) return text;
  return text.replace(url.hostname, domainToUnicode(url.hostname));
}

/** @param {string | URL} url */
export function fileURLToPath(url) {
  const parsed = typeof url === "string" ? new URL(url) : url;
  if (typeof parsed?.href !== "string") throw invalidArgType("path", ["string", "URL"], url);
  if (parsed.protocol !== "file:") {
    throw nodeError(TypeError, "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
  }
  if (parsed.hostname !== "") {
    throw nodeError(TypeError, "ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
  }
  if (/%2f/i.test(parsed.pathname)) {
    const message = "File URL path must not include encoded / characters";
    throw nodeError(TypeError, "ERR_INVALID_FILE_URL_PATH", message);
  }
  return decodeURIComponent(parsed.pathname);
}

export {
  URL,
  URLSearchParams,
  Url,
  domainToASCII,
  domainToUnicode,
  pathToFileURL,
  resolve,
  resolveObject,
  urlToHttpOptions,
};

export default {
  URL,
  URLSearchParams,
  Url,
  domainToASCII,
  domainToUnicode,
  fileURLToPath,
  format,
  parse,
  pathToFileURL,
  resolve,
  resolveObject,
  urlToHttpOptions,
};
