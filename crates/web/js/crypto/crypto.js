// Crypto (https://w3c.github.io/webcrypto/#crypto-interface).

import { converters, defineInterface, illegalConstructor, internal, requireArguments } from "../webidl.js";
import { DigestStream } from "./digest-stream.js";
import { fillRandom, randomUUID } from "./random.js";
import { subtle } from "./subtle.js";

const { defineProperty } = Object;
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
    return subtle;
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
defineProperty(Crypto.prototype, "DigestStream", {
  value: DigestStream,
  writable: true,
  configurable: true,
  enumerable: false,
});

export const crypto = new Crypto(internal);
