//# allFunctionsCalledOnLoad
// What the global object is an instance of (https://html.spec.whatwg.org/multipage/workers.html#the-global-scope,
// https://w3c.github.io/ServiceWorker/#serviceworkerglobalscope-interface). Libraries ask these classes where they
// run: `self instanceof WorkerGlobalScope`, or in Emscripten's output `typeof WorkerGlobalScope`.

import { EventTarget } from "selvedge:web/events/index.js";
import { defineInterface, illegalConstructor } from "selvedge:web/webidl.js";

const { defineProperty, setPrototypeOf } = Object;

class WorkerGlobalScope extends EventTarget {
  constructor() {
    super();
    throw illegalConstructor();
  }
}

class ServiceWorkerGlobalScope extends WorkerGlobalScope {}

defineInterface(WorkerGlobalScope, { tag: "WorkerGlobalScope" });
defineInterface(ServiceWorkerGlobalScope, { tag: "ServiceWorkerGlobalScope" });

/**
 * @param {any} global
 */
export function installGlobalScope(global) {
  for (const [name, value] of Object.entries({ ServiceWorkerGlobalScope, WorkerGlobalScope })) {
    defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });
  }
  setPrototypeOf(global, ServiceWorkerGlobalScope.prototype);
}
