// R2Bucket (https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#bucket-method-definitions).

import { op_r2_create_upload, op_r2_delete, op_r2_get, op_r2_head, op_r2_list, op_r2_put } from "selvedge:ops";
import {
  converters,
  defineInterface,
  illegalConstructor,
  internal,
  requireArguments,
  sequenceOf,
} from "selvedge:web/webidl.js";
import { R2Object, R2ObjectBody } from "./object.js";
import { convertChecksum, convertCondition, convertMetadata, convertRange, optionsObject } from "./options.js";
import { checkValue, giveUp, sendValue } from "./send.js";
import { R2MultipartUpload } from "./upload.js";

const { isArray } = Array;
const convertKeys = sequenceOf(converters.DOMString);

/** @param {string} operation */
const failing = (operation) => `Failed to execute '${operation}' on 'R2Bucket'`;

/** A bucket. */
export class R2Bucket {
  #binding;

  /**
   * @param {symbol} token
   * @param {string} binding the binding's name
   */
  constructor(token, binding) {
    if (token !== internal) throw illegalConstructor();
    this.#binding = binding;
  }

  /**
   * @param {string} key
   * @returns {Promise<R2Object | null>}
   */
  async head(key) {
    requireArguments(arguments.length, 1, failing("head"));
    const name = converters.DOMString(key, failing("head"), "parameter 1");
    const parts = await op_r2_head(this.#binding, name);
    return parts === null ? null : new R2Object(internal, parts, { offset: 0, length: parts.size });
  }

  /**
   * @param {string} key
   * @param {any} [options]
   * @returns {Promise<R2Object | R2ObjectBody | null>}
   */
  async get(key, options = undefined) {
    const prefix = failing("get");
    requireArguments(arguments.length, 1, prefix);
    const name = converters.DOMString(key, prefix, "parameter 1");
    const given = optionsObject(options, prefix, "parameter 2");
    const condition = convertCondition(given.onlyIf, prefix);
    const { numbers, header } = convertRange(given.range, prefix);
    const found = await op_r2_get(this.#binding, name, condition, numbers, header);
    if (found === null) return null;
    const range = { offset: found[1], length: found[2] };
    const bodyId = found[3];
    if (bodyId === null) return new R2Object(internal, found[0], range);
    return new R2ObjectBody(internal, found[0], range, bodyId);
  }

  /**
   * @param {string} key
   * @param {any} value
   * @param {any} [options]
   * @returns {Promise<R2Object | null>}
   */
  async put(key, value, options = undefined) {
    const prefix = failing("put");
    requireArguments(arguments.length, 2, prefix);
    const name = converters.DOMString(key, prefix, "parameter 1");
    checkValue(value, prefix);
    let condition, metadata, checksum;
    try {
      const given = optionsObject(options, prefix, "parameter 3");
      condition = convertCondition(given.onlyIf, prefix);
      metadata = convertMetadata(given, prefix);
      checksum = convertChecksum(given);
    } catch (error) {
      giveUp(value);
      throw error;
    }
    const { http, expiry, custom, storageClass } = metadata;
    const { algorithm, digest } = checksum;
    const parts = await sendValue(value, (body) =>
      op_r2_put(this.#binding, name, body, condition, http, expiry, custom, storageClass, algorithm, digest),
    );
    return parts === null ? null : new R2Object(internal, parts, undefined);
  }

  /**
   * @param {any} keys a key, or an array of them
   * @returns {Promise<void>}
   */
  async delete(keys) {
    requireArguments(arguments.length, 1, failing("delete"));
    const list = isArray(keys)
      ? convertKeys(keys, failing("delete"), "parameter 1")
      : [converters.DOMString(keys, failing("delete"), "parameter 1")];
    await op_r2_delete(this.#binding, list);
  }

  /**
   * @param {any} [options]
   * @returns {Promise<{ objects: R2Object[], truncated: boolean, cursor?: string, delimitedPrefixes: string[] }>}
   */
  async list(options = undefined) {
    const prefix = failing("list");
    const given = optionsObject(options, prefix, "parameter 1");
    const limit = given.limit === undefined ? null : converters.long(given.limit, prefix, "limit");
    /** @param {string} name */
    const text = (name) => (given[name] === undefined ? null : converters.DOMString(given[name], prefix, name));
    const texts = [text("prefix"), text("cursor"), text("delimiter"), text("startAfter")];
    const include = given.include === undefined ? 0 : includeFlags(given.include, prefix);
    const page = await op_r2_list(this.#binding, limit, texts, include);
    const listed = page[0];
    /** @type {R2Object[]} */
    const objects = [];
    for (let index = 0; index < listed.length; index++) {
      objects[index] = new R2Object(internal, listed[index], undefined);
    }
    const cursor = page[2];
    const delimitedPrefixes = page[1];
    return cursor === null
      ? { objects, truncated: false, delimitedPrefixes }
      : { objects, truncated: true, cursor, delimitedPrefixes };
  }

  /**
   * @param {string} key
   * @param {any} [options]
   * @returns {Promise<R2MultipartUpload>}
   */
  async createMultipartUpload(key, options = undefined) {
    const prefix = failing("createMultipartUpload");
    requireArguments(arguments.length, 1, prefix);
    const name = converters.DOMString(key, prefix, "parameter 1");
    const given = optionsObject(options, prefix, "parameter 2");
    const { http, expiry, custom, storageClass } = convertMetadata(given, prefix);
    const id = await op_r2_create_upload(this.#binding, name, http, expiry, custom, storageClass);
    return new R2MultipartUpload(internal, this.#binding, name, id);
  }

  /**
   * @param {string} key
   * @param {string} uploadId
   * @returns {R2MultipartUpload}
   */
  resumeMultipartUpload(key, uploadId) {
    const prefix = failing("resumeMultipartUpload");
    requireArguments(arguments.length, 2, prefix);
    const name = converters.DOMString(key, prefix, "parameter 1");
    const id = converters.DOMString(uploadId, prefix, "parameter 2");
    return new R2MultipartUpload(internal, this.#binding, name, id);
  }
}

/**
 * @param {any} include
 * @param {string} prefix
 */
function includeFlags(include, prefix) {
  const fields = convertKeys(include, prefix, "include");
  let flags = 0;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index];
    if (field === "httpMetadata") flags |= 1;
    else if (field === "customMetadata") flags |= 2;
    else throw new RangeError(`Unsupported include value ${field}`);
  }
  return flags;
}

defineInterface(R2Bucket, { tag: "R2Bucket" });
