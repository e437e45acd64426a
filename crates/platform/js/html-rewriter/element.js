// Element (https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/#element).

import {
  callbackFunction,
  converters,
  defineInterface,
  illegalConstructor,
  internal,
  requireArguments,
} from "selvedge:web/webidl.js";
import {
  AFTER,
  APPEND,
  BEFORE,
  INNER_CONTENT,
  LISTEN,
  PREPEND,
  REMOVE,
  REMOVE_AND_KEEP_CONTENT,
  REMOVE_ATTRIBUTE,
  REPLACE,
  SET_ATTRIBUTE,
  SET_NAME,
  contentArguments,
  live,
} from "./commands.js";
import { checkAttributeName, checkTagName, lowerCase, parserError } from "./names.js";

/** @typedef {import("./commands.js").Call} Call */

const { USVString } = converters;
const { setPrototypeOf } = Object;
const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/** What is known of an element, shared by its handlers. */
export class ElementToken {
  /** @type {string[] | null} names and values in turn */ #attributes = null;
  /** @type {(() => string[]) | null} */ #read;
  isRenamed = false;
  /** Whether what is in it is removed. */ isEmptied = false;
  /** Whether that has been counted. */ isCounted = false;
  /** @type {Function | null} */ endTagHandler = null;
  /** How much is put in front of, and behind, its end tag. */ held = 0;
  /** How much of that has been counted. */ counted = 0;

  /**
   * @param {number} id
   * @param {string} name
   * @param {string} namespace
   * @param {boolean} hasContent
   * @param {() => string[]} attributes
   * @param {boolean} removed
   */
  constructor(id, name, namespace, hasContent, attributes, removed) {
    this.id = id;
    this.name = name;
    this.namespace = namespace;
    this.hasContent = hasContent;
    this.#read = attributes;
    this.removed = removed;
  }

  get attributes() {
    if (this.#read !== null) {
      this.#attributes = this.#read();
      this.#read = null;
    }
    return /** @type {string[]} */ (this.#attributes);
  }

  /** @param {string} name in lower case */
  find(name) {
    const { attributes } = this;
    for (let index = 0; index < attributes.length; index += 2) if (attributes[index] === name) return index;
    return -1;
  }

  /** @param {string} name in lower case */
  delete(name) {
    const { attributes } = this;
    let kept = 0;
    for (let index = 0; index < attributes.length; index += 2) {
      if (attributes[index] === name) continue;
      attributes[kept++] = attributes[index];
      attributes[kept++] = attributes[index + 1];
    }
    attributes.length = kept;
  }

  /** Whether its end tag matters. */
  get isAwaited() {
    return this.hasContent && (this.endTagHandler !== null || this.isEmptied || this.isRenamed || this.held > 0);
  }
}

/** What `attributes` gives. */
class AttributesIterator {
  #call;
  #at = 0;

  /**
   * @param {symbol} key
   * @param {Call} call
   */
  constructor(key, call) {
    if (key !== internal) throw illegalConstructor();
    this.#call = call;
  }

  next() {
    const { attributes } = live(this.#call).token;
    if (this.#at >= attributes.length) return { done: true, value: undefined };
    const value = [attributes[this.#at], attributes[this.#at + 1]];
    this.#at += 2;
    return { done: false, value };
  }
}

defineInterface(AttributesIterator, { tag: "AttributesIterator" });
setPrototypeOf(AttributesIterator.prototype, IteratorPrototype);

/** An element, as long as its handler runs. */
export class Element {
  #call;

  /**
   * @param {symbol} key
   * @param {Call} call
   */
  constructor(key, call) {
    if (key !== internal) throw illegalConstructor();
    this.#call = call;
  }

  get tagName() {
    return live(this.#call).token.name;
  }

  set tagName(value) {
    const name = USVString(value, "Failed to set the 'tagName' property on 'Element'", "The provided value");
    const call = live(this.#call);
    checkTagName(call.rewriting, name);
    call.token.name = lowerCase(name);
    call.token.isRenamed = true;
    call.note(SET_NAME, name);
  }

  get attributes() {
    return new AttributesIterator(internal, live(this.#call));
  }

  get removed() {
    return live(this.#call).token.removed;
  }

  get namespaceURI() {
    return live(this.#call).token.namespace;
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  getAttribute(name) {
    const prefix = "Failed to execute 'getAttribute' on 'Element'";
    requireArguments(arguments.length, 1, prefix);
    const key = lowerCase(USVString(name, prefix, "parameter 1"));
    const { token } = live(this.#call);
    const index = token.find(key);
    return index < 0 ? null : token.attributes[index + 1];
  }

  /**
   * @param {string} name
   * @returns {boolean}
   */
  hasAttribute(name) {
    const prefix = "Failed to execute 'hasAttribute' on 'Element'";
    requireArguments(arguments.length, 1, prefix);
    const key = lowerCase(USVString(name, prefix, "parameter 1"));
    return live(this.#call).token.find(key) >= 0;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    const prefix = "Failed to execute 'setAttribute' on 'Element'";
    requireArguments(arguments.length, 2, prefix);
    const key = lowerCase(USVString(name, prefix, "parameter 1"));
    const text = USVString(value, prefix, "parameter 2");
    const call = live(this.#call);
    checkAttributeName(call.rewriting, key);
    call.note(SET_ATTRIBUTE, key, text);
    const index = call.token.find(key);
    const { attributes } = call.token;
    if (index >= 0) {
      attributes[index + 1] = text;
    } else {
      const end = attributes.length;
      attributes[end] = key;
      attributes[end + 1] = text;
    }
    return this;
  }

  /** @param {string} name */
  removeAttribute(name) {
    const prefix = "Failed to execute 'removeAttribute' on 'Element'";
    requireArguments(arguments.length, 1, prefix);
    const key = lowerCase(USVString(name, prefix, "parameter 1"));
    const call = live(this.#call);
    if (call.token.find(key) >= 0) {
      call.note(REMOVE_ATTRIBUTE, key);
      call.token.delete(key);
    }
    return this;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  before(content, options = undefined) {
    const given = contentArguments(arguments, "Failed to execute 'before' on 'Element'");
    live(this.#call).put(BEFORE, given);
    return this;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  after(content, options = undefined) {
    const given = contentArguments(arguments, "Failed to execute 'after' on 'Element'");
    const call = live(this.#call);
    call.token.held += call.put(AFTER, given);
    return this;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  prepend(content, options = undefined) {
    const given = contentArguments(arguments, "Failed to execute 'prepend' on 'Element'");
    live(this.#call).put(PREPEND, given);
    return this;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  append(content, options = undefined) {
    const given = contentArguments(arguments, "Failed to execute 'append' on 'Element'");
    const call = live(this.#call);
    call.token.held += call.put(APPEND, given);
    return this;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  replace(content, options = undefined) {
    const given = contentArguments(arguments, "Failed to execute 'replace' on 'Element'");
    const call = live(this.#call);
    call.put(REPLACE, given);
    call.token.removed = true;
    call.token.isEmptied = true;
    return this;
  }

  /**
   * @param {any} content
   * @param {any} [options]
   */
  setInnerContent(content, options = undefined) {
    const given = contentArguments(arguments, "Failed to execute 'setInnerContent' on 'Element'");
    const call = live(this.#call);
    call.put(INNER_CONTENT, given);
    call.token.isEmptied = true;
    return this;
  }

  remove() {
    const call = live(this.#call);
    call.note(REMOVE);
    call.token.removed = true;
    call.token.isEmptied = true;
    return this;
  }

  removeAndKeepContent() {
    const call = live(this.#call);
    call.note(REMOVE_AND_KEEP_CONTENT);
    call.token.removed = true;
    return this;
  }

  /**
   * Sets the handler of the element's end tag. There is one: a later call replaces it.
   * @param {Function} handler
   */
  onEndTag(handler) {
    const prefix = "Failed to execute 'onEndTag' on 'Element'";
    requireArguments(arguments.length, 1, prefix);
    callbackFunction(handler, prefix, "parameter 1");
    const call = live(this.#call);
    const { token } = call;
    if (!token.hasContent) throw parserError("No end tag.");
    if (token.endTagHandler === null) call.note(LISTEN);
    token.endTagHandler = handler;
  }
}

defineInterface(Element, { tag: "Element" });
