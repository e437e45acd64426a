// Fetcher: a binding that answers requests (https://developers.cloudflare.com/workers/runtime-apis/bindings/).

import { op_fetcher_fetch } from "selvedge:ops";
import { dispatchOutgoing, requestToFetch } from "selvedge:web/fetch/index.js";
import { rejectedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal, requireArguments } from "selvedge:web/webidl.js";

/** What `env.ASSETS` and other bindings with a fetch() are. */
export class Fetcher {
  #binding;

  /**
   * @param {symbol} key
   * @param {string} binding the binding's name
   */
  constructor(key, binding) {
    if (key !== internal) throw illegalConstructor();
    this.#binding = binding;
  }

  /**
   * @param {any} input
   * @param {any} [init]
   * @returns {Promise<import("selvedge:web/fetch/index.js").Response>}
   */
  fetch(input, init = undefined) {
    try {
      requireArguments(arguments.length, 1, "Failed to execute 'fetch' on 'Fetcher'");
      const binding = this.#binding;
      return dispatchOutgoing(requestToFetch(input, init), (method, url, headers, body) =>
        op_fetcher_fetch(binding, method, url, headers, body),
      );
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

defineInterface(Fetcher, { tag: "Fetcher" });
