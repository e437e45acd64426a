// What handlers do to tokens, noted for the native side (src/html_rewriter/command.rs has the other half).

import { op_encoding_decode_utf8 } from "selvedge:ops";
import { isResponse, takeBodyStream } from "selvedge:web/fetch/index.js";
import { isReadableStream, isReadableStreamLocked, readAllBytes } from "selvedge:web/streams/index.js";
import { markHandled, resolvedWith, then } from "selvedge:web/streams/promises.js";
import { converters, requireArguments, typeMismatch } from "selvedge:web/webidl.js";

export const BEFORE = 0;
export const AFTER = 1;
export const PREPEND = 2;
export const APPEND = 3;
export const REPLACE = 4;
export const INNER_CONTENT = 5;
export const REMOVE = 6;
export const REMOVE_AND_KEEP_CONTENT = 7;
export const SET_NAME = 8;
export const SET_ATTRIBUTE = 9;
export const REMOVE_ATTRIBUTE = 10;
export const SET_TEXT = 11;
export const LISTEN = 12;
const HTML = 1 << 8;

/** The most that handlers may put into one piece of a page, in UTF-16 code units: it is copied, escaped and encoded. */
const MOST = 64 << 20;

/**
 * One call of a handler: what it may do to its token, as long as it runs.
 */
export class Call {
  isLive = true;
  /** @type {number[] | null} */ codes = null;
  /** @type {any[]} operands, in order: strings, and promises of strings */ texts = [];
  waits = false;

  /**
   * @param {import("./rewriting.js").Rewriting} rewriting
   * @param {any} token what is known of the token, shared by its handlers
   */
  constructor(rewriting, token) {
    this.rewriting = rewriting;
    this.token = token;
  }

  /**
   * @param {number} code
   * @param {string} [first]
   * @param {string} [second]
   */
  note(code, first = undefined, second = undefined) {
    this.codes ??= [];
    this.codes[this.codes.length] = code;
    if (first !== undefined) this.#add(first);
    if (second !== undefined) this.#add(second);
  }

  /** @param {any} text */
  #add(text) {
    if (typeof text === "string") {
      this.rewriting.size += text.length;
      if (this.rewriting.size > MOST) throw new RangeError("Worker exceeded its memory limit.");
    }
    this.texts[this.texts.length] = text;
  }

  /**
   * Notes content that a handler gave.
   * @param {number} code
   * @param {Content} content
   * @returns {number} how long it is, where that is known
   */
  put(code, content) {
    const { value, html } = content;
    this.codes ??= [];
    this.codes[this.codes.length] = html ? code | HTML : code;
    if (typeof value !== "string") this.waits = true;
    this.#add(value);
    return typeof value === "string" ? value.length : 0;
  }

  /**
   * Waits for what came as streams.
   * @returns {Promise<void> | undefined}
   */
  collect() {
    if (!this.waits) return undefined;
    const { texts } = this;
    this.texts = [];
    const next = (/** @type {number} */ index) => {
      for (; index < texts.length; index++) {
        const at = index;
        if (typeof texts[at] !== "string") {
          return then(texts[at], (text) => {
            this.#add(text);
            return next(at + 1);
          });
        }
        this.texts[this.texts.length] = texts[at];
      }
      return undefined;
    };
    return next(0) ?? resolvedWith(undefined);
  }
}

/**
 * The call that a token belongs to, if it still runs.
 * @param {Call} call
 * @returns {Call}
 */
export function live(call) {
  if (!call.isLive) {
    throw new TypeError(
      "This content token is no longer valid. Content tokens are only valid during the execution of the relevant " +
        "content handler.",
    );
  }
  return call;
}

/**
 * @typedef {object} Content
 * @property {any} value a string, or a promise of one
 * @property {boolean} html
 */

/** @param {Uint8Array} bytes */
const decode = (bytes) => op_encoding_decode_utf8(bytes, true, true);

/**
 * @param {any} stream
 * @returns {Promise<string>}
 */
function textOf(stream) {
  if (isReadableStreamLocked(stream)) {
    throw new TypeError("This ReadableStream is currently locked to a reader.");
  }
  const text = then(readAllBytes(stream), decode);
  markHandled(text);
  return text;
}

/**
 * The arguments of the methods that insert content. A stream is locked at once, and awaited when its handler is done.
 * @param {IArguments} given
 * @param {string} prefix
 * @returns {Content}
 */
export function contentArguments(given, prefix) {
  requireArguments(given.length, 1, prefix);
  const [value, options] = [given[0], given[1]];
  let html = false;
  if (options !== undefined && options !== null) {
    if (typeof options !== "object" && typeof options !== "function") {
      throw typeMismatch("ContentOptions", prefix, "parameter 2");
    }
    html = !!options.html;
  }
  if (isReadableStream(value)) return { value: textOf(value), html };
  if (isResponse(value)) {
    const stream = takeBodyStream(value);
    return { value: stream === null ? "" : textOf(stream), html };
  }
  return { value: converters.USVString(value, prefix, "parameter 1"), html };
}
