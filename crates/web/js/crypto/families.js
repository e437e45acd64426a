// What the algorithms are: which kind of key each one has, and what its keys may be used for.

import { append } from "../webidl/intrinsics.js";
import { syntaxError } from "./errors.js";

const { keys } = Object;

/**
 * @typedef {"encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey"} KeyUsage
 * @typedef {"aes" | "hmac" | "kdf" | "rsa" | "ec" | "okp"} Kind
 */

/**
 * An algorithm's keys. A secret key's usages are under `secret`.
 * @typedef {{ kind: Kind, secret?: readonly KeyUsage[], private?: readonly KeyUsage[], public?: readonly KeyUsage[] }} Family
 */

/** @type {readonly KeyUsage[]} in the order in which a key lists them */
export const keyUsages = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];

/** @type {Family} */
const cipher = { kind: "aes", secret: ["encrypt", "decrypt", "wrapKey", "unwrapKey"] };
/** @type {Family} */
const kdf = { kind: "kdf", secret: ["deriveKey", "deriveBits"] };
/** @type {Family} */
const rsaSignature = { kind: "rsa", private: ["sign"], public: ["verify"] };
/** @type {Family} */
const okpSignature = { kind: "okp", private: ["sign"], public: ["verify"] };

/** @type {Record<string, Family>} */
export const families = {
  __proto__: /** @type {any} */ (null),
  "AES-CBC": cipher,
  "AES-CTR": cipher,
  "AES-GCM": cipher,
  "AES-KW": { kind: "aes", secret: ["wrapKey", "unwrapKey"] },
  HMAC: { kind: "hmac", secret: ["sign", "verify"] },
  HKDF: kdf,
  PBKDF2: kdf,
  "RSASSA-PKCS1-v1_5": rsaSignature,
  "RSA-PSS": rsaSignature,
  "RSA-OAEP": { kind: "rsa", private: ["decrypt", "unwrapKey"], public: ["encrypt", "wrapKey"] },
  ECDSA: { kind: "ec", private: ["sign"], public: ["verify"] },
  ECDH: { kind: "ec", private: ["deriveKey", "deriveBits"], public: [] },
  Ed25519: okpSignature,
  "NODE-ED25519": okpSignature,
  X25519: { kind: "okp", private: ["deriveKey", "deriveBits"], public: [] },
};

/**
 * What the keys of a pair may be used for together.
 * @type {Record<string, readonly KeyUsage[]>}
 */
export const pairUsages = { __proto__: /** @type {any} */ (null) };
const names = keys(families);
for (let index = 0; index < names.length; index++) {
  const family = families[names[index]];
  pairUsages[names[index]] = joinLists(family.private ?? [], family.public ?? []);
}

/**
 * @template T
 * @param {readonly T[]} first
 * @param {readonly T[]} second
 */
function joinLists(first, second) {
  const joined = copyList(first);
  for (let index = 0; index < second.length; index++) append(joined, second[index]);
  return joined;
}

/**
 * @template T
 * @param {readonly T[]} list
 */
export function copyList(list) {
  /** @type {T[]} */
  const copy = [];
  for (let index = 0; index < list.length; index++) append(copy, list[index]);
  return copy;
}

/**
 * @param {readonly string[]} list
 * @param {string} item
 */
export function includes(list, item) {
  for (let index = 0; index < list.length; index++) if (list[index] === item) return true;
  return false;
}

/**
 * The usages of one list that are in another, each once, in the usual order.
 * @param {readonly KeyUsage[]} usages
 * @param {readonly KeyUsage[]} allowed
 * @returns {KeyUsage[]}
 */
export function intersect(usages, allowed) {
  /** @type {KeyUsage[]} */
  const list = [];
  for (let index = 0; index < keyUsages.length; index++) {
    const usage = keyUsages[index];
    if (includes(usages, usage) && includes(allowed, usage)) list[list.length] = usage;
  }
  return list;
}

/**
 * Throws for a usage that keys of this algorithm and type cannot have.
 * @param {readonly KeyUsage[]} usages
 * @param {readonly KeyUsage[]} allowed
 * @param {string} name the algorithm's
 * @param {string} action "generate", "import secret"
 */
export function checkUsages(usages, allowed, name, action) {
  for (let index = 0; index < usages.length; index++) {
    if (!includes(allowed, usages[index])) {
      throw syntaxError(`Attempt to ${action} ${name} key with invalid usage "${usages[index]}".`);
    }
  }
}
