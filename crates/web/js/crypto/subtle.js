// SubtleCrypto (https://w3c.github.io/webcrypto/#subtlecrypto-interface).
//
// Each method converts its arguments, checks the key, and leaves the rest to a file named after it. They are
// async functions: whatever is thrown, a wrong receiver included, is a rejection, as the standard has it.

import { op_crypto_timing_safe_equal } from "selvedge:ops";
import {
  converters,
  defineInterface,
  enumeration,
  illegalConstructor,
  internal,
  nullable,
  requireArguments,
  sequenceOf,
} from "../webidl.js";
import { arrayBufferKind, viewBuffer } from "../webidl/buffers.js";
import { normalizeAlgorithm } from "./algorithms.js";
import { derivedKeyLength, deriveBits } from "./derive.js";
import { keyUsages } from "./families.js";
import { generateKey } from "./generate.js";
import { byteLength, exportKey, importKey } from "./import.js";
import { convertJwk, decodeJwk, encodeJwk } from "./jwk.js";
import { convertKey, stateOf } from "./key.js";
import { decrypt, digest, encrypt, requireKey, sign, verify } from "./operate.js";

const { BufferSource } = converters;
const BytesArray = Uint8Array;

const convertFormat = enumeration("KeyFormat", ["raw", "spki", "pkcs8", "jwk"]);
/** @type {import("../webidl/converters.js").Converter<any[]>} */
const convertUsages = sequenceOf(enumeration("KeyUsage", keyUsages));
const convertLength = nullable(converters.unsignedLong);

/** @param {string} operation */
const failedTo = (operation) => `Failed to execute '${operation}' on 'SubtleCrypto'`;

/**
 * Key data: bytes or a dictionary, by what it is.
 * @param {any} value
 * @param {string} prefix
 */
function convertKeyData(value, prefix) {
  const buffer = viewBuffer(value) ?? value;
  return arrayBufferKind(buffer) === null
    ? convertJwk(value, prefix, "parameter 2")
    : BufferSource(value, prefix, "parameter 2");
}

/** The cryptography of `crypto.subtle`. */
export class SubtleCrypto {
  #brand;

  /** @param {symbol} key */
  constructor(key) {
    if (key !== internal) throw illegalConstructor();
    this.#brand = true;
  }

  /**
   * @param {any} algorithm
   * @param {any} key
   * @param {any} data
   */
  async encrypt(algorithm, key, data) {
    this.#brand;
    const prefix = failedTo("encrypt");
    requireArguments(arguments.length, 3, prefix);
    const cryptoKey = convertKey(key, prefix, "parameter 2");
    BufferSource(data, prefix, "parameter 3");
    const normalized = normalizeAlgorithm("encrypt", algorithm);
    return encrypt(normalized, requireKey(cryptoKey, normalized.name, "encrypt").id, data);
  }

  /**
   * @param {any} algorithm
   * @param {any} key
   * @param {any} data
   */
  async decrypt(algorithm, key, data) {
    this.#brand;
    const prefix = failedTo("decrypt");
    requireArguments(arguments.length, 3, prefix);
    const cryptoKey = convertKey(key, prefix, "parameter 2");
    BufferSource(data, prefix, "parameter 3");
    const normalized = normalizeAlgorithm("decrypt", algorithm);
    return decrypt(normalized, requireKey(cryptoKey, normalized.name, "decrypt").id, data);
  }

  /**
   * @param {any} algorithm
   * @param {any} key
   * @param {any} data
   */
  async sign(algorithm, key, data) {
    this.#brand;
    const prefix = failedTo("sign");
    requireArguments(arguments.length, 3, prefix);
    const cryptoKey = convertKey(key, prefix, "parameter 2");
    BufferSource(data, prefix, "parameter 3");
    const normalized = normalizeAlgorithm("sign", algorithm);
    return sign(normalized, requireKey(cryptoKey, normalized.name, "sign").id, data);
  }

  /**
   * @param {any} algorithm
   * @param {any} key
   * @param {any} signature
   * @param {any} data
   */
  async verify(algorithm, key, signature, data) {
    this.#brand;
    const prefix = failedTo("verify");
    requireArguments(arguments.length, 4, prefix);
    const cryptoKey = convertKey(key, prefix, "parameter 2");
    BufferSource(signature, prefix, "parameter 3");
    BufferSource(data, prefix, "parameter 4");
    const normalized = normalizeAlgorithm("verify", algorithm);
    return verify(normalized, requireKey(cryptoKey, normalized.name, "verify").id, signature, data);
  }

  /**
   * @param {any} algorithm
   * @param {any} data
   */
  async digest(algorithm, data) {
    this.#brand;
    const prefix = failedTo("digest");
    requireArguments(arguments.length, 2, prefix);
    BufferSource(data, prefix, "parameter 2");
    return digest(normalizeAlgorithm("digest", algorithm).name, data);
  }

  /**
   * @param {any} algorithm
   * @param {any} extractable
   * @param {any} usages
   */
  async generateKey(algorithm, extractable, usages) {
    this.#brand;
    const prefix = failedTo("generateKey");
    requireArguments(arguments.length, 3, prefix);
    const list = convertUsages(usages, prefix, "parameter 3");
    return generateKey(normalizeAlgorithm("generateKey", algorithm), !!extractable, list);
  }

  /**
   * @param {any} algorithm
   * @param {any} baseKey
   * @param {any} derivedKeyType
   * @param {any} extractable
   * @param {any} usages
   */
  async deriveKey(algorithm, baseKey, derivedKeyType, extractable, usages) {
    this.#brand;
    const prefix = failedTo("deriveKey");
    requireArguments(arguments.length, 5, prefix);
    const key = convertKey(baseKey, prefix, "parameter 2");
    const list = convertUsages(usages, prefix, "parameter 5");
    const normalized = normalizeAlgorithm("deriveBits", algorithm);
    const imported = normalizeAlgorithm("importKey", derivedKeyType);
    const measured = normalizeAlgorithm("get key length", derivedKeyType);
    const base = requireKey(key, normalized.name, "deriveKey");
    const secret = await deriveBits(normalized, base, derivedKeyLength(measured));
    return importKey("raw", secret, imported, !!extractable, list);
  }

  /**
   * @param {any} algorithm
   * @param {any} baseKey
   * @param {any} [length]
   */
  async deriveBits(algorithm, baseKey, length = null) {
    this.#brand;
    const prefix = failedTo("deriveBits");
    requireArguments(arguments.length, 2, prefix);
    const key = convertKey(baseKey, prefix, "parameter 2");
    const bits = convertLength(length, prefix, "parameter 3");
    const normalized = normalizeAlgorithm("deriveBits", algorithm);
    return deriveBits(normalized, requireKey(key, normalized.name, "deriveBits"), bits);
  }

  /**
   * @param {any} format
   * @param {any} keyData
   * @param {any} algorithm
   * @param {any} extractable
   * @param {any} usages
   */
  async importKey(format, keyData, algorithm, extractable, usages) {
    this.#brand;
    const prefix = failedTo("importKey");
    requireArguments(arguments.length, 5, prefix);
    const keyFormat = convertFormat(format, prefix, "parameter 1");
    const data = convertKeyData(keyData, prefix);
    const list = convertUsages(usages, prefix, "parameter 5");
    const normalized = normalizeAlgorithm("importKey", algorithm);
    if ((data === keyData) === (keyFormat === "jwk")) {
      throw new TypeError(
        keyFormat === "jwk"
          ? 'Import data provided for "jwk" import format must be a JsonWebKey.'
          : "Import data provided for buffer-based import formats must be a buffer source.",
      );
    }
    return importKey(keyFormat, data, normalized, !!extractable, list);
  }

  /**
   * @param {any} format
   * @param {any} key
   */
  async exportKey(format, key) {
    this.#brand;
    const prefix = failedTo("exportKey");
    requireArguments(arguments.length, 2, prefix);
    const keyFormat = convertFormat(format, prefix, "parameter 1");
    return exportKey(keyFormat, stateOf(convertKey(key, prefix, "parameter 2")));
  }

  /**
   * @param {any} format
   * @param {any} key
   * @param {any} wrappingKey
   * @param {any} wrapAlgorithm
   */
  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    this.#brand;
    const prefix = failedTo("wrapKey");
    requireArguments(arguments.length, 4, prefix);
    const keyFormat = convertFormat(format, prefix, "parameter 1");
    const wrapped = stateOf(convertKey(key, prefix, "parameter 2"));
    const wrapping = convertKey(wrappingKey, prefix, "parameter 3");
    const normalized = normalizeAlgorithm("wrapKey", wrapAlgorithm, "encrypt");
    const { id } = requireKey(wrapping, normalized.name, "wrapKey");
    const exported = exportKey(keyFormat, wrapped);
    return encrypt(normalized, id, keyFormat === "jwk" ? encodeJwk(exported, normalized.name === "AES-KW") : exported);
  }

  /**
   * @param {any} format
   * @param {any} wrappedKey
   * @param {any} unwrappingKey
   * @param {any} unwrapAlgorithm
   * @param {any} unwrappedKeyAlgorithm
   * @param {any} extractable
   * @param {any} usages
   */
  async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, usages) {
    this.#brand;
    const prefix = failedTo("unwrapKey");
    requireArguments(arguments.length, 7, prefix);
    const keyFormat = convertFormat(format, prefix, "parameter 1");
    BufferSource(wrappedKey, prefix, "parameter 2");
    const unwrapping = convertKey(unwrappingKey, prefix, "parameter 3");
    const list = convertUsages(usages, prefix, "parameter 7");
    const normalized = normalizeAlgorithm("unwrapKey", unwrapAlgorithm, "decrypt");
    const imported = normalizeAlgorithm("importKey", unwrappedKeyAlgorithm);
    const { id } = requireKey(unwrapping, normalized.name, "unwrapKey");
    const bytes = await decrypt(normalized, id, wrappedKey);
    const data = keyFormat === "jwk" ? decodeJwk(new BytesArray(bytes)) : bytes;
    return importKey(keyFormat, data, imported, !!extractable, list);
  }

  /**
   * Whether two buffers are equal, in a time that does not tell where they differ. Not of the standard:
   * https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#timingsafeequal
   * @param {any} a
   * @param {any} b
   * @returns {boolean}
   */
  timingSafeEqual(a, b) {
    this.#brand;
    const prefix = failedTo("timingSafeEqual");
    requireArguments(arguments.length, 2, prefix);
    BufferSource(a, prefix, "parameter 1");
    BufferSource(b, prefix, "parameter 2");
    if (byteLength(a) !== byteLength(b)) throw new TypeError("Input buffers must have the same byte length.");
    return op_crypto_timing_safe_equal(a, b);
  }
}

defineInterface(SubtleCrypto, { tag: "SubtleCrypto" });

export const subtle = new SubtleCrypto(internal);
