// CryptoKey (https://w3c.github.io/webcrypto/#cryptokey-interface).
//
// The key itself is native, parsed once; this side holds its number. What decides (the algorithm's name, the
// usages) is kept in the state: the objects that script sees are copies, made when first asked for, which it
// may change without effect.

import { op_crypto_release } from "selvedge:ops";
import { resourceOwner } from "../native-resource.js";
import { registerPlatformClass } from "../structured-clone/platform-objects.js";
import { defineInterface, illegalConstructor, interfaceOf, internal } from "../webidl.js";
import { copyList } from "./families.js";

/** @typedef {import("./families.js").KeyUsage} KeyUsage */

/**
 * What a key is. `hash`, `curve`, `length` (bits), `modulusLength` and `publicExponent` are there where the
 * algorithm has them.
 * @typedef {object} KeyState
 * @property {number} id
 * @property {"secret" | "private" | "public"} type
 * @property {boolean} extractable
 * @property {readonly KeyUsage[]} usages
 * @property {string} name the algorithm's
 * @property {string} [hash]
 * @property {string} [curve]
 * @property {number} [length]
 * @property {number} [modulusLength]
 * @property {Uint8Array} [publicExponent]
 */

const BytesArray = Uint8Array;

const keys = resourceOwner(op_crypto_release);

/**
 * The algorithm as script sees it.
 * @param {KeyState} state
 * @returns {object}
 */
function describe({ name, hash, curve, length, modulusLength, publicExponent }) {
  /** @type {any} */
  const algorithm = { name };
  if (modulusLength !== undefined) algorithm.modulusLength = modulusLength;
  if (publicExponent !== undefined) algorithm.publicExponent = new BytesArray(publicExponent);
  if (hash !== undefined) algorithm.hash = { name: hash };
  if (curve !== undefined) algorithm.namedCurve = curve;
  if (length !== undefined) algorithm.length = length;
  return algorithm;
}

/** @type {(value: any) => KeyState} */
let readState;
/** @type {(value: any) => value is CryptoKey} */
let isCryptoKey;

/** A key, without the key. */
export class CryptoKey {
  /** @type {KeyState} */ #state;
  /** @type {object | undefined} */ #algorithm;
  /** @type {readonly KeyUsage[] | undefined} */ #usages;

  static {
    readState = (value) => value.#state;
    isCryptoKey = (value) => typeof value === "object" && value !== null && #state in value;
  }

  /**
   * @param {symbol} key
   * @param {KeyState} state
   */
  constructor(key, state) {
    if (key !== internal) throw illegalConstructor();
    this.#state = state;
    keys.own(this, state.id);
  }

  get type() {
    return this.#state.type;
  }

  get extractable() {
    return this.#state.extractable;
  }

  get algorithm() {
    return (this.#algorithm ??= describe(this.#state));
  }

  get usages() {
    return (this.#usages ??= copyList(this.#state.usages));
  }
}

defineInterface(CryptoKey, { tag: "CryptoKey" });

/**
 * A key of this state, which owns the native one.
 * @param {KeyState} state
 */
export const createKey = (state) => new CryptoKey(internal, state);

/**
 * @param {CryptoKey} key
 * @returns {KeyState}
 */
export const stateOf = (key) => readState(key);

export { isCryptoKey };

// It cannot be cloned.
registerPlatformClass({ name: "CryptoKey", isInstance: isCryptoKey });

/** The converter of the interface type. */
export const convertKey = interfaceOf("CryptoKey", isCryptoKey);
