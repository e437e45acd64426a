// atob() and btoa() (https://html.spec.whatwg.org/multipage/webappapis.html#atob).

import { op_base64_decode, op_base64_encode } from "selvedge:ops";
import { converters, requireArguments } from "../webidl.js";

const { DOMString } = converters;

/**
 * Decodes base64 to a string of bytes.
 * @param {string} data
 * @returns {string}
 */
export function atob(data) {
  requireArguments(arguments.length, 1, "Failed to execute 'atob'");
  return op_base64_decode(DOMString(data, "Failed to execute 'atob'", "parameter 1"));
}

/**
 * Encodes a string of bytes as base64.
 * @param {string} data
 * @returns {string}
 */
export function btoa(data) {
  requireArguments(arguments.length, 1, "Failed to execute 'btoa'");
  return op_base64_encode(DOMString(data, "Failed to execute 'btoa'", "parameter 1"));
}
