// What the runner has beside the platform in its snapshot: it runs one file of the Web Platform Tests in the global
// scope, as classic scripts, the way a worker in a browser would.

(/** @type {typeof import("selvedge:ops")} */ ops) => {
  "use strict";
  const { op_wpt_broken, op_wpt_import, op_wpt_job, op_wpt_result, op_wpt_script } = ops;

  /** The global object with all that the platform puts on it. */
  const scope = /** @type {any} */ (globalThis);

  /**
   * What the runner has to run.
   * @typedef {object} Job
   * @property {string} url where the file is taken to be
   * @property {number} scripts how many scripts there are, the harness first
   * @property {number} timeout in milliseconds
   */

  /**
   * `testharness.js` asks the global scope what it is, and a service worker's harness waits for a page to speak to it.
   * Without these names it takes the scope for a shell's.
   * @param {() => void} action
   */
  function asShell(action) {
    const hidden = ["ServiceWorkerGlobalScope", "DedicatedWorkerGlobalScope", "SharedWorkerGlobalScope"].map((name) => {
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
      if (descriptor) Reflect.deleteProperty(globalThis, name);
      return /** @type {const} */ ([name, descriptor]);
    });
    const { WorkerGlobalScope } = scope;
    Reflect.deleteProperty(globalThis, "WorkerGlobalScope");
    action();
    for (const [name, descriptor] of hidden) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    Object.defineProperty(globalThis, "WorkerGlobalScope", {
      value: WorkerGlobalScope,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }

  /** @param {() => void} script an exception of a script is reported, and the next one runs */
  function attempt(script) {
    try {
      script();
    } catch (error) {
      scope.reportError(error);
    }
  }

  /** @param {string} url */
  function setUp(url) {
    const location = new scope.URL(url);
    Object.defineProperty(globalThis, "location", { value: location, configurable: true });
    Object.defineProperty(globalThis, "GLOBAL", {
      value: { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false },
      configurable: true,
    });
    Object.defineProperty(globalThis, "importScripts", {
      value: (/** @type {string[]} */ ...urls) => {
        for (const script of urls) op_wpt_import(new scope.URL(script, url).href);
      },
      configurable: true,
    });
  }

  /** @returns {Promise<void>} when all subtests have ended */
  function runTestFile() {
    /** @type {Job} */
    const job = JSON.parse(op_wpt_job());
    setUp(job.url);
    asShell(() => op_wpt_script(0));
    const { promise, resolve } = Promise.withResolvers();
    scope.add_result_callback((/** @type {any} */ test) => op_wpt_result(test.name, test.status, test.message));
    scope.add_completion_callback((/** @type {any} */ _, /** @type {any} */ status) => {
      if (status.status !== 0) op_wpt_broken(`${status.format_status()}: ${status.message}`);
      resolve(undefined);
    });
    const { timeout } = scope;
    scope.setTimeout(() => timeout(), job.timeout);
    for (let index = 1; index < job.scripts; index += 1) attempt(() => op_wpt_script(index));
    return promise;
  }

  Object.defineProperty(globalThis, "__runTestFile", { value: runTestFile, configurable: true });
};
