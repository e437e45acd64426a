// node:buffer (https://nodejs.org/api/buffer.html).

import { op_buffer_is_ascii, op_buffer_is_utf8 } from "selvedge:ops";
import { Blob, File } from "selvedge:web/blob/index.js";
import { atob, btoa } from "selvedge:web/encoding/index.js";
import { encodingOf, LATIN1, ASCII, UTF16, UTF8 } from "../internal/buffer/encodings.js";
import { Buffer, isUint8Array, kMaxLength, kStringMaxLength, settings } from "../internal/buffer/buffer.js";
import { invalidArgType, nodeError } from "../internal/errors.js";

export { Blob, Buffer, File, atob, btoa, kMaxLength, kStringMaxLength };

const { isView } = ArrayBuffer;

export const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength };
export const INSPECT_MAX_BYTES = 50;

/** @param {any} input */
function checkBytes(input) {
  if (isView(input) || input instanceof ArrayBuffer) return input;
  throw invalidArgType("input", ["ArrayBuffer", "Buffer", "TypedArray"], input);
}

/** @param {any} input */
export const isUtf8 = (input) => op_buffer_is_utf8(checkBytes(input));
/** @param {any} input */
export const isAscii = (input) => op_buffer_is_ascii(checkBytes(input));

/** Object URLs are none of a Worker's. @param {string} id @returns {undefined} */
export const resolveObjectURL = (id) => undefined;

/** @param {number} length */
export const SlowBuffer = (length) => Buffer.allocUnsafeSlow(length);

/**
 * https://nodejs.org/api/buffer.html#buffertranscodesource-fromenc-toenc
 * @param {any} source
 * @param {string} from
 * @param {string} to
 */
export function transcode(source, from, to) {
  if (!isUint8Array(source)) throw invalidArgType("source", ["Buffer", "Uint8Array"], source);
  const known = [UTF8, UTF16, LATIN1, ASCII];
  const [a, b] = [encodingOf(from), encodingOf(to)];
  if (a === undefined || b === undefined || !known.includes(a) || !known.includes(b)) {
    throw nodeError(Error, "U_ILLEGAL_ARGUMENT_ERROR", "Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]");
  }
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString(from);
  if (b === UTF8 || b === UTF16) return Buffer.from(text, to);
  // What the encoding lacks becomes a question mark.
  const limit = b === LATIN1 ? 0xff : 0x7f;
  return Buffer.from(
    Array.from(text, (character) => ((character.codePointAt(0) ?? 0) <= limit ? character : "?")).join(""),
    to,
  );
}

const all = {
  Blob,
  Buffer,
  File,
  SlowBuffer,
  atob,
  btoa,
  constants,
  isAscii,
  isUtf8,
  kMaxLength,
  kStringMaxLength,
  resolveObjectURL,
  transcode,
};
Object.defineProperty(all, "INSPECT_MAX_BYTES", {
  get: () => settings.INSPECT_MAX_BYTES,
  /** @param {number} value */
  set(value) {
    settings.INSPECT_MAX_BYTES = value;
  },
  enumerable: true,
  configurable: true,
});
export default /** @type {typeof all & { INSPECT_MAX_BYTES: number }} */ (all);
