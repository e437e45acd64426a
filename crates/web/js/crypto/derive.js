// deriveBits, once its arguments are converted, and the length of derived keys.

import { op_crypto_agree, op_crypto_hkdf, op_crypto_pbkdf2 } from "selvedge:ops";
import { typedArrayBuffer } from "../webidl/intrinsics.js";
import { invalidAccess, notSupported, operationError } from "./errors.js";
import { hmacLength } from "./generate.js";
import { stateOf } from "./key.js";

/** @typedef {import("./key.js").KeyState} KeyState */
/** @typedef {import("./algorithms.js").NormalizedAlgorithm} NormalizedAlgorithm */

const BytesArray = Uint8Array;
const { ceil } = Math;

/** Hosted's limit. */
const MAX_ITERATIONS = 100_000;

/**
 * @param {NormalizedAlgorithm} algorithm
 * @param {KeyState} base
 * @param {number | null} length in bits
 * @returns {Promise<ArrayBuffer>}
 */
export async function deriveBits(algorithm, base, length) {
  const { name } = algorithm;
  if (name === "ECDH" || name === "X25519") return agree(algorithm, base, length);
  if (length === null) throw operationError(`${name} cannot derive a key with null length.`);
  if (length % 8 !== 0) throw operationError(`${name} requires a derived key length that is a multiple of eight.`);
  const { hash, salt, info, iterations } = algorithm;
  if (name === "HKDF") {
    return /** @type {ArrayBuffer} */ (typedArrayBuffer(op_crypto_hkdf(base.id, hash, salt, info, length / 8)));
  }
  if (iterations === 0) throw operationError("PBKDF2 requires a positive iteration count (requested 0).");
  if (iterations > MAX_ITERATIONS) {
    throw notSupported(
      `Pbkdf2 failed: iteration counts above ${MAX_ITERATIONS} are not supported (requested ${iterations}).`,
    );
  }
  return /** @type {ArrayBuffer} */ (
    typedArrayBuffer(await op_crypto_pbkdf2(base.id, hash, salt, iterations, length / 8))
  );
}

/**
 * @param {NormalizedAlgorithm} algorithm
 * @param {KeyState} base
 * @param {number | null} length in bits
 */
function agree({ name, public: publicKey }, base, length) {
  if (base.type !== "private")
    throw invalidAccess(`The deriveBits operation is only valid for a private key, not "${base.type}".`);
  const peer = stateOf(publicKey);
  if (peer.type !== "public") throw invalidAccess(`The provided key has type "${peer.type}", not "public"`);
  if (peer.name !== name) {
    throw invalidAccess(`Private key for derivation is using "${name}" while public key is using "${peer.name}".`);
  }
  if (peer.curve !== base.curve) {
    throw invalidAccess(
      `Private key for derivation is using curve "${base.curve}" while public key is using "${peer.curve}".`,
    );
  }
  const secret = op_crypto_agree(base.id, peer.id);
  if (length === null) return /** @type {ArrayBuffer} */ (typedArrayBuffer(secret));
  const available = secret.length * 8;
  if (length > available) {
    throw operationError(`Derived key length (${length} bits) is too long (should be at most ${available} bits).`);
  }
  const bits = new BytesArray(ceil(length / 8));
  for (let index = 0; index < bits.length; index++) bits[index] = secret[index];
  // The bits of the last byte that were not asked for.
  const surplus = bits.length * 8 - length;
  if (surplus > 0) bits[bits.length - 1] &= 0xff << surplus;
  return /** @type {ArrayBuffer} */ (typedArrayBuffer(bits));
}

/**
 * How many bits to derive for a key of an algorithm; null where any number will do.
 * @param {NormalizedAlgorithm} algorithm
 * @returns {number | null}
 */
export function derivedKeyLength({ name, hash, length }) {
  if (name === "HKDF" || name === "PBKDF2") return null;
  if (name === "HMAC") {
    if (length === 0) throw new TypeError("HMAC key length must be a non-zero unsigned long integer.");
    return length ?? hmacLength(hash);
  }
  if (length !== 128 && length !== 192 && length !== 256) {
    throw operationError(`Derived AES key must be 128, 192, or 256 bits in length but provided ${length}.`);
  }
  return length;
}
