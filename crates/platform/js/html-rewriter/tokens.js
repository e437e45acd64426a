// The other tokens of a page (https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/#text-chunks).
// Each is valid as long as its handler runs.

import { converters, defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";
import { AFTER, APPEND, BEFORE, REMOVE, REPLACE, SET_NAME, SET_TEXT, contentArguments, live } from "./commands.js";
import { checkCommentText, lowerCase } from "./names.js";

/** @typedef {import("./commands.js").Call} Call */

const { USVString } = converters;

/** @type {(token: Token) => Call} the call that a token belongs to, if it still runs */
let callOf;

/** What all of them are made of. */
class Token {
  #call;

  static {
    callOf = (token) => live(token.#call);
  }

  /**
   * @param {symbol} key
   * @param {Call} call
   */
  constructor(key, call) {
    if (key !== internal) throw illegalConstructor();
    this.#call = call;
  }
}

/** A chunk of text. */
export class Text extends Token {
  /** @returns {string} */
  get text() {
    return callOf(this).token.text;
  }

  /** @returns {boolean} */
  get lastInTextNode() {
    return callOf(this).token.isLast;
  }

  /** @returns {boolean} */
  get removed() {
    return callOf(this).token.removed;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  before(content, options = undefined) {
    return put(this, BEFORE, contentArguments(arguments, "Failed to execute 'before' on 'Text'"));
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  after(content, options = undefined) {
    return put(this, AFTER, contentArguments(arguments, "Failed to execute 'after' on 'Text'"));
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  replace(content, options = undefined) {
    return put(this, REPLACE, contentArguments(arguments, "Failed to execute 'replace' on 'Text'"));
  }

  remove() {
    return remove(this);
  }
}

/** A comment. */
export class Comment extends Token {
  /** @returns {string} */
  get text() {
    return callOf(this).token.text;
  }

  set text(value) {
    const text = USVString(value, "Failed to set the 'text' property on 'Comment'", "The provided value");
    const call = callOf(this);
    checkCommentText(call.rewriting, text);
    call.token.text = text;
    call.note(SET_TEXT, text);
  }

  /** @returns {boolean} */
  get removed() {
    return callOf(this).token.removed;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  before(content, options = undefined) {
    return put(this, BEFORE, contentArguments(arguments, "Failed to execute 'before' on 'Comment'"));
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  after(content, options = undefined) {
    return put(this, AFTER, contentArguments(arguments, "Failed to execute 'after' on 'Comment'"));
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  replace(content, options = undefined) {
    return put(this, REPLACE, contentArguments(arguments, "Failed to execute 'replace' on 'Comment'"));
  }

  remove() {
    return remove(this);
  }
}

/** An end tag. */
export class EndTag extends Token {
  /** @returns {string} */
  get name() {
    return callOf(this).token.name;
  }

  set name(value) {
    const name = USVString(value, "Failed to set the 'name' property on 'EndTag'", "The provided value");
    const call = callOf(this);
    call.token.name = lowerCase(name);
    call.note(SET_NAME, name);
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  before(content, options = undefined) {
    return put(this, BEFORE, contentArguments(arguments, "Failed to execute 'before' on 'EndTag'"));
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  after(content, options = undefined) {
    return put(this, AFTER, contentArguments(arguments, "Failed to execute 'after' on 'EndTag'"));
  }

  remove() {
    return remove(this);
  }
}

/**
 * @template {Token} T
 * @param {T} token
 * @param {number} code
 * @param {import("./commands.js").Content} content
 * @returns {T}
 */
function put(token, code, content) {
  const call = callOf(token);
  call.put(code, content);
  if (code === REPLACE) call.token.removed = true;
  return token;
}

/**
 * @template {Token} T
 * @param {T} token
 * @returns {T}
 */
function remove(token) {
  const call = callOf(token);
  call.note(REMOVE);
  call.token.removed = true;
  return token;
}

/** A document type declaration. */
export class Doctype extends Token {
  /** @returns {string | null} */
  get name() {
    return callOf(this).token.name;
  }

  /** @returns {string | null} */
  get publicId() {
    return callOf(this).token.publicId;
  }

  /** @returns {string | null} */
  get systemId() {
    return callOf(this).token.systemId;
  }
}

/** The end of the page. */
export class DocumentEnd extends Token {
  /**
   * @param {any} content
   * @param {any} [options]
   */
  append(content, options = undefined) {
    return put(this, APPEND, contentArguments(arguments, "Failed to execute 'append' on 'DocumentEnd'"));
  }
}

defineInterface(Text, { tag: "Text" });
defineInterface(Comment, { tag: "Comment" });
defineInterface(EndTag, { tag: "EndTag" });
defineInterface(Doctype, { tag: "Doctype" });
defineInterface(DocumentEnd, { tag: "DocumentEnd" });
