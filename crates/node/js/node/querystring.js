// node:querystring (https://nodejs.org/api/querystring.html).

export * from "unenv/node/querystring";
export { default } from "unenv/node/querystring";
