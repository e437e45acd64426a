// node:child_process: it can be imported, as packages do, and says what is missing when it is used; these are what wrangler puts in its place.

export * from "unenv/node/child_process";
export { default } from "unenv/node/child_process";
