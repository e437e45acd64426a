// The members of RequestInit that few requests have.
//
// `mode`, `credentials`, `referrer`, `referrerPolicy`, `keepalive`, `window`, `priority` and `duplex` have no
// meaning outside of a browser: they are ignored, as on Cloudflare.

import { converters, uncurryThis } from "../webidl.js";

const toLowerCase = uncurryThis(String.prototype.toLowerCase);

/**
 * @typedef {object} RequestOptions
 * @property {boolean} manual redirects are not followed
 * @property {boolean} decode reads of the response's body undo its Content-Encoding
 * @property {string | undefined} cache
 * @property {any} fetcher
 */

/** @type {RequestOptions} */
export const defaultOptions = Object.freeze({ manual: false, decode: true, cache: undefined, fetcher: null });

/**
 * @param {any} init a RequestInit
 * @param {RequestOptions} base what holds where `init` says nothing
 * @returns {RequestOptions}
 */
export function optionsFromInit(init, base) {
  const { cache, encodeResponseBody, fetcher, integrity, redirect } = init;
  if (integrity !== undefined && `${integrity}` !== "") {
    throw new TypeError(
      "Subrequest integrity checking is not implemented. The integrity option must be either undefined or an empty string.",
    );
  }
  if (redirect === undefined && cache === undefined && encodeResponseBody === undefined && fetcher === undefined)
    return base;
  return {
    manual: redirect === undefined ? base.manual : isManual(redirect),
    decode: encodeResponseBody === undefined ? base.decode : isAutomatic(encodeResponseBody, "encodeResponseBody"),
    cache: cache === undefined ? base.cache : cacheMode(cache),
    fetcher: fetcher === undefined ? base.fetcher : fetcher,
  };
}

/** @param {any} redirect */
function isManual(redirect) {
  const mode = toLowerCase(converters.DOMString(redirect));
  if (mode === "manual") return true;
  if (mode === "follow") return false;
  throw new TypeError(
    'Invalid redirect value, must be one of "follow" or "manual" ("error" won\'t be implemented since it does not ' +
      'make sense at the edge; use "manual" and check the response status code).',
  );
}

/** @param {any} cache */
function cacheMode(cache) {
  const mode = converters.DOMString(cache);
  if (mode === "no-store" || mode === "no-cache" || mode === "reload") return mode;
  throw new TypeError(`Unsupported cache mode: ${mode}`);
}

/**
 * @param {any} value "automatic" or "manual"
 * @param {string} field
 */
export function isAutomatic(value, field) {
  const mode = converters.DOMString(value);
  if (mode === "automatic") return true;
  if (mode === "manual") return false;
  throw new TypeError(`${field}: unexpected value: ${mode}`);
}
