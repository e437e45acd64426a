// Digests and MACs (https://nodejs.org/api/crypto.html#class-hash).

import {
  op_node_crypto_release,
  op_node_hash,
  op_node_hash_copy,
  op_node_hash_digest,
  op_node_hash_new,
  op_node_hash_update,
  op_node_hmac_new,
} from "selvedge:ops";
import { resourceOwner } from "selvedge:web/native-resource.js";
import { Transform } from "node:stream";
import { invalidArgType, nodeError, validateInteger, validateString } from "../errors.js";
import { call } from "../native-error.js";
import { secretBytes } from "./keys.js";
import { output, toBytes } from "./util.js";

const digesters = resourceOwner(op_node_crypto_release);

const finalized = () => nodeError(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");

/** What Hash and Hmac have in common. */
class Digester extends /** @type {any} */ (Transform) {
  /** @type {number} */ #id;
  #done = false;

  /** @param {number} id @param {any} options */
  constructor(id, options) {
    super(options);
    this.#id = id;
    digesters.own(this, id);
  }

  /** @param {any} data @param {any} [encoding] */
  update(data, encoding = undefined) {
    if (this.#done) throw finalized();
    if (typeof data !== "string" && !ArrayBuffer.isView(data)) {
      throw invalidArgType("data", ["string", "Buffer", "TypedArray", "DataView"], data);
    }
    op_node_hash_update(this.#id, toBytes(data, "data", encoding));
    return this;
  }

  /** @param {any} encoding @param {boolean} again whether a second call gives nothing, as Hmac's does */
  finish(encoding, again) {
    if (this.#done) {
      if (again) return encoding && encoding !== "buffer" ? "" : output(new Uint8Array(0));
      throw finalized();
    }
    this.#done = true;
    digesters.disown(this);
    return output(op_node_hash_digest(this.#id), encoding);
  }

  /** @param {string} name @param {any} length */
  fork(name, length) {
    if (this.#done) throw finalized();
    return call(op_node_hash_copy, this.#id, name, length);
  }

  /** @param {any} chunk @param {any} encoding @param {(error?: any) => void} callback */
  _transform(chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  }

  /** @param {(error?: any) => void} callback */
  _flush(callback) {
    this.push(this.digest());
    callback();
  }

  /** @param {any} [_encoding] @returns {any} */
  digest(_encoding = undefined) {}
}

/** @param {any} options */
function outputLength(options) {
  const length = options?.outputLength;
  if (length !== undefined) validateInteger(length, "options.outputLength", 0, 2 ** 32 - 1);
  return length;
}

/** A digest. */
class HashClass extends Digester {
  /** @type {string} */ #name;

  /** @param {any} algorithm @param {any} [options] @param {number} [id] */
  constructor(algorithm, options = undefined, id = undefined) {
    validateString(algorithm, "algorithm");
    super(id ?? call(op_node_hash_new, algorithm, outputLength(options)), options);
    this.#name = algorithm;
  }

  /** @param {any} [options] */
  copy(options = undefined) {
    return new HashClass(this.#name, options, this.fork(this.#name, outputLength(options)));
  }

  /** @param {any} [encoding] */
  digest(encoding = undefined) {
    return this.finish(encoding, false);
  }
}

/** A MAC. */
class HmacClass extends Digester {
  /** @param {any} algorithm @param {any} key @param {any} [options] */
  constructor(algorithm, key, options = undefined) {
    validateString(algorithm, "hmac");
    const bytes = secretBytes(key, "key", options?.encoding);
    super(call(op_node_hmac_new, algorithm, bytes), options);
  }

  /** @param {any} [encoding] */
  digest(encoding = undefined) {
    return this.finish(encoding, true);
  }
}

/**
 * A class that may be called without `new`, as Node's old ones may.
 * @template {new (...args: any[]) => any} C
 * @param {C} Class
 * @param {string} name
 * @returns {C}
 */
export function callable(Class, name) {
  Object.defineProperty(Class, "name", { value: name });
  const result = new Proxy(Class, { apply: (_target, _receiver, args) => Reflect.construct(Class, args) });
  Object.defineProperty(Class.prototype, "constructor", { value: result, writable: true, configurable: true });
  return result;
}

export const Hash = callable(HashClass, "Hash");
export const Hmac = callable(HmacClass, "Hmac");

/** @param {any} algorithm @param {any} [options] */
export const createHash = (algorithm, options = undefined) => new HashClass(algorithm, options);

/** @param {any} algorithm @param {any} key @param {any} [options] */
export const createHmac = (algorithm, key, options = undefined) => new HmacClass(algorithm, key, options);

/**
 * A digest in one call.
 * @param {any} algorithm
 * @param {any} data
 * @param {any} [options] the encoding of the result
 */
export function hash(algorithm, data, options = "hex") {
  validateString(algorithm, "algorithm");
  if (typeof data !== "string" && !ArrayBuffer.isView(data)) {
    throw invalidArgType("input", ["string", "Buffer", "TypedArray", "DataView"], data);
  }
  const encoding = typeof options === "object" ? (options.outputEncoding ?? "hex") : options;
  validateString(encoding, "outputEncoding");
  return output(call(op_node_hash, algorithm, toBytes(data, "input")), encoding);
}
