// Crypto (https://w3c.github.io/webcrypto/#crypto-interface). Random numbers are all that many Workers want of it, so the
// rest is deferred.

import { op_define_deferred } from "selvedge:ops";
import * as cryptography from "deferred:web/crypto/subtle-index.js";
import { converters, defineInterface, illegalConstructor, internal, requireArguments } from "../webidl.js";
import { fillRandom, randomUUID } from "./random.js";

const resizable = { allowResizable: true };

/** The class of `crypto`. */
export class Crypto {
  #brand;

  /** @param {symbol} key */
  constructor(key) {
    if (key !== internal) throw illegalConstructor();
    this.#brand = true;
  }

  get subtle() {
    this.#brand;
    return cryptography.subtle;
  }

  /** @param {any} array */
  getRandomValues(array) {
    this.#brand;
    const prefix = "Failed to execute 'getRandomValues' on 'Crypto'";
    requireArguments(arguments.length, 1, prefix);
    return fillRandom(converters.ArrayBufferView(array, prefix, "parameter 1", resizable));
  }

  randomUUID() {
    this.#brand;
    return randomUUID();
  }
}

defineInterface(Crypto, { tag: "Crypto" });
op_define_deferred(Crypto.prototype, ["DigestStream"], () => cryptography, false);

export const crypto = new Crypto(internal);
