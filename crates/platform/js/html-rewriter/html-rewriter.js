// HTMLRewriter (https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/).

import { op_html_rewriter_check_selector, op_html_rewriter_open } from "selvedge:ops";
import { Body, checkUsable, flatHeaders, kindOf, pendingType } from "selvedge:web/fetch/body.js";
import { commaJoined, hasName } from "selvedge:web/fetch/header-list.js";
import { Headers, Response, isResponse, takeBodyStream } from "selvedge:web/fetch/index.js";
import { converters, defineInterface, requireArguments, typeMismatch } from "selvedge:web/webidl.js";
import { uncurryThis } from "selvedge:web/webidl/intrinsics.js";
import { worker } from "../state.js";
import { Rewriting } from "./rewriting.js";

/** @typedef {import("./rewriting.js").Handlers} Handlers */

const headersOf = uncurryThis(
  /** @type {() => Headers} */ (Object.getOwnPropertyDescriptor(Body.prototype, "headers")?.get),
);
const deleteHeader = uncurryThis(Headers.prototype.delete);

/** `kindOf` a response without a body. */
const NO_BODY = 0;

/** The kinds of handlers, and what they count in the sum that the native side takes. */
const KINDS = /** @type {const} */ ({ element: 1, comments: 2, text: 4, doctype: 8, end: 16 });

/** @typedef {keyof typeof KINDS} Kind */

/** @type {readonly Kind[]} */
const ELEMENT_KINDS = ["element", "comments", "text"];
/** @type {readonly Kind[]} */
const DOCUMENT_KINDS = ["doctype", "comments", "text", "end"];

/**
 * @param {any} given
 * @param {readonly Kind[]} kinds
 * @param {string} type
 * @param {string} prefix
 * @param {string} context
 * @returns {[handlers: Handlers, sum: number]}
 */
function readHandlers(given, kinds, type, prefix, context) {
  if ((typeof given !== "object" || given === null) && typeof given !== "function") {
    throw typeMismatch(type, prefix, context);
  }
  let sum = 0;
  /** @type {Handlers} */
  const handlers = {
    receiver: given,
    element: undefined,
    comments: undefined,
    text: undefined,
    doctype: undefined,
    end: undefined,
  };
  for (let index = 0; index < kinds.length; index++) {
    const kind = kinds[index];
    const handler = given[kind];
    if (handler === undefined) continue;
    if (typeof handler !== "function") {
      throw new TypeError(
        `Incorrect type for the '${kind}' field on '${type}': the provided value is not of type 'function'.`,
      );
    }
    handlers[kind] = handler;
    sum += KINDS[kind];
  }
  return [handlers, sum];
}

/** Calls handlers for parts of pages, which may change them. */
export class HTMLRewriter {
  /** @type {(string | null)[]} */ #selectors = [];
  /** @type {number[]} */ #sums = [];
  /** @type {Handlers[]} */ #handlers = [];

  /**
   * @param {string | null} selector
   * @param {[handlers: Handlers, sum: number]} handlers
   */
  #add(selector, [handlers, sum]) {
    const index = this.#handlers.length;
    this.#handlers[index] = handlers;
    this.#selectors[index] = selector;
    this.#sums[index] = sum;
    return this;
  }

  /**
   * @param {string} selector
   * @param {any} handlers
   */
  on(selector, handlers) {
    const prefix = "Failed to execute 'on' on 'HTMLRewriter'";
    requireArguments(arguments.length, 2, prefix);
    const text = converters.USVString(selector, prefix, "parameter 1");
    const read = readHandlers(handlers, ELEMENT_KINDS, "ElementContentHandlers", prefix, "parameter 2");
    op_html_rewriter_check_selector(text);
    return this.#add(text, read);
  }

  /** @param {any} handlers */
  onDocument(handlers) {
    const prefix = "Failed to execute 'onDocument' on 'HTMLRewriter'";
    requireArguments(arguments.length, 1, prefix);
    return this.#add(null, readHandlers(handlers, DOCUMENT_KINDS, "DocumentContentHandlers", prefix, "parameter 1"));
  }

  /**
   * A response whose body is that of another one, rewritten while it is read.
   * @param {any} response
   * @returns {Response}
   */
  transform(response) {
    const handlers = this.#handlers;
    const prefix = "Failed to execute 'transform' on 'HTMLRewriter'";
    requireArguments(arguments.length, 1, prefix);
    if (!isResponse(response)) throw typeMismatch("Response", prefix, "parameter 1");
    if (kindOf(response) === NO_BODY) return response;
    // Before the body is taken, so that it is untouched if the page cannot be rewritten.
    checkUsable(response);
    const headers = flatHeaders(response) ?? [];
    const type = pendingType(response) ?? commaJoined(headers, "content-type");
    const [id, isUtf8] = op_html_rewriter_open(this.#selectors, this.#sums, type, worker.hasEsiTags);
    const result = new Response(new Rewriting(id, isUtf8, handlers, takeBodyStream(response)).stream, response);
    if (hasName(headers, "content-length")) deleteHeader(headersOf(result), "content-length");
    return result;
  }
}

defineInterface(HTMLRewriter, { tag: "HTMLRewriter" });
