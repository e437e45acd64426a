// Service bindings (https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/).

import { op_service_fetch } from "selvedge:ops";
import { requestCf } from "selvedge:web/fetch/index.js";
import { internal } from "selvedge:web/webidl.js";
import { Fetcher } from "./fetcher.js";

const { get } = Reflect;
const { stringify } = JSON;
const ProxyConstructor = Proxy;

/**
 * A Fetcher whose requests go to another Worker. Any other property would be a method of the Worker, called remotely:
 * that is not here yet, and must not look as if the Worker had no such method.
 * @param {string} binding the binding's name
 * @returns {object}
 */
export function createService(binding) {
  const fetcher = new Fetcher(internal, (method, url, headers, body, _flags, _cancelId, request) => {
    const cf = requestCf(request);
    return op_service_fetch(binding, method, url, headers, body, cf === undefined ? null : stringify(cf));
  });
  /** @type {any} */
  const fetch = (/** @type {[any, any]} */ ...args) => fetcher.fetch(...args);
  return new ProxyConstructor(fetcher, {
    get(target, name) {
      if (name === "fetch") return fetch;
      // Awaiting a binding, or showing it, calls nothing.
      if (name === "then" || name === "toJSON" || typeof name === "symbol" || name in target) {
        return get(target, name);
      }
      return () => {
        throw new TypeError(
          `The service binding ${binding} has only fetch(): calling methods of another Worker (RPC: "${name}") is not ` +
            "available in this version of Selvedge.",
        );
      };
    },
  });
}
