// node:os (https://nodejs.org/api/os.html): what a Worker may know of its machine, which is nothing of the real one.

export * from "unenv/node/os";
export { default } from "unenv/node/os";
