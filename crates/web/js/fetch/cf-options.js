// What a request's `cf` asks of its way
// (https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties).
//
// The members for the cache are in caching.js. `resolveOverride` is heeded. The others are services of Cloudflare's own
// network, which changes what comes from the origin: without it the answer is the origin's, which is what a Worker
// meets under `wrangler dev` too. So they are accepted, and a warning says once that nothing comes of them.

import { op_console_log } from "selvedge:ops";
import { uncurryThis } from "../webidl.js";
import { requestCfIfMade } from "./request.js";

const has = uncurryThis(Set.prototype.has);
const add = uncurryThis(Set.prototype.add);
const { keys } = Object;

/** As in src/console/log.rs. */
const WARN = 3;

/** What has no effect here. */
const SERVICES = [
  "apps",
  "cacheReserveEligible",
  "cacheReserveMinimumFileSize",
  "cacheTags",
  "image",
  "minify",
  "mirage",
  "polish",
  "respectStrongEtag",
  "scrapeShield",
  "stripEtags",
  "stripLastModified",
  "webp",
];

/** @type {Set<string>} what has been warned of in this isolate */
const told = new Set();

/**
 * Whether a value asks for something: `false`, `"off"` and an object of such values do not.
 * @param {any} value what JSON can say
 * @returns {boolean}
 */
function asks(value) {
  if (value === undefined || value === null || value === false || value === "off") return false;
  if (typeof value !== "object") return true;
  const names = keys(value);
  for (let index = 0; index < names.length; index++) if (asks(value[names[index]])) return true;
  return false;
}

/** @param {any} cf */
function warnOfServices(cf) {
  for (let index = 0; index < SERVICES.length; index++) {
    const name = SERVICES[index];
    if (!asks(cf[name]) || has(told, name)) continue;
    add(told, name);
    op_console_log(
      WARN,
      `fetch(): cf.${name} is a service of Cloudflare's network and has no effect here: the response comes as the origin sends it.`,
    );
  }
}

/**
 * The host to connect to in place of the URL's, or null.
 * @param {import("./request.js").Request} request
 * @returns {string | null}
 */
export function resolveOverride(request) {
  const cf = requestCfIfMade(request);
  if (cf === undefined || cf === null) return null;
  warnOfServices(cf);
  const { resolveOverride: host } = cf;
  if (host === undefined || host === null) return null;
  if (typeof host !== "string") throw new TypeError("cf.resolveOverride must be a string.");
  return host;
}
