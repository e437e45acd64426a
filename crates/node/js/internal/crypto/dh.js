// Diffie-Hellman, with numbers and on curves (https://nodejs.org/api/crypto.html#class-diffiehellman).

import {
  op_node_dh_power,
  op_node_dh_private,
  op_node_ecdh_agree,
  op_node_ecdh_convert,
  op_node_ecdh_generate,
  op_node_ecdh_public,
  op_node_key_agree,
  op_node_prime_check,
  op_node_prime_generate,
} from "selvedge:ops";
import { Buffer } from "node:buffer";
import {
  invalidArgType,
  invalidArgValue,
  nodeError,
  validateInteger,
  validateObject,
  validateString,
} from "../errors.js";
import { call } from "../native-error.js";
import { groups } from "./groups.js";
import { callable } from "./hash.js";
import { KeyObject, idOf } from "./keys.js";
import { isArrayBuffer, output, toBytes } from "./util.js";

/** @param {any} value @param {string} name @param {any} encoding */
const given = (value, name, encoding) =>
  toBytes(value, name, encoding, ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"]);

/** A number's bytes without zeros before it. @param {Uint8Array} bytes */
function trimmed(bytes) {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first++;
  return new Uint8Array(bytes.subarray(first));
}

/** Which number is larger; both without zeros before them. @param {Uint8Array} a @param {Uint8Array} b */
const compare = (a, b) => (a.length === b.length ? Buffer.compare(a, b) : a.length - b.length);

/** What a group and one's own parameters have in common. */
class Exchange {
  /** @type {Uint8Array} */ #prime;
  /** @type {Uint8Array} */ #generator;
  /** @type {Uint8Array | undefined} */ #private;
  /** @type {Uint8Array | undefined} */ #public;

  /** @param {Uint8Array} prime @param {Uint8Array} generator @param {number} verifyError */
  constructor(prime, generator, verifyError) {
    this.#prime = trimmed(prime);
    this.#generator = trimmed(generator);
    Object.defineProperty(this, "verifyError", { value: verifyError, enumerable: true, writable: false });
  }

  /** @param {any} [encoding] */
  generateKeys(encoding = undefined) {
    this.#private ??= call(op_node_dh_private, this.#prime);
    this.#public = call(op_node_dh_power, this.#generator, this.#private, this.#prime);
    return this.getPublicKey(encoding);
  }

  /** @param {any} key @param {any} [inputEncoding] @param {any} [outputEncoding] */
  computeSecret(key, inputEncoding = undefined, outputEncoding = undefined) {
    const peer = trimmed(given(key, "otherPublicKey", inputEncoding));
    if (this.#private === undefined)
      throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "No private key - did you forget to generate one?");
    // 0, 1, and what is not below the prime less one are no public keys (SP 800-56A, section 5.6.2.3.1).
    const largest = new Uint8Array(this.#prime);
    largest[largest.length - 1] -= 1;
    if (peer.length === 0 || (peer.length === 1 && peer[0] < 2))
      throw nodeError(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Supplied key is too small");
    if (compare(peer, largest) >= 0)
      throw nodeError(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Supplied key is too large");
    return output(call(op_node_dh_power, peer, this.#private, this.#prime), outputEncoding);
  }

  /** @param {any} [encoding] */
  getPrime(encoding = undefined) {
    return output(this.#prime.slice(), encoding);
  }

  /** @param {any} [encoding] */
  getGenerator(encoding = undefined) {
    return output(this.#generator.slice(), encoding);
  }

  /** @param {any} [encoding] */
  getPublicKey(encoding = undefined) {
    if (this.#public === undefined)
      throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "No public key - did you forget to generate one?");
    return output(this.#public.slice(), encoding);
  }

  /** @param {any} [encoding] */
  getPrivateKey(encoding = undefined) {
    if (this.#private === undefined)
      throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "No private key - did you forget to generate one?");
    return output(this.#private.slice(), encoding);
  }

  /** @param {Uint8Array} key */
  _setPublic(key) {
    this.#public = key;
  }

  /** @param {Uint8Array} key */
  _setPrivate(key) {
    this.#private = key;
  }
}

/** What `verifyError` says of a prime: DH_CHECK_P_NOT_PRIME, DH_CHECK_P_NOT_SAFE_PRIME. */
const NOT_PRIME = 1;
const NOT_SAFE_PRIME = 2;

class DiffieHellmanClass extends Exchange {
  /** @param {any} sizeOrKey @param {any} [keyEncoding] @param {any} [generator] @param {any} [generatorEncoding] */
  constructor(sizeOrKey, keyEncoding = undefined, generator = undefined, generatorEncoding = undefined) {
    if (
      typeof sizeOrKey !== "number" &&
      typeof sizeOrKey !== "string" &&
      !ArrayBuffer.isView(sizeOrKey) &&
      !isArrayBuffer(sizeOrKey)
    ) {
      throw invalidArgType(
        "sizeOrKey",
        ["number", "string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"],
        sizeOrKey,
      );
    }
    if (typeof sizeOrKey === "number") validateInteger(sizeOrKey, "sizeOrKey", 0, 2 ** 31 - 1);
    if (keyEncoding && !Buffer.isEncoding(keyEncoding) && keyEncoding !== "buffer") {
      generatorEncoding = generator;
      generator = keyEncoding;
      keyEncoding = false;
    }
    let bytes;
    if (!generator) bytes = Uint8Array.of(2);
    else if (typeof generator === "number") {
      validateInteger(generator, "generator", -(2 ** 31), 2 ** 31 - 1);
      bytes = Uint8Array.of(generator >>> 24, generator >>> 16, generator >>> 8, generator);
    } else bytes = given(generator, "generator", generatorEncoding);
    if (trimmed(bytes).length === 0 || (trimmed(bytes).length === 1 && trimmed(bytes)[0] < 2)) {
      throw nodeError(Error, "ERR_OSSL_DH_BAD_GENERATOR", "bad generator");
    }
    let verifyError = 0;
    let prime;
    if (typeof sizeOrKey === "number") {
      if (sizeOrKey < 512) {
        throw nodeError(
          Error,
          "ERR_OSSL_DH_MODULUS_TOO_SMALL",
          "error:0280007E:Diffie-Hellman routines::modulus too small",
        );
      }
      prime = call(op_node_prime_generate, sizeOrKey, sizeOrKey <= 512, null, null);
    } else {
      prime = trimmed(given(sizeOrKey, "sizeOrKey", keyEncoding || undefined));
      if (!call(op_node_prime_check, prime)) verifyError = NOT_PRIME;
      else {
        const half = BigInt(`0x${Buffer.from(prime).toString("hex")}`) >> 1n;
        const hex = half.toString(16);
        if (!call(op_node_prime_check, Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex")))
          verifyError = NOT_SAFE_PRIME;
      }
    }
    super(prime, bytes, verifyError);
  }

  /** @param {any} key @param {any} [encoding] */
  setPublicKey(key, encoding = undefined) {
    this._setPublic(given(key, "key", encoding).slice());
  }

  /** @param {any} key @param {any} [encoding] */
  setPrivateKey(key, encoding = undefined) {
    this._setPrivate(given(key, "key", encoding).slice());
  }
}

class DiffieHellmanGroupClass extends Exchange {
  /** @param {any} name */
  constructor(name) {
    validateString(name, "name");
    const prime = Object.hasOwn(groups, name.toLowerCase()) ? groups[name.toLowerCase()] : undefined;
    if (prime === undefined) throw nodeError(Error, "ERR_CRYPTO_UNKNOWN_DH_GROUP", "Unknown DH group");
    super(Buffer.from(prime, "hex"), Uint8Array.of(2), 0);
  }
}

export const DiffieHellman = callable(DiffieHellmanClass, "DiffieHellman");
export const DiffieHellmanGroup = callable(DiffieHellmanGroupClass, "DiffieHellmanGroup");

/** @param {any} sizeOrKey @param {any} [keyEncoding] @param {any} [generator] @param {any} [generatorEncoding] */
export const createDiffieHellman = (
  sizeOrKey,
  keyEncoding = undefined,
  generator = undefined,
  generatorEncoding = undefined,
) => new DiffieHellmanClass(sizeOrKey, keyEncoding, generator, generatorEncoding);

/** @param {any} name */
export const getDiffieHellman = (name) => new DiffieHellmanGroupClass(name);

export const getCurves = () => ["prime256v1", "secp384r1", "secp521r1"];

/** @param {Uint8Array} point uncompressed @param {any} format */
function formatted(point, format) {
  if (format !== undefined && !["compressed", "hybrid", "uncompressed"].includes(format)) {
    throw nodeError(TypeError, "ERR_CRYPTO_ECDH_INVALID_FORMAT", `Invalid ECDH format: ${format}`);
  }
  if (format === undefined || format === "uncompressed") return point;
  const isOdd = point[point.length - 1] & 1;
  const result = format === "hybrid" ? point.slice() : point.slice(0, (point.length + 1) / 2);
  result[0] = (format === "hybrid" ? 6 : 2) + isOdd;
  return result;
}

/** A point in a form that the native side takes. @param {Uint8Array} point */
function plain(point) {
  if ((point[0] & 0xfe) !== 6 || (point[0] & 1) !== (point[point.length - 1] & 1)) return point;
  const result = point.slice();
  result[0] = 4;
  return result;
}

class EcdhClass {
  /** @type {string} */ #curve;
  /** @type {Uint8Array | undefined} */ #private;
  /** @type {Uint8Array | undefined} */ #public;

  /** @param {any} curve */
  constructor(curve) {
    validateString(curve, "curve");
    this.#curve = curve;
    if (!["prime256v1", "P-256", "secp256r1", "secp384r1", "P-384", "secp521r1", "P-521"].includes(curve)) {
      throw nodeError(TypeError, "ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name");
    }
  }

  /** @param {any} key @param {any} curve @param {any} [inputEncoding] @param {any} [outputEncoding] @param {any} [format] */
  static convertKey(key, curve, inputEncoding = undefined, outputEncoding = undefined, format = "uncompressed") {
    validateString(curve, "curve");
    const point = call(op_node_ecdh_convert, curve, plain(given(key, "key", inputEncoding)));
    return output(formatted(point, format), outputEncoding);
  }

  /** @param {any} [encoding] @param {any} [format] */
  generateKeys(encoding = undefined, format = undefined) {
    this.#private = call(op_node_ecdh_generate, this.#curve);
    this.#public = call(op_node_ecdh_public, this.#curve, this.#private);
    return this.getPublicKey(encoding, format);
  }

  /** @param {any} key @param {any} [inputEncoding] @param {any} [outputEncoding] */
  computeSecret(key, inputEncoding = undefined, outputEncoding = undefined) {
    const peer = plain(given(key, "otherPublicKey", inputEncoding));
    if (this.#private === undefined) throw nodeError(Error, "ERR_CRYPTO_INVALID_KEYPAIR", "Invalid key pair");
    return output(call(op_node_ecdh_agree, this.#curve, this.#private, peer), outputEncoding);
  }

  /** @param {any} [encoding] @param {any} [format] */
  getPublicKey(encoding = undefined, format = undefined) {
    if (this.#public === undefined)
      throw nodeError(Error, "ERR_CRYPTO_OPERATION_FAILED", "Failed to get ECDH public key");
    return output(formatted(this.#public, format).slice(), encoding);
  }

  /** @param {any} [encoding] */
  getPrivateKey(encoding = undefined) {
    if (this.#private === undefined)
      throw nodeError(Error, "ERR_CRYPTO_OPERATION_FAILED", "Failed to get ECDH private key");
    return output(trimmed(this.#private), encoding);
  }

  /** @param {any} key @param {any} [encoding] */
  setPrivateKey(key, encoding = undefined) {
    const bytes = given(key, "key", encoding).slice();
    this.#public = call(op_node_ecdh_public, this.#curve, bytes);
    this.#private = bytes;
  }

  /** @param {any} key @param {any} [encoding] */
  setPublicKey(key, encoding = undefined) {
    this.#public = call(op_node_ecdh_convert, this.#curve, plain(given(key, "key", encoding)));
  }
}

export const ECDH = callable(EcdhClass, "ECDH");

/** @param {any} curve */
export const createECDH = (curve) => new EcdhClass(curve);

/** @param {any} options */
export function diffieHellman(options) {
  validateObject(options, "options");
  const { privateKey, publicKey } = options;
  if (!(privateKey instanceof KeyObject)) throw invalidArgValue("options.privateKey", privateKey);
  if (!(publicKey instanceof KeyObject)) throw invalidArgValue("options.publicKey", publicKey);
  if (privateKey.type !== "private") {
    throw nodeError(
      TypeError,
      "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE",
      `Invalid key object type ${privateKey.type}, expected private.`,
    );
  }
  if (publicKey.type === "secret") {
    throw nodeError(
      TypeError,
      "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE",
      `Invalid key object type ${publicKey.type}, expected private or public.`,
    );
  }
  const [own, other] = [privateKey, publicKey].map((key) => /** @type {any} */ (key).asymmetricKeyType);
  const isFit = own === other && ["ec", "x25519"].includes(own);
  if (!isFit) {
    throw nodeError(
      Error,
      "ERR_CRYPTO_INCOMPATIBLE_KEY",
      `Incompatible key types for Diffie-Hellman: ${own} and ${other}`,
    );
  }
  return output(call(op_node_key_agree, idOf(privateKey), idOf(publicKey)));
}
