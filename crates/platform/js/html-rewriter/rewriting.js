// A page on its way through its handlers.
//
// The body is read chunk by chunk, as its reader asks for more. Each piece of it is parsed on the native side, which
// gives the tokens that have handlers; these are called one after another, and where one gives a promise all wait for
// it. Then the native side puts the piece out, with what the handlers did (src/html_rewriter/mod.rs says why).

import { op_html_rewriter_apply, op_html_rewriter_close, op_html_rewriter_parse } from "selvedge:ops";
import {
  createReadableByteStream,
  readableStreamClose,
  readableStreamEnqueue,
  readableStreamReader,
} from "selvedge:web/streams/index.js";
import { markHandled, rejectedWith, resolvedWith, then } from "selvedge:web/streams/promises.js";
import { internal } from "selvedge:web/webidl.js";
import { arrayBufferKind, bytesOf } from "selvedge:web/webidl/buffers.js";
import { typedArrayLength, uncurryThis } from "selvedge:web/webidl/intrinsics.js";
import { Call } from "./commands.js";
import { Element, ElementToken } from "./element.js";
import { COMMENT, DOCTYPE, ELEMENT, END, END_TAG, TEXT, Tape } from "./tape.js";
import { Comment, Doctype, DocumentEnd, EndTag, Text } from "./tokens.js";

const { isView } = ArrayBuffer;
const { apply } = Reflect;
const BytesArray = Uint8Array;
const MapConstructor = Map;
/** @type {(map: Map<number, ElementToken>, key: number) => ElementToken | undefined} */
const mapGet = /** @type {any} */ (uncurryThis(Map.prototype.get));
/** @type {(map: Map<number, ElementToken>, key: number, value: ElementToken) => void} */
const mapSet = /** @type {any} */ (uncurryThis(Map.prototype.set));
/** @type {(map: Map<number, ElementToken>, key: number) => void} */
const mapDelete = /** @type {any} */ (uncurryThis(Map.prototype.delete));

/** How much is parsed at once, in bytes: it bounds the tokens that are held. */
const PIECE = 128 * 1024;
const nothing = new BytesArray(0);

/**
 * The handlers of one call of `on` or `onDocument`, and the object that they are methods of.
 * @typedef {object} Handlers
 * @property {any} receiver
 * @property {Function | undefined} [element]
 * @property {Function | undefined} [comments]
 * @property {Function | undefined} [text]
 * @property {Function | undefined} [doctype]
 * @property {Function | undefined} [end]
 */

/** See above. */
export class Rewriting {
  /** How much handlers have put into this piece. */ size = 0;
  #handlers;
  #reader;
  #stream;
  /** Whether there is nothing more to do: all is put out, or it has failed. */ #isOver = false;

  /** @type {Uint8Array} the chunk that is being parsed, up to... */ #chunk = nothing;
  #offset = 0;
  /** Whether the body has ended. */ #isLast = false;

  /** @type {Tape | null} the tokens of the piece */ #tape = null;
  /** @type {string | null} what is wrong with the page after them */ #error = null;
  /** Whether nothing comes after this piece. */ #isLastPiece = false;
  /** Which call of a handler comes next, in this piece. */ #index = 0;
  /** @type {any} the last token */ #token = null;
  /** @type {Call | null} */ #call = null;
  /** @type {number[]} what handlers did */ #words = [];
  /** @type {string[]} */ #texts = [];

  /** @type {Map<number, ElementToken>} elements whose end tag matters */ #open = new MapConstructor();
  /** How many of them are emptied. */ #emptied = 0;
  /** How much is to be put before and behind their end tags. */ #held = 0;

  /**
   * @param {number} id
   * @param {boolean} isUtf8
   * @param {Handlers[]} handlers
   * @param {any} body an unlocked ReadableStream
   */
  constructor(id, isUtf8, handlers, body) {
    this.id = id;
    this.isUtf8 = isUtf8;
    this.#handlers = handlers;
    this.#reader = readableStreamReader(body);
    // One chunk is asked for ahead of the reader, as hosted does: handlers run even if nobody reads yet.
    this.#stream = createReadableByteStream({
      pull: () => this.#pull(),
      cancel: (reason) => this.#cancel(reason),
      highWaterMark: 1,
    });
  }

  /** The page as it comes out. */
  get stream() {
    return this.#stream;
  }

  /** @returns {Promise<void>} */
  #pull() {
    try {
      const waiting = this.#advance();
      return waiting === undefined ? resolvedWith(undefined) : then(waiting, undefined, (error) => this.#fail(error));
    } catch (error) {
      return rejectedWith(this.#failed(error));
    }
  }

  /**
   * Goes on until something is put out.
   * @returns {Promise<any> | undefined} settled when that is so; undefined: it is
   */
  #advance() {
    while (!this.#isOver) {
      const isParsed = this.#tape !== null;
      const waiting = isParsed ? this.#handle() : this.#next();
      if (waiting !== undefined) return then(waiting, () => this.#advance());
      if (isParsed && this.#putOut()) return undefined;
    }
    return undefined;
  }

  /** @param {any} error */
  #failed(error) {
    if (this.#isOver) return error;
    this.#end();
    markHandled(this.#reader.cancel(error));
    return error;
  }

  /**
   * @param {any} error
   * @returns {never}
   */
  #fail(error) {
    throw this.#failed(error);
  }

  /** @param {any} reason */
  #cancel(reason) {
    this.#end();
    return this.#reader.cancel(reason);
  }

  #end() {
    this.#isOver = true;
    if (this.#call !== null) this.#call.isLive = false;
    op_html_rewriter_close(this.id);
  }

  /**
   * Parses the next piece of the body.
   * @returns {Promise<any> | undefined}
   */
  #next() {
    const left = typedArrayLength(this.#chunk) - this.#offset;
    if (left <= 0 && !this.#isLast) {
      return then(this.#reader.read(), (step) => {
        this.#offset = 0;
        if (step === undefined) {
          this.#isLast = true;
          this.#chunk = nothing;
        } else {
          this.#chunk = bytesOfChunk(step.chunk);
        }
      });
    }
    const start = left > 0 ? this.#offset : 0;
    const end = left > PIECE ? start + PIECE : start + (left > 0 ? left : 0);
    this.#offset = end;
    this.#isLastPiece = this.#isLast;
    const [text, words, error] = op_html_rewriter_parse(this.id, this.#chunk, start, end, this.#isLast, this.#held);
    this.#tape = new Tape(text, words);
    this.#error = error;
    this.#index = 0;
    this.size = 0;
    return undefined;
  }

  /**
   * Calls the handlers of the piece's tokens.
   * @returns {Promise<any> | undefined}
   */
  #handle() {
    const tape = /** @type {Tape} */ (this.#tape);
    while (tape.next()) {
      if (tape.kind === END_TAG) {
        const element = this.#closed(tape);
        if (element === undefined || element.endTagHandler === null) continue;
        const waiting = this.#run(element.endTagHandler, undefined, new Call(this, this.#token), EndTag, element.id);
        if (waiting !== undefined) return waiting;
        continue;
      }
      const handlers = this.#handlers[tape.number()];
      const waiting = this.#meet(tape, handlers);
      if (waiting !== undefined) return waiting;
    }
    return undefined;
  }

  /**
   * Calls a handler of a token that is no end tag.
   * @param {Tape} tape
   * @param {Handlers} handlers
   * @returns {Promise<any> | undefined}
   */
  #meet(tape, handlers) {
    const { kind, isAgain } = tape;
    const { receiver } = handlers;
    if (kind === ELEMENT) {
      if (!isAgain) this.#token = this.#element(tape);
      return this.#run(handlers.element, receiver, new Call(this, this.#token), Element, -1);
    }
    if (kind === TEXT) {
      if (!isAgain) this.#token = textToken(tape);
      return this.#run(handlers.text, receiver, new Call(this, this.#token), Text, -1);
    }
    if (kind === COMMENT) {
      if (!isAgain) this.#token = textToken(tape);
      return this.#run(handlers.comments, receiver, new Call(this, this.#token), Comment, -1);
    }
    if (kind === DOCTYPE) {
      return this.#run(handlers.doctype, receiver, new Call(this, tape.doctype()), Doctype, -1);
    }
    if (kind !== END) throw new TypeError("internal error: an unknown token");
    return this.#run(handlers.end, receiver, new Call(this, { removed: false }), DocumentEnd, -1);
  }

  /** @param {Tape} tape */
  #element(tape) {
    const hasContent = tape.flag;
    const id = tape.number();
    tape.here();
    const name = tape.text();
    const namespace = tape.namespace();
    // What is within removed content is removed.
    return new ElementToken(id, name, namespace, hasContent, tape.attributes(), this.#emptied > 0);
  }

  /**
   * Reads an end tag.
   * @param {Tape} tape
   * @returns {ElementToken | undefined} the element that it ends, if that matters
   */
  #closed(tape) {
    const { isAgain } = tape;
    const id = tape.number();
    if (!isAgain) {
      tape.here();
      this.#token = { name: tape.text(), removed: false };
    }
    const element = mapGet(this.#open, id);
    if (element === undefined) return undefined;
    mapDelete(this.#open, id);
    this.#held -= element.counted;
    if (element.isCounted) this.#emptied--;
    if (element.isRenamed) this.#token.name = element.name;
    return element;
  }

  /**
   * @param {Function | undefined} handler
   * @param {any} receiver
   * @param {Call} call
   * @param {new (key: symbol, call: Call) => object} Class of what the handler gets
   * @param {number} element whose end tag it is; else -1
   * @returns {Promise<any> | undefined}
   */
  #run(handler, receiver, call, Class, element) {
    this.#call = call;
    const result = apply(/** @type {Function} */ (handler), receiver, [new Class(internal, call)]);
    if ((typeof result === "object" && result !== null) || typeof result === "function") {
      return then(resolvedWith(result), () => this.#settle(call, element));
    }
    return this.#settle(call, element);
  }

  /**
   * A handler is done.
   * @param {Call} call
   * @param {number} element
   * @returns {Promise<any> | undefined}
   */
  #settle(call, element) {
    if (this.#isOver) return undefined;
    call.isLive = false;
    const collecting = call.collect();
    if (collecting !== undefined) return then(collecting, () => this.#note(call, element));
    return this.#note(call, element);
  }

  /**
   * Notes what a handler did.
   * @param {Call} call
   * @param {number} element
   * @returns {undefined}
   */
  #note(call, element) {
    const { codes, texts, token } = call;
    const isEndTag = element >= 0;
    const index = isEndTag ? element : this.#index++;
    if (codes === null) return;
    const words = this.#words;
    words[words.length] = isEndTag ? 1 : 0;
    words[words.length] = index;
    words[words.length] = codes.length;
    for (let at = 0; at < codes.length; at++) words[words.length] = codes[at];
    for (let at = 0; at < texts.length; at++) this.#texts[this.#texts.length] = texts[at];
    if (!(token instanceof ElementToken) || !token.isAwaited) return;
    if (mapGet(this.#open, token.id) === undefined) {
      mapSet(this.#open, token.id, token);
    } else {
      this.#held -= token.counted;
    }
    token.counted = token.held;
    this.#held += token.held;
    if (token.isEmptied && !token.isCounted) {
      token.isCounted = true;
      this.#emptied++;
    }
  }

  /**
   * Puts out the piece that has been handled.
   * @returns {boolean} whether there was something
   */
  #putOut() {
    if (this.#error !== null) throw new TypeError(this.#error);
    const output = op_html_rewriter_apply(this.id, this.#words, this.#texts);
    this.#tape = null;
    this.#token = null;
    this.#call = null;
    this.#words = [];
    this.#texts = [];
    const isSome = typedArrayLength(output) > 0;
    if (isSome) readableStreamEnqueue(this.#stream, output);
    if (this.#isLastPiece) {
      this.#end();
      readableStreamClose(this.#stream);
    }
    return isSome;
  }
}

/** @param {Tape} tape */
function textToken(tape) {
  const isLast = tape.flag;
  tape.here();
  return { text: tape.text(), isLast, removed: false };
}

/**
 * @param {any} chunk
 * @returns {Uint8Array}
 */
function bytesOfChunk(chunk) {
  if (isView(chunk) || arrayBufferKind(chunk) !== null) return bytesOf(chunk);
  throw new TypeError("This ReadableStream did not return bytes.");
}
