// TextEncoder (https://encoding.spec.whatwg.org/#interface-textencoder).

import { op_encoding_encode, op_encoding_encode_into } from "selvedge:ops";
import { converters, defineInterface, requireArguments, typeMismatch } from "../webidl.js";
import { typedArrayTag } from "../webidl/intrinsics.js";

const { DOMString } = converters;

/** Encodes strings as UTF-8. */
export class TextEncoder {
  #encoding = "utf-8";

  get encoding() {
    return this.#encoding;
  }

  /**
   * @param {string} [input]
   * @returns {Uint8Array}
   */
  encode(input = "") {
    this.#encoding;
    return op_encoding_encode(DOMString(input, "Failed to execute 'encode' on 'TextEncoder'", "parameter 1"));
  }

  /**
   * Writes as much of `source` as fits.
   * @param {string} source
   * @param {Uint8Array} destination
   * @returns {{ read: number, written: number }} code units read and bytes written
   */
  encodeInto(source, destination) {
    this.#encoding;
    const prefix = "Failed to execute 'encodeInto' on 'TextEncoder'";
    requireArguments(arguments.length, 2, prefix);
    source = DOMString(source, prefix, "parameter 1");
    if (typedArrayTag(destination) !== "Uint8Array") throw typeMismatch("Uint8Array", prefix, "parameter 2");
    const result = op_encoding_encode_into(source, destination);
    return { read: result[0], written: result[1] };
  }
}

defineInterface(TextEncoder, { tag: "TextEncoder" });
