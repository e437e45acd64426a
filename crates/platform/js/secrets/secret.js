// SecretsStoreSecret: a secret of a store (https://developers.cloudflare.com/secrets-store/integrations/workers/).

import { op_secret_get } from "selvedge:ops";
import { rejectedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";

/** What `env` has for a secret: its value is asked for, so that it is never a property by accident. */
export class SecretsStoreSecret {
  #binding;

  /**
   * @param {symbol} key
   * @param {string} binding the binding's name
   */
  constructor(key, binding) {
    if (key !== internal) throw illegalConstructor();
    this.#binding = binding;
  }

  /** @returns {Promise<string>} rejects when the store has no such secret */
  get() {
    try {
      return op_secret_get(this.#binding);
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

defineInterface(SecretsStoreSecret, { tag: "SecretsStoreSecret" });
