// JSON Web Keys (RFC 7517): what they say of their use, checked and written; their numbers are the native side's.

import { op_crypto_key_export_jwk, op_encoding_decode_utf8, op_encoding_encode } from "selvedge:ops";
import { converters, dictionary, sequenceOf } from "../webidl.js";
import { dataError } from "./errors.js";
import { copyList, includes } from "./families.js";

/** @typedef {import("./key.js").KeyState} KeyState */
/** @typedef {Record<string, any>} JsonWebKey */

const { DOMString, USVString } = converters;
const { setPrototypeOf } = Object;
const { parse, stringify } = JSON;

const convertOtherPrimes = dictionary("RsaOtherPrimesInfo", [
  { key: "d", converter: DOMString },
  { key: "r", converter: DOMString },
  { key: "t", converter: DOMString },
]);

/** @type {(value: any, prefix?: string, context?: string) => JsonWebKey} */
export const convertJwk = dictionary("JsonWebKey", [
  // DOMStrings by the standard. What is not well-formed is no base64url either, and JSON could not carry it.
  { key: "alg", converter: USVString },
  { key: "crv", converter: USVString },
  { key: "d", converter: USVString },
  { key: "dp", converter: USVString },
  { key: "dq", converter: USVString },
  { key: "e", converter: USVString },
  { key: "k", converter: USVString },
  { key: "kty", converter: USVString },
  { key: "n", converter: USVString },
  { key: "p", converter: USVString },
  { key: "q", converter: USVString },
  { key: "qi", converter: USVString },
  { key: "use", converter: USVString },
  { key: "x", converter: USVString },
  { key: "y", converter: USVString },
  { key: "ext", converter: converters.boolean },
  { key: "key_ops", converter: sequenceOf(DOMString) },
  { key: "oth", converter: sequenceOf(convertOtherPrimes) },
]);

/** @type {Record<string, Record<string, string>>} a key's `alg` by its algorithm and digest */
const hashedAlgorithms = {
  __proto__: /** @type {any} */ (null),
  HMAC: { "SHA-1": "HS1", "SHA-256": "HS256", "SHA-384": "HS384", "SHA-512": "HS512" },
  "RSASSA-PKCS1-v1_5": { "SHA-1": "RS1", "SHA-256": "RS256", "SHA-384": "RS384", "SHA-512": "RS512" },
  "RSA-PSS": { "SHA-1": "PS1", "SHA-256": "PS256", "SHA-384": "PS384", "SHA-512": "PS512" },
  "RSA-OAEP": {
    "SHA-1": "RSA-OAEP",
    "SHA-256": "RSA-OAEP-256",
    "SHA-384": "RSA-OAEP-384",
    "SHA-512": "RSA-OAEP-512",
  },
};

/** @type {Record<string, string>} */
const aesAlgorithms = {
  __proto__: /** @type {any} */ (null),
  "AES-CBC": "CBC",
  "AES-CTR": "CTR",
  "AES-GCM": "GCM",
  "AES-KW": "KW",
};

/** @type {Record<string, string>} */
const curveAlgorithms = { __proto__: /** @type {any} */ (null), "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };

/** @type {Record<string, string>} */
const keyTypes = {
  __proto__: /** @type {any} */ (null),
  aes: "oct",
  hmac: "oct",
  rsa: "RSA",
  ec: "EC",
  okp: "OKP",
};

/** @param {string} name */
const curveOf = (name) => (name === "X25519" ? "X25519" : "Ed25519");

/**
 * The `alg` of a key; undefined where there is none.
 * @param {{ name: string, hash?: string, curve?: string, length?: number }} key
 * @returns {string | undefined}
 */
function algorithmOf({ name, hash, curve, length }) {
  if (hash !== undefined) return hashedAlgorithms[name][hash];
  if (length !== undefined) return `A${length}${aesAlgorithms[name]}`;
  if (name === "ECDSA") return curveAlgorithms[/** @type {string} */ (curve)];
  if (name === "Ed25519") return "EdDSA";
  return undefined;
}

/**
 * Checks what a JSON Web Key says of itself.
 * @param {JsonWebKey} jwk
 * @param {string} kind
 * @param {{ name: string, hash?: string, curve?: string }} algorithm
 * @param {boolean} extractable
 * @param {readonly string[]} usages
 */
export function checkJwk(jwk, kind, algorithm, extractable, usages) {
  const { name, curve } = algorithm;
  if (jwk.kty !== keyTypes[kind]) {
    throw dataError(
      `${name} "jwk" key import requires a JSON Web Key with key type parameter "kty" equal to "${keyTypes[kind]}" (encountered "${jwk.kty}").`,
    );
  }
  const use = includes(["AES-CBC", "AES-CTR", "AES-GCM", "AES-KW", "RSA-OAEP", "ECDH", "X25519"], name) ? "enc" : "sig";
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) {
    throw dataError(
      `Asymmetric or secret "jwk" import requires a JSON Web Key with "use" parameter equal to "${use}" (encountered "${jwk.use}").`,
    );
  }
  const operations = jwk.key_ops;
  if (operations !== undefined) {
    for (let index = 0; index < operations.length; index++) {
      for (let other = 0; other < index; other++) {
        if (operations[other] === operations[index])
          throw dataError(`A JSON Web Key's "key_ops" parameter must not hold duplicates ("${operations[index]}").`);
      }
    }
    for (let index = 0; index < usages.length; index++) {
      if (!includes(operations, usages[index])) {
        throw dataError(
          `All specified key usages must be present in the JSON Web Key's "key_ops" parameter ("${usages[index]}" is not).`,
        );
      }
    }
  }
  if (jwk.ext === false && extractable)
    throw dataError(`JWK ext field for "${name}" is set to false but extractable is true`);
  if (kind === "ec" && jwk.crv !== curve)
    throw dataError(`The JSON Web Key's curve "${jwk.crv}" is not the requested "${curve}".`);
  if (kind === "okp" && jwk.crv !== curveOf(name))
    throw dataError(`The JSON Web Key's curve "${jwk.crv}" is not "${curveOf(name)}".`);
  // RFC 8037's name for it, or the one that took its place (RFC 9864).
  if (name === "Ed25519" && jwk.alg !== undefined && jwk.alg !== "EdDSA" && jwk.alg !== "Ed25519")
    throw dataError(`JSON Web Key Algorithm parameter "alg" ("${jwk.alg}") is neither "Ed25519" nor "EdDSA".`);
  if (kind !== "aes" && kind !== "okp") checkJwkAlgorithm(jwk, algorithm);
  if (jwk.oth !== undefined && kind === "rsa")
    throw dataError("JSON Web Keys with more than two primes are not supported.");
}

/**
 * Checks `alg`: of AES keys when their length is known, of others at once.
 * @param {JsonWebKey} jwk
 * @param {{ name: string, hash?: string, curve?: string, length?: number }} key
 */
export function checkJwkAlgorithm(jwk, key) {
  const expected = algorithmOf(key);
  if (jwk.alg === undefined || expected === undefined || jwk.alg === expected) return;
  throw dataError(
    `JSON Web Key Algorithm parameter "alg" ("${jwk.alg}") does not match requested algorithm "${expected}".`,
  );
}

/**
 * Writes a key as a JSON Web Key.
 * @param {KeyState} state
 * @param {string} kind
 * @returns {JsonWebKey}
 */
export function exportJwk(state, kind) {
  /** @type {JsonWebKey} */
  const jwk = op_crypto_key_export_jwk(state.id);
  jwk.kty = keyTypes[kind];
  if (kind === "ec") jwk.crv = state.curve;
  if (kind === "okp") jwk.crv = curveOf(state.name);
  // As hosted: elliptic curve keys go without.
  const algorithm = kind === "ec" ? undefined : algorithmOf(state);
  if (algorithm !== undefined) jwk.alg = algorithm;
  jwk.key_ops = copyList(state.usages);
  jwk.ext = state.extractable;
  return jwk;
}

/**
 * A JSON Web Key of ours as bytes. AES-KW wraps multiples of eight bytes only: spaces make it one.
 * @param {JsonWebKey} jwk
 * @param {boolean} padded
 * @returns {Uint8Array}
 */
export function encodeJwk(jwk, padded) {
  // No prototypes: a guest's `toJSON` must not see the key.
  setPrototypeOf(jwk, null);
  setPrototypeOf(jwk.key_ops, null);
  let text = stringify(jwk);
  while (padded && text.length % 8 !== 0) text += " ";
  return op_encoding_encode(text);
}

/**
 * A JSON Web Key from unwrapped bytes.
 * @param {Uint8Array} bytes
 * @returns {JsonWebKey}
 */
export function decodeJwk(bytes) {
  let value;
  try {
    value = convertJwk(parse(op_encoding_decode_utf8(bytes, true, false)), "", "the unwrapped key");
  } catch {
    throw dataError('Missing "kty" field or corrupt JSON unwrapping key?');
  }
  if (value.kty === undefined) throw dataError('Missing "kty" field or corrupt JSON unwrapping key?');
  return value;
}
