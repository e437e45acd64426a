// The synchronous functions of node:fs. The others are made from them: nothing here has to wait for anything.

export * from "./attributes.js";
export * from "./contents.js";
export * from "./directory.js";
export * from "./paths.js";
