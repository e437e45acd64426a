// The Cache API (https://developers.cloudflare.com/workers/runtime-apis/cache/).

import { Cache } from "./cache.js";
import { CacheStorage, caches } from "./cache-storage.js";

const { defineProperty } = Object;

/**
 * @param {any} global
 */
export function installCaches(global) {
  for (const [name, value] of Object.entries({ Cache, CacheStorage })) {
    defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });
  }
  defineProperty(global, "caches", { value: caches, writable: true, enumerable: true, configurable: true });
}
