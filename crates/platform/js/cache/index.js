// The Cache API (https://developers.cloudflare.com/workers/runtime-apis/cache/). This file only lists.

export { Cache } from "./cache.js";
export { CacheStorage, caches } from "./cache-storage.js";
