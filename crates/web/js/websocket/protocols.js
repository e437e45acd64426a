// The second argument of `new WebSocket`: subprotocols (https://websockets.spec.whatwg.org/#dom-websocket-websocket).

import { DOMException } from "../dom-exception.js";
import { converters, sequenceOf, uncurryThis } from "../webidl.js";
import { charCodeAt } from "../webidl/intrinsics.js";

const prefix = "Failed to construct 'WebSocket'";
const convertList = sequenceOf(converters.DOMString);
const SymbolIterator = Symbol.iterator;
const toLowerCase = uncurryThis(String.prototype.toLowerCase);
const includes = uncurryThis(String.prototype.includes);

/** What a token of HTTP may not contain, of what is printable (RFC 9110, section 5.6.2). */
const separators = '()<>@,;:\\"/[]?={}';

/** @param {string} text */
function isToken(text) {
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index);
    if (code < 0x21 || code > 0x7e || includes(separators, text[index])) return false;
  }
  return text !== "";
}

/** @param {string} message */
const syntaxError = (message) => new DOMException(`WebSocket Constructor: ${message}`, "SyntaxError");

/**
 * @param {any} value a string, or an iterable of strings
 * @returns {string[]}
 */
export function protocolsFrom(value) {
  if (value === undefined) return [];
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  const method = isObject ? value[SymbolIterator] : undefined;
  if (method === undefined || method === null) {
    const protocol = converters.DOMString(value, prefix, "parameter 2");
    if (!isToken(protocol)) throw syntaxError("The protocol header token is invalid.");
    return [protocol];
  }
  const list = convertList(value, prefix, "parameter 2", { method });
  for (let index = 0; index < list.length; index++) {
    if (!isToken(list[index])) throw syntaxError("One of the protocol header tokens is invalid.");
    for (let earlier = 0; earlier < index; earlier++) {
      if (toLowerCase(list[earlier]) === toLowerCase(list[index])) {
        throw syntaxError("The protocols header cannot have repeating values.");
      }
    }
  }
  return list;
}
