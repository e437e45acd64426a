// Fetcher: a binding that answers requests (https://developers.cloudflare.com/workers/runtime-apis/bindings/).

import { dispatchOutgoing, requestToFetch } from "selvedge:web/fetch/index.js";
import { rejectedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal, requireArguments } from "selvedge:web/webidl.js";

/** What `env.ASSETS` and other bindings with a fetch() are. */
export class Fetcher {
  #send;

  /**
   * @param {symbol} key
   * @param {import("selvedge:web/fetch/outgoing.js").OpFetcher} send
   */
  constructor(key, send) {
    if (key !== internal) throw illegalConstructor();
    this.#send = send;
  }

  /**
   * @param {any} input
   * @param {any} [init]
   * @returns {Promise<import("selvedge:web/fetch/index.js").Response>}
   */
  fetch(input, init = undefined) {
    try {
      requireArguments(arguments.length, 1, "Failed to execute 'fetch' on 'Fetcher'");
      const send = this.#send;
      return dispatchOutgoing(requestToFetch(input, init), send);
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

defineInterface(Fetcher, { tag: "Fetcher" });
