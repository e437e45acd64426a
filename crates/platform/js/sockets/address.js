// Where connect() leads: checks hosted's, in hosted's words.

import { op_fetch_url } from "selvedge:ops";
import { converters, uncurryThis } from "selvedge:web/webidl.js";
import { charCodeAt } from "selvedge:web/webidl/intrinsics.js";

const lastIndexOf = uncurryThis(String.prototype.lastIndexOf);
const slice = uncurryThis(String.prototype.slice);
const test = uncurryThis(RegExp.prototype.test);
const ToNumber = Number;

const prefix = "Failed to execute 'connect'";
/** A DNS name has no more (RFC 1035); addresses are shorter. */
const LONGEST = 255;
const digits = /^[0-9]{1,5}$/;

/**
 * @typedef {object} SocketAddress
 * @property {string} host a name or an address; an IPv6 address in brackets, if the caller wrote them
 * @property {number | null} port null: none was given
 * @property {string} text both, as the caller wrote them
 */

/**
 * Whether a text is made of what hosts and ports are made of.
 * @param {string} text
 */
function isValid(text) {
  if (text.length === 0 || text.length > LONGEST) return false;
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index);
    const isAlphanumeric =
      (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    // - . _ and, for IPv6, [ ] :
    if (isAlphanumeric || code === 0x2d || code === 0x2e || code === 0x5f) continue;
    if (code !== 0x5b && code !== 0x5d && code !== 0x3a) return false;
  }
  return true;
}

/** @param {string} text */
function checkValid(text) {
  if (isValid(text)) return;
  throw new TypeError("Specified address is empty string, contains unsupported characters or is too long.");
}

/**
 * @param {any} address a string, or an object with `hostname` and `port`
 * @returns {SocketAddress}
 */
export function parseAddress(address) {
  if (typeof address === "object" && address !== null) {
    const { hostname, port } = address;
    const host = converters.DOMString(hostname, prefix, "member 'hostname'");
    const number = converters.unsignedShort(port, prefix, "member 'port'", { enforceRange: true });
    const text = `${host}:${number}`;
    checkValid(host);
    checkValid(text);
    return { host, port: number, text };
  }
  const text = converters.DOMString(address, prefix, "parameter 1");
  if (op_fetch_url(`https://${text}`) === null) throw new TypeError("Specified address could not be parsed.");
  checkValid(text);
  const colon = lastIndexOf(text, ":");
  const port = colon < 0 ? "" : slice(text, colon + 1);
  if (!test(digits, port)) return { host: text, port: null, text };
  return { host: slice(text, 0, colon), port: ToNumber(port), text };
}
