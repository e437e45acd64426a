// node:crypto (https://nodejs.org/api/crypto.html). This file only lists; the parts are in internal/crypto.

import { op_crypto_timing_safe_equal } from "selvedge:ops";
import { crypto as webcrypto } from "selvedge:web/crypto/index.js";
import { nodeError } from "../internal/errors.js";
import {
  Cipheriv,
  Decipheriv,
  createCipheriv,
  createDecipheriv,
  getCipherInfo,
  getCiphers,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
} from "../internal/crypto/cipher.js";
import { constants } from "../internal/crypto/constants.js";
import {
  DiffieHellman,
  DiffieHellmanGroup,
  ECDH,
  createDiffieHellman,
  createECDH,
  diffieHellman,
  getCurves,
  getDiffieHellman,
} from "../internal/crypto/dh.js";
import { generateKey, generateKeyPair, generateKeyPairSync, generateKeySync } from "../internal/crypto/generate.js";
import { Hash, Hmac, createHash, createHmac, hash } from "../internal/crypto/hash.js";
import { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from "../internal/crypto/kdf.js";
import { KeyObject, createPrivateKey, createPublicKey, createSecretKey } from "../internal/crypto/keys.js";
import {
  checkPrime,
  checkPrimeSync,
  generatePrime,
  generatePrimeSync,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  timingSafeEqualOf,
} from "../internal/crypto/random.js";
import { Sign, Verify, createSign, createVerify, sign, verify } from "../internal/crypto/sign.js";
import { X509Certificate } from "../internal/crypto/x509.js";

const { subtle } = webcrypto;

/** @param {any} array */
const getRandomValues = (array) => webcrypto.getRandomValues(array);

/** @param {any} a @param {any} b @returns {boolean} */
const timingSafeEqual = (a, b) => timingSafeEqualOf(a, b, op_crypto_timing_safe_equal);

const pseudoRandomBytes = randomBytes;
const prng = randomBytes;
const rng = randomBytes;
const createDiffieHellmanGroup = getDiffieHellman;

const getHashes = () => [
  "RSA-MD5",
  "RSA-RIPEMD160",
  "RSA-SHA1",
  "RSA-SHA1-2",
  "RSA-SHA224",
  "RSA-SHA256",
  "RSA-SHA3-224",
  "RSA-SHA3-256",
  "RSA-SHA3-384",
  "RSA-SHA3-512",
  "RSA-SHA384",
  "RSA-SHA512",
  "RSA-SHA512/224",
  "RSA-SHA512/256",
  "blake2b512",
  "blake2s256",
  "id-rsassa-pkcs1-v1_5-with-sha3-224",
  "id-rsassa-pkcs1-v1_5-with-sha3-256",
  "id-rsassa-pkcs1-v1_5-with-sha3-384",
  "id-rsassa-pkcs1-v1_5-with-sha3-512",
  "md5",
  "md5WithRSAEncryption",
  "ripemd",
  "ripemd160",
  "ripemd160WithRSA",
  "rmd160",
  "sha1",
  "sha1WithRSAEncryption",
  "sha224",
  "sha224WithRSAEncryption",
  "sha256",
  "sha256WithRSAEncryption",
  "sha3-224",
  "sha3-256",
  "sha3-384",
  "sha3-512",
  "sha384",
  "sha384WithRSAEncryption",
  "sha512",
  "sha512-224",
  "sha512-224WithRSAEncryption",
  "sha512-256",
  "sha512-256WithRSAEncryption",
  "sha512WithRSAEncryption",
  "shake128",
  "shake256",
  "ssl3-md5",
  "ssl3-sha1",
];

const fips = false;
const getFips = () => 0;

/** There is no FIPS mode to switch. @param {any} on */
function setFips(on) {
  if (on) throw nodeError(Error, "ERR_CRYPTO_FIPS_UNAVAILABLE", "FIPS mode is not available");
}

/** There are no engines. */
function setEngine() {
  throw nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The crypto.setEngine method is not implemented");
}

const secureHeapUsed = () => ({ total: 0, used: 0, utilization: 0, min: 0 });

export {
  Cipheriv,
  Decipheriv,
  DiffieHellman,
  DiffieHellmanGroup,
  ECDH,
  Hash,
  Hmac,
  KeyObject,
  Sign,
  Verify,
  X509Certificate,
  checkPrime,
  checkPrimeSync,
  constants,
  createCipheriv,
  createDecipheriv,
  createDiffieHellman,
  createDiffieHellmanGroup,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  diffieHellman,
  fips,
  generateKey,
  generateKeyPair,
  generateKeyPairSync,
  generateKeySync,
  generatePrime,
  generatePrimeSync,
  getCipherInfo,
  getCiphers,
  getCurves,
  getDiffieHellman,
  getFips,
  getHashes,
  getRandomValues,
  hash,
  hkdf,
  hkdfSync,
  pbkdf2,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  prng,
  pseudoRandomBytes,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  rng,
  scrypt,
  scryptSync,
  secureHeapUsed,
  setEngine,
  setFips,
  sign,
  subtle,
  timingSafeEqual,
  verify,
  webcrypto,
};

export default {
  Cipheriv,
  Decipheriv,
  DiffieHellman,
  DiffieHellmanGroup,
  ECDH,
  Hash,
  Hmac,
  KeyObject,
  Sign,
  Verify,
  X509Certificate,
  checkPrime,
  checkPrimeSync,
  constants,
  createCipheriv,
  createDecipheriv,
  createDiffieHellman,
  createDiffieHellmanGroup,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  diffieHellman,
  fips,
  generateKey,
  generateKeyPair,
  generateKeyPairSync,
  generateKeySync,
  generatePrime,
  generatePrimeSync,
  getCipherInfo,
  getCiphers,
  getCurves,
  getDiffieHellman,
  getFips,
  getHashes,
  getRandomValues,
  hash,
  hkdf,
  hkdfSync,
  pbkdf2,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  prng,
  pseudoRandomBytes,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  rng,
  scrypt,
  scryptSync,
  secureHeapUsed,
  setEngine,
  setFips,
  sign,
  subtle,
  timingSafeEqual,
  verify,
  webcrypto,
};
