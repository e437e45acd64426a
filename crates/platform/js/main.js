//# allFunctionsCalledOnLoad
// The entry of the startup snapshot: the global object of a Worker, and what the native side calls.

import { op_define_deferred } from "selvedge:ops";
import * as caching from "deferred:platform/cache/index.js";
import * as rewriting from "deferred:platform/html-rewriter/html-rewriter.js";
import { installGlobals } from "selvedge:web/globals.js";
import { DOMException } from "selvedge:web/dom-exception.js";
import { boundArrayBuffers } from "./buffers.js";
import { installGlobalScope } from "./global-scope.js";
import { installHandlers } from "./service-worker.js";
import { installWebSockets } from "./websocket/index.js";

installGlobals(globalThis);
installHandlers(globalThis);
installGlobalScope(globalThis);
boundArrayBuffers(globalThis);
op_define_deferred(globalThis, ["Cache", "CacheStorage"], () => caching, false);
op_define_deferred(globalThis, ["caches"], () => caching, true);
op_define_deferred(globalThis, ["HTMLRewriter"], () => rewriting, false);
installWebSockets(globalThis);

export { DOMException };
export { environment, prepare } from "./prepare.js";
export { describe, ready } from "./entrypoints.js";
export { dispatchFetch } from "./fetch.js";
export { reportRejection } from "./rejections.js";
export { dispatchScheduled } from "./scheduled.js";
