// The tokens of a piece of a page, as the native side writes them down (src/html_rewriter/tape.rs).

import { typedArrayBuffer, typedArrayLength, uncurryThis } from "selvedge:web/webidl/intrinsics.js";

const substring = uncurryThis(String.prototype.substring);
const Words = Uint32Array;

export const ELEMENT = 0;
export const TEXT = 1;
export const COMMENT = 2;
export const DOCTYPE = 3;
export const END = 4;
export const END_TAG = 5;

const AGAIN = 1 << 8;
/** An element that has an end tag, or will; the last chunk of a text. */
const FIRST_FLAG = 1 << 9;

const NAMESPACES = ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];

/** Reads tokens, one after another. */
export class Tape {
  #text;
  #words;
  #at = 0;
  #head = 0;
  /** Where the next text begins. */ #from = 0;

  /**
   * @param {string} text
   * @param {Uint8Array} words
   */
  constructor(text, words) {
    this.#text = text;
    this.#words = new Words(typedArrayBuffer(words), 0, typedArrayLength(words) >>> 2);
  }

  /** Goes to the next token; false if there is none. */
  next() {
    if (this.#at >= this.#words.length) return false;
    this.#head = this.#words[this.#at++];
    return true;
  }

  /** What kind of token it is. */
  get kind() {
    return this.#head & 0xff;
  }

  /** Whether it is that of the record before, for another handler. */
  get isAgain() {
    return (this.#head & AGAIN) !== 0;
  }

  get flag() {
    return (this.#head & FIRST_FLAG) !== 0;
  }

  number() {
    return this.#words[this.#at++];
  }

  /** The texts that follow begin here. */
  here() {
    this.#from = this.number();
  }

  text() {
    const from = this.#from;
    this.#from = from + this.number();
    return substring(this.#text, from, this.#from);
  }

  /** The parts of a doctype, null where there is none. */
  doctype() {
    this.here();
    const [name, publicId, systemId] = [this.text(), this.text(), this.text()];
    const part = (/** @type {string} */ text, /** @type {number} */ shift) =>
      (this.#head & (FIRST_FLAG << shift)) !== 0 ? text : null;
    return { name: part(name, 0), publicId: part(publicId, 1), systemId: part(systemId, 2) };
  }

  namespace() {
    return NAMESPACES[this.number()];
  }

  /**
   * Skips an element's attributes.
   * @returns {() => string[]} reads them: names and values in turn
   */
  attributes() {
    const [text, words] = [this.#text, this.#words];
    const count = this.number() * 2;
    const begin = this.#at;
    const first = this.#from;
    this.#at = begin + count;
    return () => {
      /** @type {string[]} */
      const list = [];
      let from = first;
      for (let index = 0; index < count; index++) {
        const to = from + words[begin + index];
        list[index] = substring(text, from, to);
        from = to;
      }
      return list;
    };
  }
}
