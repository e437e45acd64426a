//# allFunctionsCalledOnLoad
// Sets the stage before a Worker's global scope runs: `env`, and the modules that the platform provides.

import { op_fetcher_fetch } from "selvedge:ops";
import * as analytics from "deferred:platform/analytics/analytics-engine.js";
import * as d1 from "deferred:platform/d1/index.js";
import * as hyperdrive from "deferred:platform/hyperdrive/hyperdrive.js";
import * as kv from "deferred:platform/kv/kv-namespace.js";
import * as r2 from "deferred:platform/r2/bucket.js";
import * as rateLimit from "deferred:platform/rate-limit.js";
import * as secrets from "deferred:platform/secrets/secret.js";
import * as sockets from "deferred:platform/sockets/index.js";
import { adoptIsError } from "selvedge:web/dom-exception.js";
import { installFrozenTemporal } from "selvedge:web/performance/frozen-temporal.js";
import { internal } from "selvedge:web/webidl.js";
import { removeSharedArrayBuffer } from "./buffers.js";
import { waitUntil } from "./context.js";
import { Fetcher } from "./fetcher.js";
import { DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint } from "./classes.js";
import { createService } from "./service.js";
import { worker } from "./state.js";
import { countWasmMemories } from "./webassembly.js";

const { parse } = JSON;
const { defineProperty } = Object;

/**
 * A binding as the native side describes it.
 * @typedef {[name: string, kind: string, value: any]} BindingDescription
 */

/**
 * What makes the value of each kind.
 * @type {Record<string, (name: string, value: any) => unknown>}
 */
const KINDS = {
  value: (_, value) => value,
  json: (_, value) => parse(value),
  fetcher: (name) =>
    new Fetcher(internal, (method, url, headers, body) => op_fetcher_fetch(name, method, url, headers, body)),
  rateLimit: (name) => new rateLimit.RateLimit(internal, name),
  service: createService,
  kv: (name) => new kv.KvNamespace(internal, name),
  d1: (name) => new d1.D1Database(internal, name),
  analytics: (name) => new analytics.AnalyticsEngine(internal, name),
  hyperdrive: (_, value) => new hyperdrive.Hyperdrive(internal, parse(value)),
  secret: (name) => new secrets.SecretsStoreSecret(internal, name),
  r2: (name) => new r2.R2Bucket(internal, name),
};

/** The bindings, for `process.env`. */
export const environment = () => worker.env;

/**
 * @param {BindingDescription[]} bindings
 * @param {boolean} isServiceWorker a classic script gets its bindings as global variables
 * @param {string[]} flags compatibility flags
 * @returns {Record<string, object>} the built-in modules, by specifier
 */
export function prepare(bindings, isServiceWorker, flags) {
  // V8 puts it back into every context, so the snapshot cannot lack it.
  removeSharedArrayBuffer(globalThis);
  countWasmMemories(globalThis);
  installFrozenTemporal(globalThis);
  adoptIsError();
  const env = worker.env;
  worker.isServiceWorker = isServiceWorker;
  for (const [name, kind, described] of bindings) {
    const value = KINDS[kind](name, described);
    env[name] = value;
    if (isServiceWorker) {
      defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
    }
  }
  /** @type {Record<string, boolean>} */
  const compatibilityFlags = {};
  for (const flag of flags) compatibilityFlags[flag] = true;
  worker.hasEsiTags = compatibilityFlags.html_rewriter_treats_esi_include_as_void_tag === true;
  worker.signalsClient = compatibilityFlags.enable_request_signal === true;
  const Cloudflare = Object.freeze({ compatibilityFlags: Object.freeze(compatibilityFlags) });
  defineProperty(globalThis, "Cloudflare", {
    value: Cloudflare,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return {
    "cloudflare:sockets": {
      get connect() {
        return sockets.connect;
      },
    },
    "cloudflare:workers": { DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint, env, waitUntil },
  };
}
