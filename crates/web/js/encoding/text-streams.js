// TextEncoderStream and TextDecoderStream (https://encoding.spec.whatwg.org/#interface-textencoderstream).

import { op_encoding_encode } from "selvedge:ops";
import { createTransformStream } from "../streams/index.js";
import { rejectedWith, resolvedWith } from "../streams/promises.js";
import { converters, defineInterface, uncurryThis } from "../webidl.js";
import { getterOf } from "../webidl/intrinsics.js";
import { TextDecoder } from "./text-decoder.js";

const { BufferSource, DOMString } = converters;
const charCodeAt = uncurryThis(String.prototype.charCodeAt);
const slice = uncurryThis(String.prototype.slice);
const decode = uncurryThis(TextDecoder.prototype.decode);
const encodingOf = getterOf(TextDecoder.prototype, "encoding");
const fatalOf = getterOf(TextDecoder.prototype, "fatal");
const ignoreBOMOf = getterOf(TextDecoder.prototype, "ignoreBOM");

const more = { stream: true };
const anyBuffer = { allowShared: true, allowResizable: true };

/**
 * Runs a step of a transform; what it throws rejects the promise.
 * @param {() => void} step
 * @returns {Promise<any>}
 */
function attempt(step) {
  try {
    step();
    return resolvedWith(undefined);
  } catch (error) {
    return rejectedWith(error);
  }
}

/** Encodes a stream of strings as UTF-8. */
export class TextEncoderStream {
  #transform;
  /** The first half of a surrogate pair whose second is in the next chunk. */
  #pending = "";

  constructor() {
    this.#transform = createTransformStream({
      transform: (chunk) => attempt(() => this.#encode(DOMString(chunk))),
      flush: () => attempt(() => this.#flush()),
    });
  }

  /** @param {string} chunk */
  #encode(chunk) {
    const text = this.#pending + chunk;
    this.#pending = "";
    if (text === "") return;
    const last = charCodeAt(text, text.length - 1);
    const split = last >= 0xd800 && last <= 0xdbff;
    const whole = split ? slice(text, 0, -1) : text;
    if (split) this.#pending = slice(text, -1);
    if (whole !== "") this.#transform.enqueue(op_encoding_encode(whole));
  }

  #flush() {
    if (this.#pending !== "") this.#transform.enqueue(op_encoding_encode(this.#pending));
  }

  get encoding() {
    this.#transform;
    return "utf-8";
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

/** Decodes a stream of bytes. */
export class TextDecoderStream {
  #transform;
  /** @type {TextDecoder} */ #decoder;

  /**
   * @param {string} [label]
   * @param {{ fatal?: boolean, ignoreBOM?: boolean }} [options]
   */
  constructor(label = "utf-8", options = undefined) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#transform = createTransformStream({
      transform: (chunk) =>
        attempt(() => {
          this.#put(decode(decoder, BufferSource(chunk, "Failed to decode a stream", "The chunk", anyBuffer), more));
        }),
      flush: () => attempt(() => this.#put(decode(decoder))),
    });
  }

  /** @param {string} text */
  #put(text) {
    if (text !== "") this.#transform.enqueue(text);
  }

  get encoding() {
    return encodingOf(this.#decoder);
  }

  get fatal() {
    return fatalOf(this.#decoder);
  }

  get ignoreBOM() {
    return ignoreBOMOf(this.#decoder);
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

defineInterface(TextEncoderStream, { tag: "TextEncoderStream" });
defineInterface(TextDecoderStream, { tag: "TextDecoderStream" });
