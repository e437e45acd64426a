// Ciphers (https://nodejs.org/api/crypto.html#class-cipher), and RSA's encryption.

import {
  op_node_cipher_final,
  op_node_cipher_new,
  op_node_cipher_set_aad,
  op_node_cipher_set_padding,
  op_node_cipher_set_tag,
  op_node_cipher_tag,
  op_node_cipher_update,
  op_node_crypto_release,
  op_node_rsa_decrypt,
  op_node_rsa_encrypt,
} from "selvedge:ops";
import { resourceOwner } from "selvedge:web/native-resource.js";
import { StringDecoder } from "node:string_decoder";
import { Transform } from "node:stream";
import { invalidArgType, invalidArgValue, nodeError, validateObject, validateString } from "../errors.js";
import { call } from "../native-error.js";
import { constants } from "./constants.js";
import { callable } from "./hash.js";
import { idOf, secretBytes, toKey } from "./keys.js";
import { toBuffer, toBytes } from "./util.js";

const ciphers = resourceOwner(op_node_crypto_release);
const nothing = new Uint8Array(0);

/** What ciphers there are: the length of key, IV and block in bytes. */
const SUITES = /** @type {Record<string, any>} */ ({});
for (const bits of [128, 192, 256]) {
  for (const [mode, nid] of /** @type {[string, number][]} */ ([
    ["cbc", { 128: 419, 192: 423, 256: 427 }[bits]],
    ["ctr", { 128: 904, 192: 905, 256: 906 }[bits]],
    ["ecb", { 128: 418, 192: 422, 256: 426 }[bits]],
    ["gcm", { 128: 895, 192: 898, 256: 901 }[bits]],
  ])) {
    /** @type {any} */
    const suite = { mode, name: mode === "gcm" ? `id-aes${bits}-gcm` : `aes-${bits}-${mode}`, nid };
    suite.blockSize = mode === "ctr" || mode === "gcm" ? 1 : 16;
    if (mode !== "ecb") suite.ivLength = mode === "gcm" ? 12 : 16;
    suite.keyLength = bits / 8;
    SUITES[`aes-${bits}-${mode}`] = suite;
  }
}
const ALIASES = /** @type {Record<string, string>} */ ({
  aes128: "aes-128-cbc",
  aes192: "aes-192-cbc",
  aes256: "aes-256-cbc",
  "id-aes128-gcm": "aes-128-gcm",
  "id-aes192-gcm": "aes-192-gcm",
  "id-aes256-gcm": "aes-256-gcm",
});

export const getCiphers = () => Object.keys(SUITES).sort();

/** @param {any} nameOrNid @param {any} [options] */
export function getCipherInfo(nameOrNid, options = undefined) {
  if (typeof nameOrNid !== "string" && typeof nameOrNid !== "number") {
    throw invalidArgType("nameOrNid", ["string", "number"], nameOrNid);
  }
  const lower = `${nameOrNid}`.toLowerCase();
  const suite =
    typeof nameOrNid === "number"
      ? Object.values(SUITES).find(({ nid }) => nid === nameOrNid)
      : SUITES[ALIASES[lower] ?? lower];
  if (suite === undefined) return undefined;
  const { mode, name, nid, blockSize, ivLength, keyLength } = suite;
  if (options !== undefined) validateObject(options, "options");
  const { keyLength: askedKey, ivLength: askedIv } = options ?? {};
  if (askedKey !== undefined && askedKey !== keyLength) return undefined;
  if (askedIv !== undefined && (mode === "gcm" ? askedIv < 1 : askedIv !== (ivLength ?? 0))) return undefined;
  /** @type {any} */
  const info = { mode, name, nid };
  info.blockSize = blockSize;
  if (ivLength !== undefined) info.ivLength = askedIv ?? ivLength;
  info.keyLength = keyLength;
  return info;
}

/** What all ciphers have in common. */
class CipherBase extends /** @type {any} */ (Transform) {
  /** @type {number} */ #id;
  #encrypts;
  #done = false;
  /** @type {any} */ #decoder;
  /** @type {any} */ #encoding;

  /** @param {boolean} encrypts @param {any} algorithm @param {any} key @param {any} iv @param {any} options */
  constructor(encrypts, algorithm, key, iv, options) {
    validateString(algorithm, "cipher");
    const bytes = secretBytes(key, "key", options?.encoding);
    const vector =
      iv === null ? nothing : toBytes(iv, "iv", "utf8", ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"]);
    const lower = algorithm.toLowerCase();
    if (SUITES[ALIASES[lower] ?? lower] === undefined) {
      throw nodeError(Error, "ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
    }
    const id = call(op_node_cipher_new, algorithm, encrypts, bytes, vector, options?.authTagLength ?? null);
    super(options);
    this.#id = id;
    this.#encrypts = encrypts;
    ciphers.own(this, id);
  }

  /** @param {Uint8Array} bytes @param {any} encoding @param {boolean} last */
  #give(bytes, encoding, last) {
    if (!encoding || encoding === "buffer") return toBuffer(bytes);
    if (this.#decoder === undefined) {
      this.#decoder = new StringDecoder(encoding);
      this.#encoding = encoding;
    } else if (this.#encoding !== encoding) {
      throw nodeError(Error, "ERR_INTERNAL_ASSERTION", "Cannot change encoding");
    }
    return last ? this.#decoder.end(toBuffer(bytes)) : this.#decoder.write(toBuffer(bytes));
  }

  /** @param {any} data @param {any} [inputEncoding] @param {any} [outputEncoding] @returns {any} */
  update(data, inputEncoding = undefined, outputEncoding = undefined) {
    if (typeof data !== "string" && !ArrayBuffer.isView(data)) {
      throw invalidArgType("data", ["string", "Buffer", "TypedArray", "DataView"], data);
    }
    if (this.#done) throw new Error("Trying to add data in unsupported state");
    const bytes = toBytes(data, "data", inputEncoding);
    return this.#give(call(op_node_cipher_update, this.#id, bytes), outputEncoding, false);
  }

  /** @param {any} [outputEncoding] @returns {any} */
  final(outputEncoding = undefined) {
    if (this.#done) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state");
    this.#done = true;
    return this.#give(call(op_node_cipher_final, this.#id), outputEncoding, true);
  }

  setAutoPadding(on = true) {
    if (this.#done) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAutoPadding");
    op_node_cipher_set_padding(this.#id, !!on);
    return this;
  }

  /** @param {any} data @param {any} [options] */
  setAAD(data, options = undefined) {
    if (this.#done) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAAD");
    call(op_node_cipher_set_aad, this.#id, toBytes(data, "buffer", options?.encoding));
    return this;
  }

  getAuthTag() {
    if (!this.#encrypts) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation getAuthTag");
    return toBuffer(call(op_node_cipher_tag, this.#id));
  }

  /** @param {any} tag @param {any} [encoding] */
  setAuthTag(tag, encoding = undefined) {
    if (this.#done) throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAuthTag");
    call(op_node_cipher_set_tag, this.#id, toBytes(tag, "buffer", encoding));
    return this;
  }

  /** @param {any} chunk @param {any} encoding @param {(error?: any) => void} callback */
  _transform(chunk, encoding, callback) {
    try {
      this.push(this.update(chunk, encoding));
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  /** @param {(error?: any) => void} callback */
  _flush(callback) {
    try {
      this.push(this.final());
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }
}

class CipherivClass extends CipherBase {
  /** @param {any} algorithm @param {any} key @param {any} iv @param {any} [options] */
  constructor(algorithm, key, iv, options = undefined) {
    super(true, algorithm, key, iv, options);
  }
}
// A tag is made by one and expected by the other.
delete (/** @type {any} */ (CipherivClass.prototype).setAuthTag);

class DecipherivClass extends CipherBase {
  /** @param {any} algorithm @param {any} key @param {any} iv @param {any} [options] */
  constructor(algorithm, key, iv, options = undefined) {
    super(false, algorithm, key, iv, options);
  }
}

export const Cipheriv = callable(CipherivClass, "Cipheriv");
export const Decipheriv = callable(DecipherivClass, "Decipheriv");

/** @param {any} algorithm @param {any} key @param {any} iv @param {any} [options] */
export const createCipheriv = (algorithm, key, iv, options = undefined) =>
  new CipherivClass(algorithm, key, iv, options);

/** @param {any} algorithm @param {any} key @param {any} iv @param {any} [options] */
export const createDecipheriv = (algorithm, key, iv, options = undefined) =>
  new DecipherivClass(algorithm, key, iv, options);

/**
 * @param {"private" | "public"} kind
 * @param {typeof op_node_rsa_encrypt} op
 * @param {number} customary
 */
const rsa =
  (kind, op, customary) =>
  /** @param {any} options @param {any} data */
  (options, data) => {
    const key = toKey(options, kind);
    const { padding = customary, oaepHash = "sha1", oaepLabel, encoding } = options ?? {};
    validateString(oaepHash, "key.oaepHash");
    if (typeof padding !== "number") throw invalidArgValue("options.padding", padding);
    const label = oaepLabel === undefined ? nothing : toBytes(oaepLabel, "key.oaepLabel", encoding);
    const bytes = toBytes(data, "buffer", encoding);
    return toBuffer(call(op, idOf(key), padding, oaepHash, label, bytes));
  };

export const publicEncrypt = rsa("public", op_node_rsa_encrypt, constants.RSA_PKCS1_OAEP_PADDING);
export const privateDecrypt = rsa("private", op_node_rsa_decrypt, constants.RSA_PKCS1_OAEP_PADDING);
export const privateEncrypt = rsa("private", op_node_rsa_encrypt, constants.RSA_PKCS1_PADDING);
export const publicDecrypt = rsa("public", op_node_rsa_decrypt, constants.RSA_PKCS1_PADDING);
