// Signatures (https://nodejs.org/api/crypto.html#class-sign).

import { op_node_hash_length, op_node_key_sign, op_node_key_verify } from "selvedge:ops";
import { Writable } from "node:stream";
import { invalidArgType, invalidArgValue, nodeError, validateFunction, validateString } from "../errors.js";
import { call, settle } from "../native-error.js";
import { callable, createHash } from "./hash.js";
import { idOf, toKey } from "./keys.js";
import { output, toBuffer, toBytes } from "./util.js";
import { isNil } from "../nil.js";

/** @param {any} options @param {any} hash @param {boolean} digested */
function signing(options, hash, digested) {
  const { padding, saltLength, dsaEncoding = "der" } = options !== null && typeof options === "object" ? options : {};
  if (dsaEncoding !== "der" && dsaEncoding !== "ieee-p1363") throw invalidArgValue("options.dsaEncoding", dsaEncoding);
  if (padding !== undefined && !Number.isInteger(padding)) throw invalidArgValue("options.padding", padding);
  if (saltLength !== undefined && !Number.isInteger(saltLength))
    throw invalidArgValue("options.saltLength", saltLength);
  return { hash, padding, saltLength, fixed: dsaEncoding === "ieee-p1363", digested };
}

/** What Sign and Verify have in common: a digest of all that is written. */
class Signer extends /** @type {any} */ (Writable) {
  /** @type {string} */ #algorithm;
  /** @type {any} */ #hash;

  /** @param {any} algorithm @param {any} [options] */
  constructor(algorithm, options = undefined) {
    validateString(algorithm, "algorithm");
    if (op_node_hash_length(algorithm) === 0) throw nodeError(TypeError, "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest");
    super(options);
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  /** @param {any} data @param {any} [encoding] */
  update(data, encoding = undefined) {
    if (typeof data !== "string" && !ArrayBuffer.isView(data)) {
      throw invalidArgType("data", ["string", "Buffer", "TypedArray", "DataView"], data);
    }
    if (this.#hash === null) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Not initialised");
    this.#hash.update(data, encoding);
    return this;
  }

  /** @param {any} options @returns {[any, any]} how to sign, and the digest */
  finish(options) {
    if (this.#hash === null) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Not initialised");
    const plan = signing(options, this.#algorithm, true);
    const digest = this.#hash.digest();
    this.#hash = null;
    return [plan, digest];
  }

  /** @param {any} chunk @param {any} encoding @param {(error?: any) => void} callback */
  _write(chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  }
}

class SignClass extends Signer {
  /** @param {any} options @param {any} [encoding] */
  sign(options, encoding = undefined) {
    if (!options) throw nodeError(Error, "ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");
    const key = toKey(options, "private");
    const [plan, digest] = this.finish(options);
    return output(call(op_node_key_sign, idOf(key), plan, digest), encoding);
  }
}

class VerifyClass extends Signer {
  /** @param {any} options @param {any} signature @param {any} [encoding] */
  verify(options, signature, encoding = undefined) {
    const key = toKey(options, "public");
    const bytes = toBytes(signature, "signature", encoding);
    const [plan, digest] = this.finish(options);
    return call(op_node_key_verify, idOf(key), plan, digest, bytes);
  }
}

export const Sign = callable(SignClass, "Sign");
export const Verify = callable(VerifyClass, "Verify");

/** @param {any} algorithm @param {any} [options] */
export const createSign = (algorithm, options = undefined) => new SignClass(algorithm, options);

/** @param {any} algorithm @param {any} [options] */
export const createVerify = (algorithm, options = undefined) => new VerifyClass(algorithm, options);

/** @param {any} algorithm */
function checked(algorithm) {
  if (isNil(algorithm)) return undefined;
  validateString(algorithm, "algorithm");
  if (op_node_hash_length(algorithm) === 0) {
    throw nodeError(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm}`);
  }
  return algorithm;
}

/** @param {any} algorithm @param {any} data @param {any} options @param {any} [callback] @returns {any} */
export function sign(algorithm, data, options, callback = undefined) {
  if (callback !== undefined) validateFunction(callback, "callback");
  const bytes = toBytes(data, "data", "utf8");
  if (!options) throw nodeError(Error, "ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");
  const key = toKey(options, "private");
  const plan = signing(options, checked(algorithm), false);
  const make = () => toBuffer(call(op_node_key_sign, idOf(key), plan, bytes));
  if (callback === undefined) return make();
  settle(Promise.resolve().then(make), callback);
  return undefined;
}

/** @param {any} algorithm @param {any} data @param {any} options @param {any} signature @param {any} [callback] @returns {any} */
export function verify(algorithm, data, options, signature, callback = undefined) {
  if (callback !== undefined) validateFunction(callback, "callback");
  const bytes = toBytes(data, "data", "utf8");
  if (!ArrayBuffer.isView(signature) && Object.prototype.toString.call(signature) !== "[object ArrayBuffer]") {
    throw invalidArgType("signature", ["Buffer", "TypedArray", "DataView"], signature);
  }
  const given = toBytes(signature, "signature");
  const key = toKey(options, "public");
  const plan = signing(options, checked(algorithm), false);
  const make = () => call(op_node_key_verify, idOf(key), plan, bytes, given);
  if (callback === undefined) return make();
  settle(Promise.resolve().then(make), callback);
  return undefined;
}
