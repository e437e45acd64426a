// process.env (https://developers.cloudflare.com/workers/configuration/environment-variables/#environment-variables-and-nodejs-compatibility):
// a copy of the variables and secrets, each a string. What a Worker sets becomes a string too.

import { environment } from "../environment.js";
import { nodeError } from "../errors.js";

const { defineProperty } = Reflect;
const { stringify } = JSON;

function variables() {
  /** @type {Record<string, string>} */
  const variables = {};
  if (!environment.populate) return variables;
  for (const [name, value] of Object.entries(environment.bindings())) {
    if (typeof value === "string") variables[name] = value;
    else if (isJson(value)) variables[name] = stringify(value);
  }
  return variables;
}

/** Whether it came from JSON, and is no binding. @param {unknown} value */
function isJson(value) {
  if (typeof value !== "object" || value === null)
    return typeof value === "number" || typeof value === "boolean" || value === null;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || Array.isArray(value);
}

export const env = new Proxy(variables(), {
  set(target, name, value) {
    if (typeof name === "symbol" || typeof value === "symbol") {
      throw new TypeError("Cannot convert a Symbol value to a string");
    }
    target[name] = `${value}`;
    return true;
  },
  defineProperty(target, name, descriptor) {
    if ("value" in descriptor) {
      if (!descriptor.configurable || !descriptor.writable || !descriptor.enumerable) {
        throw nodeError(
          TypeError,
          "ERR_INVALID_OBJECT_DEFINE_PROPERTY",
          "'process.env' only accepts a configurable, writable, and enumerable data descriptor",
        );
      }
      return defineProperty(target, name, { ...descriptor, value: `${descriptor.value}` });
    }
    throw nodeError(
      TypeError,
      "ERR_INVALID_OBJECT_DEFINE_PROPERTY",
      "'process.env' does not accept an accessor(getter/setter) descriptor",
    );
  },
});
