// multipart/form-data and application/x-www-form-urlencoded bodies to FormData and back (RFC 7578).

import { op_encoding_decode_utf8, op_encoding_encode, op_form_data_boundary, op_form_data_parse } from "selvedge:ops";
import { parseFormUrlencoded } from "../url/form-urlencoded.js";
import { uncurryThis } from "../webidl.js";
import { charCodeAt, typedArrayLength } from "../webidl/intrinsics.js";
import { blobBytes, blobType, joinBytes } from "./blob.js";
import { createFile, fileName } from "./file.js";
import { FormData, formDataEntries } from "./form-data.js";
import { parseMimeType } from "./mime-type.js";

const slice = uncurryThis(String.prototype.slice);

/**
 * A name as it stands between quotes in Content-Disposition
 * (https://html.spec.whatwg.org/#multipart-form-data).
 * @param {string} name
 */
function escapeName(name) {
  let escaped = "";
  let from = 0;
  for (let index = 0; index < name.length; index++) {
    const code = charCodeAt(name, index);
    const escape = code === 10 ? "%0A" : code === 13 ? "%0D" : code === 34 ? "%22" : null;
    if (escape === null) continue;
    escaped += slice(name, from, index) + escape;
    from = index + 1;
  }
  // As hosted: readers take it for the escape of the quote after it.
  if (charCodeAt(name, name.length - 1) === 92) throw new TypeError("Name or filename can't end with backslash");
  return escaped + slice(name, from);
}

/**
 * A name or a text with every line ended by CRLF.
 * @param {string} text
 */
function normalizeNewlines(text) {
  let normalized = "";
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index);
    if (code !== 10 && code !== 13) continue;
    normalized += slice(text, from, index) + "\r\n";
    if (code === 13 && charCodeAt(text, index + 1) === 10) index++;
    from = index + 1;
  }
  return from === 0 ? text : normalized + slice(text, from);
}

/**
 * @param {FormData} form
 * @returns {{ bytes: Uint8Array, contentType: string }}
 */
export function serializeFormData(form) {
  const boundary = op_form_data_boundary();
  /** @type {Uint8Array[]} */
  const pieces = [];
  let size = 0;
  let text = "";
  const flush = () => {
    const bytes = op_encoding_encode(text);
    pieces[pieces.length] = bytes;
    size += typedArrayLength(bytes);
    text = "";
  };
  const entries = formDataEntries(form);
  for (let index = 0; index < entries.length; index++) {
    const name = normalizeNewlines(entries[index][0]);
    const value = entries[index][1];
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    if (typeof value === "string") {
      text += `\r\n\r\n${normalizeNewlines(value)}\r\n`;
      continue;
    }
    const type = blobType(value) || "application/octet-stream";
    text += `; filename="${escapeName(fileName(value))}"\r\nContent-Type: ${type}\r\n\r\n`;
    flush();
    const bytes = blobBytes(value);
    pieces[pieces.length] = bytes;
    size += typedArrayLength(bytes);
    text += "\r\n";
  }
  text += `--${boundary}--\r\n`;
  flush();
  return { bytes: joinBytes(pieces, size), contentType: `multipart/form-data; boundary=${boundary}` };
}

/**
 * Reads a form out of a body.
 * @param {Uint8Array} bytes
 * @param {string | null} contentType
 * @returns {FormData}
 */
export function parseFormData(bytes, contentType) {
  if (contentType === null) throw new TypeError("Parsing a Body as FormData requires a Content-Type header.");
  const mime = parseMimeType(contentType);
  const form = new FormData();
  const entries = formDataEntries(form);
  if (mime?.essence === "multipart/form-data") {
    const boundary = mime.parameter("boundary");
    if (boundary === undefined) {
      throw new TypeError(
        "No boundary string in Content-Type header. The multipart/form-data MIME type requires a boundary parameter, " +
          "e.g. 'Content-Type: multipart/form-data; boundary=\"abcd\"'. See RFC 7578, section 4.",
      );
    }
    const fields = op_form_data_parse(bytes, boundary);
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index];
      const value = field[4] === null ? (field[1] ?? "") : createFile(field[4], field[2] ?? "", field[3] ?? "");
      entries[index] = [field[0], value];
    }
    return form;
  }
  if (mime?.essence === "application/x-www-form-urlencoded") {
    const charset = mime.parameter("charset");
    if (charset !== undefined && !/^(utf-?8|unicode-1-1-utf-8)$/i.test(charset)) {
      throw new TypeError("Non-utf-8 application/x-www-form-urlencoded body.");
    }
    const pairs = parseFormUrlencoded(op_encoding_decode_utf8(bytes, false, false));
    for (let index = 0; index < pairs.length; index++) entries[index] = pairs[index];
    return form;
  }
  throw new TypeError(
    "Unrecognized Content-Type header value. FormData can only parse the following MIME types: " +
      "multipart/form-data, application/x-www-form-urlencoded.",
  );
}
