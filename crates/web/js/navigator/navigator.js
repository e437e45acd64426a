// navigator (https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent).

import { defineInterface, illegalConstructor, internal } from "../webidl.js";

/** The class of `navigator`. */
export class Navigator {
  #brand = true;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    if (key !== internal) throw illegalConstructor();
  }

  get userAgent() {
    this.#brand;
    return "Cloudflare-Workers";
  }

  /** A Worker runs on one thread. */
  get hardwareConcurrency() {
    this.#brand;
    return 1;
  }

  get language() {
    this.#brand;
    return "en";
  }

  get languages() {
    this.#brand;
    return Object.freeze(["en"]);
  }

  get platform() {
    this.#brand;
    return "";
  }
}

defineInterface(Navigator, { tag: "Navigator" });

/** `globalThis.navigator` */
export const navigator = new Navigator(internal);
