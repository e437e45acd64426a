// Buffer for the packages that take it from the global object (bundle.mjs injects it): apart from the other globals, as it
// is larger than they are.

export { Buffer as PackageBuffer } from "./buffer/buffer.js";
