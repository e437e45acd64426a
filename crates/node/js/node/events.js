export * from "unenv/node/events";
export { default } from "unenv/node/events";
