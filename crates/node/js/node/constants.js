// node:constants: those of os, fs and crypto in one.

export * from "unenv/node/constants";
export { default } from "unenv/node/constants";
