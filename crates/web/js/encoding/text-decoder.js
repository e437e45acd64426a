// TextDecoder (https://encoding.spec.whatwg.org/#interface-textdecoder).

import {
  op_decoder_close,
  op_decoder_decode,
  op_decoder_new,
  op_encoding_decode,
  op_encoding_decode_utf8,
  op_encoding_name,
} from "selvedge:ops";
import { resourceOwner } from "../native-resource.js";
import { converters, defineInterface, dictionary } from "../webidl.js";
import { arrayBufferKind, bytesOf, viewBuffer } from "../webidl/buffers.js";

const { BufferSource, DOMString } = converters;
const BytesArray = Uint8Array;

const convertOptions = dictionary("TextDecoderOptions", [
  { key: "fatal", converter: converters.boolean, defaultValue: false },
  { key: "ignoreBOM", converter: converters.boolean, defaultValue: false },
]);
const convertDecodeOptions = dictionary("TextDecodeOptions", [
  { key: "stream", converter: converters.boolean, defaultValue: false },
]);

const decoders = resourceOwner(op_decoder_close);
const noBytes = new BytesArray(0);
const anyBuffer = { allowShared: true, allowResizable: true };

/**
 * The bytes of a BufferSource; those of a shared one are copied, as another thread might write them.
 * @param {ArrayBuffer | ArrayBufferView} source
 */
function readableBytes(source) {
  const bytes = bytesOf(source);
  return arrayBufferKind(viewBuffer(bytes))?.shared ? new BytesArray(bytes) : bytes;
}

/** Decodes bytes of any encoding of the standard. */
export class TextDecoder {
  /** @type {string} */ #encoding;
  /** @type {boolean} */ #fatal;
  /** @type {boolean} */ #ignoreBOM;
  /** @type {number | null} the native decoder in the middle of a stream */ #decoder = null;

  /**
   * @param {string} [label]
   * @param {{ fatal?: boolean, ignoreBOM?: boolean }} [options]
   */
  constructor(label = "utf-8", options = undefined) {
    const prefix = "Failed to construct 'TextDecoder'";
    label = DOMString(label, prefix, "parameter 1");
    const { fatal, ignoreBOM } = convertOptions(options, prefix, "parameter 2");
    const encoding = label === "utf-8" ? label : op_encoding_name(label);
    if (encoding === null) throw new RangeError(`"${label}" is not a valid encoding.`);
    this.#encoding = encoding;
    this.#fatal = fatal;
    this.#ignoreBOM = ignoreBOM;
  }

  get encoding() {
    return this.#encoding;
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  /**
   * @param {ArrayBuffer | ArrayBufferView} [input]
   * @param {{ stream?: boolean }} [options] `stream`: more follows
   * @returns {string}
   */
  decode(input = undefined, options = undefined) {
    const encoding = this.#encoding;
    const prefix = "Failed to execute 'decode' on 'TextDecoder'";
    if (input !== undefined) BufferSource(input, prefix, "parameter 1", anyBuffer);
    const stream = options === undefined ? false : convertDecodeOptions(options, prefix, "parameter 2").stream;
    const bytes = input === undefined ? noBytes : readableBytes(input);
    if (!stream && this.#decoder === null) {
      if (encoding === "utf-8") return op_encoding_decode_utf8(bytes, this.#fatal, this.#ignoreBOM);
      return op_encoding_decode(encoding, bytes, this.#fatal, this.#ignoreBOM);
    }
    return this.#decodeNext(bytes, !stream);
  }

  /**
   * @param {Uint8Array} bytes
   * @param {boolean} last
   */
  #decodeNext(bytes, last) {
    let decoder = this.#decoder;
    if (decoder === null) {
      decoder = /** @type {number} */ (op_decoder_new(this.#encoding, this.#fatal, this.#ignoreBOM));
      this.#decoder = decoder;
      decoders.own(this, decoder);
    }
    let ended = true;
    try {
      const text = op_decoder_decode(decoder, bytes, last);
      ended = last;
      return text;
    } finally {
      if (ended) {
        this.#decoder = null;
        decoders.disown(this);
      }
    }
  }
}

defineInterface(TextDecoder, { tag: "TextDecoder" });
