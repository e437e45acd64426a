// generateKey, once its arguments are converted.

import { op_crypto_key_generate, op_crypto_rsa_details, op_crypto_rsa_generate } from "selvedge:ops";
import { notSupported, operationError, syntaxError } from "./errors.js";
import { checkUsages, families, intersect, pairUsages } from "./families.js";
import { createKey } from "./key.js";

/** @typedef {import("./families.js").KeyUsage} KeyUsage */
/** @typedef {import("./algorithms.js").NormalizedAlgorithm} NormalizedAlgorithm */

/**
 * The length of a new secret key, in bits.
 * @param {string} kind
 * @param {NormalizedAlgorithm} algorithm
 */
function secretLength(kind, { hash, length }) {
  if (kind === "aes") {
    if (length !== 128 && length !== 192 && length !== 256)
      throw operationError("AES key length must be 128, 192, or 256 bits.");
    return length;
  }
  if (length === 0) throw operationError("HMAC key length must be a non-zero unsigned long integer.");
  return length ?? hmacLength(hash);
}

/**
 * The length of an HMAC key by default: the digest's block.
 * @param {string} hash
 */
export const hmacLength = (hash) => (hash === "SHA-384" || hash === "SHA-512" ? 1024 : 512);

/**
 * A big-endian number of at most 32 bits.
 * @param {Uint8Array} bytes
 */
function toNumber(bytes) {
  let number = 0;
  for (let index = 0; index < bytes.length; index++) number = number * 256 + bytes[index];
  if (number > 0xffffffff)
    throw operationError('The "publicExponent" must be either 3 or 65537, but got a number larger than 2^32.');
  return number;
}

/**
 * Makes a key or a pair.
 * @param {NormalizedAlgorithm} algorithm
 * @param {boolean} extractable
 * @param {readonly KeyUsage[]} usages
 */
export async function generateKey(algorithm, extractable, usages) {
  const { name, hash, namedCurve } = algorithm;
  const family = families[name];
  const { kind } = family;
  if (family.secret !== undefined) {
    checkUsages(usages, family.secret, name, "generate");
    const length = secretLength(kind, algorithm);
    if (usages.length === 0) throw syntaxError("Secret/private CryptoKeys must have at least one usage.");
    const id = op_crypto_key_generate(name, hash ?? "", length)[0];
    const allowed = intersect(usages, family.secret);
    const state = { name, length, id, type: /** @type {const} */ ("secret"), extractable, usages: allowed };
    return createKey(hash === undefined ? state : { ...state, hash });
  }

  const privateUsages = /** @type {readonly KeyUsage[]} */ (family.private);
  const publicUsages = /** @type {readonly KeyUsage[]} */ (family.public);
  checkUsages(usages, pairUsages[name], name, "generate");
  if (kind === "ec" && namedCurve !== "P-256" && namedCurve !== "P-384" && namedCurve !== "P-521") {
    throw notSupported(`Unrecognized or unimplemented EC curve "${namedCurve}" requested.`);
  }
  // Read by index: a guest may have replaced the iterator that destructuring would use.
  const ids =
    kind === "rsa"
      ? await op_crypto_rsa_generate(name, hash, algorithm.modulusLength, toNumber(algorithm.publicExponent))
      : op_crypto_key_generate(name, namedCurve ?? "", 0);
  /** @type {{ name: string, hash?: string, curve?: string, modulusLength?: number, publicExponent?: Uint8Array }} */
  const described = { name };
  if (hash !== undefined) described.hash = hash;
  if (namedCurve !== undefined) described.curve = namedCurve;
  if (kind === "rsa") {
    const details = op_crypto_rsa_details(ids[0]);
    described.modulusLength = details[0];
    described.publicExponent = details[1];
  }
  const publicKey = createKey({
    ...described,
    id: /** @type {number} */ (ids[1]),
    type: "public",
    extractable: true,
    usages: intersect(usages, publicUsages),
  });
  const privateKey = createKey({
    ...described,
    id: ids[0],
    type: "private",
    extractable,
    usages: intersect(usages, privateUsages),
  });
  if (intersect(usages, privateUsages).length === 0) {
    throw syntaxError("Attempt to generate asymmetric keys with no valid private key usages.");
  }
  return { publicKey, privateKey };
}
