// What may be a header's name and value (https://nodejs.org/api/http.html#httpvalidateheadernamename-label).

import { nodeError } from "../net/errors.js";

const token = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const badValue = /[^\t\x20-\x7e\x80-\xff]/;

/** @param {any} text */
export const isToken = (text) => typeof text === "string" && token.test(text);

/**
 * @param {any} name
 * @param {string} [label]
 */
export function validateHeaderName(name, label = "Header name") {
  if (!isToken(name)) {
    throw nodeError(
      TypeError,
      "ERR_INVALID_HTTP_TOKEN",
      `${label || "Header name"} must be a valid HTTP token ["${name}"]`,
    );
  }
}

/**
 * @param {string} name
 * @param {any} value
 */
export function validateHeaderValue(name, value) {
  if (value === undefined) {
    throw nodeError(TypeError, "ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "${value}" for header "${name}"`);
  }
  if (badValue.test(`${value}`)) {
    throw nodeError(TypeError, "ERR_INVALID_CHAR", `Invalid character in header content ["${name}"]`);
  }
}
