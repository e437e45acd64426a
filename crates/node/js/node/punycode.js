// node:punycode (https://nodejs.org/api/punycode.html).

export * from "unenv/node/punycode";
export { default } from "unenv/node/punycode";
