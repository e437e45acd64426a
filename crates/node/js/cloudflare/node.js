// cloudflare:node (https://developers.cloudflare.com/workers/runtime-apis/nodejs/http/#server-side-methods): servers of
// node:http as handlers of a Worker's fetch event.

import { serverOf } from "../internal/http/server.js";

/**
 * Answers a request by the server of a port.
 * @param {any} description a port, `{ port }`, or a Server
 * @param {any} request
 * @returns {Promise<any>}
 */
export async function handleAsNodeRequest(description, request) {
  return serverOf(description).handle(request);
}

/**
 * A module's default export that answers by the server of a port. The server may begin to listen later.
 * @param {any} description a port, `{ port }`, or a Server
 * @param {Record<string, any>} [handlers] for other events
 */
export function httpServerHandler(description, handlers = {}) {
  return {
    ...handlers,
    /** @param {any} request */
    async fetch(request) {
      return serverOf(description).handle(request);
    },
  };
}

export default { handleAsNodeRequest, httpServerHandler };
