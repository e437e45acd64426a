// The console. What prints values, for it and for others, is in printing.js.

export { console, logUncaught } from "./console.js";
export { customInspect, defineInspect } from "./inspectable.js";
