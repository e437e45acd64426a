// Key derivation (https://nodejs.org/api/crypto.html#cryptopbkdf2password-salt-iterations-keylen-digest-callback).

import {
  op_node_hash_length,
  op_node_hkdf,
  op_node_pbkdf2,
  op_node_pbkdf2_async,
  op_node_scrypt,
  op_node_scrypt_async,
} from "selvedge:ops";
import { nodeError, validateFunction, validateInteger, validateString } from "../errors.js";
import { call, settle } from "../native-error.js";
import { KeyObject, secretBytes } from "./keys.js";
import { toBuffer, toBytes } from "./util.js";

const MOST = 2 ** 31 - 1;

/** @param {string} digest */
const invalidDigest = (digest) => nodeError(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${digest}`);

/** @param {any} password @param {any} salt @param {any} iterations @param {any} length @param {any} digest */
function pbkdf2Arguments(password, salt, iterations, length, digest) {
  validateString(digest, "digest");
  const bytes = toBytes(password, "password");
  const saltBytes = toBytes(salt, "salt");
  validateInteger(iterations, "iterations", 1, MOST);
  validateInteger(length, "keylen", 0, MOST);
  if (op_node_hash_length(digest) === 0) throw invalidDigest(digest);
  return /** @type {[string, any, any, number, number]} */ ([digest, bytes, saltBytes, iterations, length]);
}

/** @param {any} password @param {any} salt @param {any} iterations @param {any} length @param {any} digest */
export const pbkdf2Sync = (password, salt, iterations, length, digest) =>
  toBuffer(call(op_node_pbkdf2, ...pbkdf2Arguments(password, salt, iterations, length, digest)));

/** @param {any} password @param {any} salt @param {any} iterations @param {any} length @param {any} digest @param {any} [callback] */
export function pbkdf2(password, salt, iterations, length, digest, callback = undefined) {
  if (typeof digest === "function") [callback, digest] = [digest, undefined];
  const args = pbkdf2Arguments(password, salt, iterations, length, digest);
  validateFunction(callback, "callback");
  settle(op_node_pbkdf2_async(...args).then(toBuffer), callback);
}

/** @param {any} password @param {any} salt @param {any} length @param {any} options */
function scryptArguments(password, salt, length, options) {
  const bytes = toBytes(password, "password");
  const saltBytes = toBytes(salt, "salt");
  validateInteger(length, "keylen", 0, MOST);
  /** @param {string[]} names @param {number} customary */
  const option = (names, customary) => {
    const given = names.filter((name) => options?.[name] !== undefined);
    if (given.length > 1) {
      throw nodeError(Error, "ERR_CRYPTO_SCRYPT_INVALID_PARAMETER", "Invalid scrypt parameter");
    }
    if (given.length === 0) return customary;
    const value = options[given[0]];
    if (names.includes("maxmem")) validateInteger(value, "maxmem", 0);
    else validateInteger(value, given[0], 0, 2 ** 32 - 1);
    return value;
  };
  const [n, r, p] = [option(["N", "cost"], 16384), option(["r", "blockSize"], 8), option(["p", "parallelization"], 1)];
  const memory = option(["maxmem"], 32 * 1024 * 1024);
  return /** @type {[any, any, number, number, number, number, number]} */ ([
    bytes,
    saltBytes,
    n,
    r,
    p,
    memory,
    length,
  ]);
}

/** @param {any} password @param {any} salt @param {any} length @param {any} [options] */
export const scryptSync = (password, salt, length, options = undefined) =>
  toBuffer(call(op_node_scrypt, ...scryptArguments(password, salt, length, options)));

/** @param {any} password @param {any} salt @param {any} length @param {any} options @param {any} [callback] */
export function scrypt(password, salt, length, options, callback = undefined) {
  if (typeof options === "function") [callback, options] = [options, undefined];
  const args = scryptArguments(password, salt, length, options);
  validateFunction(callback, "callback");
  // What is wrong with the costs is thrown, as by the synchronous form: an op of ours would reject.
  settle(op_node_scrypt_async(...args).then(toBuffer), callback);
}

/** @param {any} digest @param {any} secret @param {any} salt @param {any} info @param {any} length */
function hkdfArguments(digest, secret, salt, info, length) {
  validateString(digest, "digest");
  const key = secret instanceof KeyObject ? secretBytes(secret, "ikm") : toBytes(secret, "ikm");
  const saltBytes = toBytes(salt, "salt");
  const infoBytes = toBytes(info, "info");
  validateInteger(length, "length", 0, MOST);
  if (infoBytes.length > 1024) {
    throw nodeError(
      RangeError,
      "ERR_OUT_OF_RANGE",
      `The value of "info" is out of range. It must be must not contain more than 1024 bytes. Received ${infoBytes.length}`,
    );
  }
  const size = op_node_hash_length(digest);
  if (size === 0) throw invalidDigest(digest);
  if (length > size * 255) throw nodeError(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
  return /** @type {[string, any, any, any, number]} */ ([digest, key, saltBytes, infoBytes, length]);
}

/** @param {any} digest @param {any} secret @param {any} salt @param {any} info @param {any} length */
export const hkdfSync = (digest, secret, salt, info, length) =>
  call(op_node_hkdf, ...hkdfArguments(digest, secret, salt, info, length)).buffer;

/** @param {any} digest @param {any} secret @param {any} salt @param {any} info @param {any} length @param {any} callback */
export function hkdf(digest, secret, salt, info, length, callback) {
  const args = hkdfArguments(digest, secret, salt, info, length);
  validateFunction(callback, "callback");
  settle(
    Promise.resolve().then(() => op_node_hkdf(...args).buffer),
    callback,
  );
}
