// fetch() (https://fetch.spec.whatwg.org/#fetch-method).

import { op_fetch, op_fetch_data_url, op_fetch_with } from "selvedge:ops";
import { rejectedWith, resolvedWith } from "../streams/promises.js";
import { requireArguments, uncurryThis } from "../webidl.js";
import { cachingWishes } from "./caching.js";
import { resolveOverride } from "./cf-options.js";
import { dispatchOutgoing } from "./outgoing.js";
import { Request, isRequest, requestMethod, requestOptions, requestUrl } from "./request.js";
import { Response } from "./response.js";

const startsWith = uncurryThis(String.prototype.startsWith);

/**
 * The request that fetch() and a binding's fetch() are asked for: one made anew, or the given one itself, whose body
 * is then used up.
 * @param {any} input
 * @param {any} init
 * @returns {Request}
 */
export function requestToFetch(input, init) {
  return isRequest(input) && (init === undefined || init === null) ? input : new Request(input, init);
}

/**
 * @param {Request} request whose URL is a data: URL
 * @returns {Response}
 */
function fetchData(request) {
  const url = requestUrl(request);
  const data = op_fetch_data_url(url);
  if (data === null) throw new TypeError(`Fetch API cannot load: ${url}`);
  const body = requestMethod(request) === "GET" ? data[1] : null;
  return new Response(body, { headers: { "content-type": data[0] } });
}

/**
 * @param {any} input
 * @param {any} [init]
 * @returns {Promise<Response>}
 */
export function fetch(input, init = undefined) {
  try {
    requireArguments(arguments.length, 1, "Failed to execute 'fetch'");
    const request = requestToFetch(input, init);
    if (startsWith(requestUrl(request), "data:")) return resolvedWith(fetchData(request));
    const { fetcher } = requestOptions(request);
    if (fetcher !== null && fetcher !== undefined) return resolvedWith(fetcher.fetch(request));
    const wishes = cachingWishes(request);
    const resolve = resolveOverride(request);
    if (wishes === null && resolve === null) return dispatchOutgoing(request, op_fetch);
    return dispatchOutgoing(request, (method, url, headers, body, flags, cancelId) =>
      op_fetch_with(method, url, headers, body, flags, cancelId, wishes, resolve),
    );
  } catch (error) {
    return rejectedWith(error);
  }
}
