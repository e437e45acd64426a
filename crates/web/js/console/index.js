// The console and what prints values for others.

export { console, logUncaught } from "./console.js";
export { format } from "./format.js";
export { customInspect, defineInspect } from "./inspectable.js";
export { inspect } from "./inspect/value.js";
