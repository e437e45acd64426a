//# allFunctionsCalledOnLoad
// Flat header lists: `[name, value, ...]`, names in lower case.

import { converters, sequenceOf, uncurryThis } from "../webidl.js";
import { charCodeAt } from "../webidl/intrinsics.js";

const toLowerCase = uncurryThis(String.prototype.toLowerCase);
const slice = uncurryThis(String.prototype.slice);
const { iterator } = Symbol;
const { ownKeys } = Reflect;
const isEnumerable = uncurryThis(Object.prototype.propertyIsEnumerable);

/** 1 for the characters of an HTTP token (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2), 2 for capitals. */
const token = new Uint8Array(128);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") token[character.charCodeAt(0)] = 1;
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") token[character.charCodeAt(0)] = 2;

/** @type {Record<string, string>} names so common that they are known by heart, as they are mostly written */
const common = { __proto__: /** @type {any} */ (null) };
for (const name of [
  "Accept",
  "Accept-Encoding",
  "Authorization",
  "Cache-Control",
  "Content-Disposition",
  "Content-Encoding",
  "Content-Length",
  "Content-Type",
  "Cookie",
  "ETag",
  "Host",
  "Last-Modified",
  "Location",
  "Origin",
  "Referer",
  "Set-Cookie",
  "User-Agent",
  "Vary",
]) {
  common[name] = common[name.toLowerCase()] = name.toLowerCase();
}

/**
 * A header's name, checked, in lower case.
 * @param {any} name
 * @returns {string}
 */
export function lowerName(name) {
  const known = typeof name === "string" ? common[name] : undefined;
  return known !== undefined ? known : checkedName(name);
}

/**
 * @param {any} name
 * @returns {string}
 */
function checkedName(name) {
  const string = typeof name === "string" ? name : converters.DOMString(name, "Headers", "The header name");
  let capitals = false;
  for (let index = 0; index < string.length; index++) {
    const code = charCodeAt(string, index);
    const kind = code < 128 ? token[code] : 0;
    if (kind === 0) throw new TypeError("Invalid header name.");
    if (kind === 2) capitals = true;
  }
  if (string.length === 0) throw new TypeError("Invalid header name.");
  return capitals ? toLowerCase(string) : string;
}

/** @param {number} code a tab, a line feed, a carriage return or a space */
const isWhitespace = (code) => code === 32 || code === 9 || code === 10 || code === 13;

/**
 * A header's value, trimmed and checked. Characters beyond ASCII are sent as UTF-8, as on Cloudflare.
 * @param {any} value
 * @returns {string}
 */
export function normalizeValue(value) {
  const string = typeof value === "string" ? value : converters.DOMString(value, "Headers", "The header value");
  let start = 0;
  let end = string.length;
  while (start < end && isWhitespace(charCodeAt(string, start))) start += 1;
  while (end > start && isWhitespace(charCodeAt(string, end - 1))) end -= 1;
  for (let index = start; index < end; index++) {
    const code = charCodeAt(string, index);
    if (code === 0 || code === 10 || code === 13) throw new TypeError("Invalid header value.");
  }
  return end - start === string.length ? string : slice(string, start, end);
}

/**
 * @param {string[]} list
 * @param {string} name lower-case
 * @param {string} value
 */
export function appendTo(list, name, value) {
  list[list.length] = name;
  list[list.length] = value;
}

/**
 * @param {string[]} list
 * @param {string} name lower-case
 */
export function removeFrom(list, name) {
  let kept = 0;
  for (let index = 0; index < list.length; index += 2) {
    if (list[index] === name) continue;
    list[kept] = list[index];
    list[kept + 1] = list[index + 1];
    kept += 2;
  }
  list.length = kept;
}

/**
 * Sets the first of this name and removes the others.
 * @param {string[]} list
 * @param {string} name lower-case
 * @param {string} value
 */
export function setIn(list, name, value) {
  let kept = 0;
  let done = false;
  for (let index = 0; index < list.length; index += 2) {
    const same = list[index] === name;
    if (same && done) continue;
    list[kept] = list[index];
    list[kept + 1] = same ? value : list[index + 1];
    done ||= same;
    kept += 2;
  }
  list.length = kept;
  if (!done) appendTo(list, name, value);
}

/**
 * @param {string[]} list
 * @param {string} name lower-case
 * @returns {string | null} all values of the name
 */
export function commaJoined(list, name) {
  /** @type {string | null} */
  let joined = null;
  for (let index = 0; index < list.length; index += 2) {
    if (list[index] === name) joined = joined === null ? list[index + 1] : `${joined}, ${list[index + 1]}`;
  }
  return joined;
}

/**
 * @param {string[]} list
 * @param {string} name lower-case
 */
export function hasName(list, name) {
  for (let index = 0; index < list.length; index += 2) if (list[index] === name) return true;
  return false;
}

/**
 * @param {string[]} list
 * @param {string} name lower-case
 * @returns {string[]}
 */
export function valuesOf(list, name) {
  /** @type {string[]} */
  const values = [];
  for (let index = 0; index < list.length; index += 2) {
    if (list[index] === name) values[values.length] = list[index + 1];
  }
  return values;
}

/**
 * A copy that depends on nothing a guest can replace.
 * @param {string[]} list
 * @returns {string[]}
 */
export function copyList(list) {
  /** @type {string[]} */
  const copy = [];
  for (let index = 0; index < list.length; index++) copy[index] = list[index];
  return copy;
}

const prefix = "Failed to construct 'Headers'";
const convertPairs = sequenceOf(sequenceOf(converters.any));

/**
 * "fill a Headers object" (https://fetch.spec.whatwg.org/#concept-headers-fill). A Headers object is copied
 * and not iterated, as on Cloudflare.
 * @param {string[]} list
 * @param {any} init
 * @param {(value: any) => boolean} isHeaders whether it is a Headers that iterates as all do
 * @param {(headers: any) => string[]} listOf
 */
export function fill(list, init, isHeaders, listOf) {
  if (isHeaders(init)) {
    const source = listOf(init);
    for (let index = 0; index < source.length; index++) list[index] = source[index];
    return;
  }
  if ((typeof init !== "object" && typeof init !== "function") || init === null) {
    throw new TypeError(`${prefix}: the provided value is not of type '(Headers or sequence or record)'.`);
  }
  const method = init[iterator];
  if (method !== undefined && method !== null) {
    const pairs = convertPairs(init, prefix, "parameter 1", { method });
    for (let index = 0; index < pairs.length; index++) {
      const pair = pairs[index];
      if (pair.length !== 2) {
        throw new TypeError(
          "To initialize a Headers object from a sequence, each inner sequence must have exactly two elements.",
        );
      }
      appendTo(list, lowerName(pair[0]), normalizeValue(pair[1]));
    }
    return;
  }
  // `record<ByteString, ByteString>`; the question whether a property is enumerable makes no descriptor of it.
  const names = ownKeys(init);
  for (let index = 0; index < names.length; index++) {
    const key = names[index];
    if (!isEnumerable(init, key)) continue;
    const name = lowerName(/** @type {string} */ (key));
    appendTo(list, name, normalizeValue(init[key]));
  }
}
