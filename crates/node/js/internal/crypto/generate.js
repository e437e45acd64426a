// New keys (https://nodejs.org/api/crypto.html#cryptogeneratekeypairtype-options-callback).

import { op_crypto_random_fill, op_node_key_generate, op_node_key_generate_async } from "selvedge:ops";
import { invalidArgValue, validateFunction, validateInteger, validateObject, validateString } from "../errors.js";
import { call, settle } from "../native-error.js";
import { isNil } from "../nil.js";
import { promisified } from "../promisify.js";
import { fromNative, secret } from "./keys.js";

/** @param {any} type @param {any} options */
function secretPlan(type, options) {
  validateString(type, "type");
  validateObject(options, "options");
  const { length } = options;
  if (type === "hmac") validateInteger(length, "options.length", 8, 2 ** 31 - 1);
  else if (type === "aes") {
    validateInteger(length, "options.length");
    if (![128, 192, 256].includes(length))
      throw invalidArgValue("options.length", length, "must be one of: 128, 192, 256");
  } else throw invalidArgValue("type", type, "must be a supported key type");
  return Math.floor(length / 8);
}

/** @param {any} type @param {any} options */
export function generateKeySync(type, options) {
  const bytes = new Uint8Array(secretPlan(type, options));
  op_crypto_random_fill(bytes);
  return secret(bytes);
}

/** @param {any} type @param {any} options @param {any} [callback] */
export function generateKey(type, options, callback = undefined) {
  if (typeof options === "function") [callback, options] = [options, undefined];
  validateFunction(callback, "callback");
  secretPlan(type, options);
  settle(
    Promise.resolve().then(() => generateKeySync(type, options)),
    callback,
  );
}

/** @param {any} type @param {any} options */
function pairPlan(type, options) {
  validateString(type, "type");
  const isRsa = type === "rsa" || type === "rsa-pss";
  if (options !== undefined || isRsa || type === "ec") validateObject(options, "options");
  if (isRsa) {
    const { modulusLength, publicExponent = 0x10001, hashAlgorithm, mgf1HashAlgorithm, saltLength, hash } = options;
    validateInteger(modulusLength, "options.modulusLength", 0, 2 ** 32 - 1);
    validateInteger(publicExponent, "options.publicExponent", 0, 2 ** 32 - 1);
    const plan = { type, bits: modulusLength, exponent: publicExponent };
    if (type === "rsa") return plan;
    const digest = hashAlgorithm ?? hash;
    if (mgf1HashAlgorithm !== undefined && mgf1HashAlgorithm !== digest) {
      throw invalidArgValue(
        "options.mgf1HashAlgorithm",
        mgf1HashAlgorithm,
        "must be options.hashAlgorithm: others are not supported",
      );
    }
    if (saltLength !== undefined) validateInteger(saltLength, "options.saltLength", 0, 255);
    return { ...plan, hash: digest, saltLength };
  }
  if (type === "ec") {
    const { namedCurve, paramEncoding } = options;
    validateString(namedCurve, "options.namedCurve");
    if (!isNil(paramEncoding) && paramEncoding !== "named")
      throw invalidArgValue("options.paramEncoding", paramEncoding);
    return { type, curve: namedCurve };
  }
  if (type === "ed25519" || type === "x25519") return { type };
  throw invalidArgValue("type", type, "must be a supported key type");
}

/** @param {any} pair @param {any} options */
function pairOf([privateId, publicId], options) {
  const pair = { publicKey: fromNative(publicId), privateKey: fromNative(privateId) };
  const { publicKeyEncoding, privateKeyEncoding } = options ?? {};
  /** @type {any} */
  const result = pair;
  if (!isNil(publicKeyEncoding)) result.publicKey = pair.publicKey.export(publicKeyEncoding);
  if (!isNil(privateKeyEncoding)) result.privateKey = pair.privateKey.export(privateKeyEncoding);
  return result;
}

/** @param {any} type @param {any} [options] */
export const generateKeyPairSync = (type, options = undefined) =>
  pairOf(call(op_node_key_generate, pairPlan(type, options)), options);

/** @param {any} type @param {any} options @param {any} [callback] */
export function generateKeyPair(type, options, callback = undefined) {
  if (typeof options === "function") [callback, options] = [options, undefined];
  validateFunction(callback, "callback");
  const pending = op_node_key_generate_async(pairPlan(type, options)).then((/** @type {any} */ pair) =>
    pairOf(pair, options),
  );
  settle(pending, (error, pair) => (error ? callback(error) : callback(null, pair.publicKey, pair.privateKey)));
}

promisified(
  generateKeyPair,
  (type, options) =>
    new Promise((resolve, reject) =>
      generateKeyPair(
        type,
        options,
        (/** @type {any} */ error, /** @type {any} */ publicKey, /** @type {any} */ privateKey) =>
          error ? reject(error) : resolve({ publicKey, privateKey }),
      ),
    ),
);
