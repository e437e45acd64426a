// The operations on data, once their arguments are converted: digest, sign, verify, encrypt, decrypt.
//
// Little data is worked on at once, in place; what could hold up the instance is copied and given to another
// thread.

import {
  op_crypto_decrypt,
  op_crypto_decrypt_async,
  op_crypto_digest,
  op_crypto_digest_async,
  op_crypto_encrypt,
  op_crypto_encrypt_async,
  op_crypto_sign,
  op_crypto_sign_async,
  op_crypto_verify,
  op_crypto_verify_async,
} from "selvedge:ops";
import { typedArrayBuffer } from "../webidl/intrinsics.js";
import { invalidAccess, operationError } from "./errors.js";
import { includes } from "./families.js";
import { byteLength } from "./import.js";
import { stateOf } from "./key.js";

/** @typedef {import("./families.js").KeyUsage} KeyUsage */
/** @typedef {import("./key.js").KeyState} KeyState */
/** @typedef {import("./algorithms.js").NormalizedAlgorithm} NormalizedAlgorithm */

/**
 * From how many bytes on data is worked on by another thread, which has to be given a copy of it. For less than this the
 * copy costs more than leaving the isolate free is worth.
 */
const MUCH = 16 << 20;

const noBytes = new Uint8Array(0);

/**
 * The state of a key that is of this algorithm and has this usage.
 * @param {import("./key.js").CryptoKey} key
 * @param {string} name the algorithm's
 * @param {KeyUsage} usage
 * @returns {KeyState}
 */
export function requireKey(key, name, usage) {
  const state = stateOf(key);
  if (state.name !== name) {
    throw invalidAccess(`Requested algorithm "${name}" does not match this CryptoKey's algorithm "${state.name}".`);
  }
  if (!includes(state.usages, usage)) {
    throw invalidAccess(`Requested key usage "${usage}" does not match any usage listed in this CryptoKey.`);
  }
  return state;
}

/**
 * @param {string} hash
 * @param {any} data
 */
export async function digest(hash, data) {
  const bytes = byteLength(data) > MUCH ? await op_crypto_digest_async(hash, data) : op_crypto_digest(hash, data);
  return typedArrayBuffer(bytes);
}

/**
 * @param {NormalizedAlgorithm} algorithm
 * @param {number} id the key's
 * @param {any} data
 */
export async function sign({ hash, saltLength = 0 }, id, data) {
  const run = byteLength(data) > MUCH ? op_crypto_sign_async : op_crypto_sign;
  return typedArrayBuffer(await run(id, hash, saltLength, data));
}

/**
 * @param {NormalizedAlgorithm} algorithm
 * @param {number} id the key's
 * @param {any} signature
 * @param {any} data
 * @returns {Promise<boolean>}
 */
export async function verify({ hash, saltLength = 0 }, id, signature, data) {
  const run = byteLength(data) > MUCH ? op_crypto_verify_async : op_crypto_verify;
  return await run(id, hash, saltLength, signature, data);
}

/**
 * The parameters of a cipher as the native side takes them.
 * @param {NormalizedAlgorithm} algorithm
 * @returns {{ iv: Uint8Array, additionalData: Uint8Array, bits: number }}
 */
function cipherParams({ name, iv, counter, length, additionalData, tagLength, label }) {
  switch (name) {
    case "AES-CBC":
      if (iv.length !== 16) throw operationError(`AES-CBC IV must be 16 bytes long (provided ${iv.length} bytes).`);
      return { iv, additionalData: noBytes, bits: 0 };
    case "AES-CTR":
      if (counter.length !== 16)
        throw operationError(`Counter must have length of 16 bytes (provided ${counter.length} bytes).`);
      return { iv: counter, additionalData: noBytes, bits: length };
    case "AES-GCM":
      if (iv.length === 0) throw operationError("AES-GCM IV must not be empty.");
      return { iv, additionalData: additionalData ?? noBytes, bits: tagLength ?? 128 };
    default:
      return { iv: label ?? noBytes, additionalData: noBytes, bits: 0 };
  }
}

/**
 * Encrypts, or wraps.
 * @param {NormalizedAlgorithm} algorithm
 * @param {number} id the key's
 * @param {any} data
 */
export async function encrypt(algorithm, id, data) {
  const { iv, additionalData, bits } = cipherParams(algorithm);
  const run = byteLength(data) > MUCH ? op_crypto_encrypt_async : op_crypto_encrypt;
  return typedArrayBuffer(await run(id, iv, additionalData, bits, data));
}

/**
 * Decrypts, or unwraps.
 * @param {NormalizedAlgorithm} algorithm
 * @param {number} id the key's
 * @param {any} data
 * @returns {Promise<ArrayBuffer>}
 */
export async function decrypt(algorithm, id, data) {
  const { iv, additionalData, bits } = cipherParams(algorithm);
  const run = byteLength(data) > MUCH ? op_crypto_decrypt_async : op_crypto_decrypt;
  return /** @type {ArrayBuffer} */ (typedArrayBuffer(await run(id, iv, additionalData, bits, data)));
}
