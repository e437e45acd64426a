// Cache: responses by the requests that they answer.
//
// What a response may be kept for, and what a kept one answers, is decided on the native side; bodies do not pass
// through here unless JavaScript makes them.

import { op_cache_delete, op_cache_match, op_cache_put } from "selvedge:ops";
import { flatHeaders } from "selvedge:web/fetch/body.js";
import { STREAM } from "selvedge:web/fetch/extract-body.js";
import { commaJoined } from "selvedge:web/fetch/header-list.js";
import {
  Response,
  createResponseFromNative,
  isResponse,
  openWriter,
  pumpStreamToWriter,
  responseForSending,
} from "selvedge:web/fetch/index.js";
import { rejectedWith, resolvedWith, then } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal, typeMismatch, uncurryThis } from "selvedge:web/webidl.js";
import { notImplemented } from "./errors.js";
import { cacheRequest } from "./key.js";

const includes = uncurryThis(String.prototype.includes);
const statusOf = uncurryThis(
  /** @type {() => number} */ (
    /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Response.prototype, "status")).get
  ),
);

/**
 * Whether `options`, a CacheQueryOptions, says that the method does not matter.
 * @param {any} options
 * @param {string} prefix
 * @returns {boolean}
 */
function ignoresMethod(options, prefix) {
  if (options === undefined || options === null) return false;
  if (typeof options !== "object" && typeof options !== "function") {
    throw typeMismatch("CacheQueryOptions", prefix, "parameter 2");
  }
  const { cacheName, ignoreMethod, ignoreSearch, ignoreVary } = options;
  if (ignoreSearch !== undefined) throw unknownOption("ignoreSearch");
  if (ignoreVary !== undefined) throw unknownOption("ignoreVary");
  if (cacheName !== undefined) throw unknownOption("cacheName");
  return !!ignoreMethod;
}

/** @param {string} name */
function unknownOption(name) {
  return new Error(`The '${name}' field on 'CacheQueryOptions' is not implemented.`);
}

/** A cache. */
export class Cache {
  /** @type {string | null} null: `caches.default` */ #name;

  /**
   * @param {symbol} key
   * @param {string | null} name
   */
  constructor(key, name) {
    if (key !== internal) throw illegalConstructor();
    this.#name = name;
  }

  /** @returns {never} */
  add() {
    this.#name;
    throw notImplemented("add", "Cache");
  }

  /** @returns {never} */
  addAll() {
    this.#name;
    throw notImplemented("addAll", "Cache");
  }

  /**
   * @param {any} request
   * @param {any} [options]
   * @returns {Promise<boolean>}
   */
  delete(request, options = undefined) {
    try {
      const name = this.#name;
      const prefix = "Failed to execute 'delete' on 'Cache'";
      const anyMethod = ignoresMethod(options, prefix);
      const { method, key } = cacheRequest(request, arguments.length, prefix);
      if (method !== "GET" && !anyMethod) return resolvedWith(false);
      return op_cache_delete(name, key);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {any} request
   * @param {any} [options]
   * @returns {Promise<Response | undefined>}
   */
  match(request, options = undefined) {
    try {
      const name = this.#name;
      const prefix = "Failed to execute 'match' on 'Cache'";
      const anyMethod = ignoresMethod(options, prefix);
      const { method, key, headers } = cacheRequest(request, arguments.length, prefix);
      if (method !== "GET" && !anyMethod) return resolvedWith(undefined);
      return then(op_cache_match(name, key, headers), (parts) => {
        if (parts === null) return undefined;
        return createResponseFromNative({
          status: parts[0],
          statusText: parts[1],
          headersFlat: parts[2],
          bodyId: parts[3],
          url: parts[4],
          redirected: parts[5],
        });
      });
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {any} request
   * @param {any} response
   * @returns {Promise<void>}
   */
  put(request, response) {
    try {
      const name = this.#name;
      const prefix = "Failed to execute 'put' on 'Cache'";
      if (arguments.length === 0) throw typeMismatch("Request or string", prefix, "parameter 1");
      if (!isResponse(response)) throw typeMismatch("Response", prefix, "parameter 2");
      const status = statusOf(response);
      if (status === 0) throw new TypeError("Cache is unable to store an error response");
      const { method, key, headers } = cacheRequest(request, arguments.length, prefix);
      if (method !== "GET") throw new TypeError("Cannot cache response to non-GET request.");
      if (status === 206) throw new TypeError("Cannot cache response to a range request (206 Partial Content).");
      const vary = commaJoined(flatHeaders(response) ?? [], "vary");
      if (vary !== null && includes(vary, "*")) {
        throw new TypeError("Cannot cache response with 'Vary: *' header.");
      }
      // An answer to a condition is no response to keep; hosted says nothing of it either.
      if (status === 304) return resolvedWith(undefined);
      return store(name, key, headers, response);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {never} */
  matchAll() {
    this.#name;
    throw notImplemented("matchAll", "Cache");
  }

  /** @returns {never} */
  keys() {
    this.#name;
    throw notImplemented("keys", "Cache");
  }
}

defineInterface(Cache, { tag: "Cache" });

/**
 * The response's body counts as used when this returns.
 * @param {string | null} name
 * @param {string} key
 * @param {string[]} requestHeaders
 * @param {Response} response
 * @returns {Promise<void>}
 */
function store(name, key, requestHeaders, response) {
  const parts = responseForSending(response);
  if (parts.webSocket !== null) throw new TypeError("Cannot cache WebSocket upgrade response.");
  const { status, headersFlat, contentType, kind, payload, encodeBody } = parts;
  const put = (/** @type {any} */ body) =>
    op_cache_put(name, key, requestHeaders, status, headersFlat, contentType, body, encodeBody);
  if (kind !== STREAM) return put(payload);
  const [writerId, bodyId] = openWriter(payload);
  const stored = put(bodyId);
  let failed = false;
  /** @type {unknown} */
  let reason;
  const onStreamError = (/** @type {unknown} */ error) => {
    failed = true;
    reason = error;
  };
  // That the body is not wanted is no failure: a cache promises nothing.
  then(pumpStreamToWriter(payload, writerId, onStreamError), undefined, () => {});
  return then(stored, undefined, (error) => {
    // That the stream failed is the cause, that the body broke off the effect.
    throw failed ? reason : error;
  });
}
