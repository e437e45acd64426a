// CacheStorage: `caches`.

import { op_encoding_encode } from "selvedge:ops";
import { rejectedWith, resolvedWith } from "selvedge:web/streams/promises.js";
import { converters, defineInterface, illegalConstructor, internal, requireArguments } from "selvedge:web/webidl.js";
import { descriptorOf, typedArrayLength } from "selvedge:web/webidl/intrinsics.js";
import { Cache } from "./cache.js";
import { notImplemented } from "./errors.js";

const { defineProperty } = Object;

/** In bytes of UTF-8, as on hosted. */
const MAX_NAME_LENGTH = 1024;

/** The caches of a Worker. */
export class CacheStorage {
  /** For the brand. */ #branded = true;

  /** @param {symbol} key */
  constructor(key) {
    if (key !== internal) throw illegalConstructor();
    // On the instance, as hosted has it.
    defineProperty(this, "default", descriptorOf({ value: new Cache(internal, null), enumerable: true }));
  }

  /**
   * @param {any} name
   * @returns {Promise<Cache>}
   */
  open(name) {
    try {
      this.#branded;
      const prefix = "Failed to execute 'open' on 'CacheStorage'";
      requireArguments(arguments.length, 1, prefix);
      const string = converters.USVString(name, prefix, "parameter 1");
      if (typedArrayLength(op_encoding_encode(string)) >= MAX_NAME_LENGTH) {
        throw new TypeError("Cache name is too long.");
      }
      return resolvedWith(new Cache(internal, string));
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {never} */
  delete() {
    this.#branded;
    throw notImplemented("delete", "CacheStorage");
  }

  /** @returns {never} */
  match() {
    this.#branded;
    throw notImplemented("match", "CacheStorage");
  }

  /** @returns {never} */
  has() {
    this.#branded;
    throw notImplemented("has", "CacheStorage");
  }

  /** @returns {never} */
  keys() {
    this.#branded;
    throw notImplemented("keys", "CacheStorage");
  }
}

defineInterface(CacheStorage, { tag: "CacheStorage" });

/** `caches` */
export const caches = new CacheStorage(internal);
