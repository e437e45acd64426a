// R2Object, R2ObjectBody and R2Checksums
// (https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#r2object-definition).

import { Headers, createResponseFromNative, Response } from "selvedge:web/fetch/index.js";
import { defineInterface, illegalConstructor, internal, requireArguments, uncurryThis } from "selvedge:web/webidl.js";
import { getterOf, typedArrayBuffer } from "selvedge:web/webidl/intrinsics.js";
import { HTTP_FIELDS, bytesOfHex } from "./options.js";

const DateConstructor = Date;
const toUTCString = uncurryThis(Date.prototype.toUTCString);
const setHeader = uncurryThis(Headers.prototype.set);
const { defineProperty } = Object;
const { text, json, arrayBuffer, bytes, blob } = Response.prototype;
const { apply } = Reflect;
const { getPrototypeOf } = Object;
const BodyPrototype = getPrototypeOf(Response.prototype);
const bodyOf = getterOf(BodyPrototype, "body");
const bodyUsedOf = getterOf(BodyPrototype, "bodyUsed");

/**
 * An object as the ops tell it.
 * @typedef {object} ObjectParts
 * @property {string} key
 * @property {string} version
 * @property {number} size
 * @property {string} etag
 * @property {number} uploaded
 * @property {Record<string, string>} checksums
 * @property {Record<string, any>} [httpMetadata]
 * @property {Array<[string, string]>} [customMetadata]
 * @property {string} storageClass
 */

/**
 * Gives an object a property of its own that nobody can assign to, as hosted's have.
 * @param {object} object
 * @param {string} name
 * @param {unknown} value
 */
export function give(object, name, value) {
  defineProperty(object, name, { value, writable: false, enumerable: true, configurable: true });
}

/** The checksums that are known of an object. */
export class R2Checksums {
  /** @type {Record<string, string>} */ #hex;

  /**
   * @param {symbol} key
   * @param {Record<string, string>} hex
   */
  constructor(key, hex) {
    if (key !== internal) throw illegalConstructor();
    this.#hex = hex;
    for (const name in hex) give(this, name, typedArrayBuffer(bytesOfHex(hex[name])));
  }

  toJSON() {
    return { ...this.#hex };
  }
}

defineInterface(R2Checksums, { tag: "R2Checksums" });

/** An object without its content. */
export class R2Object {
  /** @type {ObjectParts} */ #parts;

  /**
   * @param {symbol} token
   * @param {ObjectParts} parts
   * @param {{ offset: number, length: number } | undefined} range
   */
  constructor(token, parts, range) {
    if (token !== internal) throw illegalConstructor();
    this.#parts = parts;
    const { httpMetadata, customMetadata } = parts;
    give(this, "key", parts.key);
    give(this, "version", parts.version);
    give(this, "size", parts.size);
    give(this, "etag", parts.etag);
    give(this, "httpEtag", `"${parts.etag}"`);
    give(this, "checksums", new R2Checksums(internal, parts.checksums));
    give(this, "uploaded", new DateConstructor(parts.uploaded));
    give(this, "httpMetadata", httpMetadata === undefined ? undefined : withDate(httpMetadata));
    give(this, "customMetadata", customMetadata === undefined ? undefined : record(customMetadata));
    give(this, "range", range);
    give(this, "storageClass", parts.storageClass);
    give(this, "ssecKeyMd5", undefined);
  }

  /** @param {any} headers */
  writeHttpMetadata(headers) {
    requireArguments(arguments.length, 1, "Failed to execute 'writeHttpMetadata' on 'R2Object'");
    const { httpMetadata, key } = this.#parts;
    if (httpMetadata === undefined) {
      throw new TypeError(
        `HTTP metadata unknown for key \`${key}\`. Did you forget to add 'httpMetadata' to \`include\` when listing?`,
      );
    }
    for (let index = 0; index < HTTP_FIELDS.length; index++) {
      const value = httpMetadata[HTTP_FIELDS[index][0]];
      if (value !== undefined) setHeader(headers, HTTP_FIELDS[index][1], value);
    }
    const { cacheExpiry } = httpMetadata;
    if (cacheExpiry !== undefined) setHeader(headers, "expires", toUTCString(new DateConstructor(cacheExpiry)));
  }
}

/** @param {Record<string, any>} metadata */
function withDate(metadata) {
  const { cacheExpiry } = metadata;
  return cacheExpiry === undefined ? metadata : { ...metadata, cacheExpiry: new DateConstructor(cacheExpiry) };
}

/** @param {Array<[string, string]>} pairs */
function record(pairs) {
  /** @type {Record<string, string>} */
  const result = {};
  for (let index = 0; index < pairs.length; index++) {
    defineProperty(result, pairs[index][0], {
      value: pairs[index][1],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return result;
}

defineInterface(R2Object, { tag: "R2Object" });

/** An object with its content. */
export class R2ObjectBody extends R2Object {
  /** What reads the content: a response of it. */ #response;

  /**
   * @param {symbol} token
   * @param {ObjectParts} parts
   * @param {{ offset: number, length: number }} range
   * @param {number} bodyId
   */
  constructor(token, parts, range, bodyId) {
    super(token, parts, range);
    const type = parts.httpMetadata?.contentType;
    this.#response = createResponseFromNative({
      status: 200,
      statusText: null,
      headersFlat: type === undefined ? [] : ["content-type", type],
      bodyId,
      url: "",
      redirected: false,
    });
  }

  get body() {
    return bodyOf(this.#response);
  }

  get bodyUsed() {
    return bodyUsedOf(this.#response);
  }

  /** @returns {Promise<ArrayBuffer>} */
  async arrayBuffer() {
    return apply(arrayBuffer, this.#response, []);
  }

  /** @returns {Promise<Uint8Array>} */
  async bytes() {
    return apply(bytes, this.#response, []);
  }

  /** @returns {Promise<string>} */
  async text() {
    return apply(text, this.#response, []);
  }

  /** @returns {Promise<any>} */
  async json() {
    return apply(json, this.#response, []);
  }

  /** @returns {Promise<any>} */
  async blob() {
    return apply(blob, this.#response, []);
  }
}

defineInterface(R2ObjectBody, { tag: "R2ObjectBody" });
