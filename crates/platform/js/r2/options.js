// What callers say of an object, in the form that the ops take (src/r2/convert.rs).

import { commaJoined } from "selvedge:web/fetch/header-list.js";
import { headersToFlatList, isHeaders } from "selvedge:web/fetch/index.js";
import { conversionError, converters, recordOf, uncurryThis } from "selvedge:web/webidl.js";
import { arrayBufferKind, bytesOf, viewByteLength } from "selvedge:web/webidl/buffers.js";
import { etagsOfHeader } from "./etags.js";

const { isView } = ArrayBuffer;
const { isInteger } = Number;
const BytesArray = Uint8Array;
const DateConstructor = Date;
const ToString = String;
const getTime = uncurryThis(Date.prototype.getTime);
const parseHex = Number.parseInt;
const slice = uncurryThis(String.prototype.slice);
const test = uncurryThis(RegExp.prototype.test);
const HEX = /^[0-9a-fA-F]*$/;

const convertRecord = recordOf(converters.DOMString, converters.DOMString);

/** The members of R2HTTPMetadata and their headers, in the order in which the ops take them. */
export const HTTP_FIELDS = [
  ["contentType", "content-type"],
  ["contentLanguage", "content-language"],
  ["contentDisposition", "content-disposition"],
  ["contentEncoding", "content-encoding"],
  ["cacheControl", "cache-control"],
];

/** The checksums: member, name, length in bytes. @type {Array<[string, string, number]>} */
const CHECKSUMS = [
  ["md5", "MD5", 16],
  ["sha1", "SHA-1", 20],
  ["sha256", "SHA-256", 32],
  ["sha384", "SHA-384", 48],
  ["sha512", "SHA-512", 64],
];

/**
 * @param {any} value
 * @param {string} prefix
 * @param {string} name
 * @returns {any} an object, or an empty one
 */
export function optionsObject(value, prefix, name) {
  if (value === undefined || value === null) return { __proto__: null };
  if (typeof value !== "object" && typeof value !== "function")
    throw conversionError("is not an object.", prefix, name);
  if (value.ssecKey !== undefined) {
    throw new Error("Encryption with a key of one's own (ssecKey) is not available in this version of Selvedge.");
  }
  return value;
}

/**
 * @param {any} value a Date, or a number of milliseconds
 * @param {string} prefix
 * @param {string} context
 * @returns {number}
 */
function time(value, prefix, context) {
  if (typeof value === "number") return value;
  try {
    return getTime(value);
  } catch {
    throw conversionError("is not of type 'Date'.", prefix, context);
  }
}

/**
 * @param {string[]} pairs
 * @param {string} name
 * @param {string} value
 */
function add(pairs, name, value) {
  pairs[pairs.length] = name;
  pairs[pairs.length] = value;
}

/**
 * @param {any} onlyIf an R2Conditional, or Headers
 * @param {string} prefix
 * @returns {string[] | null} names and values in turn
 */
export function convertCondition(onlyIf, prefix) {
  if (onlyIf === undefined) return null;
  /** @type {string[]} */
  const pairs = [];
  if (isHeaders(onlyIf)) {
    const list = headersToFlatList(onlyIf);
    etagsOfHeader(commaJoined(list, "if-match"), (kind, value) => add(pairs, `match-${kind}`, value));
    etagsOfHeader(commaJoined(list, "if-none-match"), (kind, value) => add(pairs, `none-${kind}`, value));
    addDate(pairs, "after", commaJoined(list, "if-modified-since"));
    addDate(pairs, "before", commaJoined(list, "if-unmodified-since"));
    add(pairs, "seconds", "");
    return pairs;
  }
  if (typeof onlyIf !== "object" || onlyIf === null) throw conversionError("is not an object.", prefix, "onlyIf");
  const { etagMatches, etagDoesNotMatch, uploadedBefore, uploadedAfter, secondsGranularity } = onlyIf;
  addEtag(pairs, "match", etagMatches, prefix);
  addEtag(pairs, "none", etagDoesNotMatch, prefix);
  if (uploadedBefore !== undefined) add(pairs, "before", ToString(time(uploadedBefore, prefix, "uploadedBefore")));
  if (uploadedAfter !== undefined) add(pairs, "after", ToString(time(uploadedAfter, prefix, "uploadedAfter")));
  if (secondsGranularity) add(pairs, "seconds", "");
  return pairs;
}

/**
 * @param {string[]} pairs
 * @param {string} name
 * @param {string | null} text an HTTP date
 */
function addDate(pairs, name, text) {
  if (text === null) return;
  const value = getTime(new DateConstructor(text));
  // A date that is none is ignored, as HTTP has it.
  if (value === value) add(pairs, name, ToString(value));
}

/**
 * @param {string[]} pairs
 * @param {string} name
 * @param {any} etag
 * @param {string} prefix
 */
function addEtag(pairs, name, etag, prefix) {
  if (etag === undefined) return;
  if (typeof etag !== "string") throw conversionError("is not of type 'string'.", prefix, "the etag");
  if (etag.length > 0 && etag[0] === '"' && etag[etag.length - 1] === '"') {
    throw new TypeError(`Conditional ETag should not be wrapped in quotes (${etag}).`);
  }
  if (etag === "*") add(pairs, `${name}-any`, "");
  else add(pairs, `${name}-strong`, etag);
}

/**
 * @param {any} range an R2Range, or Headers
 * @param {string} prefix
 * @returns {{ numbers: Array<number | null> | null, header: string | null }}
 */
export function convertRange(range, prefix) {
  if (range === undefined) return { numbers: null, header: null };
  if (isHeaders(range)) return { numbers: null, header: commaJoined(headersToFlatList(range), "range") };
  if (typeof range !== "object" || range === null) throw conversionError("is not an object.", prefix, "range");
  const offset = whole(range.offset, "Invalid range. Starting offset", "Invalid range. Starting offset");
  const length = whole(range.length, "Invalid range. Length", "Invalid range. Length");
  const { suffix } = range;
  if (suffix !== undefined && offset !== null) throw new TypeError("Suffix is incompatible with offset.");
  if (suffix !== undefined && length !== null) throw new TypeError("Suffix is incompatible with length.");
  return { numbers: [offset, length, whole(suffix, "Invalid suffix. Suffix", "Invalid range. Suffix")], header: null };
}

/**
 * @param {any} value
 * @param {string} negative
 * @param {string} fractional
 * @returns {number | null}
 */
function whole(value, negative, fractional) {
  if (value === undefined) return null;
  const number = converters.unrestrictedDouble(value);
  if (!(number >= 0)) throw new RangeError(`${negative} (${number}) must be greater than or equal to 0.`);
  if (!isInteger(number)) throw new RangeError(`${fractional} (${number}) must be an integer, not floating point.`);
  return number;
}

/**
 * @param {any} options with httpMetadata, customMetadata and storageClass
 * @param {string} prefix
 * @returns {{ http: Array<string | null>, expiry: number | null, custom: string[], storageClass: string | null }}
 */
export function convertMetadata(options, prefix) {
  const { httpMetadata, customMetadata, storageClass } = options;
  /** @type {Array<string | null>} */
  const http = [];
  /** @type {number | null} */
  let expiry = null;
  if (isHeaders(httpMetadata)) {
    const list = headersToFlatList(httpMetadata);
    for (let index = 0; index < HTTP_FIELDS.length; index++) http[index] = commaJoined(list, HTTP_FIELDS[index][1]);
    const expires = commaJoined(list, "expires");
    if (expires !== null) expiry = getTime(new DateConstructor(expires));
  } else if (httpMetadata !== undefined) {
    if (typeof httpMetadata !== "object" || httpMetadata === null) {
      throw conversionError("is not an object.", prefix, "httpMetadata");
    }
    for (let index = 0; index < HTTP_FIELDS.length; index++) {
      const value = httpMetadata[HTTP_FIELDS[index][0]];
      http[index] = value === undefined ? null : converters.DOMString(value, prefix, HTTP_FIELDS[index][0]);
    }
    const { cacheExpiry } = httpMetadata;
    if (cacheExpiry !== undefined) expiry = time(cacheExpiry, prefix, "cacheExpiry");
  }
  if (expiry !== expiry) expiry = null;
  /** @type {string[]} */
  const custom = [];
  if (customMetadata !== undefined) {
    const pairs = convertRecord(customMetadata, prefix, "customMetadata");
    for (let index = 0; index < pairs.length; index++) add(custom, pairs[index][0], pairs[index][1]);
  }
  const given = storageClass === undefined ? null : converters.DOMString(storageClass, prefix, "storageClass");
  return { http, expiry, custom, storageClass: given };
}

/**
 * @param {any} options
 * @returns {{ algorithm: string | null, digest: Uint8Array | null }} the checksum that is given; one at most
 */
export function convertChecksum(options) {
  /** @type {string | null} */
  let algorithm = null;
  /** @type {Uint8Array | null} */
  let digest = null;
  for (let index = 0; index < CHECKSUMS.length; index++) {
    const [member, name, length] = CHECKSUMS[index];
    const value = options[member];
    if (value === undefined) continue;
    if (algorithm !== null) throw new TypeError("You cannot specify multiple hashing algorithms.");
    algorithm = member;
    digest = checksumBytes(value, name, length);
  }
  return { algorithm, digest };
}

/**
 * @param {any} value hexadecimal digits, or bytes
 * @param {string} name
 * @param {number} length
 * @returns {Uint8Array}
 */
function checksumBytes(value, name, length) {
  if (isView(value) || arrayBufferKind(value) !== null) {
    const bytes = bytesOf(value);
    const given = viewByteLength(bytes);
    if (given !== length) throw new TypeError(`${name} is ${length} bytes, not ${given}`);
    return bytes;
  }
  if (typeof value !== "string") throw new TypeError(`The checksum ${name} is neither a string nor bytes.`);
  if (value.length !== length * 2) {
    throw new TypeError(`${name} is ${length * 2} hex characters, not ${value.length}`);
  }
  if (!test(HEX, value)) throw new TypeError(`Provided ${name} wasn't a valid hex string`);
  return bytesOfHex(value);
}

/**
 * @param {string} hex
 * @returns {Uint8Array}
 */
export function bytesOfHex(hex) {
  const bytes = new BytesArray(hex.length / 2);
  for (let index = 0; index < hex.length / 2; index++)
    bytes[index] = parseHex(slice(hex, index * 2, index * 2 + 2), 16);
  return bytes;
}
