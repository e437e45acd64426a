//# allFunctionsCalledOnLoad
// The entry of the startup snapshot: the global object of a Worker, and what the native side calls.

import { installGlobals } from "selvedge:web/globals.js";
import { DOMException } from "selvedge:web/dom-exception.js";
import { boundArrayBuffers } from "./buffers.js";
import { installCaches } from "./cache/index.js";
import { installGlobalScope } from "./global-scope.js";
import { installHtmlRewriter } from "./html-rewriter/index.js";
import { installHandlers } from "./service-worker.js";
import { installWebSockets } from "./websocket/index.js";

installGlobals(globalThis);
installHandlers(globalThis);
installGlobalScope(globalThis);
boundArrayBuffers(globalThis);
installCaches(globalThis);
installHtmlRewriter(globalThis);
installWebSockets(globalThis);

export { DOMException };
export { environment, prepare } from "./prepare.js";
export { describe, ready } from "./entrypoints.js";
export { dispatchFetch } from "./fetch.js";
export { reportRejection } from "./rejections.js";
export { dispatchScheduled } from "./scheduled.js";
