// The encodings of Buffer by name (https://nodejs.org/api/buffer.html#buffers-and-character-encodings).

/** Their numbers are those of src/buffer.rs. */
export const UTF8 = 0;
export const UTF16 = 1;
export const LATIN1 = 2;
export const ASCII = 3;
export const BASE64 = 4;
export const BASE64URL = 5;
export const HEX = 6;

/** @type {Record<string, number>} */
const ENCODINGS = {
  // @ts-expect-error no names but these
  __proto__: null,
  utf8: UTF8,
  "utf-8": UTF8,
  ucs2: UTF16,
  "ucs-2": UTF16,
  utf16le: UTF16,
  "utf-16le": UTF16,
  latin1: LATIN1,
  binary: LATIN1,
  ascii: ASCII,
  base64: BASE64,
  base64url: BASE64URL,
  hex: HEX,
};

/** What `StringDecoder` and streams call them. */
export const CANONICAL = ["utf8", "utf16le", "latin1", "ascii", "base64", "base64url", "hex"];

/**
 * The number of an encoding; undefined for a name that none has.
 * @param {unknown} name
 * @returns {number | undefined}
 */
export function encodingOf(name) {
  return ENCODINGS[/** @type {string} */ (name)] ?? ENCODINGS[`${name}`.toLowerCase()];
}
