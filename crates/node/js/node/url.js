// node:url (https://nodejs.org/api/url.html).

export * from "unenv/node/url";
export { default } from "unenv/node/url";
