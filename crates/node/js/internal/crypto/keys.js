// Keys (https://nodejs.org/api/crypto.html#class-keyobject).
//
// A secret key is its bytes. Of an asymmetric key this side holds the number of what the native side has parsed.

import {
  op_crypto_key_export,
  op_node_crypto_release,
  op_node_key_details,
  op_node_key_export,
  op_node_key_export_jwk,
  op_node_key_public,
  op_node_key_read,
  op_node_key_read_jwk,
} from "selvedge:ops";
import { isCryptoKey, stateOf } from "selvedge:web/crypto/key.js";
import { resourceOwner } from "selvedge:web/native-resource.js";
import { Buffer } from "node:buffer";
import { invalidArgType, invalidArgValue, nodeError, validateObject, validateString } from "../errors.js";
import { call } from "../native-error.js";
import { isArrayBuffer, toBuffer, toBytes } from "./util.js";
import { isNil } from "../nil.js";

const keys = resourceOwner(op_node_crypto_release);
const { defineProperty } = Object;
const internal = Symbol("internal");

/** @param {any} value */
const isBytes = (value) => ArrayBuffer.isView(value) || isArrayBuffer(value);

/** @type {(key: any) => any} */
let inner;

/** A key. */
export class KeyObject {
  /** @type {"secret" | "public" | "private"} */ #type;
  /** @type {any} bytes, or the number of a native key */ #key;

  static {
    inner = (key) => key.#key;
  }

  /** @param {any} type @param {any} key @param {any} [token] */
  constructor(type, key, token = undefined) {
    if (type !== "secret" && type !== "public" && type !== "private") throw invalidArgValue("type", type);
    if (token !== internal) throw invalidArgType("handle", "object", key);
    this.#type = type;
    this.#key = key;
    if (type !== "secret") keys.own(this, key);
  }

  /** @param {any} key a CryptoKey */
  static from(key) {
    if (!isCryptoKey(key)) throw invalidArgType("key", "CryptoKey", key);
    const { id, type } = stateOf(key);
    const bytes = op_crypto_key_export(id, type === "secret" ? "raw" : type === "public" ? "spki" : "pkcs8");
    if (type === "secret") return secret(bytes);
    return asymmetric(
      call(op_node_key_read, bytes, type === "private", false, type === "public" ? "spki" : "pkcs8", null),
    );
  }

  get type() {
    return this.#type;
  }

  /** @param {any} other @returns {boolean} */
  equals(other) {
    if (!(other instanceof KeyObject)) throw invalidArgType("otherKeyObject", "KeyObject", other);
    if (other.type !== this.type) return false;
    const bytes = (/** @type {KeyObject} */ key) =>
      key.type === "secret"
        ? Buffer.from(inner(key))
        : toBuffer(call(op_node_key_export, inner(key), key.type === "public" ? "spki" : "pkcs8", null, null));
    return bytes(this).equals(bytes(other));
  }

  get [Symbol.toStringTag]() {
    return "KeyObject";
  }
}

/** A symmetric key. */
export class SecretKeyObject extends KeyObject {
  get symmetricKeySize() {
    return inner(this).length;
  }

  /** @param {any} [options] @returns {any} */
  export(options = undefined) {
    if (options !== undefined) {
      validateObject(options, "options");
      if (options.format === "jwk") return { kty: "oct", k: Buffer.from(inner(this)).toString("base64url") };
      if (options.format !== undefined && options.format !== "buffer") {
        throw invalidArgValue("options.format", options.format, "must be one of: undefined, 'buffer', 'jwk'");
      }
    }
    return Buffer.from(inner(this));
  }
}

/** @type {Record<string, [string, string]>} the curves of JSON Web Keys, and who has which key */
const JWK_KINDS = {
  prime256v1: ["EC", "P-256"],
  secp384r1: ["EC", "P-384"],
  secp521r1: ["EC", "P-521"],
  ed25519: ["OKP", "Ed25519"],
  x25519: ["OKP", "X25519"],
};

/** One of a pair. */
class AsymmetricKeyObject extends KeyObject {
  /** @type {any} */ #details;

  /** @returns {any} */
  get asymmetricKeyType() {
    return (this.#details ??= op_node_key_details(inner(this))).type;
  }

  /** @returns {any} */
  get asymmetricKeyDetails() {
    const { modulusLength, publicExponent, namedCurve, hashAlgorithm, saltLength } = (this.#details ??=
      op_node_key_details(inner(this)));
    /** @type {any} */
    const details = {};
    if (modulusLength !== undefined) details.modulusLength = modulusLength;
    if (publicExponent !== undefined) details.publicExponent = BigInt(`0x${publicExponent}`);
    if (namedCurve !== undefined) details.namedCurve = namedCurve;
    if (hashAlgorithm !== undefined) {
      details.hashAlgorithm = hashAlgorithm;
      details.mgf1HashAlgorithm = hashAlgorithm;
      details.saltLength = saltLength;
    }
    return details;
  }

  /** @param {any} options */
  export(options) {
    return exportKey(this, options);
  }
}

/** A public key. */
export class PublicKeyObject extends AsymmetricKeyObject {}

/** A private key. */
export class PrivateKeyObject extends AsymmetricKeyObject {}

for (const Class of [SecretKeyObject, PublicKeyObject, PrivateKeyObject]) {
  defineProperty(Class, "name", { value: Class.name });
}

/** @param {Uint8Array} bytes */
export const secret = (bytes) => new SecretKeyObject("secret", bytes, internal);

/** @param {number} id a native key's */
function asymmetric(id) {
  const isPrivate = op_node_key_details(id).private;
  return isPrivate ? new PrivateKeyObject("private", id, internal) : new PublicKeyObject("public", id, internal);
}

/** The number of an asymmetric key. @param {KeyObject} key @returns {number} */
export const idOf = (key) => inner(key);

const LABELS = /** @type {Record<string, string>} */ ({
  "public pkcs1": "RSA PUBLIC KEY",
  "public spki": "PUBLIC KEY",
  "private pkcs1": "RSA PRIVATE KEY",
  "private pkcs8": "PRIVATE KEY",
  "private sec1": "EC PRIVATE KEY",
});

/** @param {Uint8Array} der @param {string} label */
export function toPem(der, label) {
  const lines =
    toBuffer(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** @param {AsymmetricKeyObject} key @param {any} options */
function exportKey(key, options) {
  validateObject(options, "options");
  const { format, cipher, passphrase } = options;
  if (format === "jwk") {
    if (!isNil(passphrase) || !isNil(cipher)) {
      throw nodeError(
        Error,
        "ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS",
        "The selected key encoding jwk does not support encryption.",
      );
    }
    const jwk = call(op_node_key_export_jwk, inner(key));
    const kind = key.asymmetricKeyType;
    if (kind === "rsa-pss") {
      throw nodeError(Error, "ERR_CRYPTO_JWK_UNSUPPORTED_KEY_TYPE", "Unsupported JWK Key Type.");
    }
    if (kind === "rsa") {
      const { n, e, d, p, q, dp, dq, qi } = jwk;
      return d === undefined ? { kty: "RSA", n, e } : { kty: "RSA", n, e, d, p, q, dp, dq, qi };
    }
    const [kty, crv] = JWK_KINDS[key.asymmetricKeyDetails.namedCurve ?? kind];
    const { x, y, d } = jwk;
    if (kty === "OKP") return d === undefined ? { crv, x, kty } : { crv, d, x, kty };
    return d === undefined ? { kty, x, y, crv } : { kty, x, y, crv, d };
  }
  if (format !== "pem" && format !== "der") throw invalidArgValue("options.format", format);
  const { type } = options;
  const kinds = key.type === "public" ? ["pkcs1", "spki"] : ["pkcs1", "pkcs8", "sec1"];
  if (!kinds.includes(type)) throw invalidArgValue("options.type", type);
  const algorithm = key.asymmetricKeyType;
  if ((type === "pkcs1" && algorithm !== "rsa") || (type === "sec1" && algorithm !== "ec")) {
    const only = type === "pkcs1" ? "RSA" : "EC";
    throw nodeError(
      Error,
      "ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS",
      `The selected key encoding ${type} can only be used for ${only} keys.`,
    );
  }
  let label = LABELS[`${key.type} ${type}`];
  if (isNil(cipher) && !isNil(passphrase) && key.type === "private") {
    throw invalidArgValue("options.cipher", cipher);
  }
  let sealed = null;
  if (!isNil(cipher) && key.type === "private") {
    validateString(cipher, "options.cipher");
    if (type !== "pkcs8") {
      throw nodeError(
        Error,
        "ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS",
        `The selected key encoding ${type} does not support encryption.`,
      );
    }
    if (typeof passphrase !== "string" && !isBytes(passphrase)) throw invalidArgValue("options.passphrase", passphrase);
    sealed = toBytes(passphrase, "options.passphrase");
    label = "ENCRYPTED PRIVATE KEY";
  }
  const der = call(op_node_key_export, inner(key), type, sealed === null ? null : cipher, sealed);
  return format === "der" ? toBuffer(der) : toPem(der, label);
}

/**
 * The bytes of a secret: of a KeyObject, a CryptoKey, a string or a buffer.
 * @param {any} key
 * @param {string} name
 * @param {any} [encoding]
 * @returns {Uint8Array}
 */
export function secretBytes(key, name, encoding = undefined) {
  if (key instanceof KeyObject) {
    if (key.type !== "secret") {
      throw nodeError(
        TypeError,
        "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE",
        `Invalid key object type ${key.type}, expected secret.`,
      );
    }
    return inner(key);
  }
  if (isCryptoKey(key)) return inner(KeyObject.from(key));
  return toBytes(key, name, encoding, [
    "ArrayBuffer",
    "Buffer",
    "TypedArray",
    "DataView",
    "string",
    "KeyObject",
    "CryptoKey",
  ]);
}

/** @param {any} key @param {any} [encoding] */
export function createSecretKey(key, encoding = undefined) {
  if (typeof key !== "string" && !isBytes(key)) {
    throw invalidArgType("key", ["ArrayBuffer", "Buffer", "TypedArray", "DataView"], key);
  }
  return secret(toBytes(key, "key", encoding).slice());
}

/**
 * A key of what may be given for one.
 * @param {any} input
 * @param {"private" | "public"} wanted a public key is taken of a private one
 * @param {boolean} [create] whether this is createPrivateKey or createPublicKey, which take no KeyObject of the kind
 * @returns {KeyObject}
 */
export function toKey(input, wanted, create = false) {
  if (input instanceof KeyObject || isCryptoKey(input)) return ofKind(input, wanted, create);
  if (typeof input === "string" || isBytes(input)) return readKey(input, wanted, "pem", undefined, null);
  if (typeof input !== "object" || input === null) throw wrongKey("key", input, create);
  const { key, format = "pem", type, passphrase, encoding } = input;
  if (key instanceof KeyObject || isCryptoKey(key)) return ofKind(key, wanted, create);
  if (format === "jwk") {
    validateObject(key, "key.key");
    validateString(key.kty, "key.kty");
    const isKnown = ["RSA", "EC", "OKP"].includes(key.kty);
    if (!isKnown) throw invalidArgValue("key.kty", key.kty, "must be one of: 'RSA', 'EC', 'OKP'");
    const { n, e, d, p, q, dp, dq, qi, x, y, crv } = key;
    if (key.kty !== "RSA") validateString(crv, "key.crv");
    const id = call(
      op_node_key_read_jwk,
      key.kty,
      `${crv ?? ""}`,
      { n, e, d, p, q, dp, dq, qi, x, y },
      wanted === "private",
    );
    return asymmetric(id);
  }
  if (typeof key !== "string" && !isBytes(key)) throw wrongKey("key.key", key, create);
  if (format !== "pem" && format !== "der") throw invalidArgValue("options.format", format);
  if (format === "der") {
    const kinds = wanted === "private" ? ["pkcs1", "pkcs8", "sec1"] : ["pkcs1", "spki", "pkcs8", "sec1"];
    if (!kinds.includes(type)) throw invalidArgValue("options.type", type);
  }
  const phrase = isNil(passphrase) ? null : toBytes(passphrase, "key.passphrase", encoding);
  return readKey(typeof key === "string" ? Buffer.from(key, encoding) : key, wanted, format, type, phrase);
}

/** @param {string} name @param {any} value @param {boolean} create */
function wrongKey(name, value, create) {
  const types = ["ArrayBuffer", "Buffer", "TypedArray", "DataView", "string"];
  return invalidArgType(name, create ? types : [...types, "KeyObject", "CryptoKey"], value);
}

/** @param {any} data @param {"private" | "public"} wanted @param {string} format @param {any} type @param {any} passphrase */
function readKey(data, wanted, format, type, passphrase) {
  const bytes = toBytes(data, "key");
  const isPrivateDer = format === "der" && (type === "pkcs8" || type === "sec1");
  if (wanted === "public" && isPrivateDer) {
    return publicOf(asymmetric(call(op_node_key_read, bytes, true, false, type, passphrase)));
  }
  return asymmetric(call(op_node_key_read, bytes, wanted === "private", format === "pem", type ?? "", passphrase));
}

/** @param {KeyObject} key */
const publicOf = (key) => asymmetric(call(op_node_key_public, inner(key)));

/** @param {any} given @param {"private" | "public"} wanted @param {boolean} create */
function ofKind(given, wanted, create) {
  const key = isCryptoKey(given) ? KeyObject.from(given) : given;
  const fits = create ? wanted === "public" && key.type === "private" : key.type === wanted;
  if (wanted === "public" && key.type === "private") return publicOf(key);
  if (!fits && create && wanted === "private") throw wrongKey("key", given, true);
  if (!fits) {
    const expected = wanted === "private" || create ? "private" : "private or public";
    throw nodeError(
      TypeError,
      "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE",
      `Invalid key object type ${key.type}, expected ${expected}.`,
    );
  }
  return key;
}

/** @param {any} key */
export const createPrivateKey = (key) => toKey(key, "private", true);

/** @param {any} key */
export const createPublicKey = (key) => toKey(key, "public", true);

/** The key of a certificate, or another that the native side has. @param {number} id */
export const fromNative = (id) => asymmetric(id);
