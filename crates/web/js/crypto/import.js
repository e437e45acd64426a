// importKey and exportKey, once their arguments are converted.

import {
  op_crypto_key_export,
  op_crypto_key_import,
  op_crypto_key_import_jwk,
  op_crypto_rsa_details,
} from "selvedge:ops";
import { viewBuffer, viewByteLength, bufferByteLength } from "../webidl/buffers.js";
import { typedArrayBuffer } from "../webidl/intrinsics.js";
import { dataError, invalidAccess, notSupported, syntaxError } from "./errors.js";
import { checkUsages, families, intersect } from "./families.js";
import { checkJwk, checkJwkAlgorithm, exportJwk } from "./jwk.js";
import { createKey } from "./key.js";

/** @typedef {import("./families.js").KeyUsage} KeyUsage */
/** @typedef {import("./key.js").KeyState} KeyState */
/** @typedef {import("./algorithms.js").NormalizedAlgorithm} NormalizedAlgorithm */

const { floor } = Math;

/**
 * The length of a BufferSource in bytes.
 * @param {any} source
 */
export const byteLength = (source) =>
  viewBuffer(source) === undefined ? bufferByteLength(source) : viewByteLength(source);

/** @type {Record<string, readonly string[]>} */
const formats = {
  __proto__: /** @type {any} */ (null),
  aes: ["raw", "jwk"],
  hmac: ["raw", "jwk"],
  kdf: ["raw"],
  rsa: ["spki", "pkcs8", "jwk"],
  ec: ["raw", "spki", "pkcs8", "jwk"],
  okp: ["raw", "spki", "pkcs8", "jwk"],
};

/**
 * @param {string} name
 * @param {string} format
 */
function checkFormat(name, format) {
  const list = formats[families[name].kind];
  for (let index = 0; index < list.length; index++) if (list[index] === format) return;
  throw notSupported(`Unrecognized key format "${format}" for algorithm "${name}".`);
}

/**
 * Which type of key the data holds.
 * @param {string} kind
 * @param {string} format
 * @param {any} data
 * @returns {"secret" | "private" | "public"}
 */
function typeOf(kind, format, data) {
  if (kind === "aes" || kind === "hmac" || kind === "kdf") return "secret";
  return format === "pkcs8" || (format === "jwk" && data.d !== undefined) ? "private" : "public";
}

/**
 * The length that an imported secret has, in bits.
 * @param {string} kind
 * @param {number} bits
 * @param {number | undefined} requested HMAC's
 */
function secretLength(kind, bits, requested) {
  if (kind !== "hmac") return bits;
  if (bits === 0) throw dataError("Imported HMAC key length must be a non-zero value.");
  if (requested === undefined) return bits;
  if (requested === 0 || requested > bits || requested <= bits - 8) {
    throw dataError(
      `Imported HMAC key length (${requested}) must be a non-zero value up to 7 bits less than, and no greater than, the bit length of the raw key data (${bits}).`,
    );
  }
  return requested;
}

/**
 * Makes a key of its data.
 * @param {string} format
 * @param {any} data a BufferSource, or a converted JsonWebKey
 * @param {NormalizedAlgorithm} algorithm
 * @param {boolean} extractable
 * @param {readonly KeyUsage[]} usages
 */
export function importKey(format, data, algorithm, extractable, usages) {
  const { name, hash, namedCurve } = algorithm;
  const family = families[name];
  const { kind } = family;
  checkFormat(name, format);
  const type = typeOf(kind, format, data);
  const allowed = /** @type {readonly KeyUsage[]} */ (family[type]);
  checkUsages(usages, allowed, name, `import ${type}`);
  if (kind === "kdf" && extractable) throw syntaxError(`${name} key cannot be extractable.`);

  const parameter = hash ?? namedCurve ?? "";
  /** @type {{ name: string, hash?: string, curve?: string, length?: number, modulusLength?: number, publicExponent?: Uint8Array }} */
  const described = { name };
  if (hash !== undefined) described.hash = hash;
  if (namedCurve !== undefined) described.curve = namedCurve;
  /** @param {number} bits */
  const setLength = (bits) => {
    if (kind === "aes" || kind === "hmac") described.length = secretLength(kind, bits, algorithm.length);
  };
  let id;
  if (format === "jwk") {
    checkJwk(data, kind, described, extractable, usages);
    setLength(base64UrlBits(data.k));
    if (kind === "aes") checkJwkAlgorithm(data, described);
    id = op_crypto_key_import_jwk(name, parameter, data);
  } else {
    setLength(byteLength(data) * 8);
    id = op_crypto_key_import(name, parameter, format, data);
  }
  if (kind === "rsa") {
    const details = op_crypto_rsa_details(id);
    described.modulusLength = details[0];
    described.publicExponent = details[1];
  }
  const key = createKey({ ...described, id, type, extractable, usages: intersect(usages, allowed) });
  if (usages.length === 0 && type !== "public") {
    throw syntaxError("Secret/private CryptoKeys must have at least one usage.");
  }
  return key;
}

/**
 * How many bits a base64url text holds.
 * @param {string | undefined} text
 */
function base64UrlBits(text) {
  return text === undefined ? 0 : floor((text.length * 6) / 8) * 8;
}

/**
 * Writes a key: an ArrayBuffer, or a JsonWebKey.
 * @param {string} format
 * @param {KeyState} state
 * @returns {any}
 */
export function exportKey(format, state) {
  const { kind } = families[state.name];
  if (kind === "kdf") throw notSupported(`The exportKey operation is not supported for "${state.name}".`);
  if (!state.extractable) throw invalidAccess(`Attempt to export non-extractable ${state.name} key.`);
  checkFormat(state.name, format);
  if (format === "jwk") return exportJwk(state, kind);
  const fitting = format === "pkcs8" ? "private" : kind === "aes" || kind === "hmac" ? "secret" : "public";
  if (state.type !== fitting) throw invalidAccess(`A ${state.type} key cannot be exported as "${format}".`);
  return typedArrayBuffer(op_crypto_key_export(state.id, format));
}
