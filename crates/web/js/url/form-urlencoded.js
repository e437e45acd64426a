// application/x-www-form-urlencoded (https://url.spec.whatwg.org/#application/x-www-form-urlencoded).

import { op_encoding_decode_utf8, op_encoding_encode } from "selvedge:ops";
import { uncurryThis } from "../webidl.js";

const { decodeURIComponent, encodeURIComponent, Uint8Array } = globalThis;
const charCodeAt = uncurryThis(String.prototype.charCodeAt);
const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);
const subarray = uncurryThis(Uint8Array.prototype.subarray);

const PERCENT = 0x25;
const PLUS = 0x2b;

/**
 * The value of a hexadecimal digit; -1 for another code.
 * @param {number} code
 */
function hexDigit(code) {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/**
 * Percent-decodes bytes, leaving what is no valid escape as it is.
 * @param {string} text
 * @returns {string}
 */
function percentDecodeLossy(text) {
  const bytes = op_encoding_encode(text);
  let length = 0;
  for (let index = 0; index < bytes.length; index++) {
    let byte = bytes[index];
    if (byte === PERCENT && index + 2 < bytes.length) {
      const high = hexDigit(bytes[index + 1]);
      const low = hexDigit(bytes[index + 2]);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        index += 2;
      }
    }
    bytes[length++] = byte;
  }
  return op_encoding_decode_utf8(subarray(bytes, 0, length), false, true);
}

/**
 * A name or value: "+" is a space, "%XX" a byte of UTF-8.
 * @param {string} text
 * @returns {string}
 */
function decodeComponent(text) {
  let spaced = text;
  if (indexOf(text, "+") !== -1) {
    spaced = "";
    let from = 0;
    for (let index = 0; index < text.length; index++) {
      if (charCodeAt(text, index) !== PLUS) continue;
      spaced += `${slice(text, from, index)} `;
      from = index + 1;
    }
    spaced += slice(text, from);
  }
  if (indexOf(spaced, "%") === -1) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return percentDecodeLossy(spaced);
  }
}

/**
 * The pairs of a query string (without its "?").
 * @param {string} query
 * @returns {Array<[string, string]>}
 */
export function parseFormUrlencoded(query) {
  /** @type {Array<[string, string]>} */
  const pairs = [];
  let from = 0;
  while (from < query.length) {
    let to = indexOf(query, "&", from);
    if (to === -1) to = query.length;
    if (to > from) {
      const equals = indexOf(query, "=", from);
      const nameEnd = equals === -1 || equals > to ? to : equals;
      const valueStart = nameEnd === to ? to : nameEnd + 1;
      pairs[pairs.length] = [
        decodeComponent(slice(query, from, nameEnd)),
        decodeComponent(slice(query, valueStart, to)),
      ];
    }
    from = to + 1;
  }
  return pairs;
}

/**
 * Whether a code is kept as it is: letters, digits, "*", "-", ".", "_".
 * @param {number} code
 */
function isSafe(code) {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2a ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

/**
 * What `encodeURIComponent` leaves or writes differently.
 * @param {number} code
 * @returns {string | null}
 */
function escapeOf(code) {
  switch (code) {
    case 0x21:
      return "%21";
    case 0x27:
      return "%27";
    case 0x28:
      return "%28";
    case 0x29:
      return "%29";
    case 0x7e:
      return "%7E";
    default:
      return null;
  }
}

/**
 * @param {string} text without lone surrogates
 * @returns {string}
 */
function encodeComponent(text) {
  let index = 0;
  while (index < text.length && isSafe(charCodeAt(text, index))) index++;
  if (index === text.length) return text;

  const escaped = encodeURIComponent(text);
  let result = "";
  let from = 0;
  for (; index < escaped.length; index++) {
    const code = charCodeAt(escaped, index);
    if (code === PERCENT) {
      if (charCodeAt(escaped, index + 1) === 0x32 && charCodeAt(escaped, index + 2) === 0x30) {
        result += `${slice(escaped, from, index)}+`;
        from = index + 3;
      }
      index += 2;
      continue;
    }
    const replacement = escapeOf(code);
    if (replacement !== null) {
      result += slice(escaped, from, index) + replacement;
      from = index + 1;
    }
  }
  return result + slice(escaped, from);
}

/**
 * The query string of some pairs.
 * @param {ReadonlyArray<readonly [string, string]>} pairs
 * @returns {string}
 */
export function serializeFormUrlencoded(pairs) {
  let result = "";
  for (let index = 0; index < pairs.length; index++) {
    const pair = pairs[index];
    if (index > 0) result += "&";
    result += `${encodeComponent(pair[0])}=${encodeComponent(pair[1])}`;
  }
  return result;
}
