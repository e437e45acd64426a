// KvNamespace (https://developers.cloudflare.com/kv/api/).

import { op_kv_delete, op_kv_get, op_kv_get_many, op_kv_list, op_kv_peek, op_kv_put } from "selvedge:ops";
import { NativeBody } from "selvedge:web/fetch/body-source.js";
import { createNativeByteStream } from "selvedge:web/streams/index.js";
import { rejectedWith, resolvedWith, then } from "selvedge:web/streams/promises.js";
import { registerPlatformClass } from "selvedge:web/structured-clone/platform-objects.js";
import { defineInterface, illegalConstructor, internal, uncurryThis } from "selvedge:web/webidl.js";
import { typedArrayBuffer } from "selvedge:web/webidl/intrinsics.js";
import {
  PutValue,
  convertKeys,
  convertListOptions,
  convertPutOptions,
  convertReadOptions,
  mismatch,
  reading,
  toText,
} from "./arguments.js";

const { isArray } = Array;
const { parse, stringify } = JSON;
const MapConstructor = Map;
const mapSet = uncurryThis(Map.prototype.set);

// In what form a value is wanted, as the ops know it.
const TEXT = 0;
const BYTES = 1;
const STREAM = 2;

/**
 * @param {string} type
 * @returns {number}
 */
function formOf(type) {
  return type === "arrayBuffer" ? BYTES : type === "stream" ? STREAM : TEXT;
}

/**
 * @param {string} type
 * @param {any} content as an op gave it
 * @returns {any}
 */
function decode(type, content) {
  switch (type) {
    case "text":
      return content;
    case "json":
      return parse(content);
    case "arrayBuffer":
      return typedArrayBuffer(content);
    case "stream":
      return createNativeByteStream(new NativeBody(content, null));
    default:
      throw new TypeError('Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".');
  }
}

/**
 * @param {string} type
 * @param {boolean} withMetadata
 * @param {any} found null, or the content, or content and metadata
 * @returns {any} what the Worker gets
 */
function finish(type, withMetadata, found) {
  if (!withMetadata) return found === null ? null : decode(type, found);
  if (found === null) return { value: null, metadata: null, cacheStatus: null };
  const metadata = found[1];
  return {
    value: decode(type, found[0]),
    metadata: metadata === null ? null : parse(metadata),
    cacheStatus: null,
  };
}

/**
 * Reads a key, with the options that are in `reading`. What is in memory is there at once.
 * @param {string} binding
 * @param {string} key
 * @param {boolean} withMetadata
 * @returns {Promise<any>}
 */
function getOne(binding, key, withMetadata) {
  const { type, cacheTtl } = reading;
  const form = formOf(type);
  const known = op_kv_peek(binding, key, form, cacheTtl, withMetadata);
  if (known !== undefined) return resolvedWith(finish(type, withMetadata, known));
  return then(op_kv_get(binding, key, form, withMetadata), (found) => finish(type, withMetadata, found));
}

/**
 * @param {string} text
 * @returns {any}
 */
function parseOfMany(text) {
  try {
    return parse(text);
  } catch {
    throw new Error("KV GET_BULK failed: 400 At least one of the requested keys corresponds to a non-json value");
  }
}

/**
 * Reads keys, with the options that are in `reading`.
 * @param {string} binding
 * @param {string[]} keys
 * @param {boolean} withMetadata
 * @returns {Promise<Map<string, any>>}
 */
function getMany(binding, keys, withMetadata) {
  const { type, cacheTtl } = reading;
  return then(op_kv_get_many(binding, keys, type, cacheTtl), (found) => {
    const map = new MapConstructor();
    for (let index = 0; index < keys.length; index++) {
      const text = found[2 * index];
      const metadata = found[2 * index + 1];
      let value = text !== null && type === "json" ? parseOfMany(text) : text;
      if (withMetadata && text !== null) {
        value = { value, metadata: metadata === null ? null : parse(metadata) };
      }
      mapSet(map, keys[index], value);
    }
    return map;
  });
}

/** What `env` has for a namespace. */
export class KvNamespace {
  #binding;

  static {
    registerPlatformClass({ name: "KvNamespace", isInstance: (value) => #binding in value });
  }

  /**
   * @param {symbol} key
   * @param {string} binding the binding's name
   */
  constructor(key, binding) {
    if (key !== internal) throw illegalConstructor();
    this.#binding = binding;
  }

  /**
   * Arguments that cannot be converted are thrown and not rejected, as hosted does.
   * @param {any} name a key, or an array of them
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  get(name, options = undefined) {
    const binding = this.#binding;
    if (arguments.length === 0) throw mismatch("get", 1, "string or Array");
    const isMany = isArray(name);
    const key = isMany ? convertKeys(name) : toText(name);
    convertReadOptions(options);
    try {
      return isMany
        ? getMany(binding, /** @type {string[]} */ (key), false)
        : getOne(binding, /** @type {string} */ (key), false);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  list(options = undefined) {
    try {
      const binding = this.#binding;
      const { limit, prefix, cursor } = convertListOptions(options);
      return then(op_kv_list(binding, limit, prefix, cursor), (json) => parse(json));
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {any} name
   * @param {any} value
   * @param {any} [options]
   * @returns {Promise<void>}
   */
  put(name, value, options = undefined) {
    try {
      const binding = this.#binding;
      if (arguments.length < 1) throw mismatch("put", 1, "string");
      const key = toText(name);
      if (arguments.length < 2) throw mismatch("put", 2, "string or JsObject");
      const { expiration, expirationTtl, metadata } = convertPutOptions(options);
      const json = metadata === null ? null : stringify(metadata);
      if (json === undefined) throw new Error("KV PUT failed: 500 Internal Server Error");
      const body = new PutValue(value);
      try {
        return then(op_kv_put(binding, key, body.argument, expiration, expirationTtl, json), undefined, (error) => {
          // That the stream failed is the cause, that the value broke off the effect.
          throw body.failed ? body.reason : error;
        });
      } catch (error) {
        body.abandon();
        throw error;
      }
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {any} name a key, or an array of them
   * @param {any} [options]
   * @returns {Promise<any>}
   */
  getWithMetadata(name, options = undefined) {
    const binding = this.#binding;
    if (arguments.length === 0) throw mismatch("getWithMetadata", 1, "Array or string");
    const isMany = isArray(name);
    const key = isMany ? convertKeys(name) : toText(name);
    convertReadOptions(options);
    try {
      return isMany
        ? getMany(binding, /** @type {string[]} */ (key), true)
        : getOne(binding, /** @type {string} */ (key), true);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {any} name
   * @returns {Promise<void>}
   */
  delete(name) {
    try {
      const binding = this.#binding;
      if (arguments.length === 0) throw mismatch("delete", 1, "string");
      return op_kv_delete(binding, toText(name));
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

defineInterface(KvNamespace, { tag: "KvNamespace" });
