// Algorithm normalization (https://w3c.github.io/webcrypto/#algorithm-normalization): from what script passes, a
// string or a dictionary, to an algorithm that an operation knows, with its parameters converted.

import { converters, dictionary, uncurryThis, withOptions } from "../webidl.js";
import { bytesOf, viewBuffer } from "../webidl/buffers.js";
import { typeMismatch } from "../webidl/errors.js";
import { typedArrayTag } from "../webidl/intrinsics.js";
import { notSupported } from "./errors.js";
import { convertKey } from "./key.js";

/** @typedef {import("../webidl/combinators.js").Member} Member */

/**
 * A normalized algorithm: its canonical name and the parameters that it has.
 * @typedef {{ name: string, hash?: any, length?: any, modulusLength?: any, publicExponent?: any, namedCurve?: any,
 *   iv?: any, counter?: any, additionalData?: any, tagLength?: any, label?: any, saltLength?: any, salt?: any,
 *   info?: any, iterations?: any, public?: any }} NormalizedAlgorithm
 */

const BytesArray = Uint8Array;
const { keys } = Object;
const upperCase = uncurryThis(String.prototype.toUpperCase);
const lowerCase = uncurryThis(String.prototype.toLowerCase);

const { BufferSource, DOMString } = converters;
const enforced = { enforceRange: true };
const octet = withOptions(converters.octet, enforced);
const unsignedShort = withOptions(converters.unsignedShort, enforced);
const unsignedLong = withOptions(converters.unsignedLong, enforced);

/** @type {import("../webidl/converters.js").Converter<Uint8Array>} a copy: script may change its buffer meanwhile */
const bytes = (value, prefix, context) => new BytesArray(bytesOf(BufferSource(value, prefix, context)));

/** @type {import("../webidl/converters.js").Converter<Uint8Array>} */
const bigInteger = (value, prefix, context) => {
  if (viewBuffer(value) === undefined || typedArrayTag(value) !== "Uint8Array")
    throw typeMismatch("Uint8Array", prefix, context);
  return bytes(value, prefix, context);
};

/** @type {import("../webidl/converters.js").Converter<string>} a HashAlgorithmIdentifier, as the digest's name */
const hashName = (value) => normalizeAlgorithm("hash", value).name;

/**
 * @param {string} key
 * @param {import("../webidl/converters.js").Converter<any>} converter
 * @returns {Member}
 */
const required = (key, converter) => ({ key, converter, required: true });

/** @type {Member} */
const hash = required("hash", hashName);
/** @type {Member} */
const namedCurve = required("namedCurve", DOMString);

const noParameters = dictionary("Algorithm", []);
const aesLength = dictionary("AesKeyAlgorithm", [required("length", unsignedShort)]);
const curve = dictionary("EcKeyAlgorithm", [namedCurve]);
// Ed25519 as Workers had it before the standard did.
const nodeCurve = dictionary("EcKeyAlgorithm", [
  required("namedCurve", (value) => {
    if (value === "NODE-ED25519") return value;
    throw notSupported(`EDDSA curve "${DOMString(value)}" isn't supported.`);
  }),
]);
const hmac = dictionary("HmacKeyGenParams", [hash, { key: "length", converter: unsignedLong }]);
const hashed = dictionary("RsaHashedImportParams", [hash]);
const rsa = dictionary("RsaHashedKeyGenParams", [
  hash,
  required("modulusLength", unsignedLong),
  required("publicExponent", bigInteger),
]);
const aesCbc = dictionary("AesCbcParams", [required("iv", bytes)]);
const aesCtr = dictionary("AesCtrParams", [required("counter", bytes), required("length", octet)]);
const aesGcm = dictionary("AesGcmParams", [
  { key: "additionalData", converter: bytes },
  required("iv", bytes),
  { key: "tagLength", converter: octet },
]);
const oaep = dictionary("RsaOaepParams", [{ key: "label", converter: bytes }]);
const pss = dictionary("RsaPssParams", [required("saltLength", unsignedLong)]);
const ecdsa = dictionary("EcdsaParams", [hash]);
const ecdh = dictionary("EcdhKeyDeriveParams", [required("public", convertKey)]);
const hkdf = dictionary("HkdfParams", [hash, required("info", bytes), required("salt", bytes)]);
const pbkdf2 = dictionary("Pbkdf2Params", [hash, required("iterations", unsignedLong), required("salt", bytes)]);

const digests = { "SHA-1": noParameters, "SHA-256": noParameters, "SHA-384": noParameters, "SHA-512": noParameters };
const rsaImport = { "RSASSA-PKCS1-v1_5": hashed, "RSA-PSS": hashed, "RSA-OAEP": hashed };
const rsaGenerate = { "RSASSA-PKCS1-v1_5": rsa, "RSA-PSS": rsa, "RSA-OAEP": rsa };
const elliptic = { ECDSA: curve, ECDH: curve, Ed25519: noParameters, "NODE-ED25519": nodeCurve, X25519: noParameters };
const signatures = {
  HMAC: noParameters,
  "RSASSA-PKCS1-v1_5": noParameters,
  "RSA-PSS": pss,
  ECDSA: ecdsa,
  Ed25519: noParameters,
  "NODE-ED25519": noParameters,
};
const ciphers = { "AES-CBC": aesCbc, "AES-CTR": aesCtr, "AES-GCM": aesGcm, "RSA-OAEP": oaep };
const kdfKeys = { HKDF: noParameters, PBKDF2: noParameters };
/** @param {import("../webidl/converters.js").Converter<any>} convert */
const aes = (convert) => ({ "AES-CBC": convert, "AES-CTR": convert, "AES-GCM": convert, "AES-KW": convert });

/**
 * What each operation supports, by upper-case name.
 * @type {Record<string, Record<string, { name: string, lower: string, convert: import("../webidl/converters.js").Converter<any> }>>}
 */
const registered = { __proto__: /** @type {any} */ (null) };
register("digest", { ...digests, MD5: noParameters }); // MD5 is hosted's addition, for digests alone.
register("hash", digests);
register("generateKey", { ...aes(aesLength), HMAC: hmac, ...rsaGenerate, ...elliptic });
register("importKey", { ...aes(noParameters), HMAC: hmac, ...rsaImport, ...elliptic, ...kdfKeys });
register("get key length", { ...aes(aesLength), HMAC: hmac, ...kdfKeys });
register("sign", signatures);
register("verify", signatures);
register("encrypt", ciphers);
register("decrypt", ciphers);
register("wrapKey", { "AES-KW": noParameters });
register("unwrapKey", { "AES-KW": noParameters });
register("deriveBits", { HKDF: hkdf, PBKDF2: pbkdf2, ECDH: ecdh, X25519: ecdh });

/**
 * @param {string} operation
 * @param {Record<string, import("../webidl/converters.js").Converter<any>>} algorithms what converts the parameters of each
 */
function register(operation, algorithms) {
  /** @type {any} */
  const table = { __proto__: null };
  const names = keys(algorithms);
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    table[upperCase(name)] = { name, lower: lowerCase(name), convert: algorithms[name] };
  }
  registered[operation] = table;
}

/** @type {Record<string, (name: string) => string>} hosted's wordings */
const unknown = {
  __proto__: /** @type {any} */ (null),
  digest: () => "Unrecognized or unimplemented digest algorithm requested.",
  hash: () => "Unrecognized or unimplemented digest algorithm requested.",
  generateKey: (name) => `Unrecognized key generation algorithm "${name}" requested.`,
  importKey: (name) => `Unrecognized key import algorithm "${name}" requested.`,
  "get key length": (name) => `Unrecognized derived key type "${name}" requested.`,
};

/**
 * @param {string} operation
 * @param {string} name
 */
function lookUp(operation, name) {
  const entry = registered[operation][upperCase(name)];
  // Upper-casing turns some characters beyond ASCII into ASCII ones.
  return entry !== undefined && lowerCase(name) === entry.lower ? entry : undefined;
}

/**
 * Normalizes an algorithm.
 * @param {string} operation
 * @param {any} algorithm
 * @param {string} [fallback] the operation to look under where the first does not know the algorithm
 * @returns {NormalizedAlgorithm}
 */
export function normalizeAlgorithm(operation, algorithm, fallback = undefined) {
  const isObject = (typeof algorithm === "object" && algorithm !== null) || typeof algorithm === "function";
  let name;
  if (isObject) {
    name = algorithm.name;
    if (name === undefined) throw new TypeError('Missing field "name" in "algorithm".');
    name = DOMString(name, "", "algorithm.name");
  } else {
    name = DOMString(algorithm, "", "algorithm");
  }
  const entry = lookUp(operation, name) ?? (fallback && lookUp(fallback, name));
  if (!entry)
    throw notSupported(unknown[operation]?.(name) ?? `Unrecognized ${operation} algorithm "${name}" requested.`);
  const normalized = entry.convert(isObject ? algorithm : undefined, "", "algorithm");
  normalized.name = entry.name;
  return normalized;
}
