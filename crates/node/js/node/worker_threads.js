// node:worker_threads: it can be imported, as packages do, and says what is missing when it is used; these are what wrangler puts in its place.

export * from "unenv/node/worker_threads";
export { default } from "unenv/node/worker_threads";
