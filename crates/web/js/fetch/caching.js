// What a request asks of caches on its way: Cloudflare's members of `cf`
// (https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties).

import { requestCfIfMade, requestOptions } from "./request.js";

const { stringify } = JSON;

/**
 * The wishes of a request as JSON; null for one that has none, as nearly all do. The `cf` of an event's request, which
 * comes from outside and asks for nothing, is not made for this.
 * @param {import("./request.js").Request} request
 * @returns {string | null}
 */
export function cachingWishes(request) {
  const cf = requestCfIfMade(request);
  if (cf === undefined || cf === null) return null;
  const { cacheEverything, cacheKey, cacheTtl, cacheTtlByStatus } = cf;
  if (
    cacheEverything === undefined &&
    cacheKey === undefined &&
    cacheTtl === undefined &&
    cacheTtlByStatus === undefined
  )
    return null;
  const mode = requestOptions(request).cache;
  return stringify({ cacheEverything, cacheKey, cacheTtl, cacheTtlByStatus, mode }) ?? null;
}
